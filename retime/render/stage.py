"""Stage ``render``: layers and a time map become a video."""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Camera, Layers, TimeMap
from retime.config import RenderSettings
from retime.errors import InputError
from retime.progress import track
from retime.render.composition import Composition, nearest_frame
from retime.video.encoding import VideoWriter
from retime.video.sound import mux_sound

Picture = np.ndarray  # uint8 [H, W, 3]

BESIDE_CRF = 22  # the side-by-side is to be looked at, not worked with
GAP, GAP_GREY = 8, 32  # between its two pictures: width in pixels, value


def run_render(
    layers: Path,
    camera: Path,
    timemap: Path,
    video: Path,
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
        video: the source, for its sound, where the time map keeps that.
        out: the MP4 file; it appears only when whole.
        settings: of stage ``render``.
        beside: also write the source beside the edit to this MP4 file.
        threads: CPU threads; with more than one, frames are composed ahead of the encoder.

    Raises:
        InputError: artifacts that cannot be read or are not of one clip, or a source video that
            cannot be opened though its sound is wanted.
    """
    cv2.setNumThreads(1)  # frames are composed side by side instead
    with (
        Layers.open(layers) as layered,
        Camera.open(camera) as filmed,
        TimeMap.open(timemap) as mapped,
        contextlib.ExitStack() as stack,
    ):
        _check_one_clip(layered, filmed, mapped, layers, camera, timemap)
        composition = Composition(layered, filmed, mapped)
        keeps_sound, start = mapped.sound == "keep", layered.start_seconds
        _, _, height, width, _ = layered.rgba.shape
        fps = Fraction(*layered.fps)

        silent = out.with_name(f".{out.stem}.{os.getpid()}.silent.mp4")
        stack.callback(silent.unlink, missing_ok=True)
        with contextlib.ExitStack() as writing:
            edit_writer = writing.enter_context(
                VideoWriter(silent, (width, height), fps, settings.crf, threads)
            )
            if beside is not None:
                pair = (2 * width + GAP, height)
                pair_writer = writing.enter_context(
                    VideoWriter(beside, pair, fps, BESIDE_CRF, threads)
                )

            def compose(t: int) -> tuple[Picture, Picture | None]:
                edited = composition.edited(t)
                return edited, _pair(composition.source(t), edited) if beside else None

            made = in_order(compose, len(composition), threads)
            for edited, both in track(made, f"render {out.stem}", len(composition)):
                edit_writer.write(edited)
                if both is not None:
                    pair_writer.write(both)
        if not (keeps_sound and _add_sound(silent, video, out, start, len(composition) / fps)):
            silent.replace(out)


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


def _add_sound(silent: Path, video: Path, out: Path, start: float, duration: Fraction) -> bool:
    """Write ``silent`` with the video's sound to ``out``; return False where there is none."""
    if video.is_dir():  # a folder of pictures
        return False
    if not video.exists():
        raise InputError(
            f"{video}: no such video; its sound is wanted: put it back, or set 'sound: drop' in "
            "the edit"
        )
    return mux_sound(silent, video, out, start, float(duration))


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
