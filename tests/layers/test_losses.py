import math

import pytest
import torch

from retime.layers.losses import (
    approximate_l0,
    beyond_demand,
    excess,
    mask_distance,
    missing,
    reconstruction,
    sparsity,
    uncovered,
)


def test_reconstruction_is_the_mean_absolute_difference():
    frame = torch.tensor([0.0, 0.5, 1.0]).view(1, 3, 1, 1).expand(1, 3, 1, 2)
    composite = torch.full((1, 3, 1, 2), 0.25)
    assert reconstruction(frame, composite).item() == pytest.approx((0.25 + 0.25 + 0.75) / 3)


def test_mask_distance_balances_both_regions():
    # One frame, one layer, four pixels: two opaque, one unsure, one clear.
    positive = torch.tensor([[[[1.0, 1.0, 0.0, 0.0]]]])
    negative = torch.tensor([[[[0.0, 0.0, 0.0, 1.0]]]])
    alpha = torch.tensor([[[[1.0, 0.5, 0.9, 0.4]]]])
    assert missing(positive, alpha).item() == pytest.approx(0.25)
    assert excess(negative, alpha).item() == pytest.approx(0.4)
    assert mask_distance(positive, negative, alpha).item() == pytest.approx((0.25 + 0.4) / 2)


def test_a_region_without_pixels_counts_as_met():
    nothing = torch.zeros(1, 1, 2, 2)
    assert missing(nothing, torch.zeros(1, 1, 2, 2)).item() == 0
    assert excess(nothing, torch.ones(1, 1, 2, 2)).item() == 0


def test_approximate_l0_counts_what_is_not_zero():
    values = approximate_l0(torch.tensor([0.0, 0.2, 1.0]))
    assert values[0].item() == 0
    assert values[1].item() == pytest.approx(2 / (1 + math.exp(-1)) - 1)
    assert values[2].item() == pytest.approx(2 / (1 + math.exp(-5)) - 1)


def test_sparsity_adds_up_over_layers():
    alpha = torch.zeros(1, 2, 1, 2)
    alpha[0, 1] = 1.0
    expected = 3.0 * 1 + 2.0 * (2 / (1 + math.exp(-5)) - 1)
    assert sparsity(alpha, l1=3.0, l0=2.0).item() == pytest.approx(expected, rel=1e-5)


def test_uncovered_is_what_all_layers_together_lack():
    least = torch.tensor([[[0.9, 0.2]]])
    # Coverage of two layers of one half each is 3/4: 0.15 short, then enough.
    alpha = torch.full((1, 2, 1, 2), 0.5)
    assert uncovered(least, alpha).item() == pytest.approx(0.15 / 2)


def test_the_pull_of_the_uncovered_reaches_layers_as_they_own_it():
    least = torch.tensor([[[0.9, 0.2]]])
    alpha = torch.full((1, 2, 1, 2), 0.5, requires_grad=True)
    owned = torch.tensor([[[[1.0, 1.0]], [[0.25, 1.0]]]])
    loss = uncovered(least, alpha, owned)
    assert loss.item() == pytest.approx(0.15 / 2)  # as without
    loss.backward()
    # Coverage grows by what the other layer lets through, one half; a mean over two pixels.
    assert alpha.grad[0, :, 0, 0].tolist() == pytest.approx([-0.5 / 2, -0.25 * 0.5 / 2])


def test_what_is_faint_may_count_less_among_the_uncovered():
    # Short by 0.2 where a shadow is demanded and by 0.9 where an object is.
    least, alpha = torch.tensor([[[0.2, 0.9]]]), torch.zeros(1, 1, 1, 2)
    expected = (0.1 * 0.2 + 0.9) / 2
    assert uncovered(least, alpha, faint_share=0.1).item() == pytest.approx(expected)


def test_a_demand_that_is_not_ones_own_is_exceeded_sooner():
    least, alpha = torch.full((1, 1, 1), 0.4), torch.full((1, 2, 1, 1), 0.4)
    owned = torch.tensor([1.0, 0.25]).view(1, 2, 1, 1)
    beyond = beyond_demand(least, alpha, torch.ones(1, 2, 1, 1), owned)
    assert beyond.item() == pytest.approx(0.4 - 0.25 * 0.4)


def test_what_exceeds_the_demand_counts_where_little_is_demanded():
    # Demands of 0, 0.4 and 0.9: the last is an object's, of which the demand is a lower bound.
    least = torch.tensor([[[0.0, 0.4, 0.9]]])
    alpha = torch.tensor([[[[0.3, 0.6, 1.0]], [[0.0, 0.2, 1.0]]]])
    free = torch.tensor([[[[1.0, 1.0, 1.0]], [[1.0, 1.0, 1.0]]]])
    # First layer: 0.3 and 0.2 too much; second: nothing. Averaged over three pixels.
    assert beyond_demand(least, alpha, free).item() == pytest.approx(0.5 / 3)
    # At a demand of 0.65, half way between the two limits, excess counts half.
    half = beyond_demand(torch.tensor([[[0.65]]]), torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1))
    assert half.item() == pytest.approx(0.5 * 0.35)
    assert beyond_demand(least, alpha, 0 * free).item() == 0


def test_pixels_of_weight_zero_are_not_made_sparse():
    alpha = torch.tensor([[[[0.5, 1.0]]]])
    weight = torch.tensor([[[[1.0, 0.0]]]])
    assert sparsity(alpha, l1=2.0, l0=0.0, weight=weight).item() == pytest.approx(2 * 0.5 / 2)
