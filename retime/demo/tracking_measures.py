"""Measures of tracked people against the true ones of a clip."""

from dataclasses import astuple, dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from retime.demo.hota import Hota, count_hota, count_switches
from retime.demo.metrics import match_people, track_similarity
from retime.demo.truth import Truth
from retime.people.interpolation import OBSERVED
from retime.people.skeleton import MIRROR

JOINTS_IN_PICTURE = 9
"""With fewer joints in the picture a true person neither counts as there nor as not there."""
FULLY_HIDDEN = 0.1
"""A person of whom less than this share of their outline is to be seen is fully occluded."""
NO_TRACK_OF_ANYONE = 0.1
"""OKS from which a tracked person may be the one who does not count."""


def visible_share(true: Truth) -> np.ndarray:
    """Share of each person's outline that nobody nearer hides. [T, N]; 0 outside the picture."""
    frames, people = true.order.shape
    share = np.zeros((frames, people))
    for t in range(frames):
        body = true.body[t].astype(np.float32) / 255  # [N, H, W]
        cover = body + true.carried[t].astype(np.float32) / 255
        uncovered = np.ones(body.shape[1:], np.float32)
        for number in true.order[t][::-1]:  # front to back
            whole = float(body[number - 1].sum())
            seen = float((body[number - 1] * uncovered).sum())
            share[t, number - 1] = seen / whole if whole else 0.0
            uncovered *= 1 - np.clip(cover[number - 1], 0, 1)
    return share


@dataclass(frozen=True)
class TrackedClip:
    """The people of one clip, true and tracked."""

    name: str
    crossing: bool  # whether people pass before one another
    true: np.ndarray  # [T, N, 17, 3] x, y (pixels), COCO's flag
    area: np.ndarray  # [T, N] square pixels
    visible: np.ndarray  # [T, N] see ``visible_share``
    tracked: np.ndarray  # [T, P, 17, 2] pixels
    present: np.ndarray  # [T, P] bool
    state: np.ndarray  # [T, P, 17] see ``people/interpolation.py``

    @cached_property
    def similarity(self) -> np.ndarray:
        """OKS of each tracked and each true person. [T, P, N]"""
        return track_similarity(self.tracked, self.present, self.true, self.area)

    @cached_property
    def there(self) -> np.ndarray:
        """Which true people count as in the picture. [T, N]"""
        return (self.true[..., 2] > 0).sum(-1) >= JOINTS_IN_PICTURE

    @cached_property
    def counted(self) -> np.ndarray:
        """Which tracked people count: all but those of true people who do not. [T, P]"""
        partly = (self.true[..., 2] > 0).any(-1) & ~self.there
        counted = self.present.copy()
        for t in np.flatnonzero(partly.any(1)):
            for p, n in zip(*linear_sum_assignment(self.similarity[t], maximize=True), strict=True):
                if partly[t, n] and self.similarity[t, p, n] >= NO_TRACK_OF_ANYONE:
                    counted[t, p] = False
        return counted

    @cached_property
    def people(self) -> dict[int, int]:
        """Index of the tracked person for each true one, matched over the whole clip."""
        return match_people(np.where(self.there[:, None], self.similarity, 0.0))

    @cached_property
    def hota(self) -> Hota:
        """The counts that HOTA follows from."""
        return count_hota(self.similarity, self.counted, self.there)

    @cached_property
    def switches(self) -> int:
        """How often a true person goes over to another id."""
        return count_switches(self.similarity, self.counted, self.there)

    def oks(self, which: np.ndarray) -> np.ndarray:
        """OKS of true people with their tracked ones in the frames of ``which`` [T, N]. [n]

        0 where a person is missed.
        """
        scores = np.zeros(which.shape)
        for n, p in self.people.items():
            scores[:, n] = self.similarity[:, p, n]
        return scores[which]

    @property
    def hidden(self) -> np.ndarray:
        """In which frames each true person is fully occluded. [T, N]"""
        return self.there & (self.visible < FULLY_HIDDEN)

    @cached_property
    def stolen(self) -> "Stolen":
        """How many joints lie nearer to another's true place than to their own."""
        tally = Stolen()
        low, high = self.true[..., :2].min(2), self.true[..., :2].max(2)  # [T, N, 2]
        for n, p in self.people.items():
            apart = np.linalg.norm(self.tracked[:, p] - self.true[:, n, :, :2], axis=-1)  # [T, 17]
            other_side = np.linalg.norm(self.tracked[:, p] - self.true[:, n, MIRROR, :2], axis=-1)
            stolen, meeting = np.zeros(apart.shape, bool), np.zeros(len(apart), bool)
            sides_mixed = np.zeros(apart.shape, bool)
            for m in np.delete(np.arange(self.true.shape[1]), n):
                theirs = np.linalg.norm(self.tracked[:, p] - self.true[:, m, :, :2], axis=-1)
                taken = (theirs < apart) & (self.true[:, m, :, 2] > 0)
                stolen |= taken
                sides_mixed |= taken & (other_side < theirs)
                overlap = np.minimum(high[:, n], high[:, m]) > np.maximum(low[:, n], low[:, m])
                meeting |= overlap.all(1) & self.there[:, m]
            counted = (self.there[:, n] & self.present[:, p])[:, None] & (self.true[:, n, :, 2] > 0)
            met = counted & meeting[:, None]
            tally += Stolen(
                int((met & stolen).sum()),
                int((met & stolen & (self.state[:, p] == OBSERVED)).sum()),
                int((met & sides_mixed).sum()),
                int(met.sum()),
                int((counted & stolen).sum()),
                int(counted.sum()),
            )
        return tally

    def unsteadiness(self) -> "Unsteadiness":
        """How much observed joints tremble, and how far they lag behind."""
        tremble, ahead, speed = [], 0.0, 0.0
        for n, p in self.people.items():
            good = (self.state[:, p] == OBSERVED) & (self.true[:, n, :, 2] > 0)  # [T, 17]
            error = self.tracked[:, p] - self.true[:, n, :, :2]
            three = good[:-2] & good[1:-1] & good[2:]
            size = np.sqrt(np.maximum(self.area[1:-1, n], 1))[:, None]
            second = error[1:-1] - (error[:-2] + error[2:]) / 2
            tremble.append((np.linalg.norm(second, axis=-1) / size)[three])
            velocity = (self.true[2:, n, :, :2] - self.true[:-2, n, :, :2]) / 2
            ahead += float((error[1:-1] * velocity).sum(-1)[three].sum())
            speed += float((velocity**2).sum(-1)[three].sum())
        return Unsteadiness(np.concatenate(tremble) if tremble else np.empty(0), ahead, speed)


