import pytest
import torch
from torch import nn

from retime.layers.renderer import Renderer, reach, settle_statistics
from retime.layers.upsampler import Upsampler, enlarge


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


@pytest.mark.parametrize("size", [(32, 64), (50, 70), (126, 224)])
def test_renderer_keeps_any_size(size):
    rgba, features = Renderer(5, 4)(torch.rand(2, 5, *size))
    assert rgba.shape == (2, 4, *size)
    assert features.shape == (2, 4, *size)
    assert rgba.min() >= 0
    assert rgba.max() <= 1


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
