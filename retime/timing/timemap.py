"""From an edit to time maps: when each instance of a layer shows which source frame."""

from dataclasses import dataclass

import numpy as np

from retime.timing.depth import depth_ranks, reordered
from retime.timing.edit import EditFile, SoundOf
from retime.timing.operations import DepthKey
from retime.timing.placing import Instance, Placing, SourceLayers

__all__ = ["Instances", "SourceLayers", "build_instances", "nearest_frame"]

SHELVES = {"back": -1, "front": 1, "source": 0}


@dataclass(frozen=True)
class Instances:
    """The arrays of a ``TimeMap`` artifact; see there."""

    names: list[str]
    layer: np.ndarray  # int64 [M]
    source_time: np.ndarray  # [M, T_out]
    offset: np.ndarray  # [M, T_out, 2]
    opacity: np.ndarray  # [M, T_out]
    depth: np.ndarray  # [M, T_out]
    background_time: np.ndarray  # [T_out]
    sound_time: np.ndarray  # [T_out]
    between: list[str]  # [M + 1], the background's first


def nearest_frame(time: np.ndarray) -> np.ndarray:
    """Return the source frame shown at each source time: the nearest, the later of two."""
    return np.floor(np.asarray(time) + 0.5).astype(np.int64)


def build_instances(file: EditFile, source: SourceLayers) -> Instances:
    """Work out an edit for the layers of a clip.

    Raises:
        InputError: unknown layer, a moment outside the clip, or operations that contradict one
            another; names the file and the line.
    """
    edit, last = file.edit, source.length - 1
    length = source.length
    if edit.length is not None:
        length = round(edit.length.frames(source.fps))
        if length < 1:
            raise file.error("the output would have no frame", "length")
    first, end = _range(file, length, source.fps)
    output = np.arange(first, end, dtype=np.float64)

    placing = Placing(file, source, length)
    instances = placing.instances()
    count, shown = len(instances), len(output)
    times = [np.clip(instance.curve.at(output), 0, last) for instance in instances]
    source_time = np.stack(times) if times else np.empty((0, shown))
    looks = [_opacity(file, i, output, length, source.fps) for i in instances]
    opacity = np.stack(looks) if looks else np.empty((0, shown))
    background = placing.read.playback(edit.background, ("background",), 2.0 * length)
    background_time = np.clip(background.at(output), 0, last)
    layer = np.array([instance.layer for instance in instances], dtype=np.int64)
    shelf = [_shelf(i.edit.depth if i.edit else [], output, source.fps) for i in instances]
    depth = depth_ranks(
        layer,
        nearest_frame(source_time),
        source.order,
        source.floor,
        np.array([instance.among_copies for instance in instances]),
        np.array(shelf).reshape(count, shown),
    )
    for index, change in enumerate(edit.order):
        place = ("order", index)
        numbers = [
            placing.number(key, *place, "back_to_front", k)
            for k, key in enumerate(change.back_to_front)
        ]
        if len(set(numbers)) < len(numbers):
            raise file.error("a layer stands there twice", *place, "back_to_front")
        when = _within(change.start, change.end, output, source.fps)
        depth[:, when] = reordered(depth[:, when], layer, numbers)
    for number, instance in enumerate(instances):  # what is removed for a while
        gap = instance.edit.remove if instance.edit else None
        if gap is not None:
            source_time[number, _within(gap.start, gap.end, output, source.fps)] = np.nan
    moves = np.array([i.look.move for i in instances], dtype=np.float64).reshape(count, 1, 2)
    return Instances(
        names=[instance.name for instance in instances],
        layer=layer,
        source_time=source_time,
        offset=np.repeat(moves, shown, axis=1),
        opacity=opacity,
        depth=depth,
        background_time=background_time,
        sound_time=_sound_time(placing, background_time, output),
        between=[edit.between, *(i.look.between or edit.between for i in instances)],
    )


def _range(file: EditFile, length: int, fps: float) -> tuple[int, int]:
    """Return first and end of the output frames that are shown."""
    said = file.edit.range
    first = round(said.start.frames(fps)) if said.start else 0
    end = round(said.end.frames(fps)) if said.end else length
    if not 0 <= first < end <= length:
        message = f"{first} to {end} is not a part of the output, which has {length} frames"
        raise file.error(message, "range")
    return first, end


def _within(start, end, output: np.ndarray, fps: float) -> np.ndarray:
    """Return which output times lie in a span; bool [T_out]."""
    inside = np.ones(len(output), bool)
    if start is not None:
        inside &= output >= start.frames(fps) - 1e-9
    if end is not None:
        inside &= output < end.frames(fps) - 1e-9
    return inside


def _opacity(
    file: EditFile, instance: Instance, output: np.ndarray, length: int, fps: float
) -> np.ndarray:
    """Return an instance's opacity at each output time: its keys times its fade."""
    look, place = instance.look, instance.place
    opacity = np.ones(len(output))
    if look.opacity:
        at = np.array([key.at.frames(fps) for key in look.opacity])
        if (np.diff(at) < 0).any():
            raise file.error("keys must come in the order of their times", *place, "opacity")
        values = np.array([key.to for key in look.opacity])
        right = np.searchsorted(at, output, side="right")  # of two keys at one time the later
        left = np.clip(right - 1, 0, None)
        right = np.clip(right, None, len(at) - 1)
        gap = at[right] - at[left]
        share = np.clip((output - at[left]) / np.where(gap > 0, gap, 1), 0, 1)
        opacity *= values[left] + np.where(gap > 0, share, 0) * (values[right] - values[left])
    coming, going = (t.frames(fps) for t in (look.fade.start, look.fade.end))
    if coming < 0 or going < 0 or coming + going > length:
        message = f"the output has {length} frames, too few to fade over {coming:g} and {going:g}"
        raise file.error(message, *place, "fade")
    # The frame before the first and the one after the last would be the ones not to show it.
    if coming:
        opacity *= np.clip((output + 1) / (coming + 1), 0, 1)
    if going:
        opacity *= np.clip((length - output) / (going + 1), 0, 1)
    return opacity


def _shelf(keys: list[DepthKey], output: np.ndarray, fps: float) -> np.ndarray:
    """Return -1 where a layer is behind all others, 1 where before them, 0 where neither."""
    shelf = np.zeros(len(output))
    for key in sorted(keys, key=lambda key: key.at.frames(fps)):
        shelf[output >= key.at.frames(fps) - 1e-9] = SHELVES[key.to]
    return shelf


def _sound_time(placing: Placing, background: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Return the source time heard at each output frame, NaN for silence; [T_out]."""
    wanted, last = placing.file.edit.sound, placing.source.length - 1
    if isinstance(wanted, SoundOf):
        number = placing.number(wanted.layer, "sound", "with")
        return np.clip(placing.curve(number).at(output), 0, last)
    as_filmed = np.array_equal(background, np.minimum(background[0] + output - output[0], last))
    if wanted == "keep" or (wanted is None and as_filmed):
        first = background[0] if as_filmed else output[0]
        return first + output - output[0]
    return np.full(len(output), np.nan)
