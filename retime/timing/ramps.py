"""Speeds that change: from keys of speed, with ramps and easing, to a time curve.

A key says from which source moment on, how fast, and over how many output frames the speed gets
there. Over a ramp the speed is v0 + (v1 - v0) e(t) with t from 0 to 1 and an easing e; the source
time passed is its integral, in closed form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from retime.timing.curve import SMOOTH_WITHIN, TimeCurve


@dataclass(frozen=True)
class Easing:
    """How a ramp's share of the change grows over its time."""

    passed: Callable[[np.ndarray | float], np.ndarray | float]  # integral of the share, 0..t
    steepest: float  # largest slope of the share


EASINGS = {
    "linear": Easing(lambda t: t**2 / 2, 1.0),
    "in": Easing(lambda t: t**3 / 3, 2.0),  # e = t^2
    "out": Easing(lambda t: t**2 - t**3 / 3, 2.0),  # e = 1 - (1 - t)^2
    "in-out": Easing(lambda t: t**3 - t**4 / 2, 1.5),  # e = 3 t^2 - 2 t^3
}


@dataclass(frozen=True)
class SpeedKey:
    """From source moment ``at`` on, change to ``speed`` over ``over`` output frames."""

    at: float
    speed: float
    over: float = 0.0
    ease: str = "linear"


class RampTooLongError(ValueError):
    """A ramp has not ended when the next begins, or the clip ends; ``number`` is its key's."""

    def __init__(self, number: int, end: float) -> None:
        super().__init__(f"the ramp ends at {end:g}")
        self.number, self.end = number, end


def ramped(start: float, keys: Sequence[SpeedKey]) -> TimeCurve:
    """Play from source time ``start``, at speed 1 until the first key.

    Args:
        start: source time shown at output time 0, and before.
        keys: source times ascending, none before ``start``.

    Raises:
        RampTooLongError: a ramp has not ended at the source time of the next key.
    """
    output, source, speed = [0.0], [start], 1.0
    for number, key in enumerate(keys):
        if key.at > source[-1]:
            output.append(output[-1] + (key.at - source[-1]) / speed)
            source.append(key.at)
        if key.over > 0:
            easing, change = EASINGS[key.ease], key.speed - speed
            # A chord of length h strays at most h^2 |s''| / 8 from its arc.
            bend = abs(change) / key.over * easing.steepest
            pieces = int(np.ceil(key.over * np.sqrt(bend / (8 * SMOOTH_WITHIN)))) or 1
            share = np.arange(1, pieces + 1) / pieces
            passed = key.over * (speed * share + change * np.asarray(easing.passed(share)))
            began, moment = output[-1], source[-1]
            output += (began + key.over * share).tolist()
            source += (moment + passed).tolist()
        speed = key.speed
        if number + 1 < len(keys) and source[-1] > keys[number + 1].at + 1e-9:
            raise RampTooLongError(number, source[-1])
    return TimeCurve(tuple(output), tuple(source), 0.0, speed)
