import numpy as np
import pytest
import torch

from retime.artifacts import Frames, Seeds
from retime.config import TrainSettings, UpsampleSettings
from retime.layers.canvas import CanvasPlane
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.composite import over
from retime.layers.enlarger import FAINTEST, REACH, LayerEnlarger, shown_box
from retime.layers.footage import layer_size_footage
from retime.layers.full_size import FullSizeCanvas
from retime.layers.model import LayeredModel
from retime.layers.upsampler import enlarge

SETTINGS = TrainSettings(channels=4, texture_channels=4, tile=4)
FULL = (128, 64)  # width and height of the tiny clip at layer size


@pytest.fixture
def enlarger(tiny_clip):
    """Return a maker of enlargers over an untrained renderer; arguments are settings."""
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, 4)
    model = LayeredModel(clip, SETTINGS)
    model.eval().requires_grad_(False)
    with Frames.open(tiny_clip.frames) as frames, Seeds.open(tiny_clip.seeds) as seeds:
        plane = CanvasPlane.at(FULL, FULL, (0, 0, *FULL), seeds.homographies[:])
        picture = np.full((FULL[1], FULL[0], 3), 120, np.uint8)
        canvas = FullSizeCanvas(picture, np.zeros(picture.shape[:2], bool), plane)
        footage = layer_size_footage(frames)

        def make(**settings):
            chosen = UpsampleSettings(channels=4, crop=32, **settings)
            return LayerEnlarger(footage, clip, model, canvas, chosen)

        yield make


WHOLE = (slice(0, FULL[1]), slice(0, FULL[0]))


def picture(layers, t):
    return next(layers.footage.read([t]))


def view(layers, t, part=WHOLE):
    around = layers.around(*part)
    return layers.view(picture(layers, t)[around], layers.ground(t)[around], *part)


@pytest.mark.parametrize("guided", [False, True])
def test_an_untrained_upsampler_changes_nothing(enlarger, guided):
    # Its last layer starts at zero: what comes out is the bilinear enlargement where it shows.
    layers = enlarger(guided=guided, tighten=False, detail_transfer=False)
    plain = enlarge(layers.maps(2), layers.size)[:, :4]
    shows = plain[:, 3:] > FAINTEST
    result = layers.layers(2, picture(layers, 2))
    torch.testing.assert_close(result[1:] * shows, plain * shows)
    assert (result[0, 3] == 1).all()


def test_an_epoch_of_crops_shows_every_frame_once(enlarger):
    layers = enlarger(epochs=3, batch=4)
    assert layers.steps == 6  # of 6 frames, 4 and 2
    for first in (0, 2, 4):
        drawn = layers.crops(first) + layers.crops(first + 1)
        assert sorted(t for t, _, _ in drawn) == list(range(6))
        for _, rows, columns in drawn:
            assert (rows.stop - rows.start, columns.stop - columns.start) == (32, 32)
            assert 0 <= rows.start <= rows.stop <= FULL[1]
            assert 0 <= columns.start <= columns.stop <= FULL[0]
    assert layers.crops(1) == layers.crops(1)


def test_the_printed_loss_is_the_mean_error_of_the_crops(enlarger):
    layers = enlarger(epochs=1, batch=3, guided=False)
    loss, error = layers.loss(0)
    assert loss.item() == error.item()
    each = []
    for t, rows, columns in layers.crops(0):
        # What an untrained upsampler leaves as it is: the enlarged layers over the background.
        maps = enlarge(layers.maps(t), layers.size, rows, columns)[:, :4]
        frame = view(layers, t, (rows, columns))
        order = layers.clip.order[[t]]
        each.append((frame.picture - over(maps[None], order, frame.background)).abs().mean())
    assert loss.item() == pytest.approx(torch.stack(each).mean().item(), abs=1e-5)


