import numpy as np
import pytest
import torch

from retime.layers.canvas import scaling
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


@pytest.mark.parametrize(("seen", "moved"), [(0.1, 0.0), (0.14, 0.8), (0.2, 0.5), (1.0, 0.0)])
def test_correction_counts_where_the_background_was_hardly_seen(seen, moved):
    canvas = Canvas(np.zeros((2, 2, 3), np.uint8), np.full((2, 2), seen, np.float32), floor=0.0)
    with torch.no_grad():
        canvas.correction.fill_(0.8)
    assert canvas.picture().mean().item() == pytest.approx(0.8 * moved, abs=1e-6)
