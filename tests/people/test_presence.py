import numpy as np
import pytest

from retime.people.presence import near_border, presence

from .figures import standing

PICTURE = (640, 360)


def presence_of(places, fps=30, height=100.0):
    """Presence of a person who is seen at x in each frame, or not seen where x is None."""
    poses = np.full((len(places), 17, 2), np.nan)
    for t, x in enumerate(places):
        if x is not None:
            poses[t] = standing(x, 250)[:, :2]
    return presence(poses, np.full(len(places), height), PICTURE, fps)


def test_hidden_people_are_present():
    places = [300] * 10 + [None] * 40 + [350] * 10
    assert presence_of(places).all()


def test_people_who_walk_out_and_come_back_are_absent_in_between():
    places = [20] * 10 + [None] * 40 + [25] * 10
    np.testing.assert_array_equal(presence_of(places), [x is not None for x in places])


def test_people_who_come_back_away_from_the_border_were_hidden():
    places = [20] * 10 + [None] * 40 + [300] * 10
    assert presence_of(places).all()


def test_people_missed_for_a_moment_at_the_border_are_present():
    places = [20] * 10 + [None] * 5 + [20] * 10
    assert presence_of(places).all()


def test_people_who_enter_are_absent_before():
    places = [None] * 20 + [15 + 5 * t for t in range(20)]
    np.testing.assert_array_equal(presence_of(places), [False] * 20 + [True] * 20)


def test_people_who_leave_are_absent_after():
    places = [625 - 5 * (19 - t) for t in range(20)] + [None] * 20
    np.testing.assert_array_equal(presence_of(places), [True] * 20 + [False] * 20)


@pytest.mark.parametrize("side", [1, -1])
def test_nobody_appears_out_of_nothing_near_the_ends_of_the_clip(side):
    places = ([None] * 20 + [300] * 40)[::side]
    assert presence_of(places).all()


def test_after_more_than_a_second_somebody_came_from_behind_something():
    places = [None] * 31 + [300] * 40
    np.testing.assert_array_equal(presence_of(places), [x is not None for x in places])


def test_a_few_frames_missing_at_the_border_do_not_count():
    places = [None] * 5 + [20] * 20 + [None] * 5
    assert presence_of(places).all()


def test_who_is_never_seen_is_absent():
    assert not presence_of([None] * 5).any()


def test_the_border_is_nearer_for_larger_people():
    pose = standing(300, 300, height=200)[:, :2]
    assert not near_border(pose, 200, PICTURE)
    assert near_border(pose, 200, (350, 400))
    assert near_border(standing(300, 60, height=100)[:, :2], 100, PICTURE)
