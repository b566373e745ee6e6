"""Correlation Optimized Warping (Tomasi, van den Berg and Andersson 2004).

The target is cut into segments at fixed nodes. The sample is cut into as many, at nodes to be
found: each of its segments may be longer or shorter than its nominal length by up to the slack,
and is stretched linearly onto the target's. Dynamic programming finds the nodes for which the sum
of the segments' correlation coefficients is largest, exactly.

With free ends, the warp may begin and end at any node of the target, so that signals with unequal
numbers of repetitions can be aligned; each segment left out counts a fixed amount.
"""

import functools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Warp:
    """Where nodes of the target lie in the sample."""

    target: np.ndarray  # int [K + 1], ascending
    sample: np.ndarray  # int [K + 1], ascending
    score: float  # sum of the K segments' correlations


def even_nodes(length: int, segment: int) -> np.ndarray:
    """Return the nodes 0..length - 1 of segments of about equal length; int [N + 1]."""
    count = max(1, round((length - 1) / segment))
    return np.rint(np.linspace(0, length - 1, count + 1)).astype(np.int64)


def correlation_optimized_warping(
    target: np.ndarray,
    sample: np.ndarray,
    nodes: np.ndarray,
    slack: int,
    fixed: bool = True,
    reach: int | None = None,
    left_out: float = 0.0,
) -> Warp:
    """Find the best warp of ``sample`` onto ``target``.

    Args:
        target: [n].
        sample: [m].
        nodes: int [N + 1], ascending, from 0 to n - 1: where the target's segments meet.
        slack: samples by which a segment of the sample may differ from its nominal length, which
            is as long as the target's with free ends, and (m - 1) / (n - 1) times as long with
            fixed ones.
        fixed: first and last samples fall on first and last; else ends are free.
        reach: of free ends: how far the sample's time may be from the target's where the warp
            begins; None: any.
        left_out: of free ends: what a segment left out counts. At 0 all that correlates at all is
            taken in, near 1 only what agrees well.

    Raises:
        ValueError: fixed ends cannot be joined with this slack.
    """
    choices = segment_choices(target, sample, nodes, slack, fixed)
    if fixed:
        return _fixed(choices, nodes)
    return free_warp(choices, nodes, reach, left_out)


@dataclass(frozen=True)
class Choice:
    """What a segment of the target may be given of the sample."""

    lengths: np.ndarray  # int [L]
    gains: np.ndarray  # [m, L], the correlation from each position on; -inf past the end


def segment_choices(
    target: np.ndarray, sample: np.ndarray, nodes: np.ndarray, slack: int, fixed: bool
) -> list[Choice]:
    """Return the choices of each segment; for the arguments see ``correlation_optimized_warping``.

    They are the larger part of the work, and the same for all ends.
    """
    target, sample = np.asarray(target, np.float64), np.asarray(sample, np.float64)
    nominal = np.rint(nodes * ((len(sample) - 1) / (len(target) - 1))) if fixed else nodes
    stretch = functools.cache(functools.partial(_stretched, sample))  # most segments are alike
    choices = []
    for i in range(len(nodes) - 1):
        lengths = _lengths(int(nominal[i + 1] - nominal[i]), slack)
        segment = target[nodes[i] : nodes[i + 1] + 1]
        gains = stretch(tuple(lengths.tolist()), len(segment)) @ _normalised(segment)
        beyond = np.arange(len(sample))[:, None] + lengths >= len(sample)
        choices.append(Choice(lengths, np.where(beyond, -np.inf, gains)))
    return choices


