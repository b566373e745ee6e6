import numpy as np
import pytest
import torch

from retime.body.limbs import FIELDS, REACH, crop_joints, limb_fields
from retime.body.skeleton import LIMBS

FOREARM = LIMBS.index((8, 10))  # right elbow to right wrist


def test_joints_in_units_of_the_crop():
    keypoints = np.zeros((17, 2))
    keypoints[0] = (-0.5, 63.5)  # the crop's left edge, the crop's lower edge
    keypoints[1] = (31.5, 15.5)
    present = np.ones(17, bool)
    keypoints[2], present[2] = np.nan, False

    joints = crop_joints(keypoints, present, 64)

    assert joints.dtype == np.float32
    np.testing.assert_allclose(joints[:3], [[-1, 1, 1], [0, -0.5, 1], [0, 0, 0]])


def fields_of_a_forearm(size, shown=(8, 10)):
    """The three fields [S, S] of a forearm that lies along the crop's middle, -0.5 to 0.5."""
    joints = torch.zeros(1, 17, 3)
    joints[0, 8], joints[0, 10] = torch.tensor([-0.5, 0, 0]), torch.tensor([0.5, 0, 0])
    joints[0, list(shown), 2] = 1
    fields = limb_fields(joints, size)
    assert fields.shape == (1, FIELDS, size, size)
    return fields[0, FOREARM :: len(LIMBS)]


def test_fields_tell_place_and_side():
    near, place, aside = fields_of_a_forearm(8)  # pixel centres at odd eighths of [-1, 1]

    # Beside the middle of the bone, 1/8 below and right of its centre: a quarter of the way
    # from the middle to its end.
    expected = np.exp(-0.125 / REACH)
    assert near[4, 4].item() == pytest.approx(expected)
    assert place[4, 4].item() == pytest.approx(0.25 * expected)
    assert aside[4, 4].item() == pytest.approx(expected * 0.125 / REACH)
    assert aside[3, 4].item() == pytest.approx(-expected * 0.125 / REACH)
    # Beyond the end: 3/8 along the line and 1/8 beside it.
    assert near[4, 7].item() == pytest.approx(np.exp(-np.hypot(0.375, 0.125) / REACH))


def test_a_limb_with_a_missing_end_leaves_no_trace():
    assert fields_of_a_forearm(8, shown=(8,)).abs().max() == 0
