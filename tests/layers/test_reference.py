"""The fast training step against the plain one: the same losses, the same gradients."""

import pytest
import torch

from retime.config import TrainSettings
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.coarse import halve
from retime.layers.objective import half
from retime.layers.reference import Reference, render
from retime.layers.renderer import Renderer
from retime.layers.texture import Atlas, Taps
from retime.layers.training import Trainer

SETTINGS = TrainSettings(channels=4, texture_channels=4, tile=4, batch=3)
KINDS = {
    "standard": {},
    "paper": {"background": "network", "colour_skip": False, "input_skip": False},
    "released": {"renderer": "released", "colour_skip": True, "input_skip": False},
    "skip": {"colour_skip": False, "input_skip": True},
}


def gradients(model):
    return {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("progress", [0.2, 0.9], ids=["coarse", "whole"])
def test_losses_and_gradients_are_the_plain_steps(tiny_clip, kind, progress):
    settings = SETTINGS.model_copy(update=KINDS[kind])
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, settings.tile)
    trainer = Trainer(clip, settings)
    trainer.model.train()
    plain = Reference(clip, settings)
    frames = [4, 0, 3]
    fast, slow = (each.judge(frames, progress, 1) for each in (trainer, plain))
    assert torch.stack(fast).tolist() == pytest.approx(torch.stack(slow).tolist(), abs=1e-5)
    fast.total.backward()
    slow.total.backward()
    theirs = gradients(plain.model)
    assert theirs.keys() == gradients(trainer.model).keys()
    for name, mine in gradients(trainer.model).items():
        scale = theirs[name].abs().max().clamp(min=1e-3)
        assert ((mine - theirs[name]).abs().max() / scale).item() < 1e-4, name


def test_steps_lead_the_same_way(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, SETTINGS.tile)
    settings = SETTINGS.model_copy(update={"steps": 10})
    trainers = Trainer(clip, settings), Reference(clip, settings)
    for trainer in trainers:
        for _ in range(8):  # of which 4 at half the size
            trainer.step()
    fast, plain = (torch.tensor(trainer.losses) for trainer in trainers)
    assert torch.allclose(fast, plain, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(plain[4], plain[7], rtol=0.02)  # they do lead somewhere


@pytest.mark.parametrize("size", [(32, 64), (50, 70)])
def test_two_by_two_pixels_at_once_are_the_same_pixels(size):
    torch.manual_seed(3)
    renderer = Renderer(7, 8, colour_skip=True, input_skip=True, alpha_reach=0.02)
    x = torch.rand(2, 7, *size)
    with torch.no_grad():
        assert torch.allclose(renderer(x)[0], render(renderer, x), atol=1e-5)


@pytest.mark.parametrize("size", [(6, 8), (5, 7)])
def test_halved_taps_sample_the_mean_of_each_four_pixels(size):
    generator = torch.Generator().manual_seed(0)
    area = size[0] * size[1]
    pixels = torch.randperm(area, generator=generator)[: area // 2].sort().values
    texels = torch.randint(0, 24 * 16, (len(pixels), 4), generator=generator)
    shares = torch.rand(len(pixels), 4, generator=generator)
    taps, ids = Taps(pixels, texels, shares), torch.rand(len(pixels), generator=generator)
    atlas = Atlas(1, 3, 4, generator)
    whole = atlas([taps], [ids], size)
    coarse = atlas(*([part] for part in halve(taps, ids, size)), [-(-n // 2) for n in size])
    assert torch.allclose(coarse, half(whole), atol=1e-6)
