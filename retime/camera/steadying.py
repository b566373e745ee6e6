"""Take the jitter of measurement, not the camera's motion, out of a clip's homographies.

Where a picture's corner is hidden by people or has no texture, a homography fitted to one frame
alone lets it swim by a pixel and more. Cameras have mass: the corners' paths accelerate only so
much. Both are weighed by what they are worth: each frame counts by the information of its own
point pairs, the smoothness by the acceleration under which the clip's measurements are most
likely (a Kalman smoother with a random acceleration, its variance found by maximum likelihood).
Well measured motion, however shaky, stays as it is, and a frame that could not be measured at all
is filled in from its neighbours.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

# Standard deviations of the acceleration to choose from, pixels per frame^2: from a tripod's
# tremble to a camera that is thrown.
ACCELERATIONS = np.geomspace(0.03, 30, 22)
FIXED = 1e8  # information that keeps the reference frame where it is, 1/pixels^2
# Prior of velocities, relative to that of accelerations: only holds what nothing else does.
SLIGHT = 1e-6
WIDTH = 16  # off-diagonals of the system: a frame is coupled to two others of 8 values each


def steady(
    paths: NDArray[np.float64], information: NDArray[np.float64], reference: int
) -> NDArray[np.float64]:
    """Return the most likely paths of the corners, [T, 4, 2].

    Minimises the sum over frames of (p - m)' I (p - m), with measured corners m and their
    information I, plus the squared second differences of p over the squared acceleration.

    Args:
        paths: [T, 4, 2] measured corners in the canvas plane, anything where not measured.
        information: [T, 8, 8] inverse covariance of each frame's corners; 0 where not measured.
        reference: frame whose corners are kept as they are.
    """
    frames = len(paths)
    if frames < 3:
        return paths.copy()
    information = information.copy()
    information[reference] = np.eye(8) * FIXED
    measured = information.any(axis=(1, 2))
    # Counted from the reference's corners, which keeps the sums below small and exact.
    origin = paths[reference].reshape(8)
    values = np.where(measured[:, None], paths.reshape(frames, 8) - origin, 0)
    band = _information_band(information)
    right = _times(information, values)
    solutions = []
    for acceleration in ACCELERATIONS:
        smoothness = 1 / acceleration**2
        factor = cholesky_banded(band + smoothness * _smoothness_band(frames))
        solved = cho_solve_banded((factor, False), right)
        # Minus twice the log likelihood of the measurements, up to a constant.
        fit = float(values.reshape(-1) @ _times(information, values)) - float(right @ solved)
        unlikely = fit + 2 * np.log(factor[-1]).sum() - 8 * (frames - 2) * np.log(smoothness)
        solutions.append((unlikely, solved))
    best = min(solutions, key=lambda pair: pair[0])[1]
    return (best.reshape(frames, 8) + origin).reshape(frames, 4, 2)


def _times(information: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.einsum("tij,tj->ti", information, values).reshape(-1)


def _information_band(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the upper band of the block diagonal matrix [8T, 8T] of ``information``.

    Element (i, j) of a matrix stands at ``band[WIDTH + i - j, j]``, as SciPy wants it.
    """
    band = np.zeros((WIDTH + 1, 8 * len(information)))
    for i in range(8):
        for j in range(i, 8):
            band[WIDTH + i - j, j::8] = information[:, i, j]
    return band


def _smoothness_band(frames: int) -> NDArray[np.float64]:
    """Return the upper band [17, 8T] of D2' D2 + SLIGHT x D1' D1, of differences in time."""
    main, first, second = np.zeros(frames), np.zeros(frames - 1), np.ones(frames - 2)
    main[:-2] += 1
    main[1:-1] += 4
    main[2:] += 1
    first[:-1] -= 2
    first[1:] -= 2
    main[:-1] += SLIGHT
    main[1:] += SLIGHT
    first -= SLIGHT
    band = np.zeros((WIDTH + 1, 8 * frames))
    for step, diagonal in enumerate((main, first, second)):
        band[WIDTH - 8 * step, 8 * step :] = np.repeat(diagonal, 8)
    return band
