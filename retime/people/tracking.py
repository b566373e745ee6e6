"""Tracking: which detections of successive frames are the same person.

Works on a clip at once, in two passes. The first joins detections from frame to frame into
tracklets, by OKS between each tracklet's predicted pose and the new detections; the second joins
tracklets across longer gaps (`linking.py`). Both are minimum-cost assignments
(``scipy.optimize.linear_sum_assignment``), so that two people who cross are told apart by what fits
both best, not by who was asked first.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from retime.people.similarity import area_of_box, oks

# A prediction must agree with a detection at least this well (OKS).
SMALLEST_SIMILARITY = 0.2
# Joints below this score neither vote nor move the prediction.
TRUSTED_JOINT = 0.2
# Seconds for which somebody unseen is still looked for, so that nobody else takes their place.
PATIENCE_SECONDS = 0.3
# How fast the place of an unseen person becomes uncertain: growth of the tolerated distance per
# frame unseen at 30 fps, as a share of its value.
GROWTH_PER_FRAME_30 = 0.12
# OKS tolerates what annotators differ by; predictions of movement are this many times less exact,
# and while a new tracklet's velocity is unknown, once more.
INEXACTNESS, UNKNOWN_VELOCITY = 1.5, 1.5
# Share of the newest displacement in the velocity; people change direction within a few frames.
VELOCITY_GAIN = 0.6
# An unseen person's velocity fades with this time constant.
FADE_SECONDS = 0.3


@dataclass(frozen=True)
class Detections:
    """The people found in each frame: axes frame, person; NaN where fewer were found."""

    keypoints: np.ndarray  # [T, P, 17, 3] x, y in pixels, score
    boxes: np.ndarray  # [T, P, 4]
    scores: np.ndarray  # [T, P]

    def found(self, frame: int) -> np.ndarray:
        """Return the numbers of the people found in ``frame``."""
        return np.flatnonzero(np.isfinite(self.scores[frame]))


@dataclass
class Tracklet:
    """A run of detections of one person: ``entries[i]`` is the person's number in ``frames[i]``."""

    frames: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)