@dataclass(frozen=True)
class Stolen:
    """Counts of joints of one clip or of several together.

    People meet in frames in which the box of their joints overlaps another's.
    """

    meeting: int = 0  # stolen joints of people who meet
    meeting_observed: int = 0  # of those, the ones said to be observed
    meeting_mixed: int = 0  # of those, the ones nearer still to the person's own other side
    of_meeting: int = 0  # all joints of people who meet
    anywhere: int = 0  # stolen joints in all frames
    of_all: int = 0  # all joints

    def __add__(self, other: "Stolen") -> "Stolen":
        return Stolen(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def share_meeting(self) -> float:
        """Stolen joints of people who meet, as a share of all joints of theirs."""
        return self.meeting / max(self.of_meeting, 1)

    @property
    def share_meeting_observed(self) -> float:
        """The same of joints that are said to be observed."""
        return self.meeting_observed / max(self.of_meeting, 1)

    @property
    def share_meeting_mixed(self) -> float:
        """The same of joints that are nearer still to the same joint of the person's other side."""
        return self.meeting_mixed / max(self.of_meeting, 1)

    @property
    def share(self) -> float:
        """Stolen joints as a share of all joints in all frames."""
        return self.anywhere / max(self.of_all, 1)


@dataclass(frozen=True)
class Unsteadiness:
    """What trembling and lag follow from, of one clip or of several together."""

    tremble: np.ndarray  # [n] a joint's error off the mean of its neighbours', in sqrt(area)
    ahead: float  # sum over joints of error times velocity
    speed: float  # sum of squared velocities

    def __add__(self, other: "Unsteadiness") -> "Unsteadiness":
        return Unsteadiness(
            np.concatenate([self.tremble, other.tremble]),
            self.ahead + other.ahead,
            self.speed + other.speed,
        )

    @property
    def jitter(self) -> float:
        """Median of the trembling, as a share of the square root of the person's area."""
        return float(np.median(self.tremble)) if len(self.tremble) else 0.0

    @property
    def lag(self) -> float:
        """By how many frames joints follow late, by least squares; negative: early."""
        return -self.ahead / self.speed if self.speed else 0.0
