import numpy as np
import pytest
import torch

from retime.config import TrainSettings
from retime.layers.jitter import Jitter, draw, each_frame

SETTINGS = TrainSettings(jitter_brightness=0.1, jitter_epochs=400, jitter_scale=1.25)
SIZE = (40, 80)


def test_the_nearest_pixel_and_the_bilinear_one_worked_out_by_hand():
    row = torch.tensor([0.0, 10.0, 20.0, 30.0]).view(1, 1, 1, 4)
    jitter = Jitter(0, (1, 8), 0, 3)  # twice as wide; places 3 to 6 of 8
    # Pixel k of 8 shows place (k + 1/2) / 2 - 1/2 of 4: 1.25, 1.75, 2.25, 2.75.
    assert jitter.sharp(row).flatten().tolist() == [10, 20, 20, 30]
    assert jitter.smooth(row).flatten().tolist() == pytest.approx([12.5, 17.5, 22.5, 27.5])


def test_maps_and_pictures_stay_together():
    picture = torch.zeros(1, 1, 40, 80)
    picture[..., 12:24, 30:50] = 1
    jitter = Jitter(0, (50, 100), 7, 11)
    sharp, smooth = jitter.sharp(picture), jitter.smooth(picture)
    assert sharp.shape == smooth.shape == picture.shape
    # They differ at the edges alone, where a bilinear pixel is neither.
    sure = (smooth < 1e-6) | (smooth > 1 - 1e-6)
    assert torch.equal(sharp[sure], smooth[sure].round())
    # 12 x 20 pixels became 15 x 25: at most two pixels of blur around them.
    assert (~sure).sum() <= 2 * 2 * (15 + 25 + 4)
    assert sharp.sum() == 15 * 25


def test_brightness_shifts_all_colours_alike_within_their_range():
    picture = torch.tensor([0.0, 0.5, 0.95]).view(1, 3, 1, 1)
    shifted = Jitter(0.1, (1, 1), 0, 0).brighten(picture)
    assert shifted.flatten().tolist() == pytest.approx([0.1, 0.6, 1])


def test_jitter_is_drawn_by_step():
    assert draw(SETTINGS, 7, 1, 3, SIZE) == draw(SETTINGS, 7, 1, 3, SIZE)
    assert draw(SETTINGS, 7, 1, 3, SIZE) != draw(SETTINGS, 8, 1, 3, SIZE)
    assert draw(TrainSettings(), 7, 1, 3, SIZE) is None  # the default jitters nothing


def test_brightness_is_left_alone_after_its_epochs():
    before, after = draw(SETTINGS, 7, 400, 3, SIZE), draw(SETTINGS, 7, 401, 3, SIZE)
    assert all(j.brightness != 0 for j in before)
    assert all(j.brightness == 0 for j in after)
    assert [j[1:] for j in before] == [j[1:] for j in after]  # places are as they would be
    without = SETTINGS.model_copy(update={"jitter_scale": 1.0})
    assert draw(without, 7, 401, 3, SIZE) is None


def test_jitter_is_distributed_as_in_the_authors_code():
    drawn = [j for step in range(500) for j in draw(SETTINGS, step, 1, 4, SIZE)]
    brightness = np.array([j.brightness for j in drawn])
    # Of 2000 draws, means and shares within four standard errors.
    assert abs(brightness.mean()) < 4 * 0.1 / 2000**0.5
    assert brightness.std() == pytest.approx(0.1, abs=4 * 0.1 / 4000**0.5)
    heights = np.array([j.size[0] for j in drawn])
    assert heights.min() == 40
    assert heights.max() in (49, 50)
    # A quarter unscaled, and of the others those below 1.025, which is 41 of 40 pixels.
    expected = 0.25 + 0.75 * 0.1
    share = 4 * (expected * (1 - expected) / 2000) ** 0.5
    assert (heights == 40).mean() == pytest.approx(expected, abs=share)
    for j in drawn:
        assert 0 <= j.top <= j.size[0] - 40
        assert 0 <= j.left <= j.size[1] - 80


def test_each_frame_has_its_own_jitter():
    pictures = torch.full((2, 3, 4, 4), 0.5)
    jitter = [Jitter(0.1, (4, 4), 0, 0), Jitter(-0.2, (4, 4), 0, 0)]
    shifted = each_frame(pictures, jitter, Jitter.brighten)
    assert shifted[:, 0, 0, 0].tolist() == pytest.approx([0.6, 0.3])
