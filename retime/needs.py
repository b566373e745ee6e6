"""What each stage will need of memory and time, estimated before it starts.

A scheduler kills a job that outgrows what was asked for, and a job that asks for too much waits.
So the workflow asks for what a clip of this many frames, pixels and layers takes. The constants
were fitted to the peaks and times of single stages on clips of 20 to 80 frames, two to four people,
and 224x126 to 448x256 pixels, on a CPU. docs/memory.md, made by ``retime benchmark memory``, has
them beside what longer clips and more people were found to take.
"""

import functools
import math
from dataclasses import dataclass, replace
from pathlib import Path

from retime.config import Settings, TrainSettings, UpsampleSettings
from retime.video.header import Header, read_header
from retime.video.sizes import Size, layer_size, working_size

PEOPLE = 4  # taken where neither tracks nor clip.yaml say how many there are
UNREADABLE = Header(300, 25.0, (1920, 1080))  # taken of a video whose header says nothing
MARGIN = 1.25  # asked for, over what was measured
SLOWER = 4.0  # a busy node may be so much slower than where times were measured
MEGA = 1e6
MIB = 2**20


@dataclass(frozen=True)
class Extent:
    """How large a clip is."""

    frames: int
    source: Size
    working: Size
    layer: Size  # of the frames at layer size, and of the finished layers if no other is set
    people: int
    layers: int  # without the background


@dataclass(frozen=True)
class Cost:
    """What a stage takes: a constant, and so much for each megapixel of what it handles."""

    constant: float
    source: float = 0  # of a frame of the video
    layer: float = 0  # of a frame at layer size
    layers: float = 0  # of all layers of a frame at layer size
    clip: float = 0  # of all frames at working size
    clip_layers: float = 0  # of all layers of all frames at working size
    people: float = 0  # of a person (no pixels)

    def of(self, extent: Extent) -> float:
        """Return the sum for a clip."""
        source, working, layer = (
            math.prod(size) / MEGA for size in (extent.source, extent.working, extent.layer)
        )
        return (
            self.constant
            + self.source * source
            + layer * (self.layer + self.layers * (extent.layers + 1))
            + working * extent.frames * (self.clip + self.clip_layers * extent.layers)
            + self.people * extent.people
        )


@dataclass(frozen=True)
class StepTime:
    """What a training step takes on one core, seconds."""

    itself: float  # however little it shows
    megapixel: float  # for a megapixel of what it shows, all layers, with 16 base channels
    power: float  # of the channels

    def of(self, megapixels: float, channels: int) -> float:
        """Return the sum for a step that shows so much."""
        return self.itself + self.megapixel * megapixels * (channels / 16) ** self.power


def clip_extent(video: Path, settings: Settings, tracks: Path | None = None) -> Extent:
    """Estimate how large a clip is.

    Args:
        video: the clip's video, or folder of pictures; only its header is read.
        settings: of the clip's stages.
        tracks: ``tracks.h5``, which tells the number of people once it is there.
    """
    frames, fps, source = _header(video, _stamp(video)) or UNREADABLE
    span = settings.frames.range
    frames = len(range(frames)[span.start : span.end : span.step])
    if settings.frames.fps is not None:
        frames = round(frames * settings.frames.fps / fps)
    working = working_size(source, settings.frames.working_height)
    seeds = settings.seeds
    people = PEOPLE
    if tracks is not None and (stamp := _stamp(tracks)):
        people = _people(tracks, stamp)
    elif seeds.layers:
        people = sum(len(layer.people) for layer in seeds.layers)
    layers = len(seeds.layers) or max(1, people - len(seeds.ignore))
    size = layer_size(source, working, settings.frames.layer_scale)
    return Extent(max(frames, 2), source, working, size, people, layers)


Stamp = tuple[int, int] | None


