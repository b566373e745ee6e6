"""Object keypoint similarity (OKS), the COCO challenge's measure of two poses' agreement."""

import numpy as np

from retime.people.skeleton import SIGMAS

# A person covers about this share of their box; used where no outline is known (as in PoseTrack's
# and CrowdPose's evaluation). The box of somebody with their arms at their sides is narrow, which
# shall make nobody stricter: the area is never below this share of the longer side's square.
AREA_SHARE_OF_BOX, AREA_SHARE_OF_LENGTH = 0.53, 0.2


def area_of_box(box: np.ndarray) -> np.ndarray:
    """Return the person's area in square pixels, judged from boxes ``[..., 4]`` (x0, y0, x1, y1).

    Never below 1, so that it may divide.
    """
    width, height = box[..., 2] - box[..., 0], box[..., 3] - box[..., 1]
    least = AREA_SHARE_OF_LENGTH * np.maximum(width, height) ** 2
    return np.maximum(np.maximum(width * height * AREA_SHARE_OF_BOX, least), 1.0)


def joint_similarity(first: np.ndarray, second: np.ndarray, area: np.ndarray | float) -> np.ndarray:
    """Return each joint's similarity ``exp(-d^2 / (2 area k^2))``, in 0..1, with k = 2 sigma.

    ``first`` and ``second`` are places in pixels, ``[..., 17, 2]``, broadcast against each other;
    ``area`` is in square pixels, ``[...]``. A joint that is NaN in either gives NaN.
    """
    squared = np.sum((first - second) ** 2, axis=-1)  # [..., 17]
    return np.exp(-squared / (2 * np.asarray(area)[..., None] * (2 * SIGMAS) ** 2))


def oks(
    first: np.ndarray,
    second: np.ndarray,
    area: np.ndarray | float,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return the OKS of poses ``[..., 17, 2]`` in pixels, in 0..1.

    ``weights`` ``[..., 17]`` (default 1) says how much each joint counts; joints that are NaN in
    either pose do not count. Where nothing counts the similarity is 0.
    """
    similarity = joint_similarity(first, second, area)
    known = np.isfinite(similarity)
    weights = known if weights is None else np.where(known, weights, 0.0)
    total = np.sum(weights, axis=-1)
    weighted = np.sum(weights * np.where(known, similarity, 0.0), axis=-1)
    return np.divide(weighted, total, out=np.zeros(weighted.shape), where=total > 0)


def box_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union of boxes ``[..., 4]``, broadcast against each other."""
    low, high = (
        np.maximum(first[..., :2], second[..., :2]),
        np.minimum(first[..., 2:], second[..., 2:]),
    )
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    areas = [np.prod(np.clip(b[..., 2:] - b[..., :2], 0, None), axis=-1) for b in (first, second)]
    union = areas[0] + areas[1] - shared
    return np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)
