"""Where people are, as far as their keypoints tell: the camera is measured on the rest."""

import cv2
import numpy as np
from numpy.typing import NDArray

# A body reaches beyond its joints by hair, hands, clothes and what it carries. Share of the
# diagonal of the keypoints' box.
MARGIN = 0.15


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
