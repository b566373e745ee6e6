import math

import pytest
import torch

from retime.config import TrainSettings
from retime.layers.jitter import Jitter
from retime.layers.objective import Targets, objective
from retime.layers.schedule import Weights

# One frame of two pixels, two layers. Layer 1 is behind layer 2.
ALPHA = torch.tensor([[[[0.5, 0.0]], [[0.2, 1.0]]]])
COLOUR = torch.tensor([0.8, 0.4])
BACKGROUND = torch.full((1, 3, 1, 2), 0.2)
POSITIVE = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])
NEGATIVE = torch.tensor([[[[0.0, 1.0]], [[1.0, 0.0]]]])
PRINTED = TrainSettings(
    **{"clear_weight": 0, "core_weight": 0, "hidden_weight": 0, "cover": 0, "haze": 0},
    sparsity="mean",
    spare_hidden=False,
    l1=0.01,
    l0=0.005,
)


def layers():
    colours = COLOUR.view(1, 2, 1, 1, 1).expand(1, 2, 3, 1, 2)
    return torch.cat([colours, ALPHA[:, :, None]], 2)


def said(order=(1, 2), rgb=0.5):
    free = torch.zeros_like(POSITIVE)
    rgb = torch.full((1, 3, 1, 2), rgb)
    least = torch.zeros(1, 1, 2)
    owned = torch.ones_like(POSITIVE)
    maps = (POSITIVE, POSITIVE, NEGATIVE, free, least, owned)
    return Targets(rgb, *maps, torch.tensor([order]))


def phi(x):
    return 2 / (1 + math.exp(-5 * x)) - 1


def judge(settings=PRINTED, mask=50.0, order=(1, 2)):
    losses = objective(layers(), BACKGROUND, said(order), Weights(mask, 0.01, 0.0, 1.0), settings)
    return [value.item() for value in losses]


def test_eq_3_to_7_worked_out_by_hand():
    # Pixel 1: 0.2 under half of 0.8 is 0.5, under a fifth of 0.4 is 0.48. Pixel 2: 0.4.
    recon = (0.02 + 0.1) / 2
    # D of layer 1: 1 - 0.5 missing, nothing in excess; of layer 2: nothing missing, 0.2 in excess.
    mask = (0.5 / 2 + 0.2 / 2) / 2
    # Means over pixels, then over layers.
    sparse = 0.01 * (0.25 + 0.6) / 2 + 0.005 * ((phi(0.5) + phi(0.2) + phi(1)) / 2) / 2
    total = 2 * recon + 50 * mask + sparse  # colours in -1..1
    assert judge() == pytest.approx([total, recon, mask, sparse], rel=1e-5)


def test_without_its_weight_the_mask_loss_is_reported_and_does_not_count():
    total, recon, mask, sparse = judge(mask=0.0)
    assert mask == pytest.approx(0.175)
    assert total == pytest.approx(2 * recon + sparse)


def test_the_order_of_compositing_changes_the_picture_and_no_layers_own_losses():
    # Pixel 1, layer 2 behind: 0.2 under a fifth of 0.4 is 0.24, under half of 0.8 is 0.52.
    _, recon, mask, sparse = judge(order=(2, 1))
    assert recon == pytest.approx((0.02 + 0.1) / 2)
    assert [mask, sparse] == pytest.approx(judge()[2:])
    there = objective(layers(), BACKGROUND, said((2, 1), 0.52), Weights(0, 0, 0, 1), PRINTED)
    assert there.reconstruction.item() == pytest.approx((0 + 0.12) / 2)


def test_sparsity_of_the_sum_and_of_the_composite():
    summed = PRINTED.model_copy(update={"sparsity": "summed"})
    assert judge(summed)[3] == pytest.approx(2 * judge()[3])
    # Together 1 - 0.5 * 0.8 = 0.6 and 1: alpha, never its square.
    composite = PRINTED.model_copy(update={"sparsity": "composite"})
    expected = 0.01 * (0.6 + 1) / 2 + 0.005 * (phi(0.6) + phi(1)) / 2
    assert judge(composite)[3] == pytest.approx(expected, rel=1e-5)


def test_what_others_hide_can_be_spared():
    spared = PRINTED.model_copy(update={"spare_hidden": True, "l0": 0.0})
    # Of layer 1's opaque pixel a fifth is hidden.
    assert judge(spared)[3] == pytest.approx(0.01 * (0.8 * 0.5 + 0.2 + 1) / 2 / 2, rel=1e-5)


def test_jittered_targets_are_jittered_alike():
    frames = said()
    left = Jitter(0.25, (1, 4), 0, 0)  # the left half, twice as wide
    moved = frames.jittered([left])
    assert moved.positive.tolist() == [[[[1, 1]], [[0, 0]]]]
    assert moved.negative.tolist() == [[[[0, 0]], [[1, 1]]]]
    assert torch.equal(moved.rgb, torch.full((1, 3, 1, 2), 0.75))
    assert torch.equal(moved.order, frames.order)
