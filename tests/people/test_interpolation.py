import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from retime.people.body_size import body_height
from retime.people.interpolation import (
    body_path,
    complete_never_seen,
    frames_away,
    interpolate,
    smooth,
)

from .figures import STANDING

UNKNOWN = np.full((10, 17, 2), np.nan)


def still(count=10):
    return np.repeat(STANDING[None].astype(float), count, axis=0)


def test_frames_lie_so_far_from_the_nearest_known_one():
    known = np.array([0, 0, 1, 0, 0, 0, 1, 1, 0], bool)
    assert frames_away(known).tolist() == [2, 1, 0, 1, 2, 1, 0, 0, 1]
    assert np.isinf(frames_away(np.zeros(3, bool))).all()


def test_the_body_moves_as_the_trunk_does():
    places = still(4)
    places += np.array([0.0, 3, 9, 10])[:, None, None] * [1, -1]
    places[:, 9] += np.random.default_rng(0).normal(size=(4, 2))  # a waving hand
    np.testing.assert_allclose(body_path(places), np.outer([0, 3, 9, 10], [1, -1]))


def test_the_body_moves_linearly_where_nobody_is_seen():
    places = still(5)
    places[4] += [8, 4]
    places[1:4] = np.nan
    np.testing.assert_allclose(body_path(places), np.outer(np.arange(5), [2, 1]))


def test_without_a_trunk_the_median_joint_leads():
    places = still(2)
    places[1] += [5, 0]
    places[:, [5, 6, 11]] = np.nan
    places[1, 9] += 100
    np.testing.assert_allclose(body_path(places)[1], [5, 0])


def test_without_a_common_joint_the_middles_lead():
    places = np.full((2, 17, 2), np.nan)
    places[0, 9], places[1, 10] = [0, 0], [6, 2]
    np.testing.assert_allclose(body_path(places), [[0, 0], [6, 2]])


def test_a_hidden_joint_of_a_still_person_moves_linearly():
    places = still()
    places[6, 9] += [30, 12]
    places[[1, 2, 3, 4, 5, 7, 8, 9], 9] = np.nan
    filled = interpolate(places)
    expected = STANDING[9] + np.outer([0, 1, 2, 3, 4, 5, 6, 6, 6, 6], [5, 2])
    np.testing.assert_allclose(filled[:, 9], expected)


def test_a_hidden_joint_goes_with_the_jumping_body():
    places = still()
    jump = np.array([0, -10, -18, -24, -28, -28, -24, -18, -10, 0])
    places[..., 1] += jump[:, None]
    truth = places.copy()
    places[2:8, [13, 14, 15, 16]] = np.nan
    np.testing.assert_allclose(interpolate(places), truth)


def test_before_the_first_sight_a_joint_keeps_its_place_on_the_body():
    places = still() + np.arange(10)[:, None, None] * [4, 0]
    truth = places.copy()
    places[:5, 15:] = np.nan
    places[8:, 15:] = np.nan
    np.testing.assert_allclose(interpolate(places), truth)


def test_a_hidden_person_moves_linearly_as_a_whole():
    places = still() + np.arange(10)[:, None, None] * [4, -1]
    truth = places.copy()
    places[1:9] = np.nan
    np.testing.assert_allclose(interpolate(places), truth)


@given(hnp.arrays(np.bool_, (10, 17)), st.integers(0, 9))
def test_known_places_stay_and_unknown_ones_are_filled(hidden, anchor):
    places = still() + np.random.default_rng(1).normal(size=(10, 17, 2))
    hidden[anchor] = False
    filled = interpolate(np.where(hidden[..., None], np.nan, places))
    assert np.isfinite(filled).all()
    np.testing.assert_array_equal(filled[~hidden], places[~hidden])


def test_a_joint_never_seen_stays_unknown():
    places = still()
    places[:, 15] = np.nan
    filled = interpolate(places)
    assert np.isnan(filled[:, 15]).all()
    assert np.isfinite(np.delete(filled, 15, axis=1)).all()


def test_legs_below_the_picture_hang_from_the_hips():
    places = still()
    places[:, 13:] = np.nan
    completed = complete_never_seen(places, np.full(10, 100.0))
    np.testing.assert_allclose(completed, still(), atol=1e-9)


