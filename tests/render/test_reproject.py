import numpy as np
import pytest

from retime.render.reproject import between_frames, reproject


def moved(dx, dy):
    return np.array([[1.0, 0, dx], [0, 1, dy], [0, 0, 1]])


def disc(colour, radius=12.0, size=64, centre=(30.0, 32.0)):
    """Return a disc with a soft edge, black where it is clear."""
    y, x = np.mgrid[:size, :size]
    distance = np.hypot(x - centre[0], y - centre[1])
    inward = np.clip((radius - distance) / 6 + 0.5, 0, 1)
    alpha = inward**2 * (3 - 2 * inward)  # from 0 to 1 over 6 pixels
    out = np.zeros((size, size, 4), np.uint8)
    out[..., 3] = np.round(255 * alpha)
    out[out[..., 3] > 0, :3] = colour
    return out


def test_no_motion_returns_the_picture_itself():
    picture = disc((200, 100, 50))
    assert reproject(picture, np.eye(3)) is picture
    assert reproject(picture, moved(0.01, -0.01)) is picture


def test_whole_pixels_are_copied():
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (5, 7, 4), dtype=np.uint8)
    out = reproject(picture, moved(2, -1))
    assert np.array_equal(out[:4, 2:], picture[1:, :5])
    assert not out[4].any()
    assert not out[:, :2].any()
    assert not reproject(picture, moved(-7, 0)).any()
    assert np.array_equal(reproject(picture, moved(-6, 4))[4, 0], picture[0, 6])


def test_edges_keep_their_colour():
    colour = (250, 180, 90)
    out = reproject(disc(colour), moved(0.4, 0.3))
    shown = out[..., 3] > 8
    assert shown.sum() > np.pi * 12**2
    assert np.abs(out[shown, :3].astype(int) - colour).max() <= 2
    assert not np.array_equal(out, disc(colour))


def test_what_an_invisible_pixel_holds_never_shows():
    picture = disc((250, 180, 90))
    hidden = picture.copy()
    hidden[picture[..., 3] == 0, :3] = (0, 255, 0)
    for motion in (moved(0.5, 0.5), moved(3.3, -2.2)):
        plain, other = reproject(picture, motion), reproject(hidden, motion)
        assert np.array_equal(plain, other)


@pytest.mark.parametrize("shift", [(0.5, 0.0), (-2.25, 4.75), (20.5, 0.0)])
def test_a_part_of_a_pixel_moves_the_disc_so_far(shift):
    # 20.5 to the right cuts into the disc's soft edge at the picture's border: still the same.
    expected = disc((90, 160, 250), centre=(30 + shift[0], 32 + shift[1]))
    out = reproject(disc((90, 160, 250)), moved(*shift))
    assert np.abs(out[..., 3].astype(int) - expected[..., 3]).max() <= 6


def test_homography_zooms_about_a_point():
    # Twice as large about pixel (30, 32).
    zoom = np.array([[2.0, 0, -30], [0, 2, -32], [0, 0, 1]])
    out = reproject(disc((90, 160, 250), radius=8.0), zoom)
    visible = np.argwhere(out[..., 3] > 127)
    # Half transparent at a distance of 8, which becomes 16.
    assert visible.min(axis=0).tolist() == [16, 14]
    assert visible.max(axis=0).tolist() == [48, 46]


def test_behind_the_camera_and_empty_are_clear():
    picture = disc((1, 2, 3))
    behind = np.array([[1.0, 0, 0], [0, 1, 0], [-1 / 30, 0, 1]])
    assert not reproject(picture, behind).any()
    assert not reproject(np.zeros_like(picture), moved(0.5, 0)).any()
    assert not reproject(picture, moved(500.5, 0)).any()


def test_frames_are_joined_through_the_canvas():
    # The camera has panned 6 pixels to the right from one frame to the other, so what stands
    # on the ground is 6 further left; layers have half the source's size.
    seen, shown = moved(10, 0), moved(16, 0)
    homography = between_frames(seen, shown, np.zeros(2), (0.5, 0.5))
    assert homography == pytest.approx(moved(-3, 0))
    displaced = between_frames(seen, shown, np.array([8.0, -2.0]), (0.5, 0.5))
    assert displaced == pytest.approx(moved(1, -1))
    assert between_frames(seen, seen, np.zeros(2), (0.3, 0.7)) == pytest.approx(np.eye(3))


def test_scaling_keeps_pixel_centres_in_step():
    # Twice the source about its pixel centre (0, 0), seen at twice the source's size: source
    # pixel x stands at 2 x + 1/2, so the fixed point is layer pixel 1/2.
    double = np.diag([2.0, 2.0, 1.0])
    homography = between_frames(double, np.eye(3), np.zeros(2), (2.0, 2.0))
    assert homography @ [0.5, 0.5, 1] == pytest.approx([0.5, 0.5, 1])
    assert homography @ [2.5, 0.5, 1] == pytest.approx([4.5, 0.5, 1])
