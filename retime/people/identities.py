"""Identities: which detections of a clip are the same person, from first to last."""

import numpy as np

from retime.people.appearance import REGION_BINS, REGIONS
from retime.people.encounters import settle
from retime.people.linking import link
from retime.people.tracking import Detections, Tracklet, build_tracklets


def identify(
    detections: Detections, looks: np.ndarray | None, fps: float, longest_gap: float
) -> list[Tracklet]:
    """Return one track per person, in order of their first frame.

    Args:
        detections: the people of each frame.
        looks: their descriptions ``[T, P, 2, bins]``, NaN where unknown; None where there are none,
            then movement and size alone decide.
        fps: frames per second.
        longest_gap: seconds; a person unseen for longer is another.
    """
    if looks is None:
        looks = np.full((*detections.scores.shape, REGIONS, REGION_BINS), np.nan)
    tracklets = build_tracklets(detections, fps)
    tracks = link(detections, looks, tracklets, fps, longest_gap)
    return settle(detections, looks, tracks, fps)
