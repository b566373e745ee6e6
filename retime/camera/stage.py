"""Stage ``camera``: the homography from each frame to the canvas."""

import sys
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Camera, Frames, Masks, Tracks
from retime.camera.chaining import Chain, chain, outwards
from retime.camera.masking import background_mask, leave_out
from retime.camera.matching import Picture, prepare
from retime.camera.motion import Motion, choose_mode, still, travelled
from retime.camera.planes import canvas_bounds, resized
from retime.config import CameraSettings
from retime.errors import InputError
from retime.progress import track

# Beyond this many frame areas a canvas is mostly stretched edge pixels, and memory runs out.
MOST_FRAMES_ON_CANVAS = 40
# Larger frames are measured at this long side: corners are found to a tenth of a pixel anyway.
LONG_SIDE = 960


def run_camera(
    frames: Path,
    tracks: Path,
    out: Path,
    settings: CameraSettings,
    threads: int,
    masks: Path | None = None,
) -> None:
    """Find how the camera moved and write ``Camera`` to ``out``.

    The motion is measured on the frames at layer size (at most 960 pixels long), outside of the
    tracked people and of what ``masks`` shows, and handed on in source pixels.

    Raises:
        InputError: the frames and tracks are of different clips, the reference frame does not
            exist, the camera's motion cannot be found, or it turns too far for one plane.
    """
    cv2.setNumThreads(threads)
    with Frames.open(frames) as clip, Tracks.open(tracks) as people:
        count = len(clip.rgb)
        if len(people.keypoints) != count:
            raise InputError(
                f"{tracks}: {len(people.keypoints)} frames, but {frames} has {count}; delete both "
                "and run snakemake again"
            )
        if settings.reference is not None and settings.reference >= count:
            raise InputError(
                f"camera.reference is {settings.reference}, but the clip '{clip.clip}' has "
                f"{count} frames, 0 to {count - 1}; correct its clip.yaml"
            )
        motion = _motion(clip, people, settings, _shown(masks))
        source = tuple(clip.source_size)
        homographies = resized(motion.homographies, motion.size, source)
        homographies[motion.reference] = np.eye(3)
        canvas = checked_canvas(homographies, source, frames)
        with Camera.create(
            out,
            sizes={"T": count},
            parameters=settings.model_dump(mode="json"),
            **clip.clip_attributes(),
            mode=motion.mode,
            reference=motion.reference,
            canvas=list(canvas),
        ) as camera:
            camera.homographies[:] = homographies
            camera.inliers[:] = motion.agreeing
    _report(motion, canvas)


def checked_canvas(
    homographies: np.ndarray, source: tuple[int, int], origin: Path
) -> tuple[int, int, int, int]:
    """Return x0, y0, width, height of the canvas that holds all frames.

    Args:
        homographies: [T, 3, 3], from source pixels of each frame to the canvas.
        source: width and height of the source.
        origin: the file they come from, for the error.

    Raises:
        InputError: the canvas would be too large.
    """
    canvas = canvas_bounds(homographies, source)
    if canvas[2] * canvas[3] > MOST_FRAMES_ON_CANVAS * source[0] * source[1]:
        raise InputError(
            f"{origin}: the camera turns or zooms too far for one picture plane (the canvas "
            f"would be {canvas[2]}x{canvas[3]}); take a shorter range (frames in the clip.yaml)"
        )
    return canvas


def _shown(masks: Path | None) -> np.ndarray | None:
    """Return where the layers that have masks are, bool [T, h, w]."""
    if masks is None:
        return None
    with Masks.open(masks) as given:
        return np.stack([alpha.max(0) > 0 for alpha in given.alpha])


def _motion(
    clip: Frames, people: Tracks, settings: CameraSettings, objects: np.ndarray | None
) -> Motion:
    count, size = len(clip.rgb), _measured_size(clip)
    start = count // 2 if settings.reference is None else settings.reference
    if settings.mode == "still":
        return still(count, start, size)
    source = clip.source_size

    def picture(t: int) -> Picture:
        grey = cv2.cvtColor(clip.rgb[t], cv2.COLOR_RGB2GRAY)
        if (grey.shape[1], grey.shape[0]) != size:
            grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        scale = np.array(size) / source
        keypoints = (people.keypoints[t] + 0.5) * scale - 0.5
        background = background_mask(keypoints, size)
        if objects is not None:
            leave_out(background, objects[t])
        return prepare(grey, background, settings.features)

    order = track(outwards(count, start), "camera", count - 1)
    measured = chain(picture, count, start, size, settings.mode != "stabilise", order)
    mode = settings.mode
    if mode == "auto":
        mode = choose_mode(measured)
    if _is_hopeless(measured):
        if settings.mode != "auto":
            raise InputError(
                f"camera.mode is '{mode}', but only {int(measured.measured.sum())} of {count} "
                f"frames of the clip '{clip.clip}' could be aligned: too little texture outside "
                "of the people. Set camera: {mode: still} in the clip.yaml if the camera stood "
                "still, or take another range of frames"
            )
        print(
            "camera  too little texture outside of the people to measure the camera's motion: "
            "taken as still. If it moved, set camera: {mode: stabilise} or {mode: pan} in the "
            "clip.yaml",
            file=sys.stderr,
        )
        return still(count, start, size)
    if mode == "still":
        return still(count, start, size, measured.agreeing)
    _say_filled_in(measured)
    return travelled(measured, mode, start, size, settings.reference is None)


def _measured_size(clip: Frames) -> tuple[int, int]:
    height, width = clip.rgb.shape[1:3]
    scale = min(1.0, LONG_SIDE / max(width, height))
    return round(width * scale), round(height * scale)


def _is_hopeless(measured: Chain) -> bool:
    return bool(measured.measured.mean() < 0.5 or measured.measured.sum() < 2)


def _say_filled_in(measured: Chain) -> None:
    """Tell on stderr which frames' motion is taken from their neighbours."""
    for good, run in groupby(range(len(measured.measured)), key=lambda t: measured.measured[t]):
        frames = list(run)
        if not good:
            print(
                f"camera  frames {frames[0]} to {frames[-1]} could not be aligned (too few "
                "points outside of the people): filled in from their neighbours",
                file=sys.stderr,
            )


def _report(motion: Motion, canvas: tuple[int, int, int, int]) -> None:
    print(
        f"camera  {motion.mode}, reference frame {motion.reference}, canvas "
        f"{canvas[2]}x{canvas[3]}",
        file=sys.stderr,
    )
