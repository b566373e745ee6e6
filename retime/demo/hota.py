"""HOTA, the higher order tracking accuracy, and identity switches of tracks against the truth.

HOTA is by Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV
129 (2021), sections 5 and 6, with the matching of its reference implementation, TrackEval; switches
are those of Bernardin and Stiefelhagen's CLEAR MOT metrics (2008). TrackEval itself gives the same
numbers, but needs an OpenCV that takes the place of the headless one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

ALPHAS = np.arange(1, 20) * 0.05
"""Similarities from which two count as the same, over which HOTA is averaged."""
SAME_PERSON = 0.5
"""Similarity from which a match counts for identity switches."""
# Comparisons at a threshold shall not depend on the last bit.
_SLACK = np.finfo(float).eps


@dataclass(frozen=True)
class Hota:
    """Counts of one clip or of several together, each at the 19 :data:`ALPHAS`."""

    matched: np.ndarray  # [19] true people that have a tracked one, over all frames
    missed: np.ndarray  # [19] true people without
    surplus: np.ndarray  # [19] tracked people without a true one
    association: np.ndarray  # [19] sum over the matched of how well their two tracks agree, 0..1

    def __add__(self, other: "Hota") -> "Hota":
        return Hota(
            self.matched + other.matched,
            self.missed + other.missed,
            self.surplus + other.surplus,
            self.association + other.association,
        )

    @property
    def detection_accuracy(self) -> np.ndarray:
        """DetA [19]: matches over all that was true or tracked."""
        return self.matched / np.maximum(self.matched + self.missed + self.surplus, 1)

    @property
    def association_accuracy(self) -> np.ndarray:
        """AssA [19]: how well the tracks of matched people agree."""
        return self.association / np.maximum(self.matched, 1)

    @property
    def score(self) -> float:
        """HOTA in 0..1: the geometric mean of the two, averaged over the thresholds."""
        return float(np.sqrt(self.detection_accuracy * self.association_accuracy).mean())


def count_hota(similarity: np.ndarray, tracked: np.ndarray, true: np.ndarray) -> Hota:
    """Count one clip.

    Args:
        similarity: [T, P, N] of each tracked and each true person in each frame, 0..1.
        tracked: [T, P] bool, where a tracked person is said to be.
        true: [T, N] bool, where a true person is.
    """
    both = tracked[:, :, None] & true[:, None]  # [T, P, N]
    similarity = np.where(both, similarity, 0.0)
    lengths = tracked.sum(0)[:, None] + true.sum(0)  # [P, N]
    # How well two whole tracks agree decides whom a frame's detections are matched to: matches
    # weigh by their similarity over all similarity to either.
    either = similarity.sum(1, keepdims=True) + similarity.sum(2, keepdims=True) - similarity
    shared = np.divide(similarity, either, out=np.zeros(either.shape), where=either > _SLACK).sum(0)
    alignment = shared / np.maximum(lengths - shared, 1)
    matches = np.zeros((len(ALPHAS), *alignment.shape))
    for frame, there in zip(similarity, both, strict=True):
        rows, columns = linear_sum_assignment(frame * alignment, maximize=True)
        enough = frame[rows, columns] >= ALPHAS[:, None] - _SLACK  # [19, matches]
        enough &= there[rows, columns]
        matches[:, rows, columns] += enough
    count = matches.sum((1, 2))
    agreement = matches / np.maximum(lengths - matches, 1)
    return Hota(count, true.sum() - count, tracked.sum() - count, (matches * agreement).sum((1, 2)))


def count_switches(similarity: np.ndarray, tracked: np.ndarray, true: np.ndarray) -> int:
    """Count how often a true person goes over from one tracked id to another.

    Arguments as of :func:`count_hota`. In each frame as many people as possible are matched to whom
    they were matched to last, the others for the greatest similarity; those below
    :data:`SAME_PERSON` not at all.
    """
    both = tracked[:, :, None] & true[:, None]
    similarity = np.where(both, similarity, 0.0)
    switches = 0
    last: dict[int, int] = {}  # tracked person by true person
    previous: dict[int, int] = {}  # the same, of the frame before alone
    for frame, there in zip(similarity, both, strict=True):
        if not there.any():
            continue
        worth = np.where(frame >= SAME_PERSON - _SLACK, frame, 0.0)
        for n, p in previous.items():
            worth[p, n] += 1000.0 * (worth[p, n] > 0)
        matches = {
            int(n): int(p)
            for p, n in zip(*linear_sum_assignment(worth, maximize=True), strict=True)
            if worth[p, n] > 0
        }
        switches += sum(last.get(n, p) != p for n, p in matches.items())
        last |= matches
        previous = matches
    return switches