def _stamp(path: Path) -> Stamp:
    """Return what tells a file from its next version; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


# Each job of a clip asks twice, for memory and for time.
@functools.cache
def _header(video: Path, stamp: Stamp) -> Header | None:
    return read_header(video)


@functools.cache
def _people(tracks: Path, stamp: Stamp) -> int:
    from retime.artifacts import Tracks
    from retime.errors import InputError

    try:
        with Tracks.open(tracks) as people:
            return max(1, len(people.ids))
    except InputError:  # the stage that reads it says so
        return PEOPLE


# MiB. Only what is kept of all frames at once has shares that grow with their number.
MEMORY = {
    "demo_clip": Cost(500),
    "frames": Cost(105, source=60, layer=20),
    "poses": Cost(340, layer=30),
    "tracks": Cost(170, layer=15, clip=2),
    "camera": Cost(120, layer=40, clip=1),
    "uv": Cost(850, clip_layers=1),
    "seeds": Cost(150, clip_layers=0.5),
    "train": Cost(490, clip=47, clip_layers=26),
    "upsample": Cost(520, layer=600, layers=240),
    "warp": Cost(120, source=60),
    "render": Cost(260, layer=250, layers=60),
    "preview": Cost(340, layer=60, layers=60, clip=1),
}
# Layers at the source's size are made tile by tile: beside tiles there is a frame.
TILED = Cost(620, layer=600, layers=80)
# Seconds of one core; `train` and `upsample` come with what their steps take.
SECONDS = {
    "demo_clip": Cost(60),
    "frames": Cost(5, clip=1),
    "poses": Cost(10, clip=4),
    "tracks": Cost(5, clip=1),
    "camera": Cost(10, clip=3),
    "uv": Cost(10, clip_layers=2),
    "seeds": Cost(5, clip_layers=0.3),
    "train": Cost(20, clip=2, clip_layers=2),
    "upsample": Cost(20, clip=5, clip_layers=20),
    "warp": Cost(5, clip=0.5),
    "render": Cost(10, clip=4, clip_layers=4),
    "preview": Cost(20, clip=0.5),
}
# Stages that handle the finished layers, whose size may be the source's.
FINISHED = ("upsample", "render", "preview")
STEP = StepTime(itself=0.011, megapixel=0.75, power=1.4)
STEP_MAPS = 10  # that a step holds of each layer, of the size of a frame and the base channels
# Bytes that a step of `upsample` holds of each pixel and layer of its crops: so many, and so many
# for each channel. Not every layer shows in a crop.
CROP_BYTES, CROP_CHANNEL_BYTES = 2700, 14
# `upsample` gathers the background from strips of all frames, 6 bytes a pixel, at most so many MiB.
STRIP_MIB, STRIP_BYTES = 256, 6
# Seconds of one core that `upsample` takes for a megapixel of a layer at the source's size.
TILE_SECONDS = 1.6


def memory_mib(stage: str, extent: Extent, settings: Settings) -> float:
    """Return the peak memory that a stage will need on a clip, MiB."""
    handled = _handled(stage, extent, settings)
    if stage == "upsample":
        tiled = settings.upsample.output_size == "source"
        need = (TILED if tiled else MEMORY[stage]).of(handled)
        strip = STRIP_BYTES * extent.frames * math.prod(handled.layer) / MIB
        return need + min(strip, STRIP_MIB) + _crop_bytes(settings.upsample, handled) / MIB
    need = MEMORY[stage].of(handled)
    if stage == "train":
        need += _step_bytes(settings.train, extent) / MIB
        need *= settings.train.processes  # each has the clip
    return need


def core_seconds(stage: str, extent: Extent, settings: Settings) -> float:
    """Return how long a stage will take on one core, seconds."""
    need = SECONDS[stage].of(extent)
    if stage == "train":
        train = settings.train
        steps = _steps(train.steps, train.epochs, train.batch, extent.frames)
        share = train.coarse
        need += steps * share * step_seconds(train, extent, coarse=True)
        need += steps * (1 - share) * step_seconds(train, extent)
    if stage == "upsample":
        upsample, finished = settings.upsample, _handled(stage, extent, settings).layer
        if upsample.output_size == "source":
            pixels = extent.frames * (extent.layers + 1) * math.prod(finished)
            need += TILE_SECONDS * pixels / MEGA
        steps = _steps(upsample.steps, upsample.epochs, upsample.batch, extent.frames)
        layers = (extent.layers + 1) * min(upsample.crop**2, math.prod(finished)) / MEGA
        need += steps * STEP.of(upsample.batch * layers, upsample.channels)
    return need


def step_seconds(train: TrainSettings, extent: Extent, coarse: bool = False) -> float:
    """Return what a training step takes on one core, seconds; a coarse one is at half the size."""
    shown = _shown(train, extent) * _passes(train, extent)
    return STEP.of(shown / 4 if coarse else shown, train.channels)


def speedup(threads: int) -> float:
    """Return how many times as fast as on one core a stage is taken to be."""
    return math.sqrt(threads)


def asked_memory(stage: str, extent: Extent, settings: Settings, attempt: int = 1) -> int:
    """Return the memory to ask for, MiB: more after each attempt that failed."""
    return math.ceil(MARGIN * memory_mib(stage, extent, settings) * attempt)


def asked_minutes(
    stage: str, extent: Extent, settings: Settings, threads: int = 1, attempt: int = 1
) -> int:
    """Return the time to ask for, minutes: more after each attempt that failed."""
    seconds = SLOWER * core_seconds(stage, extent, settings) / speedup(threads)
    return math.ceil((5 + seconds / 60) * attempt)


def _handled(stage: str, extent: Extent, settings: Settings) -> Extent:
    """Return the extent with the size of the layers that a stage handles."""
    if stage in FINISHED and settings.upsample.output_size == "source":
        return replace(extent, layer=extent.source)
    return extent


def _steps(steps: int, epochs: int | None, batch: int, frames: int) -> int:
    return steps if epochs is None else epochs * math.ceil(frames / batch)


def _passes(train: TrainSettings, extent: Extent) -> float:
    """Return the megapixels that the renderer makes of one frame, all layers together."""
    layers = extent.layers + (train.background == "network")
    width, height = (side + -side % 32 for side in extent.working)
    return layers * width * height / MEGA


def _shown(train: TrainSettings, extent: Extent) -> int:
    """Return how many frames a process shows in a step."""
    return -(-min(train.batch, extent.frames) // train.processes)


def _step_bytes(train: TrainSettings, extent: Extent) -> float:
    """Return what a training step holds at its peak: features and their gradients, 4 bytes each."""
    shown = _shown(train, extent)
    at_once = min(shown, train.at_once or shown)
    return at_once * _passes(train, extent) * MEGA * STEP_MAPS * 4 * train.channels


def _crop_bytes(upsample: UpsampleSettings, extent: Extent) -> float:
    """Return what a step of the upsampler's training holds at its peak."""
    pixels = math.prod(min(upsample.crop, side) for side in extent.layer)
    each = CROP_BYTES + CROP_CHANNEL_BYTES * upsample.channels
    return min(upsample.batch, extent.frames) * extent.layers * pixels * each