def test_missing_legs_go_on_along_a_leaning_trunk():
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    leaning = still() @ turn.T
    places = leaning.copy()
    places[:, 13:] = np.nan
    completed = complete_never_seen(places, np.full(10, 100.0))
    np.testing.assert_allclose(completed, leaning, atol=1e-9)


def test_one_hip_gives_the_other():
    places = still()
    places[:, 12:] = np.nan
    completed = complete_never_seen(places, np.full(10, 100.0))
    assert np.isfinite(completed).all()
    # The only hip is the middle of the trunk's lower end; the other hip falls onto it.
    np.testing.assert_allclose(completed[:, 12], completed[:, 11])


def test_a_head_alone_gets_a_body_of_the_right_size():
    places = UNKNOWN.copy()
    places[:, :5] = STANDING[:5]
    completed = complete_never_seen(places, np.full(10, 100.0))
    np.testing.assert_array_equal(completed[:, :5], places[:, :5])
    np.testing.assert_allclose(body_height(completed), 100)
    feet = completed[:, [15, 16]].mean(axis=1)
    # A figure 100 high whose head is in place stands within a few units of the drawn one.
    np.testing.assert_allclose(feet, [[0, -2]] * 10, atol=5)
    assert (completed[:, 5, 0] > completed[:, 6, 0]).all()  # faces the camera


def test_a_person_seen_without_a_face_gets_one():
    places = still()
    places[:, :5] = np.nan
    completed = complete_never_seen(places, np.full(10, 100.0))
    np.testing.assert_allclose(
        completed[:, :5],
        places[:, 5:7].mean(axis=1, keepdims=True)
        + np.array([[0, -13], [2, -15], [-2, -15], [4.5, -14], [-4.5, -14]]),
    )


def test_whole_people_are_left_alone():
    np.testing.assert_array_equal(complete_never_seen(still(), np.full(10, 100.0)), still())


PRESENT, FREE = np.ones(10, bool), np.zeros((10, 17), bool)


def test_smoothing_lessens_jitter():
    jitter = np.random.default_rng(2).normal(size=(400, 17, 2))
    smoothed = smooth(jitter, np.ones(400, bool), np.zeros((400, 17), bool), 0.7)
    # A Gaussian of 0.7 frames has weights g = (0.01, 0.21, 0.57, 0.21, 0.01); twicing makes them
    # 2 g - g * g = (-0.03, 0.17, 0.73, 0.17, -0.03), whose squares sum to 0.77 squared.
    assert abs(smoothed.std() / jitter.std() - 0.77) < 0.03


def test_smoothing_neither_lags_nor_bends_steady_movement():
    moving = still() + np.arange(10)[:, None, None] * [25, -13]
    smoothed = smooth(moving, PRESENT, FREE, 0.7)
    np.testing.assert_allclose(smoothed, moving, atol=1e-9)


def test_jumps_keep_their_height():
    # Free fall: 4 px per frame squared.
    falling = np.tile(STANDING, (31, 1, 1))
    falling[..., 1] += (2 * (np.arange(31) - 15) ** 2)[:, None]
    smoothed = smooth(falling, np.ones(31, bool), np.zeros((31, 17), bool), 1.0)
    np.testing.assert_allclose(smoothed[10:21], falling[10:21], atol=1e-3)


@pytest.mark.parametrize("count", [1, 2])
def test_smoothing_of_very_short_runs(count):
    present = np.arange(10) < count
    smoothed = smooth(still(), present, FREE, 0.7)
    np.testing.assert_allclose(smoothed, still())


def test_smoothing_does_not_reach_across_absence():
    places = still() + np.where(np.arange(10) < 5, 0, 900)[:, None, None]
    present = np.ones(10, bool)
    present[5] = False
    smoothed = smooth(places, present, FREE, 0.7)
    np.testing.assert_allclose(smoothed, places)


def test_corrected_joints_stay_where_they_were_put():
    places = still()
    places[4, 9] += 50
    fixed = FREE.copy()
    fixed[4, 9] = True
    smoothed = smooth(places, PRESENT, fixed, 0.7)
    np.testing.assert_array_equal(smoothed[4, 9], places[4, 9])
    assert (smoothed[3, 9] != places[3, 9]).all()


def test_no_width_is_no_smoothing():
    jitter = np.random.default_rng(2).normal(size=(10, 17, 2))
    np.testing.assert_array_equal(smooth(jitter, PRESENT, FREE, 0.0), jitter)
