"""Lay all frames of a clip onto one plane, over key frames where the camera travels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retime.camera.alignment import Alignment, align
from retime.camera.fitting import Homography, transform
from retime.camera.matching import Picture
from retime.camera.planes import Size, corners, is_sound, overlap

# A frame that shares less than this with its key frame becomes a key frame itself. Also where
# `auto` draws the line between `stabilise` and `pan`.
KEY_OVERLAP = 0.7


@dataclass(frozen=True)
class Chain:
    """Where the frames' corners lie in the plane of the reference frame, as measured."""

    paths: NDArray[np.float64]  # [T, 4, 2] corners, order of planes.corners; NaN not measured
    information: NDArray[np.float64]  # [T, 8, 8] inverse covariance; 0 where not measured
    agreeing: NDArray[np.float64]  # [T] share of point pairs that agree; 0 where not measured
    moved: NDArray[np.float64]  # [T] pixels from the frame it was aligned to; NaN not measured
    shared: NDArray[np.float64]  # [T] overlap with the reference frame; NaN not measured
    keys: list[int]  # frames others were aligned to

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Frames that could be aligned, [T]."""
        return self.agreeing > 0


@dataclass(frozen=True)
class _Key:
    index: int
    picture: Picture
    to_plane: Homography


def chain(
    picture: Callable[[int], Picture],
    frames: int,
    reference: int,
    size: Size,
    travel: bool,
    order: Iterator[int] | None = None,
) -> Chain:
    """Align every frame to a key frame, outwards from the reference.

    The reference is the first key frame. With ``travel``, a frame that shares little with its
    key frame becomes the next one, and each frame is aligned to the key frame it is likely to
    share most with: errors add up only from key frame to key frame, and a camera that returns
    meets its own earlier key frames.

    Args:
        picture: returns frame t prepared for matching.
        frames: how many there are.
        reference: the frame whose plane the others are laid on.
        size: width and height of the frames.
        travel: whether frames other than the reference may be key frames.
        order: the frames in the order they are to be taken, from the reference outwards;
            default ``outwards``.
    """
    paths = np.full((frames, 4, 2), np.nan)
    information = np.zeros((frames, 8, 8))
    agreeing = np.zeros(frames)
    moved, shared = np.full(frames, np.nan), np.full(frames, np.nan)
    keys = [_Key(reference, picture(reference), np.eye(3))]
    paths[reference], shared[reference] = corners(size), 1.0
    agreeing[reference], moved[reference] = 1.0, 0.0
    nearest = keys[0]
    for t in order or outwards(frames, reference):
        if t == reference:
            continue
        if abs(t - reference) == 1:
            nearest = keys[0]
        frame = picture(t)
        found = _align_to_best(frame, keys, nearest, size)
        if found is None and travel and all(key is not nearest for key in keys):
            keys.append(nearest)
            found = _align_to_best(frame, [nearest], nearest, size)
        if found is None:
            continue
        key, alignment = found
        to_plane = key.to_plane @ alignment.homography
        to_plane = to_plane / to_plane[2, 2]
        if not is_sound(to_plane, size, most_scale=16.0):
            continue
        paths[t] = transform(to_plane, corners(size))
        information[t] = _carried(alignment, key.to_plane, size)
        agreeing[t], moved[t] = alignment.agreeing, alignment.moved
        shared[t] = overlap(to_plane, size)
        nearest = _Key(t, frame, to_plane)
        if travel and overlap(alignment.homography, size) < KEY_OVERLAP:
            keys.append(nearest)
    return Chain(paths, information, agreeing, moved, shared, [key.index for key in keys])


def outwards(frames: int, reference: int) -> Iterator[int]:
    """Yield the frames after ``reference``, then those before it, nearest first."""
    yield from range(reference + 1, frames)
    yield from range(reference - 1, -1, -1)


def _align_to_best(
    frame: Picture, keys: list[_Key], nearest: _Key, size: Size
) -> tuple[_Key, Alignment] | None:
    """Align ``frame``, which lies near ``nearest``, to the key frame it should share most with."""
    guesses = [np.linalg.inv(key.to_plane) @ nearest.to_plane for key in keys]
    guesses = [guess / guess[2, 2] for guess in guesses]
    shares = [overlap(guess, size) if is_sound(guess, size) else 0.0 for guess in guesses]
    best = int(np.argmax(shares))
    alignment = align(frame, keys[best].picture, guesses[best])
    return None if alignment is None else (keys[best], alignment)


def _carried(alignment: Alignment, to_plane: Homography, size: Size) -> NDArray[np.float64]:
    """Carry the information of corners on a key frame over to the plane, [8, 8]."""
    on_key = transform(alignment.homography, corners(size))
    inverse = np.zeros((8, 8))
    for n, local in enumerate(_point_derivatives(to_plane, on_key)):
        inverse[2 * n : 2 * n + 2, 2 * n : 2 * n + 2] = np.linalg.inv(local)
    return inverse.T @ alignment.information @ inverse


def _point_derivatives(homography: Homography, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return d(mapped point) / d(point), [n, 2, 2]."""
    depth = np.column_stack([points, np.ones(len(points))]) @ homography[2]
    mapped = transform(homography, points)
    return (homography[:2, :2] - mapped[:, :, None] * homography[2, :2]) / depth[:, None, None]
