"""What a claim is, and what comes of checking it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retime.config import Settings

if TYPE_CHECKING:
    from retime.benchmark.claims.fitting import Fitted


@dataclass(frozen=True)
class Mark:
    """A figure, and the bound that it must keep."""

    figure: str  # what was measured, in words
    value: float  # infinite where what was waited for never came
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool:
        """Say whether the figure keeps its bound; one that is no number does not."""
        low = -np.inf if self.at_least is None else self.at_least
        high = np.inf if self.at_most is None else self.at_most
        return bool(low <= self.value <= high)


@dataclass
class Outcome:
    """What was measured, and pictures to see it by."""

    marks: list[Mark]
    rows: list[tuple[str, Sequence[np.ndarray]]]  # captions, and uint8 [h, w, 3] side by side

    @property
    def holds(self) -> bool:
        """Say whether every figure keeps its bound."""
        return all(mark.met for mark in self.marks)


@dataclass(frozen=True)
class Workshop:
    """What a claim is checked with."""

    folder: Path  # for stage files
    paper: Settings  # preset `paper`
    standard: Settings  # preset `standard`
    effort: float = 1.0  # share of the updates that the claims ask for
    kept: "dict[str, Fitted]" = field(default_factory=dict)  # what several claims go by

    def updates(self, count: int) -> int:
        """Return ``count`` updates or epochs at this workshop's effort."""
        return max(1, round(self.effort * count))


@dataclass(frozen=True)
class Claim:
    """A claim of the paper as inequalities with a margin."""

    source: str  # figure or section of the paper
    says: str
    why: str  # the marks are what they are
    check: Callable[[Workshop], Outcome]
