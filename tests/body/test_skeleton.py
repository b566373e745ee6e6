import numpy as np
import pytest

from retime.body.skeleton import LIMBS, crop_square, draw_skeleton

ALL = np.ones(17, bool)


def only(*joints):
    present = np.zeros(17, bool)
    present[list(joints)] = True
    return present


def grid_of_joints(size):
    """Joints far apart from each other. [17, 2]"""
    return np.stack(np.divmod(np.arange(17), 5), axis=1)[:, ::-1] * size / 5 + size / 10


def test_a_limb_runs_between_its_joints():
    keypoints = np.zeros((17, 2))
    keypoints[5], keypoints[7] = (10, 20), (50, 20)

    image = draw_skeleton(keypoints, only(5, 7), 64)

    assert (image[20, 15:46].max(1) > 200).all()
    assert image[24:].max() == 0
    assert image[:16].max() == 0


def test_missing_joints_take_their_limbs_along():
    keypoints = grid_of_joints(128)
    without_wrist = ALL.copy()
    without_wrist[9] = False

    image = draw_skeleton(keypoints, without_wrist, 128)

    x, y = keypoints[9].astype(int)
    assert image[y - 3 : y + 4, x - 3 : x + 4].max() == 0
    assert draw_skeleton(keypoints, ~ALL, 128).max() == 0


def test_left_and_right_differ():
    keypoints = grid_of_joints(128)
    mirrored = keypoints.copy()
    mirrored[[13, 14]], mirrored[[15, 16]] = keypoints[[14, 13]], keypoints[[16, 15]]

    assert (draw_skeleton(keypoints, ALL, 128) != draw_skeleton(mirrored, ALL, 128)).any()


def test_every_keypoint_has_a_limb():
    assert set(range(17)) <= {joint for limb in LIMBS for joint in limb}


def test_absent_and_far_joints_do_no_harm():
    keypoints = grid_of_joints(64)
    keypoints[3] = np.nan
    keypoints[10] = 1e7

    image = draw_skeleton(keypoints, ALL & (np.arange(17) != 3), 64)

    assert image.shape == (64, 64, 3)
    assert image.max() == 255


def test_the_square_around_two_joints():
    keypoints = np.zeros((17, 2))
    keypoints[0], keypoints[15] = (30, 10), (50, 110)

    centre, side = crop_square(keypoints, only(0, 15))

    np.testing.assert_allclose(centre, [40, 60])
    assert side == 150


def test_the_trunk_counts_where_it_is_the_longest():
    keypoints = np.zeros((17, 2))
    keypoints[5], keypoints[11] = (0, 0), (30, 40)  # 50 long, in a box of 40

    assert crop_square(keypoints, only(5, 11))[1] == 150


@pytest.mark.parametrize("present", [only(), only(4)])
def test_a_single_place_makes_no_square(present):
    with pytest.raises(ValueError, match="square"):
        crop_square(np.ones((17, 2)), present)
