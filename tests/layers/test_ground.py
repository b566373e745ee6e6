import numpy as np
import pytest

from retime.layers.canvas import CanvasPlane
from retime.layers.ground import background_median, masked_median, masked_quantiles


def test_masked_median_ignores_what_does_not_count():
    stack = np.array([10, 20, 200, 30], np.uint8).reshape(4, 1, 1, 1).repeat(3, -1)
    valid = np.array([True, True, False, True]).reshape(4, 1, 1)
    median, count = masked_median(stack, valid)
    assert median[0, 0].tolist() == [20, 20, 20]
    assert count[0, 0] == 3
    even, _ = masked_median(stack, np.ones((4, 1, 1), bool))
    assert even[0, 0].tolist() == [25, 25, 25]
    none, zero = masked_median(stack, np.zeros((4, 1, 1), bool))
    assert none[0, 0].tolist() == [0, 0, 0]
    assert zero[0, 0] == 0


def test_quantiles_interpolate_between_the_samples_that_count():
    stack = np.array([10, 20, 200, 30], np.uint8).reshape(4, 1, 1, 1).repeat(3, -1)
    valid = np.array([True, True, False, True]).reshape(4, 1, 1)
    (low, high), _ = masked_quantiles(stack, valid, (0.25, 0.9))
    assert low[0, 0, 0] == pytest.approx(15)
    assert high[0, 0, 0] == pytest.approx(28)


def test_ground_in_shadow_most_of_the_time_is_as_bright_as_it_is_at_times():
    frames = np.full((10, 4, 4, 3), 180, np.uint8)
    frames[:7, 1, 1] = 90  # in shadow in 7 of 10 frames
    frames[:7, 3, 3] = 90  # the same far from everybody: it is no shadow of theirs
    nobody, shaded = np.zeros((10, 4, 4), bool), np.zeros((10, 4, 4), bool)
    shaded[:, :3, :3] = True
    plane = CanvasPlane.at((4, 4), (4, 4), (0, 0, 4, 4), np.tile(np.eye(3), (10, 1, 1)))
    canvas, _ = background_median(plane.lay(frames, nobody, nobody, shaded))
    assert canvas[1, 1].tolist() == [180, 180, 180]
    assert canvas[3, 3].tolist() == [90, 90, 90]


def test_a_patch_as_small_as_a_hand_is_not_ground_in_the_light():
    # 100 wide, a shadow has at least 2.5 squared, that is 7 pixels.
    frames = np.full((10, 20, 100, 3), 180, np.uint8)
    frames[:7, 4:6, 4:6] = frames[:7, 4:8, 40:44] = 120
    nobody, shaded = np.zeros((10, 20, 100), bool), np.ones((10, 20, 100), bool)
    still = np.tile(np.eye(3), (10, 1, 1))
    plane = CanvasPlane.at((100, 20), (100, 20), (0, 0, 100, 20), still)
    canvas, _ = background_median(plane.lay(frames, nobody, nobody, shaded))
    assert (canvas[4:6, 4:6] == 120).all()
    assert (canvas[4:8, 40:44] >= 175).all()


def test_what_is_the_same_with_nobody_near_is_in_nobodys_shadow():
    # At times brighter in all colours alike, as at an edge of things under an unsteady camera.
    frames = np.full((10, 20, 100, 3), 180, np.uint8)
    frames[::3, 4:12, 40:60] = 220
    nobody, shaded = np.zeros((10, 20, 100), bool), np.ones((10, 20, 100), bool)
    still = np.tile(np.eye(3), (10, 1, 1))
    plane = CanvasPlane.at((100, 20), (100, 20), (0, 0, 100, 20), still)
    always, _ = background_median(plane.lay(frames, nobody, nobody, shaded))
    assert always[8, 50, 0] > 210
    shaded[4:8] = False  # in 4 of 10 frames nobody is near; in 3 of them it is 180
    canvas, _ = background_median(plane.lay(frames, nobody, nobody, shaded))
    assert (canvas == 180).all()


def test_what_few_frames_have_in_view_is_taken_from_them_and_not_filled_in(panning):
    # A pan of 40 pixels a frame over 20 frames: each place is in view once.
    world = np.random.default_rng(3).integers(0, 255, (20, 800, 3), np.uint8)
    frames = np.stack([world[:, 40 * t : 40 * t + 40] for t in range(20)])
    nobody = np.zeros((20, 20, 40), bool)
    canvas, _ = background_median(panning(20, 40).lay(frames, nobody, nobody, nobody))
    assert (canvas == world).all()


