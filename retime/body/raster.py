"""A z-buffer rasteriser for triangle meshes on the CPU.

Pixel centres lie at integer coordinates: (0, 0) is the centre of the top-left pixel.
"""

import numba
import numpy as np


def rasterise(
    points: np.ndarray, faces: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the face nearest to the camera at every pixel centre.

    Args:
        points: [V, 3] pixel x, pixel y, and depth along the viewing axis (any unit, larger is
            farther). Faces with a corner nearer than 0.01 are left out.
        faces: [F, 3] int32 vertex indices, either winding.
        height, width: size of the picture in pixels.

    Returns:
        Inverse depth [H, W] float32 (0 where nothing is), face index [H, W] int32 (-1 where
        nothing is), and perspective-correct barycentric weights of the face's first and second
        corner [H, W, 2] float32; the third corner's weight is 1 minus both.
    """
    inverse_depth = np.zeros((height, width), np.float32)
    face_index = np.full((height, width), -1, np.int32)
    barycentric = np.zeros((height, width, 2), np.float32)
    _fill(np.ascontiguousarray(points, np.float32), faces, inverse_depth, face_index, barycentric)
    return inverse_depth, face_index, barycentric


def rasterise_uv(
    points: np.ndarray,
    faces: np.ndarray,
    parts: np.ndarray,
    face_uv: np.ndarray,
    height: int,
    width: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Part labels [H, W] uint8 (0 where nothing is) and u, v [H, W, 2] float32 in [0, 1].

    Args:
        points, faces, height, width: as for :func:`rasterise`.
        parts: [F] uint8, part 1..24 of each face.
        face_uv: [F, 3, 2] u, v at each corner of each face.
    """
    _, face_index, barycentric = rasterise(points, faces, height, width)
    part = np.zeros((height, width), np.uint8)
    uv = np.zeros((height, width, 2), np.float32)
    _shade(face_index, barycentric, parts, face_uv, part, uv)
    return part, uv


@numba.njit(cache=True, fastmath=True)
def _fill(points, faces, inverse_depth, face_index, barycentric):
    height, width = face_index.shape
    for t in range(faces.shape[0]):
        a, b, c = faces[t, 0], faces[t, 1], faces[t, 2]
        xa, ya, za = points[a, 0], points[a, 1], points[a, 2]
        xb, yb, zb = points[b, 0], points[b, 1], points[b, 2]
        xc, yc, zc = points[c, 0], points[c, 1], points[c, 2]
        if min(za, zb, zc) < 0.01:
            continue
        left = max(0, int(np.ceil(min(xa, xb, xc))))
        right = min(width - 1, int(np.floor(max(xa, xb, xc))))
        top = max(0, int(np.ceil(min(ya, yb, yc))))
        bottom = min(height - 1, int(np.floor(max(ya, yb, yc))))
        if left > right or top > bottom:
            continue
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if area == 0:
            continue
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                wa = ((xb - x) * (yc - y) - (xc - x) * (yb - y)) / area
                wb = ((xc - x) * (ya - y) - (xa - x) * (yc - y)) / area
                wc = 1 - wa - wb
                if wa < 0 or wb < 0 or wc < 0:
                    continue
                # Inverse depth is linear in screen space; depth itself is not.
                nearness = wa / za + wb / zb + wc / zc
                if nearness > inverse_depth[y, x]:
                    inverse_depth[y, x] = nearness
                    face_index[y, x] = t
                    barycentric[y, x, 0] = wa / za / nearness
                    barycentric[y, x, 1] = wb / zb / nearness


@numba.njit(cache=True)
def _shade(face_index, barycentric, parts, face_uv, part, uv):
    height, width = face_index.shape
    for y in range(height):
        for x in range(width):
            t = face_index[y, x]
            if t >= 0:
                first, second = barycentric[y, x, 0], barycentric[y, x, 1]
                third = 1 - first - second
                part[y, x] = parts[t]
                for k in range(2):
                    uv[y, x, k] = (
                        first * face_uv[t, 0, k]
                        + second * face_uv[t, 1, k]
                        + third * face_uv[t, 2, k]
                    )