def _best(choices: list[Choice], ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the best warp is worth from each node and position on, and its first segment.

    Args:
        choices: of N segments.
        ends: [N + 1, m], worth of ending the warp at a node and position.

    Returns:
        [N + 1, m], and the length of the segment begun there, int [N, m], 0 where it ends.
    """
    worth, taken = ends.copy(), np.zeros((len(choices), ends.shape[1]), np.int64)
    positions = np.arange(ends.shape[1])
    for i in range(len(choices) - 1, -1, -1):
        lengths, gains = choices[i].lengths, choices[i].gains
        after = np.minimum(positions[:, None] + lengths, len(positions) - 1)  # [m, L]
        totals = gains + worth[i + 1, after]
        best = totals.argmax(axis=1)
        value = totals[positions, best]
        better = value > worth[i]
        worth[i] = np.where(better, value, worth[i])
        taken[i] = np.where(better, lengths[best], 0)
    return worth, taken


def _follow(taken: np.ndarray, nodes: np.ndarray, first: int, at: int, score: float) -> Warp:
    places, last = [at], first
    while last < len(taken) and taken[last, places[-1]]:
        places.append(places[-1] + int(taken[last, places[-1]]))
        last += 1
    return Warp(nodes[first : last + 1], np.array(places), score)


def _fixed(choices: list[Choice], nodes: np.ndarray) -> Warp:
    """Return the best warp from first sample to last."""
    ends = np.full((len(nodes), len(choices[0].gains)), -np.inf)
    ends[-1, -1] = 0.0
    worth, taken = _best(choices, ends)
    if not np.isfinite(worth[0, 0]):
        raise ValueError("with this slack the ends cannot be joined")
    return _follow(taken, nodes, 0, 0, float(worth[0, 0]))


def free_warp(choices: list[Choice], nodes: np.ndarray, reach: int | None, left_out: float) -> Warp:
    """Return the best warp with free ends; a single node where none is worth it."""
    count, positions = len(choices), np.arange(len(choices[0].gains))
    ends = np.tile(left_out * np.arange(count, -1, -1.0)[:, None], len(positions))
    worth, taken = _best(choices, ends)
    # A warp may begin at any position of the first node. At a later node it begins where the
    # sample does, in its first segment.
    allowed = taken > 0
    near = np.abs(positions - nodes[:-1, None])
    if reach is not None:
        allowed &= near <= reach
    for i in range(1, count):
        allowed[i] &= positions < nodes[i] - nodes[i - 1]
    before = left_out * np.arange(count)[:, None]
    value = np.where(allowed, worth[:-1] + before, -np.inf)
    if not allowed.any():
        return Warp(nodes[:1], np.zeros(1, np.int64), left_out * count)
    best = np.flatnonzero(value >= value.max() - 1e-12)
    best = best[near.ravel()[best].argmin()]
    node, position = (int(k) for k in np.unravel_index(best, value.shape))
    return _follow(taken, nodes, node, position, float(value[node, position]))


def _lengths(nominal: int, slack: int) -> np.ndarray:
    """Return the lengths a segment may have, the nominal one first: of equals, argmax takes it."""
    lengths = np.arange(max(1, nominal - slack), max(1, nominal + slack) + 1)
    return lengths[np.argsort(np.abs(lengths - nominal), kind="stable")]


def _stretched(sample: np.ndarray, lengths: tuple[int, ...], count: int) -> np.ndarray:
    """Return the candidates for a segment: of each length from each position of the sample.

    Args:
        sample: [m].
        lengths: L of them.
        count: samples to stretch each candidate to, s.

    Returns:
        [m, L, s], of mean 0 and norm 1; all 0 where the sample does not move.
    """
    places = np.arange(len(sample))[:, None, None] + np.multiply.outer(
        lengths, np.linspace(0, 1, count)
    )
    left = np.clip(places.astype(np.int64), 0, max(len(sample) - 2, 0))
    right = np.minimum(left + 1, len(sample) - 1)
    return _normalised(sample[left] + (places - left) * (sample[right] - sample[left]))


def _normalised(pieces: np.ndarray) -> np.ndarray:
    """Bring the last axis to mean 0 and norm 1; what moves by no more than rounding, to 0."""
    centred = pieces - pieces.mean(axis=-1, keepdims=True)
    norm = np.linalg.norm(centred, axis=-1, keepdims=True)
    moves = norm > 1e-9 * (1 + np.abs(pieces).max())
    return np.where(moves, centred / np.where(moves, norm, 1), 0.0)
