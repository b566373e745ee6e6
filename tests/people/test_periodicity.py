import numpy as np
import pytest

from retime.people.periodicity import continue_period, delayed, find_period

BODY = np.random.default_rng(0).uniform(-20, 20, (17, 2))


def jumper(frames=60, period=14.0, drift=0.0):
    """Someone who jumps 40 pixels high once a period, drifting to the right, [T, 17, 2]."""
    times = np.arange(frames)
    height = 40 * np.abs(np.sin(np.pi * times / period))
    path = np.stack([100 + drift * times, 200 - height], 1)
    return path[:, None] + BODY


@pytest.mark.parametrize("drift", [0.0, 1.5])
def test_the_period_is_found(drift):
    assert find_period(jumper(drift=drift)) == pytest.approx(14, abs=0.25)


def test_a_period_need_not_be_a_whole_number_of_frames():
    assert find_period(jumper(period=13.5)) == pytest.approx(13.5, abs=0.25)


def test_delaying_looks_back_between_frames():
    places = np.arange(4.0)[:, None, None] * np.ones((1, 17, 2))
    assert np.isnan(delayed(places, 1.5)[:2]).all()
    assert delayed(places, 1.5)[2:, 0, 0].tolist() == [0.5, 1.5]
    assert delayed(places, -1)[:3, 0, 0].tolist() == [1, 2, 3]
    assert np.isnan(delayed(places, -1)[3]).all()


@pytest.mark.parametrize("drift", [0.0, 1.5])
def test_a_hidden_jump_is_made_up_for(drift):
    truth = jumper(drift=drift)
    places = truth.copy()
    places[24:36] = np.nan  # from before a highest point till after a landing
    filled = continue_period(places)
    assert np.abs(filled - truth).max() < 2.5
    line = places[23, 0, 1] + (places[36, 0, 1] - places[23, 0, 1]) * 6 / 13
    assert abs(line - truth[29, 0, 1]) > 10


def test_what_was_seen_is_left_as_it_was():
    places = jumper()
    places[24:36, :5] = np.nan
    filled = continue_period(places)
    assert (filled[:, 5:] == places[:, 5:]).all()
    assert (filled[:24] == places[:24]).all()


def test_movement_that_does_not_repeat_is_left_alone():
    times = np.arange(60)
    path = np.stack([100 + 3 * times, 200 + 0.02 * (times - 20) ** 2], 1)
    places = path[:, None] + BODY
    assert find_period(places) is None
    places[24:36] = np.nan
    assert np.isnan(continue_period(places)[24:36]).all()
    assert find_period(np.tile(BODY, (60, 1, 1))) is None


def test_one_movement_is_no_period():
    assert find_period(jumper(frames=20, period=14)) is None


def test_ends_are_not_made_up():
    places = jumper()
    places[:10] = np.nan
    assert np.isnan(continue_period(places)[:10]).all()
