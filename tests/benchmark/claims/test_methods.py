"""The methods that layers are compared with, and the edit of a trimap."""

import cv2
import numpy as np
import pytest
import torch

from retime.benchmark.claims.double_dip import double_dip, drifting_noise
from retime.benchmark.claims.drawn import DrawnClip, write_drawn_clip
from retime.benchmark.claims.effects import DIVE, splash
from retime.benchmark.claims.learning_order import LearningCurves
from retime.benchmark.claims.nonlayered import NonLayered
from retime.benchmark.claims.people import square
from retime.benchmark.claims.segmentation import closed_form
from retime.benchmark.claims.squares import random_square
from retime.benchmark.claims.trimap_edit import paint_splash
from retime.config import SeedsSettings, TrainSettings
from retime.layers.clip_loading import load_clip_tensors


def hinted():
    """A bright square on dark ground, three frames, the trimap unsure around it."""
    frames = np.full((3, 16, 16, 3), 40, np.uint8)
    trimap = np.zeros((3, 16, 16), np.uint8)
    for t in range(3):
        frames[t, 4:12, 3 + t : 11 + t] = (210, 180, 60)
        trimap[t, 2:14, 1 + t : 13 + t] = 128
        trimap[t, 6:10, 5 + t : 9 + t] = 255
    return frames, trimap


def test_double_dip_separates_what_two_priors_can():
    frames, trimap = hinted()
    mask = double_dip(frames, trimap, 60)
    assert mask[trimap == 255].mean() > 0.7
    assert mask[trimap == 0].mean() < 0.3
    assert (double_dip(frames, trimap, 3) == double_dip(frames, trimap, 3)).all()


def test_noise_changes_a_little_from_frame_to_frame():
    noise = drifting_noise(4, (32, 32), 0)
    assert noise.std().item() == pytest.approx(1, abs=0.05)
    assert (noise[1:] - noise[:-1]).std().item() == pytest.approx(0.1, abs=0.01)


def test_matting_keeps_to_the_trimap():
    pytest.importorskip("pymatting")
    frames, trimap = hinted()
    alpha = closed_form(frames, trimap)
    assert alpha[trimap == 0].max() < 0.01
    assert alpha[trimap == 255].min() > 0.99
    bright = frames[..., 0] == 210
    assert np.abs(alpha - bright).mean() < 0.05


def test_without_layers_an_input_holds_everybody_but_who_is_removed(tmp_path):
    clip = DrawnClip("two", np.full((2, 64, 64, 3), 90, np.uint8))
    for n in range(2):
        layer = clip.layer(f"person{n}")
        for t in range(2):
            layer.put("body", t, square(8, (200, 10 * n, 0)), 4 + 10 * n, 10)
            layer.iuv[t, 10:18, 4 + 10 * n : 14 + 10 * n, 0] = 2
            layer.keypoints[t] = 12.0
    files = write_drawn_clip(clip, tmp_path, SeedsSettings())
    settings = TrainSettings(
        channels=4, texture_channels=4, tile=4, background="network", texture_start="random",
        texture_spread=1, epochs=1, batch=2,
    )  # fmt: skip
    whole = NonLayered(load_clip_tensors(*files, tile=4), settings)
    with torch.no_grad():
        both, second, nobody_first = (whole.inputs([0], w)[0] for w in (None, 0, 1))
    assert both[-1, 12].unique().tolist() == [0, 0.5, 1]
    assert second[-1, 12].unique().tolist() == [0, 1]
    assert nobody_first[-1, 12].unique().tolist() == [0, 0.5]
    assert both[-1, 12, 4] == 0.5
    assert both[-1, 12, 14] == 1  # the second is in front where both are at column 14 - 1
    assert torch.equal(both[:, :, 24:], second[:, :, 24:])  # the ground is the same
    whole.train()
    assert whole.frames(0).shape == (2, 64, 64, 3)


def test_a_painted_trimap_holds_what_was_there_and_the_splash(tmp_path):
    clip = splash()
    trimaps = np.zeros((16, 64, 96), np.uint8)
    trimaps[:, 40:50, 10:20] = 255
    painted = paint_splash(clip, trimaps, tmp_path)
    water = clip.layers[0].parts["splash"][list(DIVE)]
    assert (painted[40:50, 10:20] == 255).all()
    assert (painted[water.min(0) > 0.5] == 255).all()
    assert (painted[water.max(0) > 0.1] >= 128).all()
    files = sorted((tmp_path / "person1").iterdir())
    assert [int(f.stem) for f in files] == list(DIVE)
    assert all((cv2.imread(str(f), cv2.IMREAD_GRAYSCALE) == painted).all() for f in files)


def test_curves_tell_parts_apart_and_stop_at_half_of_the_last():
    clip = random_square()
    curves, frames = LearningCurves(clip, "random"), clip.frames() / np.float32(255)
    ground = clip.ground / np.float32(255)
    without = np.where((clip.layers[0].parts["random"] > 0)[..., None], ground, frames)
    assert not curves.watch(20, ground)
    assert not curves.watch(40, without)
    assert curves.watch(60, frames)
    assert curves.half("ground") == 20
    assert curves.half("body") == curves.half("following") == pytest.approx(30)
    assert curves.half("random") == pytest.approx(50)
    assert (curves.at(45) == np.rint(255 * without[8])).all()
