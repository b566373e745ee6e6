"""Where people and objects are, as far as is known: the camera is measured on the rest."""

import cv2
import numpy as np
from numpy.typing import NDArray

# A body reaches beyond its joints by hair, hands, clothes and what it carries. Share of the
# diagonal of the keypoints' box.
MARGIN = 0.15
# An object's shadow moves with it; what is seen of one beyond its mask, share of the frame's width.
OBJECT_MARGIN = 0.03


def background_mask(keypoints: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return [H, W]: 255 on the background, 0 on people and a margin around them.

    Args:
        keypoints: [P, 17, 2] pixels of the mask; NaN where not known.
        size: width and height of the mask.
    """
    mask = np.full((size[1], size[0]), 255, np.uint8)
    for person in keypoints:
        known = person[np.isfinite(person).all(axis=1)]
        if len(known) == 0:
            continue
        margin = MARGIN * float(np.linalg.norm(np.ptp(known, axis=0)))
        hull = cv2.convexHull(known.astype(np.float32)).round().astype(np.int32)
        cv2.fillConvexPoly(mask, hull, 0)
        cv2.polylines(mask, [hull], isClosed=True, color=0, thickness=max(1, round(2 * margin)))
    return mask


def leave_out(mask: NDArray[np.uint8], objects: NDArray[np.bool_]) -> None:
    """Set ``mask`` [H, W] to 0 on ``objects`` [h, w], of any size, and a margin around them."""
    side = 2 * round(OBJECT_MARGIN * objects.shape[1]) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    grown = cv2.dilate(objects.astype(np.uint8), disc)
    mask[cv2.resize(grown, mask.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0] = 0
