"""Tracking as simple as can be, to compare with: detections matched by OKS from frame to frame."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from retime.artifacts import Poses
from retime.people.similarity import area_of_box, oks

SAME_PERSON = 0.3
"""OKS from which two detections in successive frames are one person."""


def match_frames(poses: Poses) -> tuple[np.ndarray, np.ndarray]:
    """Give the people of successive frames one id where their poses are alike.

    Nothing is foretold, bridged, repaired or filled in; who is not found in one frame is somebody
    else in the next.

    Returns:
        Joints [T, P, 17, 2] in source pixels, NaN where absent, and presence [T, P].
    """
    keypoints, boxes = poses.keypoints[:].astype(np.float64), poses.box[:]
    frames = len(keypoints)
    ids = np.full(keypoints.shape[:2], -1)
    count = 0
    for t in range(frames):
        found = np.flatnonzero(np.isfinite(keypoints[t, :, 0, 0]))
        before = np.flatnonzero(ids[t - 1] >= 0) if t else np.empty(0, int)
        areas = (area_of_box(boxes[t - 1, before])[:, None] + area_of_box(boxes[t, found])) / 2
        similarity = oks(
            keypoints[t - 1][before][:, None, :, :2], keypoints[t][found][:, :, :2], areas
        )
        for row, column in zip(*linear_sum_assignment(similarity, maximize=True), strict=True):
            if similarity[row, column] >= SAME_PERSON:
                ids[t, found[column]] = ids[t - 1, before[row]]
        for entry in found[ids[t, found] < 0]:
            ids[t, entry] = count
            count += 1
    places = np.full((frames, count, 17, 2), np.nan)
    for t, entry in np.argwhere(ids >= 0):
        places[t, ids[t, entry]] = keypoints[t, entry, :, :2]
    return places, np.isfinite(places[..., 0, 0])
