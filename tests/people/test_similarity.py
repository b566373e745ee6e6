import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from retime.people.similarity import area_of_box, box_iou, joint_similarity, oks
from retime.people.skeleton import INDEX, LIMBS, MIRROR, SIGMAS

POSES = hnp.arrays(np.float64, (17, 2), elements=st.floats(-1000, 1000))


def test_a_joint_one_tolerance_off_has_similarity_one_over_root_e():
    # d = sqrt(area) * 2 sigma, so exp(-d^2 / (2 area (2 sigma)^2)) = exp(-1/2).
    first, second = np.zeros((17, 2)), np.zeros((17, 2))
    second[:, 0] = 30 * 2 * SIGMAS
    np.testing.assert_allclose(joint_similarity(first, second, 900.0), np.exp(-0.5))
    assert oks(first, second, 900.0) == pytest.approx(np.exp(-0.5))


def test_the_nose_is_judged_more_strictly_than_the_hip():
    # 10 px on a person of 100 x 100 px: nose exp(-100 / (2 * 1e4 * 0.052^2)), hip with 0.214.
    moved = np.full((17, 2), [10.0, 0.0])
    similarity = joint_similarity(np.zeros((17, 2)), moved, 1e4)
    assert similarity[INDEX["nose"]] == pytest.approx(np.exp(-100 / (2e4 * 0.002704)))
    assert similarity[INDEX["left_hip"]] == pytest.approx(np.exp(-100 / (2e4 * 0.045796)))


def test_unknown_joints_do_not_count():
    first, second = np.zeros((17, 2)), np.zeros((17, 2))
    second[3] = np.nan
    assert oks(first, second, 100.0) == 1
    second[:] = np.nan
    assert oks(first, second, 100.0) == 0


def test_weights_choose_the_joints():
    first, second = np.zeros((17, 2)), np.zeros((17, 2))
    second[0] = 1e6
    weights = np.zeros(17)
    weights[[0, 1]] = [1, 3]
    assert oks(first, second, 100.0, weights) == pytest.approx(0.75)
    assert oks(first, second, 100.0, np.zeros(17)) == 0


def test_poses_are_compared_pairwise_by_broadcasting():
    first = np.zeros((2, 1, 17, 2))
    second = np.stack([np.zeros((17, 2)), np.full((17, 2), 1e6), np.zeros((17, 2))])
    np.testing.assert_allclose(oks(first, second, np.ones((2, 3))), [[1, 0, 1]] * 2)


@given(POSES, POSES, st.floats(1, 1e6))
def test_similarity_is_symmetric_and_at_most_one(first, second, area):
    value = oks(first, second, area)
    assert 0 <= value <= 1
    assert value == oks(second, first, area)
    assert oks(first, first, area) == 1


def test_area_is_a_share_of_the_box():
    # Half of 10 x 20; a fifth of 100 x 100 for a narrow box; at least 1.
    boxes = np.array([[0, 0, 10, 20], [5, 5, 6, 105], [5, 5, 5, 5]])
    np.testing.assert_allclose(area_of_box(boxes), [0.53 * 200, 0.2 * 1e4, 1])


def test_box_iou():
    box = np.array([0, 0, 10, 10])
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10], [0, 0, 0, 0]])
    np.testing.assert_allclose(box_iou(box, others), [1, 50 / 150, 0, 0])


def test_the_mirror_exchanges_left_and_right():
    names = list(INDEX)
    for joint, mirrored in enumerate(MIRROR):
        swapped = names[joint].replace("left", "L").replace("right", "left").replace("L", "right")
        assert names[mirrored] == swapped


def test_limbs_join_existing_joints_of_one_side_or_the_middle():
    assert all(0 <= a < b < 17 for a, b in LIMBS)
    assert len(set(LIMBS)) == len(LIMBS)
