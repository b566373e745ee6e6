import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.camera.fitting import transform
from retime.camera.planes import canvas_bounds, corners, from_corners, is_sound, overlap, resized

SIZE = (320, 180)


def shift(x: float, y: float) -> np.ndarray:
    return np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])


def test_canvas_of_a_still_camera_is_the_frame():
    assert canvas_bounds(np.tile(np.eye(3), (5, 1, 1)), SIZE) == (0, 0, 320, 180)


def test_canvas_holds_every_frame():
    # The second frame covers columns -10.5 to 308.5 and rows 4 to 183.
    assert canvas_bounds(np.stack([np.eye(3), shift(-10.5, 4)]), SIZE) == (-11, 0, 331, 184)


def test_overlap_of_a_quarter_shift():
    assert overlap(shift(319 / 4, 0), SIZE) == pytest.approx(0.75)
    assert overlap(np.diag([0.5, 0.5, 1]), SIZE) == pytest.approx(0.25)
    assert overlap(shift(400, 0), SIZE) == 0


@given(st.lists(st.floats(-15, 15), min_size=8, max_size=8))
def test_homography_from_corners(offsets):
    shown = corners(SIZE) + np.reshape(offsets, (4, 2))
    assert transform(from_corners(shown, SIZE), corners(SIZE)) == pytest.approx(shown, abs=1e-6)


def test_resized_maps_pixel_edges_to_pixel_edges():
    """A shift by 10 pixels is one by 30 in a picture three times as large, whatever the origin."""
    assert resized(shift(10, -2)[None], SIZE, (960, 540))[0] == pytest.approx(shift(30, -6))
    # A zoom by 2 about the left top edge (-0.5, -0.5) stays one about that edge.
    zoom = np.array([[2.0, 0, 0.5], [0, 2, 0.5], [0, 0, 1]])
    assert resized(zoom[None], SIZE, (960, 540))[0] == pytest.approx(zoom)


@pytest.mark.parametrize(
    ("homography", "sound"),
    [
        (np.eye(3), True),
        (shift(500, 0), True),
        (np.diag([-1.0, 1, 1]), False),  # mirrored
        (np.diag([0.1, 0.1, 1]), False),  # shrunk to a tenth
        (np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]]), False),  # behind the camera
    ],
)
def test_is_sound(homography, sound):
    assert is_sound(homography, SIZE) is sound
