import numpy as np

from retime.camera.masking import background_mask


def test_a_person_and_a_margin_are_left_out():
    # A box of 30 x 40 pixels: diagonal 50, margin 7.5, drawn with a line 15 pixels wide.
    corners = np.array([[50, 30], [80, 30], [80, 70], [50, 70]], np.float64)
    keypoints = np.full((2, 17, 2), np.nan)  # the second person is absent
    keypoints[0, :4] = corners
    mask = background_mask(keypoints, (160, 120))
    assert mask.shape == (120, 160)
    assert (mask[30:71, 50:81] == 0).all()
    assert (mask[50, [44, 86]] == 0).all()
    assert (mask[50, [40, 90]] == 255).all()
    assert mask[[0, 0, -1, -1], [0, -1, 0, -1]].min() == 255


def test_nobody_there():
    assert (background_mask(np.full((3, 17, 2), np.nan), (20, 10)) == 255).all()


def test_people_outside_the_picture():
    keypoints = np.full((1, 17, 2), -500.0)
    keypoints[0, 0] = (-450, -480)
    assert (background_mask(keypoints, (20, 10)) == 255).all()
