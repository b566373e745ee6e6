"""From frames with times to a clip at a constant frame rate.

Nearly every later step counts in frames, so a clip has one constant rate. A video whose frames
already come at one keeps every frame as it is; one with a variable rate (telephones, screen
recordings) is sampled: each tick of the constant rate shows the last frame whose time is not
after it, as a player would.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from retime.config import FrameRange

STANDARD_RATES = tuple(
    Fraction(rate * 1000, divisor)
    for divisor in (1000, 1001)
    for rate in (24, 30, 60, 120, 25, 50, 48, 15, 12, 10)
)
# Frames that stray less than this from an even spacing, in frames, still have one tick each.
EVEN_WITHIN = 0.5
# Times may be rounded to milliseconds (Matroska): a frame this little late is not late.
ROUNDING_SECONDS = 1e-3
# That rounding makes the rate of a short clip uncertain by about this much.
SAME_RATE_WITHIN = 0.004


def nearest_rate(rate: float, hints: Iterable[Fraction] = ()) -> Fraction:
    """Return the exact rate meant by a measured ``rate`` (frames per second).

    A hint (what the container says) within 0.4 % wins, then the nearest standard rate within
    0.4 %, else the nearest fraction with a denominator up to 1001.
    """
    for hint in hints:
        if hint > 0 and abs(float(hint) / rate - 1) < SAME_RATE_WITHIN:
            return hint
    nearest = min(STANDARD_RATES, key=lambda standard: abs(float(standard) - rate))
    if abs(float(nearest) / rate - 1) < SAME_RATE_WITHIN:
        return nearest
    return Fraction(rate).limit_denominator(1001)


def constant_rate(times: NDArray[np.float64], hints: Iterable[Fraction] = ()) -> Fraction | None:
    """Return the rate of evenly spaced ``times`` [T] (seconds, ascending), None if uneven."""
    if len(times) < 2:
        return None
    numbers = np.arange(len(times))
    seconds_per_frame, first = np.polyfit(numbers, times, 1)
    stray = np.abs(times - (first + numbers * seconds_per_frame)).max() / seconds_per_frame
    return nearest_rate(1 / seconds_per_frame, hints) if stray < EVEN_WITHIN else None


def typical_rate(times: NDArray[np.float64]) -> Fraction:
    """Return the rate at which most frames of unevenly spaced ``times`` [T] follow one another."""
    gaps = np.diff(times)
    usual = np.abs(gaps / np.median(gaps) - 1) < 0.25  # times in milliseconds make gaps unequal
    return nearest_rate(1 / float(gaps[usual].mean()))


@dataclass(frozen=True)
class Schedule:
    """Which frame of the source each tick of the clip shows."""

    index: NDArray[np.int64]  # [T] number of the source's frame, ascending, repeats allowed
    time: NDArray[np.float64]  # [T] seconds from the start of the source
    fps: Fraction  # ticks per second
    resampled: bool  # the source has another rate, or none that is constant


def schedule(
    times: NDArray[np.float64],
    constant: Fraction | None,
    wanted: FrameRange,
    fps: Fraction | None = None,
) -> Schedule:
    """Lay the ticks of a clip over the frames of its source.

    Args:
        times: [n] seconds at which the source's frames begin, ascending.
        constant: the source's rate where it is constant.
        wanted: range of source frames; its ``step`` counts ticks.
        fps: rate of the ticks; None keeps the source's own (the typical one if it varies).

    Returns:
        The schedule. Without resampling ``index`` is exactly start, start + step, ...
    """
    end = len(times) if wanted.end is None else wanted.end
    rate = fps or constant or typical_rate(times)
    if rate == constant:
        index = np.arange(wanted.start, end, wanted.step, dtype=np.int64)
        return Schedule(index, times[index], rate / wanted.step, resampled=False)
    spacing = float(1 / rate)
    first = times[wanted.start]
    last = times[end] if end < len(times) else times[-1] + spacing
    ticks = int(np.ceil((last - first - ROUNDING_SECONDS) / spacing))
    time = first + np.arange(0, ticks, wanted.step) * spacing
    index = np.searchsorted(times, time + ROUNDING_SECONDS, side="right") - 1
    return Schedule(index.astype(np.int64), time, rate / wanted.step, resampled=True)
