"""The homography between two pictures, and how far it can be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retime.camera.fitting import Homography, Points, derivatives, fit_homography, transform
from retime.camera.matching import Picture, match, track_corners, vote
from retime.camera.planes import corners, is_sound

# Fewer agreeing pairs, or a smaller share of them, can be chance: four always agree.
LEAST_PAIRS = 12
LEAST_SHARE = 0.25
AGREE_PIXELS = 2.0
# Errors of neighbouring corners are not independent (they share texture, shadows, compression):
# the information of the pairs is taken as this share of what independent ones would give.
INDEPENDENT_SHARE = 0.25
LEAST_ERROR = 0.05  # pixels; see fitting.LEAST_SCALE


@dataclass(frozen=True)
class Alignment:
    """How one picture lies on another."""

    homography: Homography  # pixels of the picture to pixels of the key
    information: NDArray[np.float64]  # [8, 8] inverse covariance of the mapped corners, 1/pixels^2
    agreeing: float  # share of the point pairs that agree, 0..1
    moved: float  # 90th percentile of the agreeing points' motion, pixels


def align(picture: Picture, key: Picture, guess: Homography | None = None) -> Alignment | None:
    """Find how ``picture`` lies on ``key``.

    Args:
        picture: the picture to be aligned.
        key: the picture it is aligned to.
        guess: rough homography, tried where ORB features do not agree on one.

    Returns:
        The alignment, or None where too few points agree.
    """
    source, target = match(picture, key)
    voted, share = vote(source, target)
    starts = []
    if voted is not None and share * len(source) >= LEAST_PAIRS and is_sound(voted, picture.size):
        starts.append(voted)
    if guess is not None:
        starts.append(guess)
    for start in starts:
        source, target = track_corners(picture, key, start)
        if len(source) < LEAST_PAIRS:
            continue
        fitted, distance = fit_homography(start, source, target)
        agree = distance < AGREE_PIXELS
        if (
            agree.sum() >= LEAST_PAIRS
            and agree.mean() >= LEAST_SHARE
            and is_sound(fitted, picture.size)
        ):
            motion = np.linalg.norm(transform(fitted, source) - source, axis=1)[agree]
            return Alignment(
                fitted,
                corner_information(fitted, source[agree], distance[agree], picture.size),
                float(agree.mean()),
                float(np.percentile(motion, 90)),
            )
    return None


def corner_information(
    homography: Homography, points: Points, distance: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return how well point pairs fix the corners of a picture, [8, 8] in 1/pixels^2.

    The coordinates are x and y of the four mapped corners, corner by corner. Corners far from
    all points are fixed badly, and this says so.

    Args:
        homography: fitted to the pairs.
        points: [n, 2] in the picture.
        distance: [n] left by the fit, pixels.
        size: width and height of the picture.
    """
    error = max(1.48 * float(np.median(distance)) / np.sqrt(2), LEAST_ERROR)
    by_elements = derivatives(homography, points)  # [n, 2, 8]
    information = np.einsum("nki,nkj->ij", by_elements, by_elements)
    information *= INDEPENDENT_SHARE / error**2
    to_corners = np.linalg.inv(derivatives(homography, corners(size)).reshape(8, 8))
    return to_corners.T @ information @ to_corners
