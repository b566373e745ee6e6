import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.config import OrderChoice
from retime.errors import InputError
from retime.layers.order import apply_choices, ground_height, guess_order, order_by_sight
from retime.layers.sight import Sightings


def people(feet):
    """Keypoints [T, P, 17, 2] of people whose both ankles are at y = feet[T, P]."""
    feet = np.asarray(feet, float)
    keypoints = np.zeros((*feet.shape, 17, 2))
    keypoints[..., 15:, 1] = feet[..., None]
    return keypoints


def test_who_stands_lower_in_the_picture_is_nearer():
    keypoints = people([[300, 200, 250]] * 4)
    ground = ground_height(keypoints, np.ones((4, 3), bool), fps=10)
    assert (guess_order(ground, 360) == [2, 3, 1]).all()


def test_a_jump_does_not_change_the_order():
    # The nearer of two jumps: their feet rise above the other's, their ground does not.
    feet = [[300, 250]] * 5 + [[200, 250]] * 4 + [[300, 250]] * 5
    ground = ground_height(people(feet), np.ones((14, 2), bool), fps=10)
    assert (ground[:, 0] == 300).all()
    assert (guess_order(ground, 360) == [2, 1]).all()


def test_people_who_change_places_change_order():
    feet = [[300, 250]] * 40 + [[200, 250]] * 40
    order = guess_order(ground_height(people(feet), np.ones((80, 2), bool), fps=10), 360)
    assert (order[:40] == [2, 1]).all()
    assert (order[60:] == [1, 2]).all()


def test_the_absent_keep_their_usual_place():
    keypoints = people([[300, 250]] * 20)
    present = np.ones((20, 2), bool)
    present[:5, 0] = False
    ground = ground_height(keypoints, present, fps=1)
    assert np.isneginf(ground[0, 0])
    assert (guess_order(ground, 360) == [2, 1]).all()


PIXELS = 20_000  # of a frame: ten that show who is in front half tell it


def sightings(frames, layers, **pairs):
    """Of ``s12=[...]``: in these frames 100 pixels show layer 1 in front of layer 2."""
    seen, shared = np.zeros((2, frames, layers, layers), int)
    for pair, times in pairs.items():
        a, b = (int(digit) - 1 for digit in pair[1:])
        seen[times, a, b] = shared[times, a, b] = shared[times, b, a] = 100
    return Sightings(seen, shared)


@given(st.lists(st.permutations([1, 2, 3, 4]), min_size=1, max_size=8))
def test_where_nobody_is_seen_the_guess_holds(guess):
    guess = np.array(guess)
    assert (order_by_sight(guess, sightings(len(guess), 4), PIXELS) == guess).all()


def test_what_is_seen_overrules_the_guess_where_people_meet():
    guess = np.array([[1, 2]] * 12)
    order = order_by_sight(guess, sightings(12, 2, s12=[4, 5, 6]), PIXELS)
    assert (order[4:7] == [2, 1]).all()
    assert (order[:4] == [1, 2]).all()
    assert (order[7:] == [1, 2]).all()


def test_one_frame_does_not_overrule_its_neighbours_but_two_do():
    guess = np.array([[2, 1]] * 12)
    one = sightings(12, 2, s12=[*range(5), *range(6, 12)], s21=[5])
    assert (order_by_sight(guess, one, PIXELS) == [2, 1]).all()
    two = sightings(12, 2, s12=[*range(5), *range(7, 12)], s21=[5, 6])
    order = order_by_sight(guess, two, PIXELS)
    assert (order[5:7] == [1, 2]).all()
    assert (np.delete(order, [5, 6], 0) == [2, 1]).all()


def test_who_is_in_front_while_others_are_between_stays_so():
    # Layers 1 and 2 meet all along; a third hides both but in the last frames.
    told = sightings(10, 3, s12=[7, 8, 9], s31=range(7), s32=range(7))
    told.shared[:, 0, 1] = 100
    order = order_by_sight(np.array([[1, 2, 3]] * 10), told, PIXELS)
    assert (order == [2, 1, 3]).all()


def test_a_circle_is_left_to_the_guess():
    told = sightings(6, 3, s12=range(6), s23=range(6), s31=range(6))
    guess = np.array([[3, 1, 2]] * 6)
    assert (order_by_sight(guess, told, PIXELS) == guess).all()


def test_a_choice_overrules_the_guess_in_its_frames():
    order = np.array([[1, 2, 3]] * 4)
    choice = OrderChoice(frames=(1, 2), back_to_front=["c", "a"])
    chosen = apply_choices(order, [choice], ["a", "b", "c"], "jump")
    assert chosen.tolist() == [[1, 2, 3], [2, 3, 1], [2, 3, 1], [1, 2, 3]]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (OrderChoice(back_to_front=["d"]), "no layer 'd'; layers are a, b"),
        (OrderChoice(back_to_front=["a", "a"]), "named twice"),
        (OrderChoice(frames=(0, 4), back_to_front=["a"]), "frames 0 to 3"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(choice, message):
    with pytest.raises(InputError, match=message):
        apply_choices(np.array([[1, 2]] * 4), [choice], ["a", "b"], "jump")
