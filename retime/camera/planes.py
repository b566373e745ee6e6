"""Pictures as planes: corners, overlap, the canvas, change of scale. Sizes are (width, height)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from retime.camera.fitting import Homography, Points, transform

Size = tuple[int, int]


def corners(size: Size) -> Points:
    """Return the centres of the corner pixels of a picture, [4, 2], in order around it."""
    right, below = size[0] - 1, size[1] - 1
    return np.array([[0, 0], [right, 0], [right, below], [0, below]], np.float64)


def from_corners(shown: Points, size: Size) -> Homography:
    """Return the homography that takes the corners of a picture to ``shown`` [4, 2]."""
    x, y = corners(size).T
    zero, one = np.zeros(4), np.ones(4)
    u, v = shown.T
    rows = np.concatenate(
        [
            np.column_stack([x, y, one, zero, zero, zero, -u * x, -u * y]),
            np.column_stack([zero, zero, zero, x, y, one, -v * x, -v * y]),
        ]
    )
    return np.append(np.linalg.solve(rows, np.concatenate([u, v])), 1).reshape(3, 3)


def is_sound(homography: Homography, size: Size, most_scale: float = 4.0) -> bool:
    """Return whether a picture keeps its orientation, stays before the camera and near its size.

    Args:
        homography: maps the picture's pixels to a plane.
        size: of the picture.
        most_scale: by how much its sides may grow or shrink.
    """
    framed = corners(size)
    depth = np.column_stack([framed, np.ones(4)]) @ homography[2]
    if depth.min() <= 0.1 * depth.max():
        return False
    shown = transform(homography, framed)
    area = cv2.contourArea(shown.astype(np.float32), oriented=True)
    full = cv2.contourArea(framed.astype(np.float32), oriented=True)
    return bool(
        area * full > 0
        and 1 / most_scale**2 < area / full < most_scale**2
        and cv2.isContourConvex(shown.astype(np.float32))
    )


def overlap(homography: Homography, size: Size) -> float:
    """Return the share 0..1 of a picture's area that lies on the picture it is mapped to.

    Both pictures have ``size``; of the two shares (either picture's) the smaller is returned.
    """
    framed = corners(size).astype(np.float32)
    shown = transform(homography, corners(size)).astype(np.float32)
    common, _ = cv2.intersectConvexConvex(framed, shown)
    return float(common / max(cv2.contourArea(framed), cv2.contourArea(shown)))


def canvas_bounds(homographies: NDArray[np.float64], size: Size) -> tuple[int, int, int, int]:
    """Return x0, y0, width, height of the pixels that hold all pictures mapped by [T, 3, 3].

    Pixel (i, j) of the canvas lies at (x0 + i, y0 + j) of the plane; identities give
    (0, 0, width, height) of the picture itself.
    """
    shown = transform(homographies[:, None], corners(size)[None])  # [T, 4, 2]
    # Rounding errors of an identity must not add a pixel.
    low = np.floor(shown.min((0, 1)) + 1e-6).astype(int)
    high = np.ceil(shown.max((0, 1)) - 1e-6).astype(int)
    width, height = high - low + 1
    return int(low[0]), int(low[1]), int(width), int(height)


def resized(homographies: NDArray[np.float64], size: Size, to: Size) -> NDArray[np.float64]:
    """Return [T, 3, 3] homographies of pictures of ``size`` for the same pictures at size ``to``.

    A pixel's centre at x lies at (x + 0.5) s - 0.5 after scaling by s.
    """
    sx, sy = to[0] / size[0], to[1] / size[1]
    scaling = np.array([[sx, 0, sx / 2 - 0.5], [0, sy, sy / 2 - 0.5], [0, 0, 1]])
    result = scaling @ homographies @ np.linalg.inv(scaling)
    return result / result[..., 2:, 2:]
