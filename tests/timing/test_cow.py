import itertools

import cowarp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.timing.cow import correlation_optimized_warping, even_nodes
from retime.timing.signals import correlation

from .dynamic_time_warping import dtw


def stretched(sample, start, end, count):
    return np.interp(np.linspace(start, end, count), np.arange(len(sample)), sample)


def score(target, sample, nodes, places):
    """The sum of the segments' correlations, written as simply as can be."""
    return sum(
        correlation(target[a : b + 1], stretched(sample, x, y, b - a + 1))
        for (a, b), (x, y) in zip(
            itertools.pairwise(nodes), itertools.pairwise(places), strict=True
        )
    )


def all_warps(target, sample, nodes, slack, fixed, reach):
    """Every warp the rules allow, as (first node, places)."""
    length, count = len(sample), len(nodes) - 1
    nominal = np.rint(nodes * ((length - 1) / (len(target) - 1))).astype(int) if fixed else nodes
    firsts = [0] if fixed else range(count)
    for first in firsts:
        for last in [count] if fixed else range(first + 1, count + 1):
            steps = [
                range(
                    max(1, nominal[i + 1] - nominal[i] - slack),
                    nominal[i + 1] - nominal[i] + slack + 1,
                )
                for i in range(first, last)
            ]
            starts = [0] if fixed else range(length)
            for start, lengths in itertools.product(starts, itertools.product(*steps)):
                places = np.cumsum([start, *lengths])
                if places[-1] >= length or (fixed and places[-1] != length - 1):
                    continue
                if not fixed and reach is not None and abs(start - nominal[first]) > reach:
                    continue
                if first and start >= nominal[first] - nominal[first - 1]:
                    continue
                yield first, places


@given(
    seed=st.integers(0, 10_000),
    fixed=st.booleans(),
    slack=st.integers(1, 2),
    longer=st.integers(-1, 2),
    reach=st.sampled_from([None, 2]),
    left_out=st.sampled_from([0.0, 0.6]),
)
@settings(max_examples=40, deadline=None)
def test_finds_the_best_of_all_warps(seed, fixed, slack, longer, reach, left_out):
    rng = np.random.default_rng(seed)
    target, sample = rng.normal(size=13), rng.normal(size=13 + longer)
    nodes = even_nodes(13, 4)
    assert nodes.tolist() == [0, 4, 8, 12]
    found = correlation_optimized_warping(target, sample, nodes, slack, fixed, reach, left_out)
    scores = [
        score(target, sample, nodes[first : first + len(places)], places)
        + left_out * (len(nodes) - len(places))
        for first, places in all_warps(target, sample, nodes, slack, fixed, reach)
    ]
    if not fixed:
        scores.append(left_out * (len(nodes) - 1))  # of no warp at all
    assert found.score == pytest.approx(max(scores), abs=1e-9)
    aside = left_out * (len(nodes) - len(found.target))
    own = score(target, sample, found.target, found.sample) + aside
    assert found.score == pytest.approx(own, abs=1e-9)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_signal_is_its_own_best_warp(seed):
    signal = np.random.default_rng(seed).normal(size=41)
    found = correlation_optimized_warping(signal, signal, even_nodes(41, 8), 3)
    assert np.array_equal(found.sample, found.target)
    assert found.score == pytest.approx(5)


def test_a_known_warp_is_found_back():
    nodes, places = np.array([0, 20, 40, 60, 80]), np.array([0, 25, 40, 66, 80])
    rng = np.random.default_rng(3)
    sample = np.interp(np.arange(81), np.arange(0, 81, 4), rng.normal(size=21))
    target = sample[0] + 0.0 * np.arange(81)
    for (a, b), (x, y) in zip(itertools.pairwise(nodes), itertools.pairwise(places), strict=True):
        target[a : b + 1] = stretched(sample, x, y, b - a + 1)
    found = correlation_optimized_warping(3 * target + 7, sample, nodes, 8)
    assert found.sample.tolist() == places.tolist()
    assert found.score == pytest.approx(4)


def test_what_does_not_move_stays_where_it_is():
    found = correlation_optimized_warping(np.ones(41), np.ones(41), even_nodes(41, 8), 3)
    assert np.array_equal(found.sample, found.target)
    assert found.score == 0


def test_fixed_ends_too_far_apart_are_refused():
    with pytest.raises(ValueError, match="cannot be joined"):
        # Nominal lengths follow the sample's, so only rounding and a length of 0 stand against it.
        correlation_optimized_warping(np.arange(9.0), np.arange(3.0), np.arange(9), 0)


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_cowarp(seed):
    """With fixed ends, but for its segments, which stop a sample short of each node."""
    rng = np.random.default_rng(seed)
    times = np.arange(120)
    knots = np.cumsum(rng.uniform(0.7, 1.3, 7))
    warped = np.interp(times, np.linspace(0, 119, 7), (knots - knots[0]) / np.ptp(knots) * 119)
    wave = np.cumsum(rng.normal(size=120))
    target, sample = np.interp(warped, times, wave), wave
    theirs = cowarp.warp(target, sample, num_intervals=6, slack=6, return_details=True)
    nodes = np.array([*theirs["boundaries"][:-1], 119])
    ours = correlation_optimized_warping(target, sample, nodes, 6)
    theirs_places = np.array([*theirs["warping_path"][:-1], 119])
    # Each is best by its own rule, which differ by the sample at each node.
    assert ours.score >= score(target, sample, nodes, theirs_places) - 1e-9
    assert np.abs(ours.sample - theirs_places).max() <= 2
    shown = np.interp(np.interp(times, nodes, ours.sample), times, sample)
    assert correlation(target, shown) == pytest.approx(theirs["correlation"], abs=0.01)


def test_against_dynamic_time_warping():
    """On noisy signals DTW matches noise, at the price of a warp no motion could follow."""
    rng = np.random.default_rng(1)
    times = np.arange(161)
    source = times + 8 * np.sin(2 * np.pi * times / 160)
    clean = np.sin(2 * np.pi * times / 32)
    target = np.sin(2 * np.pi * source / 32) + 0.3 * rng.normal(size=161)
    sample = clean + 0.3 * rng.normal(size=161)
    warp = correlation_optimized_warping(target, sample, even_nodes(161, 20), 6)
    ours = np.interp(times, warp.target, warp.sample)
    theirs = dtw(target, sample)
    assert np.abs(ours - source).mean() < 1.0
    assert np.abs(ours - source).mean() < np.abs(theirs - source).mean()
    assert np.diff(ours).min() >= 0.7 - 1e-9  # at least (20 - 6) / 20 of the speed
    assert np.diff(theirs).min() == 0  # stands still
    # By the signals alone DTW looks the better one.
    assert correlation(target, sample[theirs.astype(int)]) > correlation(
        target, np.interp(ours, times, sample)
    )


def test_even_nodes():
    assert even_nodes(101, 33).tolist() == [0, 33, 67, 100]
    assert even_nodes(5, 100).tolist() == [0, 4]
