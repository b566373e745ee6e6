"""Measures of tracks, pictures and mattes against the truth."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from retime.people.similarity import oks

SAME_PERSON = 0.5
"""OKS from which a tracked and a true person count as the same one in a frame."""


class SquaredError:
    """Mean squared error of pictures, gathered frame by frame."""

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def add(self, first: np.ndarray, second: np.ndarray, region: np.ndarray | None = None) -> None:
        """Add two pictures [H, W, 3] in 0..255; only pixels of ``region`` [H, W] if given."""
        squared = (first.astype(np.float64) - second.astype(np.float64)) ** 2
        if region is not None:
            squared = squared[region]
        self.total += float(squared.sum())
        self.count += squared.size

    @property
    def psnr(self) -> float | None:
        """Peak signal-to-noise ratio in dB of all pictures together; None if nothing was added.

        Equal pictures give 100 dB rather than infinity, which JSON cannot hold.
        """
        if not self.count:
            return None
        mean = self.total / self.count
        return 100.0 if mean == 0 else min(100.0, 10 * float(np.log10(255**2 / mean)))


def track_similarity(
    tracked: np.ndarray, present: np.ndarray, true: np.ndarray, area: np.ndarray
) -> np.ndarray:
    """OKS of every tracked person with every true person in every frame. [T, P, N]

    Args:
        tracked: [T, P, 17, 2] pixels.
        present: [T, P] bool; the similarity of a person who is not present is 0.
        true: [T, N, 17, 3] pixels and COCO's flag; keypoints flagged 0 do not count.
        area: [T, N] of the true persons, square pixels.
    """
    frames, people = tracked.shape[:2]
    counts = np.broadcast_to((true[..., 2] > 0)[:, None], (frames, people, *true.shape[1:3]))
    similarity = oks(
        tracked[:, :, None].astype(np.float64),  # [T, P, 1, 17, 2]
        true[:, None, :, :, :2],
        np.maximum(area, 1.0)[:, None],
        counts.astype(np.float64),
    )
    return np.where(present[:, :, None], similarity, 0.0)


def match_people(similarity: np.ndarray) -> dict[int, int]:
    """Match true people to tracked ones, one to one over the whole clip.

    Args:
        similarity: [T, P, N], see :func:`track_similarity`.

    Returns:
        Index of the tracked person for each true person that has one (their OKS is above 0 in
        some frame), chosen for the greatest sum of similarities.
    """
    total = similarity.sum(0)  # [P, N]
    pairs = zip(*linear_sum_assignment(total, maximize=True), strict=True)
    return {int(n): int(p) for p, n in pairs if total[p, n] > 0}


def mean_oks(similarity: np.ndarray, seen: np.ndarray) -> float:
    """Mean OKS over all true people and frames, a person missed in a frame counting 0.

    Args:
        similarity: [T, P, N]; people are matched over the whole clip.
        seen: [T, N] bool, which true people are in the picture.
    """
    matched = np.zeros(seen.shape)
    for n, p in match_people(similarity).items():
        matched[:, n] = similarity[:, p, n]
    return float(matched[seen].mean()) if seen.any() else 0.0


def identity_switches(similarity: np.ndarray) -> int:
    """Count how often a true person goes over from one tracked id to another.

    In each frame people are matched one to one by their OKS, those below :data:`SAME_PERSON`
    not at all; a switch is a match to another id than that person's last match.
    """
    switches = 0
    last: dict[int, int] = {}
    for frame in similarity:  # [P, N]
        for p, n in zip(*linear_sum_assignment(frame, maximize=True), strict=True):
            if frame[p, n] < SAME_PERSON:
                continue
            switches += int(last.get(int(n), int(p)) != p)
            last[int(n)] = int(p)
    return switches


class AlphaOverlap:
    """Intersection over union of two mattes above a threshold, over all frames."""

    def __init__(self, threshold: float) -> None:
        self.threshold, self.shared, self.either = threshold, 0, 0

    def add(self, first: np.ndarray, second: np.ndarray) -> None:
        """Add two mattes [H, W] in 0..1."""
        a, b = first > self.threshold, second > self.threshold
        self.shared += int((a & b).sum())
        self.either += int((a | b).sum())

    @property
    def iou(self) -> float:
        """In 0..1; 1 where neither matte ever rises above the threshold."""
        return self.shared / self.either if self.either else 1.0


class AlphaRatio:
    """Mean predicted over mean true alpha in a region, over all frames."""

    def __init__(self) -> None:
        self.predicted, self.true = 0.0, 0.0

    def add(self, predicted: np.ndarray, true: np.ndarray, region: np.ndarray) -> None:
        """Add two mattes [H, W] in 0..1 on ``region`` [H, W]."""
        self.predicted += float(predicted[region].sum())
        self.true += float(true[region].sum())

    @property
    def ratio(self) -> float | None:
        """1 is right, 0 is missed; None where the region is empty."""
        return self.predicted / self.true if self.true else None


class ChangeShare:
    """How much of a true change of a picture a predicted change makes, over all frames.

    The factor by which the true change comes nearest to the predicted one (least squares).
    """

    def __init__(self) -> None:
        self.product, self.true = 0.0, 0.0

    def add(self, predicted: np.ndarray, true: np.ndarray, region: np.ndarray) -> None:
        """Add two differences of pictures [H, W, 3] on ``region`` [H, W]."""
        p, t = predicted[region].astype(np.float64), true[region].astype(np.float64)
        self.product += float((p * t).sum())
        self.true += float((t * t).sum())

    @property
    def ratio(self) -> float | None:
        """1 is right, 0 is missed; None where there is no change."""
        return self.product / self.true if self.true else None
