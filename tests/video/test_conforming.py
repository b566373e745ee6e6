from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.config import FrameRange
from retime.video.conforming import constant_rate, nearest_rate, schedule, typical_rate

MILLISECONDS = np.round(np.arange(300) / 30, 3)


@pytest.mark.parametrize(
    ("measured", "exact"),
    [
        (29.9701, Fraction(30000, 1001)),
        (23.977, Fraction(24000, 1001)),
        (30.01, Fraction(30)),
        (12.5, Fraction(25, 2)),
        (15.0, Fraction(15)),
    ],
)
def test_nearest_rate(measured, exact):
    assert nearest_rate(measured) == exact


def test_a_hint_close_to_the_measured_rate_wins():
    assert nearest_rate(29.99, [Fraction(90000), Fraction(30000, 1001)]) == Fraction(30000, 1001)


def test_rounded_times_are_constant():
    assert constant_rate(MILLISECONDS) == 30


def test_jitter_below_half_a_frame_is_constant():
    jitter = np.where(np.arange(300) % 7 == 0, 0.012, 0)  # 0.36 of a frame
    assert constant_rate(np.arange(300) / 30 + jitter) == 30


def test_a_dropped_frame_is_not_constant():
    assert constant_rate(np.delete(np.arange(60) / 30, [20, 21])) is None
    assert typical_rate(np.delete(np.arange(60) / 30, [20, 21])) == 30


def test_constant_rate_keeps_frames_one_for_one():
    plan = schedule(MILLISECONDS, Fraction(30), FrameRange(start=10, end=20, step=3))
    assert plan.index.tolist() == [10, 13, 16, 19]
    assert plan.fps == 10
    assert not plan.resampled


def test_variable_rate_shows_the_last_frame_not_after_each_tick():
    # At 10 frames per second the ticks fall on 0.0, 0.1, ... 0.7; frames 2 and 3 both begin
    # between 0.1 and 0.2, frame 4 lasts for three ticks.
    times = np.array([0.0, 0.1, 0.15, 0.19, 0.3, 0.6, 0.7])
    plan = schedule(times, None, FrameRange(), Fraction(10))
    assert plan.index.tolist() == [0, 1, 3, 4, 4, 4, 5, 6]
    assert plan.time == pytest.approx(np.arange(8) / 10)
    assert plan.resampled


def test_another_rate_resamples_within_the_range():
    # Frames 30 to 59 of 30 per second last one second: 15 ticks at 15 per second.
    plan = schedule(np.arange(90) / 30, Fraction(30), FrameRange(start=30, end=60), Fraction(15))
    assert plan.index.tolist() == list(range(30, 60, 2))
    assert plan.time[0] == pytest.approx(1.0)


@given(
    gaps=st.lists(st.floats(0.004, 0.3), min_size=2, max_size=60),
    fps=st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(60)]),
)
def test_every_tick_shows_the_frame_a_player_would(gaps, fps):
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    plan = schedule(times, None, FrameRange(), fps)
    for tick, shown in zip(plan.time, plan.index, strict=True):
        assert times[shown] <= tick + 1.001e-3
        assert shown == len(times) - 1 or times[shown + 1] > tick
    assert plan.index[0] == 0
    assert len(plan.index) == pytest.approx((times[-1] + 1 / fps) * fps, abs=1)
