"""Keyframed time remapping: from keys (output time, source time) to a time curve."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from retime.timing.curve import SMOOTH_WITHIN, TimeCurve


@dataclass(frozen=True)
class RemapKey:
    """At ``output`` source time ``source`` is shown; ``curve`` leads on to the next key."""

    output: float
    source: float
    curve: str  # linear, hold or smooth


def remapped(keys: Sequence[RemapKey]) -> TimeCurve:
    """Return the curve through keys of ascending output times; outside them it stands still.

    ``hold`` stands still until the next key and jumps there. ``smooth`` is the monotone cubic of
    Fritsch and Carlson (PCHIP) through each unbroken run of smooth keys: it never runs past a
    key, and never backwards unless the keys do.
    """
    output, source = [keys[0].output], [keys[0].source]
    first = 0
    while first + 1 < len(keys):
        last = first + 1
        if keys[first].curve == "smooth":
            while last + 1 < len(keys) and keys[last].curve == "smooth":
                last += 1
            times, moments = _smooth(keys[first : last + 1])
            output += times
            source += moments
        else:
            if keys[first].curve == "hold" and keys[last].source != keys[first].source:
                output.append(keys[last].output)
                source.append(keys[first].source)
            output.append(keys[last].output)
            source.append(keys[last].source)
        first = last
    return TimeCurve(tuple(output), tuple(source), 0.0, 0.0)


def _smooth(keys: Sequence[RemapKey]) -> tuple[list[float], list[float]]:
    """Return knots along a run of smooth keys, without its first key."""
    if len(keys) == 2:  # a cubic through two points alone is their line: ease in and out of it
        return _eased(keys[0], keys[1])
    cubic = PchipInterpolator([key.output for key in keys], [key.source for key in keys])
    bends = cubic.derivative(2)
    times: list[float] = []
    for left, right in itertools.pairwise(keys):
        ends = bends([left.output, right.output - 1e-9 * (right.output - left.output)])
        times += _between(left.output, right.output, float(np.abs(ends).max()))
    moments = cubic(times)
    return times, moments.tolist()


def _eased(left: RemapKey, right: RemapKey) -> tuple[list[float], list[float]]:
    length, rise = right.output - left.output, right.source - left.source
    times = _between(left.output, right.output, 6 * abs(rise) / length**2)
    share = (np.array(times) - left.output) / length
    return times, (left.source + rise * (3 * share**2 - 2 * share**3)).tolist()


def _between(start: float, end: float, bend: float) -> list[float]:
    """Return times after ``start`` up to ``end``, close enough for chords of that bend."""
    pieces = int(np.ceil((end - start) * np.sqrt(bend / (8 * SMOOTH_WITHIN)))) or 1
    return np.linspace(start, end, pieces + 1)[1:].tolist()
