import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.demo.camera import Pinhole


def test_a_level_camera_sees_what_is_straight_ahead_in_the_middle():
    camera = Pinhole(position=(1.0, -5.0, 2.0), tilt=0.0, focal=1.0)
    x, y, depth = camera.project(np.array([1.0, 0.0, 2.0]), 640, 360)
    assert (x, y) == pytest.approx((319.5, 179.5))  # pixel centres lie at whole numbers
    assert depth == pytest.approx(5.0)


def test_focal_length_is_a_share_of_the_width():
    camera = Pinhole(position=(0.0, 0.0, 0.0), tilt=0.0, focal=1.5)
    # One metre to the right and one up, at 3 m: 1.5 * 640 / 3 = 320 pixels each.
    x, y, _ = camera.project(np.array([1.0, 3.0, 1.0]), 640, 360)
    assert (x, y) == pytest.approx((319.5 + 320, 179.5 - 320))


def test_axes_are_a_right_handed_frame():
    axes = Pinhole(yaw=0.3, tilt=0.2).axes
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)


@given(
    yaw=st.floats(-0.5, 0.5),
    tilt=st.floats(-0.4, 0.4),
    focal=st.floats(0.5, 2.0),
    distance=st.floats(0.5, 20.0),
    row=st.integers(0, 35),
    column=st.integers(0, 63),
)
def test_a_point_on_a_pixels_ray_projects_to_that_pixel(yaw, tilt, focal, distance, row, column):
    camera = Pinhole(yaw=yaw, tilt=tilt, focal=focal)
    ray = camera.rays(64, 36)[row, column]
    x, y, depth = camera.project(np.asarray(camera.position) + distance * ray, 64, 36)
    assert (x, y) == pytest.approx((column, row), abs=1e-6)
    assert 0 < depth <= distance + 1e-9
