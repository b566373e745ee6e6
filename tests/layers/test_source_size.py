import numpy as np
import pytest
import torch

from retime.artifacts import Frames, Layers, Seeds
from retime.config import TrainSettings, UpsampleSettings
from retime.errors import InputError
from retime.layers.canvas import CanvasPlane
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.composite import over_pictures
from retime.layers.footage import source_size_footage
from retime.layers.full_size import FullSizeCanvas
from retime.layers.model import LayeredModel
from retime.layers.source_size import SourceSizeEnlarger
from retime.layers.training import run_train
from retime.layers.upsampling import run_upsample

SOURCE = (320, 160)  # width and height
TRAINING = TrainSettings(channels=4, texture_channels=4, tile=4, steps=60)


@pytest.fixture
def enlarger(large_clip):
    """Return a maker of enlargers over an untrained renderer; arguments are sides and settings."""
    clip = load_clip_tensors(large_clip.frames, large_clip.seeds, 4)
    shows = np.zeros((6, 32, 64), bool)
    shows[0, 8:20, 6:14] = True
    with Frames.open(large_clip.frames) as frames, Seeds.open(large_clip.seeds) as seeds:
        plane = CanvasPlane.at(SOURCE, SOURCE, (0, 0, *SOURCE), seeds.homographies[:])
        grey = np.full((*SOURCE[::-1], 3), 120, np.uint8)
        canvas = FullSizeCanvas(grey, np.zeros(grey.shape[:2], bool), plane)
        footage = source_size_footage(frames, large_clip.video)

        def make(side=512, background="canvas", **settings):
            model = LayeredModel(clip, TRAINING.model_copy(update={"background": background}))
            model.eval().requires_grad_(False)
            chosen = UpsampleSettings(channels=4, crop=32, steps=4, **settings)
            made = SourceSizeEnlarger(footage, clip, model, canvas, chosen, shows, side)
            torch.manual_seed(1)  # one that adds something, and has measured something
            torch.nn.init.normal_(made.network.body[-1].weight, std=0.05)
            made.loss(0)
            made.network.eval()
            return made

        yield make


def assembled(enlarger, t):
    """Put the parts of a frame together."""
    whole = torch.full((3, 4, *enlarger.size), np.nan)
    for top, left, part in enlarger.parts(t, next(enlarger.footage.read([t]))):
        whole[:, :, top : top + part.shape[2], left : left + part.shape[3]] = part
    return whole


@pytest.mark.parametrize(
    "settings", [{}, {"background": "network", "guided": False}, {"detail_transfer": False}]
)
def test_tiles_make_what_the_whole_frame_makes(enlarger, settings):
    whole = assembled(enlarger(**settings), 2)
    assert not whole.isnan().any()
    for side in (37, 64):
        tiled = assembled(enlarger(side=side, **settings), 2)
        # Alphas are those of the file: they agree to the last bit, but where rounding tips over.
        assert ((tiled[:, 3] - whole[:, 3]).abs() > 1e-5).sum() <= 2
        shown = (tiled[:, 3] > 0) & ((tiled[:, 3] - whole[:, 3]).abs() < 1e-5)
        difference = (tiled[:, :3] - whole[:, :3]).abs().amax(1)
        assert difference[shown].max() < 1e-5


def test_crops_show_somebody(enlarger):
    made = enlarger()
    # At five times the working size the person has rows 40 to 99 and columns 30 to 69.
    places = [made.place(0, np.random.default_rng(k), 128, 288) for k in range(50)]
    middles = np.array(places).T + 16
    assert (middles.min(1) >= [39, 29]).all()
    assert (middles.max(1) <= [100, 70]).all()
    assert np.ptp(middles, axis=1).min() > 25
    elsewhere = {made.place(1, np.random.default_rng(k), 128, 288) for k in range(50)}
    assert len(elsewhere) > 40  # nobody is shown: anywhere


def test_norms_are_measured_in_the_first_half_and_used_in_the_second(enlarger):
    made = enlarger()
    norms = [m for m in made.network.modules() if isinstance(m, torch.nn.InstanceNorm2d)]
    assert len(norms) == 7
    held = []
    for step in range(4):
        made.loss(step)
        held.append(norms[0].running_mean.clone())
        assert norms[0].training == (step < 2)
    assert not torch.equal(held[0], held[1])
    assert torch.equal(held[1], held[2])
    assert torch.equal(held[2], held[3])


def test_layers_have_the_sources_size_and_its_pixels(large_clip, tmp_path):
    trained, out = tmp_path / "decomposition.h5", tmp_path / "layers.h5"
    run_train(large_clip.frames, large_clip.seeds, trained, TRAINING, None, threads=1)
    settings = UpsampleSettings(channels=4, crop=32, steps=6, output_size="source")
    arguments = (large_clip.frames, large_clip.seeds, large_clip.camera, trained, out, settings)
    with pytest.raises(InputError, match="--video"):
        run_upsample(*arguments, None, 1)
    run_upsample(*arguments, None, 1, large_clip.video)
    with Layers.open(out) as layers, Frames.open(large_clip.frames) as frames:
        assert layers.rgba.shape == (3, 6, 160, 320, 4)
        assert not layers.filled[:].any()  # everybody walks on
        footage = source_size_footage(frames, large_clip.video)
        for t, source in enumerate(footage.read(range(6))):
            rgba = layers.rgba[:, t]
            assert (rgba[0, ..., 3] == 255).all()
            composite = over_pictures(rgba[0, ..., :3], list(rgba[1:]), layers.order[t])
            opaque = rgba[layers.order[t][-1], ..., 3] == 255
            assert opaque.sum() > 500
            assert np.array_equal(composite[opaque], source[opaque])
