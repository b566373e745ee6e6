"""Time curves: which source time a layer shows at each output time.

Both times are counted in frames of the clip from its first, as floats. Curves are piecewise
linear, so that they can be inverted exactly and handed to an editing program without loss; what is
smooth is cut into pieces that stray less than ``SMOOTH_WITHIN`` from it.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

SMOOTH_WITHIN = 1e-3  # frames


@dataclass(frozen=True)
class TimeCurve:
    """A piecewise linear map from output time to source time.

    Knot k says that source time ``source[k]`` is shown at output time ``output[k]``; times between
    knots are interpolated. Before the first and after the last knot the curve goes on with the
    slopes ``before`` and ``after`` (source frames per output frame). ``output`` never decreases.
    Two knots at one output time are a jump, at which the later of them is shown already.
    """

    output: tuple[float, ...]
    source: tuple[float, ...]
    before: float = 1.0
    after: float = 1.0

    def __post_init__(self) -> None:
        if not self.output or len(self.output) != len(self.source):
            raise ValueError("a time curve needs as many source times as output times, at least 1")
        if any(b < a for a, b in zip(self.output, self.output[1:], strict=False)):
            raise ValueError("a time curve's output times must not decrease")
        if any(c == a for a, c in zip(self.output, self.output[2:], strict=False)):
            raise ValueError("a time curve has at most two knots at one output time")

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

    def delayed(self, delay: float) -> "TimeCurve":
        """Show everything ``delay`` output frames later."""
        output = tuple(time + delay for time in self.output)
        return TimeCurve(output, self.source, self.before, self.after)

    def mirrored(self, last: float) -> "TimeCurve":
        """Show source time ``last - s`` where this curve shows s: played backwards."""
        source = tuple(last - time for time in self.source)
        return TimeCurve(self.output, source, -self.before, -self.after)

    def held(self, start: float, end: float) -> "TimeCurve":
        """Stand still from output time ``start`` to ``end``, then go on where it stopped."""
        moment, arriving = float(self.at(start)), self._just_before(start)
        knots = list(zip(self.output, self.source, strict=True))
        early = [(o, s) for o, s in knots if o < start]
        if arriving != moment:
            early.append((start, arriving))
        late = [(o + (end - start), s) for o, s in knots if o > start]
        output, source = zip(*early, (start, moment), (end, moment), *late, strict=True)
        return TimeCurve(output, source, self.before, self.after)

    @classmethod
    def looping(
        cls, start: float, end: float, times: int | None, back: bool, reach: float
    ) -> "TimeCurve":
        """Play ``start`` to ``end`` several times before going on, at speed 1.

        Args:
            start: source time to which it jumps, or runs, back.
            end: source time at which it does.
            times: how often ``start`` to ``end`` is played forwards; None: for ever.
            back: run back as it came (ping-pong) instead of jumping.
            reach: output time up to which "for ever" must hold.
        """
        span = end - start
        turns = int(max(0, np.ceil((reach - end) / span))) + 1
        if times is not None:
            turns = min(turns, 2 * (times - 1) if back else times - 1)
        output, source = [start], [start]
        for turn in range(turns):
            at = end + turn * span
            output += [at] if back else [at, at]
            source += [start if turn % 2 else end] if back else [end, start]
        return cls(tuple(output), tuple(source), 1.0, -1.0 if back and turns % 2 else 1.0)

    def then(self, shown: "TimeCurve") -> "TimeCurve":
        """Return the curve that shows ``shown.at(s)`` where this curve, which rises, shows s."""
        if self.before < 0 or self.after < 0 or any(np.diff(self.source) < 0):
            raise ValueError("only what plays forwards can be shown through another curve")
        knots = []
        for moment, source in zip(shown.output, shown.source, strict=True):
            at = self.first_shown(moment)
            if at is not None and np.isfinite(at):
                knots.append((at, source))
        taken = np.array([at for at, _ in knots])
        for at, moment in zip(self.output, self.source, strict=True):
            if not len(taken) or np.abs(taken - at).min() > 1e-9:
                knots.append((at, float(shown.at(moment))))
        output, source = zip(*sorted(knots, key=lambda knot: knot[0]), strict=True)
        return TimeCurve(output, source, self.before * shown.before, self.after * shown.after)

    def at(self, output: np.ndarray | float) -> np.ndarray:
        """Return the source times at the given output times, of the same shape."""
        output = np.asarray(output, dtype=np.float64)
        knots, moments = np.array(self.output), np.array(self.source)
        left = np.searchsorted(knots, output, side="right") - 1
        right = np.clip(left + 1, 0, len(knots) - 1)
        left = np.maximum(left, 0)
        length = knots[right] - knots[left]
        share = (output - knots[left]) / np.where(length > 0, length, 1)
        inside = moments[left] + np.where(length > 0, share, 0) * (moments[right] - moments[left])
        early = np.minimum(output - knots[0], 0) * self.before
        late = np.maximum(output - knots[-1], 0) * self.after
        inside = np.where(output < knots[0], moments[0], inside)
        return inside + early + late

    def first_shown(self, moment: float) -> float | None:
        """Return the earliest output time that shows source time ``moment``, or None.

        What stands still before it begins to play shows its first moment when it begins; what
        stands still throughout has shown it since for ever: -inf.
        """
        first, last = self.output[0], self.output[-1]
        if self.before and (back := (moment - self.source[0]) / self.before) <= 0:
            return first + back
        if not self.before and moment == self.source[0]:
            plays = self.after or any(source != moment for source in self.source)
            return first if plays else -np.inf
        for left, right in zip(range(len(self.output)), range(1, len(self.output)), strict=False):
            low, high = sorted((self.source[left], self.source[right]))
            length = self.output[right] - self.output[left]
            if low <= moment <= high and (length or moment == self.source[right]):
                rise = self.source[right] - self.source[left]
                share = (moment - self.source[left]) / rise if rise else 0.0
                return self.output[left] + share * length
        if self.after and (on := (moment - self.source[-1]) / self.after) >= 0:
            return last + on
        return None

    def _just_before(self, output: float) -> float:
        """Return what is shown in the last instant before ``output``."""
        for time, moment in zip(self.output, self.source, strict=True):
            if time == output:
                return moment
        return float(self.at(output))
