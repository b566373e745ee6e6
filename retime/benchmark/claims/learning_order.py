"""Fig. 6: what is more correlated with a person, or nearer to them, is learned sooner."""

from dataclasses import dataclass, field

import numpy as np

from retime.benchmark.claims.claim import Claim, Mark, Outcome, Workshop
from retime.benchmark.claims.drawn import DrawnClip
from retime.benchmark.claims.fitting import fit, small_paper
from retime.benchmark.claims.measures import part_region, reached, share_shown
from retime.benchmark.claims.squares import random_square, two_squares

EPOCHS = 600
OPEN = 0.9
"""Band of the trimaps, share of the width: nothing is ruled out, only learned sooner or later."""
HALF = 0.5
SHOWN = 8  # the frame in the pictures


@dataclass
class LearningCurves:
    """How much of each part of a clip the composite shows in the course of a training."""

    clip: DrawnClip
    last: str  # the part that is waited for
    steps: list[int] = field(default_factory=list)
    shares: dict[str, list[float]] = field(default_factory=dict)
    pictures: list[np.ndarray] = field(default_factory=list)  # of frame SHOWN, uint8

    def __post_init__(self) -> None:
        self._frames = self.clip.frames() / np.float32(255)
        self._ground = self.clip.ground / np.float32(255)
        parts = self.clip.layers[0].parts
        self._regions = {part: part_region(self.clip, 0, part) for part in parts}
        self._bare = self.clip.layers[0].rgba[..., 3] == 0

    def watch(self, step: int, composite: np.ndarray) -> bool:
        """Note what ``composite`` shows; say whether half of the last part is shown."""
        self.steps.append(step)
        flat = self._frames.mean((0, 1, 2))  # for the ground, nothing is its mean colour
        measured = {"ground": share_shown(composite, self._frames, flat, self._bare)} | {
            part: share_shown(composite, self._frames, self._ground, region)
            for part, region in self._regions.items()
        }
        for part, share in measured.items():
            self.shares.setdefault(part, []).append(share)
        self.pictures.append(np.rint(255 * composite[SHOWN].clip(0, 1)).astype(np.uint8))
        return measured[self.last] >= HALF

    def half(self, part: str) -> float:
        """Return the updates until half of a part is shown, infinite if it never is."""
        return reached(self.steps, self.shares[part], HALF)

    def at(self, updates: float) -> np.ndarray:
        """Return the picture nearest to a number of updates, the last if there were fewer."""
        return self.pictures[int(np.argmin(np.abs(np.array(self.steps) - updates)))]


def _check(shop: Workshop, clip: DrawnClip, sooner: str, later: str) -> Outcome:
    settings = small_paper(shop.paper, shop.updates(EPOCHS), OPEN)
    curves = LearningCurves(clip, later)
    fit(clip, shop.folder / clip.name, settings, watch=curves.watch)
    half = {part: curves.half(part) for part in ("ground", "body", sooner, later)}
    # What is never learned takes at least as long as the training did.
    last = min(half[later], curves.steps[-1])
    marks = [
        Mark(f"updates until half of it is shown: {sooner} over {later} square",
             half[sooner] / last, at_most=0.8),
        Mark(f"the same: person over {sooner} square", half["body"] / half[sooner], at_most=0.8),
        Mark(f"the same: ground over {sooner} square", half["ground"] / half[sooner], at_most=0.8),
    ]  # fmt: skip
    moments = [m for m in (half["ground"], half["body"], half[sooner], last) if np.isfinite(m)]
    rows = [
        ("the clip, every fourth frame", list(clip.frames()[::4])),
        (f"frame {SHOWN} after {', '.join(f'{m:.0f}' for m in moments)} updates",
         [curves.at(m) for m in moments]),
    ]  # fmt: skip
    return Outcome(marks, rows)


def _check_correlated(shop: Workshop) -> Outcome:
    return _check(shop, random_square(), "following", "random")


def _check_nearer(shop: Workshop) -> Outcome:
    return _check(shop, two_squares(), "near", "far")


WHY = (
    "A fifth of the time is many of the 25 updates between two measurements. *Half* is half of the "
    "difference between the ground alone and the frame, in the part's region."
)
CORRELATED = Claim(
    "Fig. 6, video 1",
    "of two squares that look alike, the one that moves with the person is learned before the one "
    "at random places; ground and person come before both",
    WHY,
    _check_correlated,
)
NEARER = Claim(
    "Fig. 6, video 2",
    "of two squares that move with the person, the nearer is learned before the farther",
    WHY,
    _check_nearer,
)
