import math

import pytest
import torch
from torch import nn

from retime.layers.renderer import Renderer, reach, settle_statistics, squashed
from retime.layers.upsampler import InstanceNorm, Upsampler, enlarge


def test_renderer_has_the_layers_of_the_table():
    renderer = Renderer(17, 64)
    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    layers = [
        (m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0])
        for m in renderer.modules()
        if isinstance(m, kinds)
    ]
    assert layers == [  # Table A.2.1; a skip doubles the inputs
        (17, 64, 4, 2),
        (64, 128, 4, 2),
        (128, 256, 4, 2),
        (256, 256, 4, 2),
        (256, 256, 4, 2),
        (256, 256, 4, 1),
        (256, 256, 4, 1),
        (512, 256, 4, 2),
        (512, 256, 4, 2),
        (512, 128, 4, 2),
        (256, 64, 4, 2),
        (128, 64, 4, 2),
        (64, 4, 4, 1),
    ]
    norms = sum(isinstance(m, nn.BatchNorm2d) for m in renderer.modules())
    assert norms == 11  # all but the first and the last


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_each_layer_of_the_renderer_has_the_tables_shape_and_weights():
    renderer = Renderer(17, 64).to("meta")
    layers = [*renderer.down, *renderer.middle, *renderer.up, renderer.head]
    shapes = []
    for layer in layers:
        layer.register_forward_hook(lambda _, __, y: shapes.append(tuple(y.shape[1:])))
    renderer(torch.empty(3, 17, 256, 448, device="meta"))
    assert shapes == [
        *[(64, 128, 224), (128, 64, 112), (256, 32, 56), (256, 16, 28), (256, 8, 14)],
        *[(256, 8, 14), (256, 8, 14)],
        *[(256, 16, 28), (256, 32, 56), (128, 64, 112), (64, 128, 224), (64, 256, 448)],
        (4, 256, 448),
    ]
    # inputs x outputs x 4 x 4, and two numbers a channel: scale and shift of the norm. The first
    # and last layers have a bias instead.
    assert [parameters(layer) for layer in layers] == [
        *[17_472, 131_328, 524_800, 1_049_088, 1_049_088, 1_049_088, 1_049_088],
        *[2_097_664, 2_097_664, 1_048_832, 262_272, 131_200, 4_100],
    ]
    assert parameters(renderer) == 10_511_684
    slopes = [m.negative_slope for m in renderer.modules() if isinstance(m, nn.LeakyReLU)]
    assert slopes == [0.2] * 7
    assert sum(isinstance(m, nn.ReLU) for m in renderer.modules()) == 5


def test_the_released_renderer_dilates_layers_6_and_7():
    torch.manual_seed(0)
    released = Renderer(5, 4, released=True)
    convolutions = [m for m in released.modules() if isinstance(m, nn.Conv2d)]
    assert [m.dilation[0] for m in convolutions] == [1, 1, 1, 1, 1, 2, 2, 1]
    assert released.down[0](-torch.rand(1, 5, 8, 8) * 100).min() == 0  # a plain ReLU
    rgba, _ = released(torch.rand(2, 5, 50, 70))
    assert rgba.shape == (2, 4, 50, 70)
    rgba.sum().backward()
    printed = Renderer(5, 4)
    assert parameters(released) == parameters(printed)
    assert not any(m.dilation[0] > 1 for m in printed.modules() if isinstance(m, nn.Conv2d))


def test_alpha_is_half_of_tanh_and_one_and_is_not_squared():
    renderer = Renderer(5, 4).eval()
    with torch.no_grad():
        renderer.head.weight.zero_()
        renderer.head.bias[:] = torch.tensor([0.0, 0.5, -0.5, 1.0])
        rgba, _ = renderer(torch.rand(1, 5, 32, 32))
    expected = [0.5, 0.731059, 0.268941, 0.880797]  # sigmoid of twice the bias
    assert rgba[0, :, 3, 3].tolist() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("size", [(32, 64), (50, 70), (126, 224)])
def test_renderer_keeps_any_size(size):
    rgba, features = Renderer(5, 4)(torch.rand(2, 5, *size))
    assert rgba.shape == (2, 4, *size)
    assert features.shape == (2, 4, *size)
    assert rgba.min() >= 0
    assert rgba.max() <= 1


def test_one_small_layer_can_be_trained_on_alone():
    # Half of 64x36: the innermost maps would be a single pixel, which has no deviation.
    renderer = Renderer(3, 4).train()
    rgba, features = renderer(torch.rand(1, 3, 18, 32))
    rgba.sum().backward()
    assert rgba.shape[-2:] == features.shape[-2:] == (18, 32)
    assert torch.isfinite(rgba).all()


def test_the_last_layer_may_see_the_input_pixel_by_pixel():
    # With nothing else let through, what comes out follows single pixels of the input.
    renderer = Renderer(5, 4, input_skip=True).eval()
    head = renderer.head
    assert head.in_channels == 4 + 5
    with torch.no_grad():
        head.weight.zero_()
        head.weight[3, 4 + 2, 1, 1] = 1  # alpha is the third input; pads put the middle at (1, 1)
        x = torch.rand(1, 5, 40, 50)
        rgba, _ = renderer(x)
    assert torch.allclose(rgba[:, 3], torch.tanh(x[:, 2]) * 0.5 + 0.5, atol=1e-6)


