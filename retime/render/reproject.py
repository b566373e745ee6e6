"""Show a layer of one source frame as the camera of another frame sees it (section 4.6)."""

import cv2
import numpy as np

# Cubic interpolation moves a picture in steps of 1/32 pixel; less than half a step is no motion.
STILL = 1 / 64


def between_frames(
    to_canvas_from: np.ndarray,
    to_canvas_out: np.ndarray,
    offset: np.ndarray,
    scale: tuple[float, float],
) -> np.ndarray:
    """Return the homography from layer pixels of one frame to layer pixels of another.

    Up to the canvas by the frame the layer was seen in, down again by the frame it is shown in,
    then displaced in the picture.

    Args:
        to_canvas_from: [3, 3], source pixels of the frame the layer is taken from to the canvas.
        to_canvas_out: [3, 3], the same for the frame whose camera the output has.
        offset: x, y by which to displace the layer in the output, source pixels.
        scale: layer size over source size, across and down.

    Returns:
        float64 [3, 3], between pixels of layer pictures.
    """
    if np.array_equal(to_canvas_from, to_canvas_out):
        seen = np.eye(3)
    else:
        seen = np.linalg.solve(to_canvas_out, to_canvas_from)
    move = np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1]])
    # (0, 0) is the centre of the first pixel at both sizes, so scaling keeps x + 1/2 in step.
    (sx, sy), shift = scale, 0.5
    to_layer = np.array([[sx, 0, shift * (sx - 1)], [0, sy, shift * (sy - 1)], [0, 0, 1]])
    return to_layer @ move @ seen @ np.linalg.inv(to_layer)


def reproject(rgba: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Resample a layer's picture through a homography.

    Whole-pixel motion copies pixels unchanged, and no motion returns the picture itself. Colours
    are weighted by alpha while they are interpolated, so that what an invisible pixel holds never
    shows at an edge. What comes from outside the picture is clear.

    Args:
        rgba: uint8 [H, W, 4], straight alpha.
        homography: [3, 3], pixels of ``rgba`` to pixels of the result.

    Returns:
        uint8 [H, W, 4], straight alpha.
    """
    box = _visible_box(rgba)
    if box is None:
        return rgba
    x0, y0, x1, y1 = box
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)
    projected = np.c_[corners, np.ones(4)] @ np.asarray(homography, dtype=np.float64).T
    if (projected[:, 2] <= 0).any():  # part of it lies behind the camera: it is out of view
        return np.zeros_like(rgba)
    landed = projected[:, :2] / projected[:, 2:]
    moved = landed - corners
    step = np.round(moved[0]).astype(int)
    if np.abs(moved - step).max() < STILL:
        return _shift(rgba, *step.tolist()) if step.any() else rgba
    return _warp(rgba, homography, box, landed)


def _visible_box(rgba: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return first and last column and row with any alpha, as x0, y0, x1, y1; None if none."""
    rows = np.flatnonzero(rgba[..., 3].any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(rgba[rows[0] : rows[-1] + 1, :, 3].any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def _shift(rgba: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Displace a picture by whole pixels."""
    height, width = rgba.shape[:2]
    out = np.zeros_like(rgba)
    if abs(dx) < width and abs(dy) < height:
        y, x = max(dy, 0), max(dx, 0)
        kept = rgba[max(-dy, 0) : height - y, max(-dx, 0) : width - x]
        out[y : y + kept.shape[0], x : x + kept.shape[1]] = kept
    return out


def _warp(
    rgba: np.ndarray,
    homography: np.ndarray,
    box: tuple[int, int, int, int],
    landed: np.ndarray,
) -> np.ndarray:
    """Resample what is inside ``box``; ``landed`` are its corners in the result, [4, 2]."""
    height, width = rgba.shape[:2]
    out = np.zeros_like(rgba)
    margin = 3  # beyond the reach of the cubic kernel
    left, top = np.maximum(np.floor(landed.min(axis=0)).astype(int) - margin, 0).tolist()
    right = min(int(np.ceil(landed[:, 0].max())) + margin + 1, width)
    bottom = min(int(np.ceil(landed[:, 1].max())) + margin + 1, height)
    if right <= left or bottom <= top:
        return out
    x0, y0, x1, y1 = box
    picture = rgba[y0 : y1 + 1, x0 : x1 + 1].astype(np.float32)
    picture[..., :3] *= picture[..., 3:] / 255
    within = (
        np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])
        @ homography
        @ np.array([[1.0, 0, x0], [0, 1, y0], [0, 0, 1]])
    )
    warped = cv2.warpPerspective(
        picture,
        within,
        (right - left, bottom - top),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
    )
    # The cubic kernel overshoots at edges, in colour and alpha alike: divide before clipping.
    alpha = warped[..., 3:]
    colour = warped[..., :3] * (255 / np.maximum(alpha, 0.5))
    target = out[top:bottom, left:right]
    target[..., :3] = np.clip(colour, 0, 255) + 0.5
    target[..., 3:] = np.clip(alpha, 0, 255) + 0.5
    target[target[..., 3] == 0] = 0
    return out
