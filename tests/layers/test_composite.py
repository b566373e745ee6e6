import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.layers.composite import over, over_pictures, transmittance

RED, GREEN, GREY = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.5, 0.5, 0.5)


def tensor_layer(colour, alpha):
    return torch.tensor([*colour, alpha], dtype=torch.float64).reshape(4, 1, 1)


def one_pixel(order):
    layers = torch.stack([tensor_layer(RED, 0.5), tensor_layer(GREEN, 0.25)])[None]
    background = torch.full((1, 3, 1, 1), 0.5, dtype=torch.float64)
    return over(layers, torch.tensor([order]), background).flatten().tolist()


def random_scene(rng, batch, count, height=3, width=4):
    layers = rng.random((batch, count, 4, height, width))
    order = np.stack([rng.permutation(count) + 1 for _ in range(batch)])
    return layers, order, rng.random((batch, 3, height, width))


def test_over_follows_the_order():
    # Grey .5, then red at 1/2: (.75, .25, .25); then green at 1/4: 3/4 of that plus 1/4 green.
    assert one_pixel([1, 2]) == pytest.approx([0.5625, 0.4375, 0.1875])
    # Grey .5, then green at 1/4: (.375, .625, .375); then red at 1/2.
    assert one_pixel([2, 1]) == pytest.approx([0.6875, 0.3125, 0.1875])


def test_each_item_of_a_batch_has_its_own_order():
    layers = torch.stack([tensor_layer(RED, 1.0), tensor_layer(GREEN, 1.0)])
    frame = over(
        layers[None].repeat(2, 1, 1, 1, 1),
        torch.tensor([[1, 2], [2, 1]]),
        torch.zeros(2, 3, 1, 1, dtype=torch.float64),
    )
    assert frame[0].flatten().tolist() == list(GREEN)
    assert frame[1].flatten().tolist() == list(RED)


def test_over_of_no_layers_is_the_background():
    background = torch.rand(2, 3, 4, 5)
    layers, order = torch.zeros(2, 0, 4, 4, 5), torch.zeros(2, 0, dtype=torch.int64)
    assert torch.equal(over(layers, order, background), background)
    assert torch.equal(transmittance(layers[:, :, 3], order), torch.ones(2, 1, 4, 5))


def test_transmittance_is_what_the_layers_in_front_let_through():
    alpha = torch.tensor([0.5, 0.25, 0.9], dtype=torch.float64).reshape(1, 3, 1, 1)
    tau = transmittance(alpha, torch.tensor([[3, 1, 2]])).flatten().tolist()
    # Layer 2 is in front; layer 1 lies behind it, layer 3 behind both, the background behind all.
    assert tau == pytest.approx([0.5 * 0.75 * 0.1, 0.75, 1.0, 0.5 * 0.75])


@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 2), count=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_composite_is_the_sum_of_what_each_layer_sends_through_those_in_front(seed, batch, count):
    layers, order, background = map(
        torch.from_numpy, random_scene(np.random.default_rng(seed), batch, count)
    )
    tau = transmittance(layers[:, :, 3], order)  # [B, N + 1, H, W]
    light = (tau[:, 1:] * layers[:, :, 3])[:, :, None] * layers[:, :, :3]
    expected = light.sum(1) + tau[:, :1] * background
    torch.testing.assert_close(over(layers, order, background), expected)


def test_gradients_reach_colours_alphas_and_background():
    rng = np.random.default_rng(3)
    layers, order, background = map(torch.from_numpy, random_scene(rng, 2, 3, 2, 2))
    layers.requires_grad_()
    background.requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: over(a, order, b), (layers, background))
    assert torch.autograd.gradcheck(lambda a: transmittance(a, order), layers[:, :, 3])


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_pictures_and_tensors_agree(seed, count):
    layers, order, background = random_scene(np.random.default_rng(seed), 1, count)
    pictures = [np.moveaxis(a, 0, -1).astype(np.float32) for a in layers[0]]
    under = np.moveaxis(background[0], 0, -1).astype(np.float32)
    expected = over(*map(torch.from_numpy, (layers, order.astype(np.int64), background)))
    np.testing.assert_allclose(
        over_pictures(under, pictures, order[0]),
        np.moveaxis(expected[0].numpy(), 0, -1),
        atol=1e-6,
    )


def test_bytes_are_rounded_once_to_the_nearest():
    background = np.full((1, 2, 3), 10, np.uint8)
    layer = np.array([[[200, 100, 0, 51], [255, 255, 255, 0]]], np.uint8)
    # alpha 1/5: 10 + 190 / 5 = 48, 10 + 90 / 5 = 28, 10 - 10 / 5 = 8; nothing at alpha 0.
    assert over_pictures(background, [layer]).tolist() == [[[48, 28, 8], [10, 10, 10]]]
    assert background.tolist() == [[[10] * 3] * 2]
    # Twice a fifth of 12: 10, 10.4, 10.72, which is 11; rounded each time it would stay 10.
    faint = np.array([[[12, 13, 14, 51]] * 2], np.uint8)
    assert over_pictures(background, [faint, faint])[0, 0, 0] == 11


def test_opaque_and_clear_pixels_are_kept_exactly():
    values = np.arange(256, dtype=np.uint8)
    colour = np.stack([values, values[::-1], values], axis=-1)[None]
    opaque = np.dstack([colour, np.full((1, 256), 255, np.uint8)])
    clear = np.dstack([colour, np.zeros((1, 256), np.uint8)])
    under = np.full((1, 256, 3), 77, np.uint8)
    assert np.array_equal(over_pictures(under, [opaque]), colour)
    assert np.array_equal(over_pictures(under, [clear]), under)


def test_order_leaves_out_and_opacity_weakens():
    under = np.zeros((1, 1, 3), np.uint8)
    white = np.full((1, 1, 4), 255, np.uint8)
    assert over_pictures(under, [white], order=[])[0, 0].tolist() == [0, 0, 0]
    assert over_pictures(under, [white], opacity=[0.2])[0, 0].tolist() == [51, 51, 51]
    grey = np.array([[[90, 90, 90, 255]]], np.uint8)
    # Opacity goes by layer, not by place: white at a fifth over grey is 90 + 165 / 5.
    faded = over_pictures(under, [white, grey], order=[2, 1], opacity=[0.2, 1.0])
    assert faded[0, 0].tolist() == [123, 123, 123]
