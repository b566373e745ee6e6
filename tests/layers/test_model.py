import dataclasses

import pytest
import torch

from retime.config import TrainSettings
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.model import LayeredModel
from retime.layers.texture import PARTS
from retime.layers.training import Trainer

SETTINGS = TrainSettings(channels=4, texture_channels=4, tile=4)
PAPER = SETTINGS.model_copy(
    update={"background": "network", "texture_start": "random", "texture_spread": 1}
)


@pytest.fixture
def clip(tiny_clip):
    return load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)


def test_there_are_24_tiles_a_person_and_one_for_the_background(clip):
    assert LayeredModel(clip, PAPER).atlas.texels.shape == ((24 * 2 + 1) * 4 * 4, 4)
    assert LayeredModel(clip, SETTINGS).atlas.texels.shape == (24 * 2 * 4 * 4, 4)


def test_a_persons_texture_lies_over_the_backgrounds(clip):
    model = LayeredModel(clip, PAPER)
    with torch.no_grad():
        model.atlas.texels[:] = 2.0
        model.atlas.texels[PARTS * 16 : 2 * PARTS * 16] = 3.0  # the second person's
        model.atlas.texels[-16:] = 5.0  # the background's
    x = model.inputs(clip, [0, 4]).unflatten(0, (2, 3))
    ground, red, blue = x[0]
    assert torch.allclose(ground[:4], torch.tensor(5.0))
    assert (ground[4] == 0).all()  # its id
    # In frame 0 the first person stands at 6..14 x 8..20, the second at 50..58 x 14..26.
    assert red[:, 10, 8].tolist() == pytest.approx([2, 2, 2, 2, 0.5])
    assert red[:, 20, 54].tolist() == pytest.approx([5, 5, 5, 5, 0])
    assert blue[:, 20, 54].tolist() == pytest.approx([3, 3, 3, 3, 1])
    assert blue[:, 10, 8].tolist() == pytest.approx([5, 5, 5, 5, 0])
    assert (red[4] > 0).sum() == (blue[4] > 0).sum() == 8 * 12
    assert x[1, 1, 4, 10, 6 + 8 * 4] == 0.5  # the second of the frames asked for


def test_the_backgrounds_uv_is_the_grid_of_the_frame(clip):
    model = LayeredModel(clip, PAPER)
    ramp = torch.arange(4.0)
    with torch.no_grad():
        model.atlas.texels[-16:] = (10 * ramp[:, None] + ramp).reshape(16, 1)  # row, column
    sampled = model.atlas.ground(clip.ground_grids([0]))[0, 0]
    # Corners of the frame are centres of the tile's corner texels; in between it is linear.
    corners = [sampled[0, 0], sampled[0, -1], sampled[-1, 0], sampled[-1, -1]]
    assert [c.item() for c in corners] == pytest.approx([0, 3, 30, 33], abs=1e-4)
    assert sampled[0, 21].item() == pytest.approx(3 * 21 / 63, abs=1e-4)


def test_the_backgrounds_uv_follows_the_camera(clip):
    shift = torch.eye(3).repeat(6, 1, 1).double().numpy()
    shift[1, 0, 2] = 21  # frame 1 lies 21 pixels further right on a canvas of 64 + 21
    plane = dataclasses.replace(clip.plane, size=(85, 32), homographies=shift, still=False)
    moved = dataclasses.replace(clip, plane=plane)
    first, second = moved.ground_grids([0, 1])
    assert torch.allclose(first[:, 21:], second[:, :-21], atol=1e-6)
    assert first[0, 0].tolist() == pytest.approx([-1, -1])
    assert second[-1, -1].tolist() == pytest.approx([1, 1])


def test_the_background_is_a_pass_with_alpha_1(clip):
    model = LayeredModel(clip, PAPER).eval()
    x = model.inputs(clip, [0, 1])
    rgba, features = model.passes(x, 2)
    assert rgba.shape == (2, 3, 4, 32, 64)
    assert features.shape == (2, 3, 4, 32, 64)
    assert (rgba[:, 0, 3] == 1).all()
    layers, background = model.split(rgba, model.background(clip, [0, 1]))
    assert torch.equal(layers, rgba[:, 1:])
    assert torch.equal(background, rgba[:, 0, :3])
    # Each pass is a pass of the same network on its own input.
    for k in range(6):
        alone = model.renderer(x[k : k + 1])[0][0]
        assert torch.allclose(alone[:3], rgba.flatten(0, 1)[k, :3], atol=1e-6)
    # Under a still camera the canvas is what every frame sees.
    assert torch.allclose(model.picture(clip), background[1], atol=1e-6)


def test_the_canvas_needs_no_pass(clip):
    model = LayeredModel(clip, SETTINGS).eval()
    rgba, _ = model.passes(model.inputs(clip, [0]), 1)
    layers, background = model.split(rgba, model.background(clip, [0]))
    assert layers.shape == (1, 2, 4, 32, 64)
    assert torch.equal(background[0], model.picture(clip))


def test_textures_start_at_random_or_as_seen(clip):
    seen, random = (Trainer(clip, s).model.atlas.texels.detach() for s in (SETTINGS, PAPER))
    assert random.std().item() == pytest.approx(1, abs=0.05)
    assert not seen[:, 3:].any()
    red = torch.tanh(seen[16, :3] + SETTINGS.colour_bias) / 2 + 0.5  # part 2's first texel
    assert (red * 255).tolist() == pytest.approx([220, 40, 30], abs=4)
