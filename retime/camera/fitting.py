"""Least-squares refinement of a homography on point pairs, robust against outliers."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # [n, 2] x, y
Homography = NDArray[np.float64]  # [3, 3]

ITERATIONS = 12
# Corners found by Lucas-Kanade are seldom better than this, pixels: keeps the weights from
# collapsing onto the few pairs that happen to agree perfectly.
LEAST_SCALE = 0.05


def transform(homography: Homography, points: Points) -> Points:
    """Map ``points`` [..., 2] by ``homography`` [3, 3] (or [..., 3, 3], broadcast over points)."""
    ones = np.ones((*points.shape[:-1], 1))
    mapped = np.einsum("...ij,...j->...i", homography, np.concatenate([points, ones], axis=-1))
    return mapped[..., :2] / mapped[..., 2:]


def derivatives(homography: Homography, points: Points) -> NDArray[np.float64]:
    """Return d(mapped point) / d(the homography's first eight elements, row by row), [n, 2, 8].

    The last element is held at 1.
    """
    depth = np.column_stack([points, np.ones(len(points))]) @ homography[2]
    x, y = points.T
    u, v = transform(homography, points).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    of_u = np.column_stack([x, y, one, zero, zero, zero, -u * x, -u * y])
    of_v = np.column_stack([zero, zero, zero, x, y, one, -v * x, -v * y])
    return np.stack([of_u, of_v], axis=1) / depth[:, None, None]


def fit_homography(
    start: Homography, source: Points, target: Points
) -> tuple[Homography, NDArray[np.float64]]:
    """Fit the homography that takes ``source`` to ``target``, beginning at ``start``.

    Gauss-Newton on the distance in the target picture, reweighted by the Cauchy function of the
    distance over its median (iteratively reweighted least squares). Unlike a vote for inliers,
    weights change smoothly from frame to frame, so that the fit does not jump where some points
    lie off the plane that most agree on.

    Args:
        start: homography near the solution.
        source: [n, 2] points, n >= 4, not all on a line.
        target: [n, 2] points.

    Returns:
        The homography with element [2, 2] equal to 1, and the distances [n] it leaves.
    """
    centre, spread = source.mean(0), max(float(source.std()), 1e-6)
    normalise = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, spread]]) / spread
    points = transform(normalise, source)
    fitted = start @ np.linalg.inv(normalise)
    fitted = fitted / fitted[2, 2]
    for _ in range(ITERATIONS):
        error = target - transform(fitted, points)
        distance = np.linalg.norm(error, axis=1)
        # 1.48 x the median is the standard deviation of normal errors; 2.385 of those give the
        # Cauchy weights 95 % efficiency.
        scale = 2.385 * max(1.48 * float(np.median(distance)) / np.sqrt(2), LEAST_SCALE)
        weight = 1 / (1 + (distance / scale) ** 2)
        by_elements = derivatives(fitted, points)
        weighted = by_elements * weight[:, None, None]
        normal = np.einsum("nki,nkj->ij", weighted, by_elements)
        step = np.linalg.lstsq(normal, np.einsum("nki,nk->i", weighted, error), rcond=None)[0]
        fitted = fitted + np.append(step, 0).reshape(3, 3)
        if np.abs(step).max() < 1e-9 * spread:
            break
    result = fitted @ normalise
    result = result / result[2, 2]
    return result, np.linalg.norm(target - transform(result, source), axis=1)