def displacement(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Return how the body moved, (x, y) in pixels, between two poses ``[17, 3]``.

    The median over the joints trusted in both: it does not jump when a joint appears, disappears
    or is misplaced. Where no joint is trusted in both, the way between the middles of the trusted
    joints; zero where a pose has none.
    """
    trusted = [pose[:, 2] >= TRUSTED_JOINT for pose in (earlier, later)]
    common = trusted[0] & trusted[1]
    if common.any():
        return np.median(later[common, :2] - earlier[common, :2], axis=0)
    if not (trusted[0].any() and trusted[1].any()):
        return np.zeros(2)
    return later[trusted[1], :2].mean(axis=0) - earlier[trusted[0], :2].mean(axis=0)


def faded_travel(velocity: np.ndarray, gap: float, fade: float) -> np.ndarray:
    """Return how far a velocity that fades with time constant ``fade`` carries in ``gap`` frames.

    The first frame counts in full, so that gaps of one are constant-velocity prediction.
    """
    return velocity * (1 + fade * (1 - np.exp(-(gap - 1) / fade)))


class _ActiveTrack:
    """The tracklets of a person being followed, and what is known of their motion."""

    def __init__(self, frame: int, entry: int, pose: np.ndarray, area: float) -> None:
        self.tracklets = [Tracklet([frame], [entry])]
        self.pose, self.area, self.velocity = pose, area, np.zeros(2)

    def gap(self, frame: int) -> int:
        return frame - self.tracklets[-1].frames[-1]

    @property
    def _new(self) -> bool:
        return len(self.tracklets) == 1 and len(self.tracklets[0].frames) == 1

    def doubt(self, frame: int, growth: float) -> float:
        """Return by how much the prediction's tolerance of distance is to be stretched."""
        new = self._new
        return INEXACTNESS + (UNKNOWN_VELOCITY if new else 0) + growth * (self.gap(frame) - 1)

    def predict(self, frame: int, fade: float) -> np.ndarray:
        """Return the expected joint places ``[17, 2]``."""
        return self.pose[:, :2] + faded_travel(self.velocity, self.gap(frame), fade)

    def extend(self, frame: int, entry: int, pose: np.ndarray, area: float) -> None:
        newest = displacement(self.pose, pose) / self.gap(frame)
        gain = 1.0 if self._new else VELOCITY_GAIN
        self.velocity = (1 - gain) * self.velocity + gain * newest
        # Joints not seen now stay where the body would have carried them, with a fading score.
        carried = self.pose.copy()
        carried[:, :2] += newest * self.gap(frame)
        carried[:, 2] *= 0.5
        unseen = pose[:, 2] < TRUSTED_JOINT
        self.pose = np.where(unseen[:, None], carried, pose)
        self.area = 0.7 * self.area + 0.3 * area
        if self.gap(frame) > 1:
            self.tracklets.append(Tracklet())
        self.tracklets[-1].frames.append(frame)
        self.tracklets[-1].entries.append(entry)


def _similarity(
    tracks: list[_ActiveTrack],
    frame: int,
    poses: np.ndarray,
    areas: np.ndarray,
    fade: float,
    growth: float,
) -> np.ndarray:
    """Return the OKS ``[tracks, detections]`` of predictions and poses ``[detections, 17, 3]``.

    The better of two predictions counts: that the person moves on, and that they stay, which is
    nearer to the truth where somebody turns round at once, as in a bounce.
    """
    trust = np.stack([track.pose[:, 2] for track in tracks])[:, None]  # [K, 1, 17]
    doubt = np.array([track.doubt(frame, growth) for track in tracks])
    sizes = np.array([track.area for track in tracks])
    area = (sizes[:, None] + areas) / 2 * doubt[:, None] ** 2  # [K, D]
    both = (trust >= TRUSTED_JOINT) & (poses[None, :, :, 2] >= TRUSTED_JOINT)
    weights = np.where(both, np.sqrt(trust * poses[None, :, :, 2]), 0.0)
    moving = np.stack([track.predict(frame, fade) for track in tracks])
    staying = np.stack([track.pose[:, :2] for track in tracks])
    return np.maximum(
        *(oks(p[:, None], poses[None, :, :, :2], area, weights) for p in (moving, staying))
    )


def build_tracklets(detections: Detections, fps: float) -> list[Tracklet]:
    """Join detections from frame to frame; tracklets come in order of their first frame.

    A tracklet has no gaps. Somebody missed for a few frames is looked for where they should be, but
    whether they are the same person is left to linking, which sees both sides of the gap.
    """
    fade, patience = FADE_SECONDS * fps, max(1, round(PATIENCE_SECONDS * fps))
    growth = GROWTH_PER_FRAME_30 * 30 / fps
    active: list[_ActiveTrack] = []
    finished: list[Tracklet] = []
    for frame in range(len(detections.scores)):
        entries = detections.found(frame)
        poses = np.nan_to_num(detections.keypoints[frame, entries])
        areas = area_of_box(detections.boxes[frame, entries])
        unmatched = set(range(len(entries)))
        if active and len(entries):
            similarity = _similarity(active, frame, poses, areas, fade, growth)
            for row, column in zip(*linear_sum_assignment(-similarity), strict=True):
                if similarity[row, column] >= SMALLEST_SIMILARITY:
                    active[row].extend(frame, int(entries[column]), poses[column], areas[column])
                    unmatched.remove(column)
        for column in sorted(unmatched):
            active.append(_ActiveTrack(frame, int(entries[column]), poses[column], areas[column]))
        for track in active:
            finished += track.tracklets if track.gap(frame) > patience else []
        active = [track for track in active if track.gap(frame) <= patience]
    finished += [tracklet for track in active for tracklet in track.tracklets]
    return sorted(finished, key=lambda tracklet: (tracklet.frames[0], tracklet.entries[0]))
