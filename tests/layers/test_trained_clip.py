"""What ``upsample`` reads of a clip is what its training held of it."""

import numpy as np
import pytest
import torch

from retime.artifacts import Decomposition, Seeds
from retime.config import TrainSettings, UpsampleSettings
from retime.errors import InputError
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.model import LayeredModel
from retime.layers.trained_clip import ByFrame, TrainedClip
from retime.layers.training import run_train, to_bytes, unpack_weights
from retime.layers.upsampling import run_upsample

SETTINGS = TrainSettings(channels=4, texture_channels=9, tile=4, steps=2)
KINDS = ("tiny_clip", "panned_clip", "carrying_clip", "blinking_clip")


def equal(one, other):
    return one.dtype == other.dtype and torch.equal(one, other)


@pytest.fixture
def stages(request, tmp_path):
    """Train on a clip of some kind, and return its files."""

    def train(kind, **settings):
        paths = request.getfixturevalue(kind)
        paths.decomposition = tmp_path / "decomposition.h5"
        chosen = SETTINGS.model_copy(update=settings)
        run_train(paths.frames, paths.seeds, paths.decomposition, chosen, None, threads=1)
        return paths

    return train


@pytest.mark.parametrize("background", ["canvas", "network"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_clip_that_was_trained_on(stages, kind, background):
    paths = stages(kind, background=background)
    held = load_clip_tensors(paths.frames, paths.seeds, SETTINGS.tile)
    # Each kind has what it stands for.
    assert held.plane.still == (kind != "panned_clip")
    assert held.plane.fine == (2 if kind == "panned_clip" else 1)
    assert held.people == {"carrying_clip": 3, "blinking_clip": 1}.get(kind, 2)
    assert held.dynamic == (1 if kind == "blinking_clip" else None)
    with Decomposition.open(paths.decomposition) as trained, Seeds.open(paths.seeds) as seeds:
        clip = TrainedClip(trained, seeds)
        for name in ("frames", "layers", "size", "noise", "people", "dynamic", "tile"):
            assert getattr(clip, name) == getattr(held, name), name
        assert equal(clip.order, held.order)
        assert np.array_equal(clip.plane.homographies, held.plane.homographies)
        assert (clip.plane.size, clip.plane.fine) == (held.plane.size, held.plane.fine)
        assert clip.median.shape == held.median.shape
        for t in range(held.frames):
            assert equal(clip.core[t], held.core[t])
            assert equal(clip.least[t], held.least[t])
            for n in range(held.layers):
                for part in ("pixels", "texels", "weights"):
                    assert equal(*(getattr(c.taps[t][n], part) for c in (clip, held)))
                assert equal(clip.ids[t][n], held.ids[t][n])
            assert equal(clip.ground_grids([t]), held.ground_grids([t]))
            assert held.plane.still or equal(clip.grids([t]), held.grids([t]))
            assert np.array_equal(clip.shows[t], trained.rgba[:, t, ..., 3].any(0))


@pytest.mark.parametrize("background", ["canvas", "network"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_renderer_makes_of_it_what_training_wrote(stages, kind, background):
    paths = stages(kind, background=background)
    with Decomposition.open(paths.decomposition) as trained, Seeds.open(paths.seeds) as seeds:
        clip = TrainedClip(trained, seeds)
        model = LayeredModel(clip, TrainSettings.model_validate(trained.parameters))
        unpack_weights(model, trained.weights[:])
        model.eval().requires_grad_(False)
        for t in range(clip.frames):
            rgba, _ = model.passes(model.inputs(clip, [t]), 1)
            layers, _ = model.split(rgba, model.background(clip, [t]))
            assert np.array_equal(to_bytes(layers[0]), trained.rgba[:, t])
        assert np.array_equal(to_bytes(model.picture(clip)), trained.canvas[:])


def test_a_frame_is_read_when_it_is_asked_for():
    asked = []
    frames = ByFrame(lambda t: asked.append(t) or 10 * t, 3)
    assert (len(frames), asked) == (3, [])
    assert (frames[2], frames[0], asked) == (20, 0, [2, 0])
    assert list(frames) == [0, 10, 20]
    with pytest.raises(IndexError):
        frames[-1]


@pytest.mark.parametrize("other", ["frames", "seeds"])
def test_files_of_other_clips_are_refused(stages, carrying_clip, tmp_path, other):
    paths = stages("tiny_clip")
    mixed = {"frames": paths.frames, "seeds": paths.seeds, other: getattr(carrying_clip, other)}
    arguments = mixed["frames"], mixed["seeds"], paths.camera, paths.decomposition
    out = tmp_path / "layers.h5"
    with pytest.raises(InputError, match=f"6 frames, but .*{other}.h5 has .*20"):
        run_upsample(*arguments, out, UpsampleSettings(channels=4, steps=1), None, 1)
    assert not out.exists()