def test_settled_renderer_does_not_depend_on_the_batch():
    torch.manual_seed(0)
    renderer, inputs = Renderer(5, 4), [torch.rand(2, 5, 32, 32) for _ in range(3)]
    settle_statistics(renderer, inputs)
    with torch.no_grad():
        together, alone = renderer(inputs[0])[0], renderer(inputs[0][:1])[0]
    assert torch.allclose(together[:1], alone, atol=1e-6)


def test_upsampler_has_the_layers_of_the_table_and_starts_as_it_is():
    upsampler = Upsampler(4 + 17 + 16, 64)
    layers = [
        (m.in_channels, m.out_channels) for m in upsampler.modules() if isinstance(m, nn.Conv2d)
    ]
    assert layers == [(37, 64), *[(64, 64)] * 6, (64, 4)]
    maps = torch.rand(1, 37, 8, 8)
    assert torch.equal(upsampler(maps), maps[:, :4])


def test_each_layer_of_the_upsampler_has_the_tables_weights():
    # RGBA, 16 channels of texture and the id, 64 of features.
    first, _, _, *blocks, last = Upsampler(4 + 17 + 64, 64).body
    norms = [m for m in Upsampler(85, 64).modules() if isinstance(m, nn.InstanceNorm2d)]
    assert len(norms) == 7
    # inputs x 64 x 3 x 3; norms have scale and shift.
    assert parameters(first) == 48_960
    assert [parameters(block) for block in blocks] == [73_984] * 3
    assert parameters(last) == 2_308


def test_the_upsampler_adds_a_scaled_residual():
    torch.manual_seed(0)
    whole, scaled = Upsampler(9, 4, identity=False), Upsampler(9, 4, identity=False, scale=0.1)
    scaled.load_state_dict(whole.state_dict())
    maps = 0.5 + 0.01 * torch.rand(1, 9, 8, 8)
    with torch.no_grad():
        whole.body[-1].weight.mul_(0.01)
        whole.body[-1].bias.fill_(0.01)
        scaled.load_state_dict(whole.state_dict())
        added, tenth = whole(maps) - maps[:, :4], scaled(maps) - maps[:, :4]
    assert added.abs().max() > 0.001
    assert torch.allclose(tenth, 0.1 * added, atol=1e-6)


def test_enlarging_a_part_is_the_part_of_the_enlarged():
    torch.manual_seed(0)
    maps = torch.rand(2, 3, 7, 9)
    whole = nn.functional.interpolate(maps, size=(20, 25), mode="bilinear", align_corners=False)
    assert torch.allclose(enlarge(maps, (20, 25)), whole, atol=1e-6)
    part = enlarge(maps, (20, 25), slice(3, 11), slice(20, 25))
    assert torch.allclose(part, whole[:, :, 3:11, 20:25], atol=1e-6)


def test_alpha_reaches_its_ends_and_can_leave_them():
    alpha = torch.tensor([0.005, 0.5, 0.995], requires_grad=True)
    stretched = reach(alpha, 0.02)
    assert stretched.tolist() == pytest.approx([0, 0.5, 1])
    stretched.sum().backward()
    assert alpha.grad.tolist() == pytest.approx([1.04] * 3)


@pytest.mark.parametrize("local", [False, True])
def test_norms_are_the_same_with_and_without_gradients(local):
    generator = torch.Generator().manual_seed(0)
    norm = InstanceNorm(3, affine=True, track_running_stats=local)
    maps = 5 + 2 * torch.rand(2, 3, 9, 8, generator=generator)
    norm.weight.data, norm.bias.data = torch.tensor([1.0, 2.0, 0.5]), torch.tensor([0.0, 3.0, -1.0])
    norm(maps)  # which a local one keeps something of
    norm.eval()
    with torch.no_grad():
        fast = norm(maps)
    assert torch.allclose(fast, norm(maps), atol=1e-5)


def test_a_gradient_leads_back_from_the_flat_ends():
    def gradient(logit, least_slope, towards):
        logits = torch.tensor([logit], requires_grad=True)
        (towards * squashed(logits, least_slope)).sum().backward()
        return logits.grad.item()

    # At -4 a tanh, brought to 0..1, is 1 / (1 + e^8) high, and twice that steep.
    flat = 2 / (1 + math.exp(8)) * (1 - 1 / (1 + math.exp(8)))
    assert gradient(-4.0, 0.0, -1.0) == pytest.approx(-flat, rel=1e-3)
    assert gradient(-4.0, 0.1, -1.0) == pytest.approx(-0.1)  # a step against it leads up
    assert gradient(-4.0, 0.1, 1.0) == pytest.approx(flat, rel=1e-3)
    assert gradient(4.0, 0.1, 1.0) == pytest.approx(0.1)
    assert gradient(0.2, 0.1, 1.0) == pytest.approx(gradient(0.2, 0.0, 1.0))
    heights = squashed(torch.tensor([-4.0, 0.0, 0.5]), 0.1)
    assert heights.tolist() == pytest.approx([1 / (1 + math.exp(8)), 0.5, 1 / (1 + math.exp(-1))])


def test_a_colour_that_is_black_everywhere_comes_back():
    # From a logit of -6 a plain tanh would take a million such steps.
    logit = torch.tensor([-6.0], requires_grad=True)
    optimiser = torch.optim.SGD([logit], lr=0.5)
    for _ in range(300):
        optimiser.zero_grad()
        (squashed(logit, 0.1) - 0.6).abs().sum().backward()
        optimiser.step()
    assert squashed(logit).item() == pytest.approx(0.6, abs=0.3)
