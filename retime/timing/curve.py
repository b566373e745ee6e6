"""Time curves: which source time a layer shows at each output time.

Both times are counted in frames of the clip from its first, as floats. Curves are piecewise
linear, so that they can be inverted exactly and handed to an editing program without loss.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class TimeCurve:
    """A piecewise linear map from output time to source time.

    Knot k says that source time ``source[k]`` is shown at output time ``output[k]``; times between
    knots are interpolated. Before the first and after the last knot the curve goes on with the
    slopes ``before`` and ``after`` (source frames per output frame). ``output`` increases strictly.
    """

    output: tuple[float, ...]
    source: tuple[float, ...]
    before: float = 1.0
    after: float = 1.0

    def __post_init__(self) -> None:
        if not self.output or len(self.output) != len(self.source):
            raise ValueError("a time curve needs as many source times as output times, at least 1")
        if any(b <= a for a, b in zip(self.output, self.output[1:], strict=False)):
            raise ValueError("a time curve's output times must increase")

    @classmethod
    def playing(cls, speed: float = 1.0, start: float = 0.0, delay: float = 0.0) -> Self:
        """Play at a constant speed: source time ``start`` is shown at output time ``delay``.

        A negative speed plays backwards.
        """
        return cls((delay,), (start,), speed, speed)

    @classmethod
    def frozen(cls, moment: float) -> Self:
        """Show source time ``moment`` throughout."""
        return cls((0.0,), (moment,), 0.0, 0.0)

    @classmethod
    def through(cls, output: list[float], source: list[float]) -> Self:
        """Pass through the given points, at speed 1 before the first and after the last."""
        return cls(tuple(output), tuple(source))

    def held(self, start: float, end: float) -> "TimeCurve":
        """Stand still from output time ``start`` to ``end``, then go on where it stopped."""
        moment = float(self.at(start))
        knots = list(zip(self.output, self.source, strict=True))
        early = [(o, s) for o, s in knots if o < start]
        late = [(o + (end - start), s) for o, s in knots if o + (end - start) > end]
        output, source = zip(*early, (start, moment), (end, moment), *late, strict=True)
        return TimeCurve(output, source, self.before, self.after)

    def at(self, output: np.ndarray | float) -> np.ndarray:
        """Return the source times at the given output times, of the same shape."""
        output = np.asarray(output, dtype=np.float64)
        inside = np.interp(output, self.output, self.source)
        early = np.minimum(output - self.output[0], 0) * self.before
        late = np.maximum(output - self.output[-1], 0) * self.after
        return inside + early + late

    def first_shown(self, moment: float) -> float | None:
        """Return the earliest output time that shows source time ``moment``, or None.

        A curve that stands still on ``moment`` for ever has shown it since for ever: -inf.
        """
        first, last = self.output[0], self.output[-1]
        if self.before and (back := (moment - self.source[0]) / self.before) <= 0:
            return first + back
        if not self.before and moment == self.source[0]:
            return -np.inf
        for left, right in zip(range(len(self.output)), range(1, len(self.output)), strict=False):
            low, high = sorted((self.source[left], self.source[right]))
            if low <= moment <= high:
                rise = self.source[right] - self.source[left]
                share = (moment - self.source[left]) / rise if rise else 0.0
                return self.output[left] + share * (self.output[right] - self.output[left])
        if self.after and (on := (moment - self.source[-1]) / self.after) >= 0:
            return last + on
        return None
