"""Stage ``frames``: a video becomes the clip's frames at layer size."""

import sys
from fractions import Fraction
from pathlib import Path

import cv2

from retime.artifacts import Frames
from retime.config import FrameRange, FramesSettings
from retime.errors import InputError
from retime.progress import track
from retime.video.conforming import Schedule, nearest_rate, schedule
from retime.video.decoding import decode
from retime.video.probing import PICTURES_RATE, Source, damaged, probe
from retime.video.sizes import layer_size, working_size


def run_frames(video: Path, out: Path, settings: FramesSettings, clip: str) -> None:
    """Decode ``video`` (a file or a folder of pictures) and write ``Frames`` to ``out``.

    Frames are reduced to layer size by area resampling. Memory does not grow with the clip.

    Raises:
        InputError: not a video, too short, damaged within the wanted range, or a range that lies
            outside the video.
    """
    rate = nearest_rate(settings.fps) if settings.fps else None
    source = probe(video, rate or PICTURES_RATE)
    check_range(source, settings.range)
    plan = schedule(source.times, source.fps, settings.range, rate)
    if len(plan.index) < 2:
        raise InputError(
            f"{video}: the range start {settings.range.start}, end {settings.range.end}, step "
            f"{settings.range.step} holds {len(plan.index)} frame; a clip needs at least 2"
        )
    if plan.resampled:
        _say_resampled(source, plan)
    if source.high_dynamic_range:
        print(
            f"frames  {video.name} has a high dynamic range (PQ or HLG); its brightness is taken "
            "as it is, which looks flat: convert it to BT.709 first for true colours",
            file=sys.stderr,
        )
    working = working_size(source.size, settings.working_height)
    size = layer_size(source.size, working, settings.layer_scale)
    with Frames.create(
        out,
        sizes={"T": len(plan.index), "H": size[1], "W": size[0]},
        parameters=settings.model_dump(mode="json"),
        clip=clip,
        source=str(video),
        source_size=list(source.size),
        working_size=list(working),
        fps=[plan.fps.numerator, plan.fps.denominator],
        start_seconds=float(plan.time[0]),
        has_sound=source.has_sound,
    ) as frames:
        frames.time[:] = plan.time
        stream = track(decode(source, plan.index.tolist()), "frames", len(plan.index))
        for t, (number, rgb) in enumerate(stream):
            frames.index[t] = number
            if size != source.size:
                rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
            frames.rgb[t] = rgb


def check_range(source: Source, wanted: FrameRange) -> None:
    """Check that the range ``wanted`` lies within what of ``source`` can be read.

    Raises:
        InputError: it does not, or the source is cut short before the range's end.
    """
    count = len(source.times)
    whole = max(count, source.declared)
    said = f"the video has {whole} frames, 0 to {whole - 1}"
    if wanted.start >= whole:
        raise InputError(
            f"{source.path}: frames.start is {wanted.start}, but {said}; "
            "set a smaller start in the clip.yaml"
        )
    if wanted.end is not None and wanted.end > whole:
        raise InputError(
            f"{source.path}: frames.end is {wanted.end}, but {said}; set it to {whole} or less in "
            "the clip.yaml, or leave it out to go to the end"
        )
    if (wanted.end or whole) > count:
        raise damaged(source.path, count, source.declared, "the file is cut short")


def _say_resampled(source: Source, plan: Schedule) -> None:
    """Tell on stderr that the clip's frames are not the video's frames one for one."""
    shown = len(set(plan.index.tolist()))
    had = f"{float(source.fps):.3f} frames per second" if source.fps else "a variable frame rate"
    print(
        f"frames  {source.path.name} has {had}; brought to a constant {_rate(plan.fps)}: "
        f"{len(plan.index)} frames made of {shown} of the video's",
        file=sys.stderr,
    )


def _rate(fps: Fraction) -> str:
    return f"{float(fps):.3f}".rstrip("0").rstrip(".") + " frames per second"
