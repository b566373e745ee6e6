import numpy as np
import pytest
import torch

from retime.layers.canvas import CanvasPlane, scaling
from retime.layers.learned_canvas import Canvas


def test_scaling_keeps_pixel_centres():
    matrix = scaling((4, 4), (2, 2))
    # The first two pixels, 0 and 1, become pixel 0, whose centre lies between them.
    assert (matrix @ [0.5, 0.5, 1])[:2].tolist() == [0, 0]
    assert (matrix @ [2.5, 2.5, 1])[:2].tolist() == [1, 1]


def test_the_learned_canvas_sees_the_same_as_the_picture(panning):
    plane = panning()
    world = np.random.default_rng(2).integers(0, 255, (20, 56, 3), np.uint8)
    canvas = Canvas(world, np.ones((20, 56), np.float32), floor=0.5)
    seen = canvas(torch.stack([plane.grid(2, (40, 20))]), 1)
    expected = world[:, 8:48].astype(np.float32) / 255
    assert np.abs(seen[0].detach().permute(1, 2, 0).numpy() - expected).max() < 1e-3


@pytest.fixture
def fine_pan():
    """A plane twice as fine as its frames, of 40x20, under a camera that pans by half a pixel."""
    homographies = np.tile(np.eye(3), (5, 1, 1))
    homographies[:, 0, 2] = 0.5 * np.arange(5)
    return CanvasPlane.at((40, 20), (40, 20), (0, 0, 42, 20), homographies, fine=2)


def test_frames_see_means_of_a_finer_canvas(fine_pan):
    world = np.random.default_rng(2).integers(0, 255, (40, 84, 3), np.uint8)
    assert fine_pan.size == (84, 40)
    for t in range(5):
        mean = world[:, t : t + 80].reshape(20, 2, 40, 2, 3).mean((1, 3))
        assert np.abs(fine_pan.view(world, t, (40, 20)) - mean).max() <= 0.5
        canvas = Canvas(world, np.ones((40, 84), np.float32), floor=0.5, fine=2)
        seen = canvas(fine_pan.grid(t, (40, 20), fine=True)[None], 1)[0].detach()
        assert np.abs(255 * seen.permute(1, 2, 0).numpy() - mean).max() < 0.1


def test_fine_frames_are_laid_on_a_fine_canvas_as_they_are(fine_pan):
    fine = np.random.default_rng(3).integers(0, 255, (40, 80, 3), np.uint8)
    laid, inside = fine_pan.warp(fine, 3, sharp=True)
    assert (laid[:, 3:83] == fine).all()
    assert inside[:, 3:83].all()
    assert not inside[:, :3].any()
    assert not inside[:, 83:].any()


def test_masks_of_the_frames_size_cover_the_same_of_a_fine_canvas(fine_pan):
    mask = np.zeros((20, 40), np.float32)
    mask[8:12, 10:20] = 1
    laid, _ = fine_pan.warp(mask, 2)
    columns = np.flatnonzero(laid[20] > 0.5)
    # Pixels 10 to 19 of a frame that lies two fine pixels to the right.
    assert (columns[0], columns[-1]) == (22, 41)


def test_the_plane_of_a_canvas_is_as_fine_as_that(fine_pan):
    camera = (40, 20), (40, 20), (0, 0, 42, 20), fine_pan.homographies
    assert CanvasPlane.of(np.zeros((40, 84, 3)), *camera).fine == 2
    assert CanvasPlane.of(np.zeros((20, 42, 3)), *camera).fine == 1


@pytest.mark.parametrize(("seen", "moved"), [(0.1, 0.0), (0.14, 0.8), (0.2, 0.5), (1.0, 0.0)])
def test_correction_counts_where_the_background_was_hardly_seen(seen, moved):
    canvas = Canvas(np.zeros((2, 2, 3), np.uint8), np.full((2, 2), seen, np.float32), floor=0.0)
    with torch.no_grad():
        canvas.correction.fill_(0.8)
    assert canvas.picture().mean().item() == pytest.approx(0.8 * moved, abs=1e-6)
