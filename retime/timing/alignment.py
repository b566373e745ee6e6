"""Bring one motion into step with another by Correlation Optimized Warping (section 6.2)."""

import functools
import itertools
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from retime.timing.cow import (
    Warp,
    correlation_optimized_warping,
    even_nodes,
    free_warp,
    segment_choices,
)
from retime.timing.curve import TimeCurve
from retime.timing.signals import correlation, period

# Nodes fall on samples, and segments are stretched linearly: signals are sampled this finely.
SAMPLES_PER_SECOND = 60
# Which segments and slack are best depends on the signals; several are tried, after Skov et al.,
# Automated Alignment of Chromatographic Data (2006).
SEGMENTS_IN_PERIODS = (0.25, 0.35, 0.5, 0.75, 1.0)
SEGMENTS_IN_SECONDS = (0.25, 0.35, 0.5, 0.75)  # where nothing repeats
SLACKS = (0.25, 0.4, 0.55)  # of a segment's length
LEFT_OUT = (0.7, 0.8, 0.9)  # a segment that correlates less is better not warped
REACH_SECONDS = 1.0  # where nothing repeats
REFINED_BY, SWEEPS = (4, 2, 1), 3  # samples by which nodes are moved at a time, and how often
# Of what agrees well enough, the longer warp is the better one.
ENOUGH, FOR_MORE, FOR_ALL = 0.97, 0.3, 0.05


class NothingToAlignError(ValueError):
    """Motions that cannot be aligned, with the reason."""


@dataclass(frozen=True)
class Alignment:
    """One motion in step with another."""

    curve: TimeCurve  # output time to the moved layer's source time
    before: float  # correlation of the signals as they were, over the output times aligned
    after: float  # the same, warped
    span: tuple[float, float]  # output times between which the warp holds


def align_motions(
    target: np.ndarray,
    sample: np.ndarray,
    fps: float,
    segment: float | None = None,
    slack: float | None = None,
    fixed: bool = False,
) -> Alignment:
    """Warp ``sample`` so that it agrees best with ``target``.

    Args:
        target: [T_out], the other layer's motion as the output shows it.
        sample: [T], the own motion in the source.
        fps: frames per second of both.
        segment: length of a segment, frames; None: the best of a few.
        slack: frames by which a segment may be stretched or shortened; None: the best of a few.
        fixed: both begin and end together; else see ``cow``.

    Raises:
        NothingToAlignError: one of them does not move, or fixed ends cannot be joined.
    """
    signals = (np.asarray(signal, np.float64).tobytes() for signal in (target, sample))
    return _align(*signals, fps, segment, slack, fixed)


# An edit that is looked at while it is changed is compiled often, mostly with the same motions.
@functools.lru_cache(64)
def _align(
    target_bytes: bytes,
    sample_bytes: bytes,
    fps: float,
    segment: float | None,
    slack: float | None,
    fixed: bool,
) -> Alignment:
    target, sample = np.frombuffer(target_bytes), np.frombuffer(sample_bytes)
    for signal, whose in ((target, "the other layer"), (sample, "this layer")):
        if not np.any(signal != signal[0]):
            raise NothingToAlignError(f"{whose} does not move in this signal")
    repeats = period(target)
    unit = repeats[0] if repeats else fps
    shares = SEGMENTS_IN_PERIODS if repeats else SEGMENTS_IN_SECONDS
    segments = [segment] if segment else [unit * share for share in shares]
    own = period(sample)
    reach = own[0] if own else REACH_SECONDS * fps
    fine = max(1, int(np.ceil(SAMPLES_PER_SECOND / fps)))
    finer = (_finer(target, fine), _finer(sample, fine))
    tries = []
    for length in segments:
        length = min(length, len(target) - 1)
        nodes = even_nodes(len(finer[0]), max(2, round(length * fine)))
        for most in [slack] if slack else [share * length for share in SLACKS]:
            within = max(1, round(most * fine))
            if fixed:
                warps = _fixed_warp(*finer, nodes, within)
            else:
                choices = segment_choices(*finer, nodes, within, fixed=False)
                warps = [free_warp(choices, nodes, round(reach * fine), w) for w in LEFT_OUT]
            for warp in warps:
                if len(warp.target) > 1:
                    better = _refined(warp, *finer, within, fixed)
                    tries.append(_judged(better, target, sample, fine))
    if not tries:
        if fixed:
            raise NothingToAlignError(
                "the ends cannot be joined: give more 'slack', or 'ends: free'"
            )
        raise NothingToAlignError("no stretch of the two motions agrees")

    def merit(found: Alignment) -> float:
        first, last = found.span
        more = FOR_MORE * max(0.0, found.after - ENOUGH)
        return min(found.after, ENOUGH) + more + FOR_ALL * (last - first) / (len(target) - 1)

    return max(tries, key=merit)


def _fixed_warp(
    target: np.ndarray, sample: np.ndarray, nodes: np.ndarray, slack: int
) -> list[Warp]:
    """Return the warp with fixed ends, if there is one."""
    try:
        return [correlation_optimized_warping(target, sample, nodes, slack, fixed=True)]
    except ValueError:
        return []


def _refined(warp: Warp, target: np.ndarray, sample: np.ndarray, slack: int, fixed: bool) -> Warp:
    """Move the nodes of a warp while the whole stretch correlates better.

    What dynamic programming makes largest is the sum over segments, each with a level and a scale
    of its own. What is seen is the whole. Lengths of segments stay within the slack.
    """
    nodes, places = warp.target, warp.sample.copy()
    grid, known = np.arange(nodes[0], nodes[-1] + 1), np.arange(len(sample))

    def quality(at: np.ndarray) -> float:
        return correlation(target[grid], np.interp(np.interp(grid, nodes, at), known, sample))

    best = quality(places)
    free = range(1, len(nodes) - 1) if fixed else range(len(nodes))
    for step in REFINED_BY:
        for _, k, way in itertools.product(range(SWEEPS), free, (-step, step)):
            trial = places.copy()
            trial[k] += way
            lengths = np.diff(trial)
            within = np.abs(lengths - np.diff(nodes)) <= slack if not fixed else lengths > 0
            if trial[0] < 0 or trial[-1] >= len(sample) or lengths.min() < 1 or not within.all():
                continue
            found = quality(trial)
            if found > best + 1e-9:
                places, best = trial, found
    return Warp(nodes, places, warp.score)


def _judged(warp: Warp, target: np.ndarray, sample: np.ndarray, fine: int) -> Alignment:
    """Return the alignment of a warp found ``fine`` samples to a frame."""
    curve = TimeCurve.through((warp.target / fine).tolist(), (warp.sample / fine).tolist())
    first, last = float(warp.target[0] / fine), float(warp.target[-1] / fine)
    times = np.arange(int(np.ceil(first)), int(np.floor(last)) + 1)
    as_was = np.clip(times, 0, len(sample) - 1)
    shown = np.interp(curve.at(times), np.arange(len(sample)), sample)
    return Alignment(
        curve,
        before=correlation(target[times], sample[as_was]),
        after=correlation(target[times], shown),
        span=(first, last),
    )


def _finer(signal: np.ndarray, factor: int) -> np.ndarray:
    """Return ``factor`` samples a frame; a cubic spline through the frames."""
    if factor == 1:
        return np.asarray(signal, np.float64)
    times = np.arange((len(signal) - 1) * factor + 1) / factor
    return CubicSpline(np.arange(len(signal)), signal)(times)
