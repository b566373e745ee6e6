import numpy as np
import pytest

from retime.people.interpolation import body_path, interpolate
from retime.people.limb_looks import (
    ANOTHER,
    CHAINS,
    SAMPLES,
    limb_colours,
    misfits,
    return_limbs,
    usual_colours,
)

from .figures import standing

SKIN, RED, GREEN = [70, 10, 15], [50, 60, 40], [45, -40, 30]  # CIE Lab
LEFT_ARM, RIGHT_ARM, LEFT_LEG = 0, 1, 2
ELBOW, WRIST = CHAINS[LEFT_ARM, 1:]
HIDDEN = slice(10, 13)


def dressed(people, frames, arms):
    """Colours of people with green legs, and arms as given."""
    colours = np.zeros((people, frames, 4, 2, SAMPLES, 3), np.float32)
    colours[:, :, 2:] = GREEN
    for person, colour in enumerate(arms):
        colours[person, :, :2] = colour
    return colours


def meeting():
    """A walker before a person in red, who is hidden but for the arm that the walker then gets."""
    count = 14
    red = np.stack([standing(200, 200)] * count)
    walker = np.stack([standing(60 + 10 * t, 203) for t in range(count)])
    poses = np.stack([red, walker])
    colours = dressed(2, count, (RED, SKIN))
    alone = np.ones((2, count), bool)
    alone[:, HIDDEN.start :] = False
    poses[0, HIDDEN] = np.nan
    colours[0, HIDDEN] = np.nan
    # The arm reaches to the right, 50 px over the ground.
    poses[1, 11, [ELBOW, WRIST], :2] = [[228, 125], [242, 122]]
    colours[1, 11, LEFT_ARM] = RED
    return poses, colours, alone, np.full((2, count), 100.0)


def test_colours_are_read_along_the_bones():
    image = np.zeros((300, 300, 3), np.uint8)
    image[:, 105:120] = [255, 0, 0]  # x of the left arm and leg of who stands at 100
    pose = standing(100, 200)
    pose[9] = np.nan
    colours = limb_colours(image, pose[None])[0]
    assert colours.shape == (4, 2, SAMPLES, 3)
    # Red in CIE Lab, D65.
    np.testing.assert_allclose(colours[LEFT_ARM, 0], [[53.24, 80.09, 67.2]] * SAMPLES, atol=0.05)
    np.testing.assert_allclose(colours[RIGHT_ARM], 0, atol=1e-3)
    assert np.isnan(colours[LEFT_ARM, 1]).all()


def test_colours_outside_the_picture_are_unknown():
    image = np.zeros((200, 300, 3), np.uint8)
    pose = standing(100, 200)
    pose[15, 1] = 223.3  # shin from 173.3 to 223.3: at .1, .3, .5, .7, .9: 178, 188, 198, 208, 218
    known = np.isfinite(limb_colours(image, pose[None])[0, LEFT_LEG, 1, :, 0])
    assert known.tolist() == [True, True, True, False, False]


def test_what_is_usual_is_seen_on_either_side_while_alone():
    colours = dressed(1, 5, [SKIN])
    colours[0, 0, RIGHT_ARM] = np.nan
    colours[0, 3, :2] = RED  # in a crowd
    alone = np.array([[True, True, True, False, True]])
    usual = usual_colours(colours, alone)
    np.testing.assert_array_equal(usual[0, 0], np.broadcast_to(SKIN, (2, SAMPLES, 3)))
    np.testing.assert_array_equal(usual[0, 1], np.broadcast_to(GREEN, (2, SAMPLES, 3)))
    assert np.isnan(usual_colours(colours, np.zeros((1, 5), bool))).all()


def test_misfit_counts_lightness_half():
    colours = dressed(1, 1, [SKIN])
    usual = usual_colours(colours, np.ones((1, 1), bool))
    colours[0, 0, LEFT_ARM] += [10, 3, 4]  # the root of 5² + 3² + 4²
    colours[0, 0, RIGHT_ARM, 0] += [0, 100, 0]
    colours[0, 0, RIGHT_ARM, 1] = np.nan
    colours[0, 0, LEFT_LEG] = np.nan
    found = misfits(colours, usual)[0, 0, :, 0]
    np.testing.assert_allclose(found[:2], [50**0.5, ANOTHER], rtol=1e-6)
    assert np.isnan(found[LEFT_LEG])
    assert found[3] == 0


def test_an_arm_goes_back_to_whom_it_looks_like():
    poses, colours, alone, height = meeting()
    left, given = return_limbs(poses, colours, alone, height)
    arm = [ELBOW, WRIST]
    assert np.isnan(left[1, 11, arm]).all()
    np.testing.assert_array_equal(given[0, 11, arm], poses[1, 11, arm])
    assert np.isfinite(given[..., 0]).sum() == 2
    left[1, 11, arm] = poses[1, 11, arm]
    np.testing.assert_array_equal(left, poses)


def test_an_arm_taken_crosswise_goes_to_the_side_where_it_is_expected():
    poses, colours, alone, height = meeting()
    crosswise = CHAINS[RIGHT_ARM, 1:]
    poses[1, 11, crosswise] = poses[1, 11, [ELBOW, WRIST]]
    poses[1, 11, [ELBOW, WRIST]] = np.nan
    colours[1, 11, [LEFT_ARM, RIGHT_ARM]] = colours[1, 11, [RIGHT_ARM, LEFT_ARM]]
    given = return_limbs(poses, colours, alone, height)[1]
    np.testing.assert_array_equal(given[0, 11, [ELBOW, WRIST]], poses[1, 11, crosswise])


def taken_away(poses, colours, alone, height):
    left, given = return_limbs(poses, colours, alone, height)
    return bool((np.isfinite(poses) & np.isnan(left)).any() or np.isfinite(given).any())


def test_who_has_their_arms_elsewhere_lacks_none():
    # Where the walker is the hidden one, their arm lies rightly behind a red one.
    poses, colours, alone, height = meeting()
    poses[0, 11] = standing(200, 200)
    assert not taken_away(poses, colours, alone, height)


def test_who_is_out_of_reach_lacks_no_arm():
    poses, colours, alone, height = meeting()
    assert taken_away(poses, colours, alone, height)
    poses[0, ..., 0] -= 90
    assert not taken_away(poses, colours, alone, height)


@pytest.mark.parametrize("unknown", ["owner", "thief"])
def test_nothing_is_taken_where_looks_are_unknown(unknown):
    poses, colours, alone, height = meeting()
    alone[["owner", "thief"].index(unknown)] = False
    assert not taken_away(poses, colours, alone, height)


def test_nothing_is_taken_where_people_are_dressed_alike():
    poses, colours, alone, height = meeting()
    colours[1, :, :2] = RED
    assert not taken_away(poses, colours, alone, height)


def test_an_arm_alone_does_not_move_the_body():
    places = np.full((3, 17, 2), np.nan)
    places[0] = places[2] = standing(100, 200)[:, :2]
    places[1, [ELBOW, WRIST]] = [[150, 100], [170, 90]]
    assert not body_path(places).any()
    whole = interpolate(places)
    others = np.delete(np.arange(17), [ELBOW, WRIST])
    np.testing.assert_allclose(whole[1, others], places[0, others])
    np.testing.assert_array_equal(whole[1, ELBOW], [150, 100])
