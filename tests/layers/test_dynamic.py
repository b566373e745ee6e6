"""A light blinks on a wall before which somebody passes."""

import numpy as np
import pytest
import torch

from retime.artifacts import Camera, Layers, Seeds, TimeMap
from retime.config import LayerChoice, SeedsSettings, TrainSettings, UpsampleSettings
from retime.errors import InputError
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.dynamic import start_maps
from retime.layers.model import LayeredModel
from retime.layers.seeding import choose_layers
from retime.layers.training import run_train
from retime.layers.trimap import UNSURE
from retime.layers.upsampling import run_upsample
from retime.timing.stage import run_warp

FRAMES = 6
SETTINGS = TrainSettings(channels=4, texture_channels=9, tile=4, steps=4)


def test_the_layer_is_the_last_and_nobody_is_on_it():
    named = (LayerChoice(name="pair", people=[2, 1]),)
    settings = SeedsSettings(layers=named, dynamic_background=True)
    chosen = choose_layers(settings, [1, 2, 3], "clip")
    assert chosen == {"pair": [2, 1], "person3": [3], "dynamic_background": []}
    taken = (LayerChoice(name="dynamic_background", people=[1]),)
    with pytest.raises(InputError, match="another name"):
        choose_layers(SeedsSettings(layers=taken, dynamic_background=True), [1], "clip")


def test_it_is_open_everywhere_and_behind_everybody(blinking_clip):
    with Seeds.open(blinking_clip.seeds) as seeds:
        assert seeds.names == ["person1", "dynamic_background"]
        assert seeds.people == [[1], []]
        assert (seeds.trimap[:, 1] == UNSURE).all()
        assert not seeds.iuv[:, 1].any()
        assert seeds.order[:].tolist() == [[2, 1]] * FRAMES


def test_it_starts_from_what_changes_away_from_people(blinking_clip):
    clip = load_clip_tensors(blinking_clip.frames, blinking_clip.seeds, tile=4)
    assert clip.dynamic == 1
    # The median is the dark wall or, of equally many, between: changes are told from it.
    base = clip.median[8, 12, 0] / 255
    strength, maps = start_maps(clip, 1)
    assert strength.shape == (FRAMES, 1)
    assert maps.shape == (1, 3, 8, 16)
    told = strength[:, 0, None] * maps[0, 0, 1:3, 2:4].mean()  # cells of 4 pixels
    true = np.where(blinking_clip.lit, 140 / 255, 100 / 255) - base
    assert told[:, 0] == pytest.approx(true, abs=0.01)
    assert np.abs(maps[0, 1:]).max() < 1e-3  # green and blue stay
    assert np.abs(maps[0, 0, 4:]).max() < 1e-3  # nothing else changes, and the person is left out


def test_its_input_is_a_few_maps_at_a_strength_for_each_frame(blinking_clip):
    clip = load_clip_tensors(blinking_clip.frames, blinking_clip.seeds, tile=4)
    model = LayeredModel(clip, SETTINGS)
    with torch.no_grad():
        model.dynamic.maps[:] = 0
        model.dynamic.maps[0, 3, 0, 0] = 2.0
        model.dynamic.strength[:, 3] = torch.arange(FRAMES)
        x = model.inputs(clip, [0, 4]).unflatten(0, (2, 2))  # [B, N, C, h, w]
    assert (x[:, 1, -1] == 2).all()  # an id that no person of one has
    assert x[0, 1, 3, 0, 0] == 0
    assert x[1, 1, 3, 0, 0] == 8
    assert x[1, 1, 3, -1, -1] == 0
    assert x[:, 0, -1].max() == 1  # the person's pass is as it would be


def test_without_it_a_model_is_as_it_was(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    assert clip.dynamic is None
    model = LayeredModel(clip, SETTINGS)
    assert not any("dynamic" in name for name in model.state_dict())


@pytest.mark.parametrize("background", ["canvas", "network"])
def test_it_goes_through_all_stages_to_an_edit(blinking_clip, tmp_path, background):
    frames, seeds, camera = blinking_clip.frames, blinking_clip.seeds, blinking_clip.camera
    trained, layers = tmp_path / "decomposition.h5", tmp_path / "layers.h5"
    settings = SETTINGS.model_copy(update={"background": background})
    run_train(frames, seeds, trained, settings, None, 1)
    upsampling = UpsampleSettings(channels=4, steps=2)
    run_upsample(frames, seeds, camera, trained, layers, upsampling, None, 1)
    with Layers.open(layers) as made, Camera.open(camera) as view:
        assert made.names == ["person1", "dynamic_background"]
        assert made.rgba.shape == (3, FRAMES, 32, 64, 4)
        assert view.mode == "still"
    edit, timemap = tmp_path / "edit.yaml", tmp_path / "timemap.h5"
    edit.write_text("layers: {dynamic_background: {freeze: 3}}\n")
    run_warp(tmp_path / "tracks.h5", seeds, edit, timemap)
    with TimeMap.open(timemap) as made:
        assert (made.source_time[made.names.index("dynamic_background")] == 3).all()
