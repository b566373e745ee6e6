"""How far UV maps may be off: they are drawn from joints, and end some pixels off the person."""

import cv2
import numpy as np

from retime.layers.ground import grow

# How far they may be off, share of the frame's width.
EDGE = 0.01


def deep_inside(positive: np.ndarray) -> np.ndarray:
    """Return UV maps, bool [T, N, h, w], less an edge as wide as they may be off."""
    side = 2 * max(1, round(EDGE * positive.shape[-1])) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    eroded = [cv2.erode(m.astype(np.uint8), disc) > 0 for f in positive for m in f]
    return np.stack(eroded).reshape(positive.shape)


def near(positive: np.ndarray) -> np.ndarray:
    """Return UV maps of one frame, bool [N, h, w], and as far around as they may be off."""
    return np.stack([grow(body, 2 * EDGE * positive.shape[-1]) for body in positive])