def test_texture_goes_on_where_someone_never_leaves():
    # A line that runs behind somebody is drawn through; inpainting by colours alone blurs it.
    frames = np.full((3, 60, 80, 3), 150, np.uint8)
    frames[:, 28:32] = 40
    body = np.zeros((3, 60, 80), bool)
    body[:, 15:45, 36:46] = True
    frames[body] = 250
    plane = CanvasPlane.at((80, 60), (80, 60), (0, 0, 80, 60), np.tile(np.eye(3), (3, 1, 1)))
    canvas, seen = background_median(plane.lay(frames, body, body, body))
    assert np.abs(canvas[29:31, 36:46].astype(int) - 40).max() < 25
    assert np.abs(canvas[15:26, 36:46].astype(int) - 150).max() < 25
    assert seen[30, 40] == 0


def test_background_is_found_behind_someone_walking():
    truth = np.random.default_rng(0).integers(0, 255, (12, 40, 3), np.uint8)
    frames, covered = np.repeat(truth[None], 8, 0), np.zeros((8, 12, 40), bool)
    for t in range(8):
        frames[t, :, 5 * t : 5 * t + 5] = 7
        covered[t, :, 5 * t : 5 * t + 5] = True
    plane = CanvasPlane.at((40, 12), (40, 12), (0, 0, 40, 12), np.tile(np.eye(3), (8, 1, 1)))
    canvas, seen = background_median(plane.lay(frames, covered, covered, covered))
    assert (canvas == truth).all()
    assert (seen == 7 / 8).all()


def test_what_someone_never_leaves_is_filled_in_from_around():
    frames, body = np.full((3, 16, 16, 3), 100, np.uint8), np.zeros((3, 16, 16), bool)
    frames[:, 6:10, 6:10], body[:, 6:10, 6:10] = 250, True
    around = np.zeros_like(body)
    around[:, 4:12, 4:12] = True
    plane = CanvasPlane.at((16, 16), (16, 16), (0, 0, 16, 16), np.tile(np.eye(3), (3, 1, 1)))
    canvas, seen = background_median(plane.lay(frames, body, around, around))
    assert np.abs(canvas.astype(int) - 100).max() <= 3
    assert seen[5, 5] == 0
    assert seen[0, 0] == 1


def test_a_panning_camera_gathers_one_canvas(panning):
    world = np.random.default_rng(1).integers(0, 255, (20, 56, 3), np.uint8)
    frames = np.stack([world[:, 4 * t : 4 * t + 40] for t in range(5)])
    plane = panning()
    assert plane.size == (56, 20)
    nobody = np.zeros((5, 20, 40), bool)
    canvas, _ = background_median(plane.lay(frames, nobody, nobody, nobody))
    assert (canvas == world).all()
    assert (plane.view(canvas, 3, (40, 20)) == frames[3]).all()


def test_ground_in_the_middle_of_a_moving_shadow_is_lit_as_the_ground_around_it():
    # Somebody's soft shadow of radius 9 swings by 4 pixels: its middle is dark in all frames.
    frames, height, width = 16, 40, 200
    v, u = np.mgrid[0:height, 0:width]
    light = np.stack(
        [
            1 - 0.6 * (1 - np.hypot(u - 100 - 4 * np.sin(0.8 * t), v - 20) / 9).clip(0, 1)
            for t in range(frames)
        ]
    )
    rgb = np.round(light[..., None] * (160, 130, 100)).astype(np.uint8)
    nobody = np.zeros(light.shape, bool)
    still = np.tile(np.eye(3), (frames, 1, 1))
    plane = CanvasPlane.at((width, height), (width, height), (0, 0, width, height), still)
    about = nobody.copy()
    about[:, :, 70:130] = True
    canvas, seen = background_median(plane.lay(rgb, nobody, nobody, about))
    middle = np.s_[17:24, 97:104]
    assert rgb[:, 20, 100].max() < 0.75 * 160  # never fully lit
    assert np.abs(canvas[middle].astype(int) - (160, 130, 100)).max() <= 8
    assert (seen == 1).all()
    # What moves far from all people casts no shadow of theirs.
    elsewhere, _ = background_median(plane.lay(rgb, nobody, nobody, nobody))
    assert elsewhere[20, 100].max() < 0.75 * 160
