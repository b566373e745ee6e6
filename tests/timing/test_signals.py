import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.timing.signals import (
    CENTRE,
    JOINTS,
    UnknownSignalError,
    correlation,
    motion_signal,
    period,
    signal_weights,
)

STILL = np.eye(3)


def people(*heights):
    """Keypoints of people all of whose joints are at the given heights; [T, P, 17, 2]."""
    points = np.zeros((len(heights[0]), len(heights), 17, 2))
    points[..., 1] = np.stack(heights, axis=1)[..., None]
    return points


def test_the_centre_of_mass_of_a_figure_drawn_by_hand():
    # Upright, shoulders at 10, hips at 20, knees at 30, ankles at 40, elbows 15, wrists 20, ears 5.
    heights = {
        "ear": 5,
        "shoulder": 10,
        "elbow": 15,
        "wrist": 20,
        "hip": 20,
        "knee": 30,
        "ankle": 40,
    }
    y = np.array([heights.get(joint.split("_")[-1], 999) for joint in JOINTS])
    parts = [  # mass, height of its centre
        (0.081, 5),
        (0.497, 15),
        (2 * 0.028, 10 + 0.436 * 5),
        (2 * 0.022, 15 + 0.682 * 5),
        (2 * 0.100, 20 + 0.433 * 10),
        (2 * 0.061, 30 + 0.606 * 10),
    ]
    mass = sum(m for m, _ in parts)
    assert mass == pytest.approx(1.0)
    assert y @ CENTRE == pytest.approx(sum(m * h for m, h in parts) / mass)


def test_a_signal_points_up_and_is_normalised():
    heights = np.array([50.0, 40, 50, 60])
    signal = motion_signal(people(heights), np.ones((4, 1), bool), np.tile(STILL, (4, 1, 1)))
    assert signal.tolist() == pytest.approx([0, 2**0.5, 0, -(2**0.5)])


def test_the_cameras_motion_is_none_of_the_persons():
    heights = np.array([50.0, 40, 50, 60])
    pan = np.tile(STILL, (4, 1, 1))
    pan[:, 1, 2] = [0, 7, -3, 11]
    seen = people(heights - pan[:, 1, 2])
    signal = motion_signal(seen, np.ones((4, 1), bool), pan)
    assert signal.tolist() == pytest.approx([0, 2**0.5, 0, -(2**0.5)])


def test_absence_is_bridged_and_never_counts_as_motion():
    heights = np.array([99.0, 10, 20, np.nan, 40, 99])
    present = np.array([[False], [True], [True], [False], [True], [False]])
    signal = motion_signal(people(heights), present, np.tile(STILL, (6, 1, 1)))
    level = -np.array([10.0, 10, 20, 30, 40, 40])
    assert signal == pytest.approx((level - level.mean()) / level.std())
    # A second person, lower in the picture, comes and goes: the first one's motion stays.
    both = people(np.array([10.0, 20, 10, 20]), np.array([90.0, 90, 90, 90]))
    seen = np.array([[True, True], [True, False], [True, True], [True, False]])
    signal = motion_signal(both, seen, np.tile(STILL, (4, 1, 1)))
    assert np.sign(signal).tolist() == [1, -1, 1, -1]


def test_nobody_and_nothing_moving_is_flat():
    still = people(np.full(4, 7.0))
    for present in (np.ones((4, 1), bool), np.zeros((4, 1), bool)):
        assert not motion_signal(still, present, np.tile(STILL, (4, 1, 1))).any()


def test_joints_and_combinations():
    weights = signal_weights("left_wrist_y + right_wrist_y-nose_x")
    assert weights[9].tolist() == weights[10].tolist() == [0, -1]
    assert weights[0].tolist() == [-1, 0]
    assert np.abs(weights).sum() == 3


@pytest.mark.parametrize("name", ["left_wrist", "tail_y", "", "nose_y * 2", "centre_z"])
def test_other_names_are_refused(name):
    with pytest.raises(UnknownSignalError):
        signal_weights(name)


@given(length=st.floats(8, 24), phase=st.floats(0, 6.3), drift=st.floats(-0.01, 0.01))
@settings(max_examples=30, deadline=None)
def test_the_period_of_a_wave(length, phase, drift):
    times = np.arange(75)
    wave = np.sin(2 * np.pi * times / length + phase) + drift * times
    found, likeness = period(wave)
    assert found == pytest.approx(length, abs=0.4)
    assert likeness > 0.8


def test_what_does_not_repeat_has_no_period():
    assert period(np.linspace(0, 1, 60)) is None
    assert period(np.zeros(60)) is None
    assert period(np.cumsum(np.random.default_rng(0).normal(size=60))) is None
    assert period(np.sin(np.arange(60) / 9)) is None  # less than two periods: 56.5 frames


def test_correlation():
    assert correlation(np.array([1.0, 2, 3]), np.array([2.0, 4, 6])) == pytest.approx(1)
    assert correlation(np.array([1.0, 2, 1]), np.array([2.0, 1, 2])) == pytest.approx(-1)
    assert correlation(np.array([1.0, 2, 1]), np.ones(3)) == 0
