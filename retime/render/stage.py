"""Stage ``render``: layers and a time map become a video."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Camera, Layers, TimeMap
from retime.config import RenderSettings
from retime.errors import InputError
from retime.progress import track
from retime.render.composition import Composition, nearest_frame
from retime.video.colour import BT709, ColourTags, read_colour_tags
from retime.video.encoding import VideoWriter
from retime.video.retimed_sound import mux_retimed_sound
from retime.video.sound import mux_sound

Picture = np.ndarray  # uint8 [H, W, 3]

PREVIEW_CRF = 26
BESIDE_CRF = 22  # the side-by-side is to be looked at, not worked with
GAP, GAP_GREY = 8, 32  # between its two pictures: width in pixels, value


def run_render(
    layers: Path,
    camera: Path,
    timemap: Path,
    video: Path | None,
    out: Path,
    settings: RenderSettings,
    beside: Path | None = None,
    threads: int = 1,
) -> None:
    """Render the edit in ``timemap`` as an H.264 video at ``out``.

    Args:
        layers: a ``Layers`` artifact; the video has its size and frame rate.
        camera: the ``Camera`` artifact.
        timemap: the ``TimeMap`` artifact.
        video: the source, for its sound and its colour tags; none: no sound, and BT.709.
        out: the MP4 file; it appears only when whole.
        settings: of stage ``render``.
        beside: also write the source beside the edit to this MP4 file.
        threads: CPU threads; with more than one, frames are composed ahead of the encoder.

    Raises:
        InputError: artifacts that cannot be read or are not of one clip, or a source video that
            cannot be opened.
    """
    cv2.setNumThreads(1)  # frames are composed side by side instead
    with open_edit(layers, camera, timemap, settings) as edit, contextlib.ExitStack() as stack:
        composition, fps, (width, height) = edit.composition, edit.fps, edit.size
        colour = source_colours(video)
        silent = out.with_name(f".{out.stem}.silent.mp4")
        stack.callback(silent.unlink, missing_ok=True)
        with contextlib.ExitStack() as writing:
            edit_writer = writing.enter_context(
                VideoWriter(silent, (width, height), fps, settings.crf, threads, colour=colour)
            )
            if beside is not None:
                pair = (2 * width + GAP, height)
                pair_writer = writing.enter_context(
                    VideoWriter(beside, pair, fps, BESIDE_CRF, threads, colour=colour)
                )

            def compose(t: int) -> tuple[Picture, Picture | None]:
                edited = composition.edited(t)
                return edited, _pair(composition.source(t), edited) if beside else None

            made = in_order(compose, len(composition), threads)
            for edited, both in track(made, f"render {out.stem}", len(composition)):
                edit_writer.write(edited)
                if both is not None:
                    pair_writer.write(both)
        if not add_sound(silent, video, out, edit):
            silent.replace(out)


@dataclass(frozen=True)
class OpenEdit:
    """An edit that is ready to be rendered."""

    composition: Composition
    size: tuple[int, int]  # width, height of the layers
    fps: Fraction
    names: list[str]  # of the instances
    sound_time: np.ndarray  # [T_out], see TimeMap
    start: float  # seconds into the source at which the clip begins


@contextlib.contextmanager
def open_edit(
    layers: Path,
    camera: Path,
    timemap: Path,
    settings: RenderSettings,
    height: int | None = None,
) -> Iterator[OpenEdit]:
    """Open all that an edit is rendered from; with ``height``, pictures are made no higher.

    Raises:
        InputError: artifacts that cannot be read or are not of one clip.
    """
    with (
        Layers.open(layers) as layered,
        Camera.open(camera) as filmed,
        TimeMap.open(timemap) as mapped,
    ):
        _check_one_clip(layered, filmed, mapped, layers, camera, timemap)
        composition = Composition(
            layered, filmed, mapped, linear=settings.light == "linear", height=height
        )
        yield OpenEdit(
            composition,
            composition.size,
            Fraction(*layered.fps),
            mapped.names,
            mapped.sound_time[:],
            layered.start_seconds,
        )


def source_colours(video: Path | None) -> ColourTags:
    """Return the colour tags that a result of this source has.

    Raises:
        InputError: there is no such video, or it is none.
    """
    if video is None:
        return BT709
    if not video.exists():
        raise InputError(f"{video}: no such video; put it back: its sound and colours are wanted")
    return read_colour_tags(video)


def preview_edit(
    layers: Path, camera: Path, timemap: Path, out: Path, settings: RenderSettings, height: int
) -> None:
    """Render an edit small, quickly and without sound, to see if the times are right."""
    cv2.setNumThreads(1)
    with open_edit(layers, camera, timemap, settings, height) as edit:
        frames = range(len(edit.composition))
        with VideoWriter(out, edit.size, edit.fps, PREVIEW_CRF) as writer:
            for t in track(frames, f"preview {out.stem}", len(frames)):
                writer.write(edit.composition.edited(t))


def in_order(
    make: Callable[[int], tuple[Picture, Picture | None]], count: int, threads: int
) -> Iterator[tuple[Picture, Picture | None]]:
    """Yield ``make(0)``, ``make(1)``, ... made a few ahead by ``threads - 1`` threads."""
    if threads == 1:
        yield from map(make, range(count))
        return
    waiting: deque[Future[tuple[Picture, Picture | None]]] = deque()
    with ThreadPoolExecutor(threads - 1) as pool:
        try:
            for t in range(count):
                waiting.append(pool.submit(make, t))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _pair(source: Picture, edited: Picture) -> Picture:
    """Put the source at the left of the edit."""
    gap = np.full((source.shape[0], GAP, 3), GAP_GREY, np.uint8)
    return np.concatenate([source, gap, edited], axis=1)


def add_sound(silent: Path, video: Path | None, out: Path, edit: OpenEdit) -> bool:
    """Write ``silent`` with the sound of ``video`` to ``out``; return False where there is none."""
    times = edit.sound_time
    if video is None or video.is_dir() or np.isnan(times).all():  # a folder is of pictures
        return False
    rate = float(edit.fps)
    if np.allclose(np.diff(times), 1):  # as it was, but perhaps from a later moment on
        start = edit.start + times[0] / rate
        return mux_sound(silent, video, out, start, len(times) / rate)
    return mux_retimed_sound(silent, video, out, edit.start, times, rate)


def _check_one_clip(layers: Layers, camera: Camera, timemap: TimeMap, *paths: Path) -> None:
    """Refuse artifacts that cannot belong together."""
    layers_path, camera_path, timemap_path = paths
    count, length = layers.rgba.shape[:2]
    if len(camera.homographies) != length or camera.clip != layers.clip:
        raise InputError(
            f"{camera_path}: not the camera of {layers_path} ({len(camera.homographies)} frames "
            f"of '{camera.clip}', not {length} of '{layers.clip}'); run snakemake again"
        )
    numbers = timemap.layer[:]
    latest = np.nanmax(np.append(timemap.source_time[:], timemap.background_time[:]))
    if timemap.clip != layers.clip or (numbers >= count).any() or nearest_frame(latest) >= length:
        raise InputError(
            f"{timemap_path}: not a time map for {layers_path} (of '{timemap.clip}', not "
            f"'{layers.clip}', or with layers or times it does not have); run snakemake again"
        )