def test_the_networks_background_is_upsampled_as_a_layer(enlarger):
    layers = enlarger(guided=False, tighten=False, detail_transfer=False)
    model = LayeredModel(layers.clip, SETTINGS.model_copy(update={"background": "network"}))
    settings = layers.settings
    own = LayerEnlarger(layers.footage, layers.clip, model.eval(), layers.canvas, settings)
    maps, result = own.maps(2), own.layers(2, picture(layers, 2))
    assert (len(maps), len(result)) == (3, 3)  # the background's pass first
    torch.testing.assert_close(result[0, :3], enlarge(maps[:1], own.size)[0, :3])
    assert (result[0, 3] == 1).all()
    # Nothing is before the front layer; the background is behind both.
    alpha, order = torch.rand(3, 4, 4), torch.tensor([[2, 1]])
    sight = own.sight(alpha, order)
    torch.testing.assert_close(sight[1], torch.ones(4, 4))
    torch.testing.assert_close(sight[2], 1 - alpha[1])
    torch.testing.assert_close(sight[0], (1 - alpha[1]) * (1 - alpha[2]))
    torch.testing.assert_close(layers.sight(alpha[1:], order), sight[1:])


def test_whole_frames_are_refined_unless_boxed(enlarger):
    # Instance norm measures what it is shown, so the two differ once anything was learned.
    boxed, whole = (enlarger(guided=False, tighten=False, boxed=b) for b in (True, False))
    for layers in (boxed, whole):
        torch.manual_seed(1)
        torch.nn.init.normal_(layers.network.body[-1].weight, std=0.05)
    maps = enlarge(whole.maps(0), whole.size)
    with torch.no_grad():
        whole.settings = whole.settings.model_copy(update={"detail_transfer": False})
        expected = whole.network(maps)
    result = whole.layers(0, picture(whole, 0))
    torch.testing.assert_close(result[1:], expected, atol=1e-5, rtol=1e-4)
    assert boxed.network(maps).shape == expected.shape


def test_a_part_of_a_frame_says_what_the_whole_says_there(enlarger):
    layers = enlarger()
    rows, columns = slice(20, 50), slice(0, 61)
    for part, whole in zip(view(layers, 1, (rows, columns)), view(layers, 1), strict=True):
        torch.testing.assert_close(part, whole[..., rows, columns])


def test_refined_mattes_stay_near_what_they_were_and_hidden_ones_as_they_were(enlarger):
    before = torch.zeros(1, 4, 9, 15)
    before[:, 3, 4, 3] = 0.5
    sight = torch.ones(1, 1, 9, 15)
    refined = enlarger().confine(torch.ones_like(before), before, sight)
    # A frame of twice the working size: two pixels to every side, and no more alpha than 0.5.
    expected = torch.zeros(9, 15)
    expected[2:7, 1:6] = 0.5
    torch.testing.assert_close(refined[0, 3], expected)
    hidden = enlarger().confine(torch.ones_like(before), before, 0 * sight)
    torch.testing.assert_close(hidden, before)


def test_guidance_is_the_frames_difference_from_the_background_where_in_sight(enlarger):
    layers = enlarger()
    said = view(layers, 0)
    sight = torch.zeros(1, FULL[1], FULL[0])
    sight[:, :, :20] = 1
    guide = layers.guide(said, sight)
    torch.testing.assert_close(guide[0, :3, :, :20], (said.picture - said.background)[0, :, :, :20])
    assert (guide[..., 20:] == 0).all()
    # The first person's red, (220, 40, 30) before 120: red asks for 100 / 135 of alpha, green for
    # 80 / 120, blue for 90 / 120, which is most.
    assert guide[0, 3, 20, 16] == pytest.approx(0.75, abs=0.01)


def test_the_box_of_what_shows_has_the_networks_reach_around_it():
    alpha = torch.zeros(40, 60)
    alpha[20, 30], alpha[25, 31] = 1, 0.01
    rows, columns = shown_box(alpha)
    assert (rows, columns) == (slice(20 - REACH, 26 + REACH), slice(30 - REACH, 32 + REACH))
    assert shown_box(torch.full((4, 4), FAINTEST)) is None
