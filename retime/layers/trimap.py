"""Trimaps from UV masks (section 4.3); those painted by hand are read in `painted.py`."""

import cv2
import numpy as np

CLEAR, UNSURE, OPAQUE = 0, 128, 255

# Within this share of the frame's width of oneself, another person's body is not ruled out.
NEAR = 0.06


def _disc(radius: float) -> np.ndarray:
    side = 2 * max(0, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def make_trimap(
    own: np.ndarray, others: np.ndarray, band: float, spare_others: bool = True
) -> np.ndarray:
    """Make a layer's trimap in one frame.

    The unsure band is the dilation of the layer's own UV mask.

    Args:
        own: bool [h, w], the layer's UV mask.
        others: bool [h, w], the UV masks of all other layers.
        band: width of the unsure band, share of the frame's width.
        spare_others: what lies on someone else and not close to oneself is clear: a layer's
            effects are looked for on the ground, not in the picture of another person (not in
            the paper).

    Returns:
        uint8 [h, w] of 0 (clear), 128 (unsure) and 255 (opaque).
    """
    mask = own.astype(np.uint8)
    width = own.shape[1]
    unsure = cv2.dilate(mask, _disc(band * width)) > 0
    if spare_others:
        near = cv2.dilate(mask, _disc(NEAR * width)) > 0
        unsure &= near | ~others
    return np.where(own, OPAQUE, np.where(unsure, UNSURE, CLEAR)).astype(np.uint8)
