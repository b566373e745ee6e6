import numpy as np
import pytest

from retime.config import OrderChoice
from retime.errors import InputError
from retime.layers.order import apply_choices, ground_height, guess_order


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
