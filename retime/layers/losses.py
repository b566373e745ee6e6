"""The losses of section 4.3."""

import functools
import operator

import torch
from torch import Tensor

# Where frames demand less alpha than the first of a layer it may be nothing, a shadow or a
# reflection, and gets no more than that; where they demand more than the second it is an object,
# of which the demand is only a lower bound.
FAINT = (0.5, 0.8)


def reconstruction(frame: Tensor, composite: Tensor) -> Tensor:
    """Mean absolute difference of frame and composite, both [B, 3, H, W] in 0..1 (Eq. 3)."""
    return (frame - composite).abs().mean()


def missing(positive: Tensor, alpha: Tensor) -> Tensor:
    """First term of Eq. 5, doubled: how far alpha is from 1 where the trimap is opaque.

    Args:
        positive: [B, N, H, W] in 0..1, b1.
        alpha: [B, N, H, W] in 0..1.

    Returns:
        The mean over frames and layers, 0..1; a region without pixels counts as met.
    """
    area = (-2, -1)
    return ((positive * (1 - alpha)).sum(area) / positive.sum(area).clamp(min=1)).mean()


def excess(negative: Tensor, alpha: Tensor) -> Tensor:
    """Second term of Eq. 5, doubled: mean alpha where the trimap is clear (b0)."""
    area = (-2, -1)
    return ((negative * alpha).sum(area) / negative.sum(area).clamp(min=1)).mean()


def mask_distance(positive: Tensor, negative: Tensor, alpha: Tensor) -> Tensor:
    """Distance of mattes from their trimaps, averaged over frames and layers (Eq. 4 and 5)."""
    return 0.5 * (missing(positive, alpha) + excess(negative, alpha))


def approximate_l0(alpha: Tensor) -> Tensor:
    """Phi0 of Eq. 6: a smooth count of what is not zero, 2 sigmoid(5 x) - 1."""
    return 2 * torch.sigmoid(5 * alpha) - 1


def sparsity(alpha: Tensor, l1: float, l0: float, weight: Tensor | float = 1.0) -> Tensor:
    """Regularise mattes to be sparse (Eq. 6), summed over layers, averaged over pixels.

    Args:
        alpha: [B, N, H, W] in 0..1.
        l1: weight of the mean of alpha (gamma of Eq. 6 times beta of Eq. 7).
        l0: weight of the mean of Phi0 (beta).
        weight: of each pixel, [B, N, H, W] or a number; the paper: 1.
    """
    each = weight * (l1 * alpha + l0 * approximate_l0(alpha))
    per_layer = each.mean((0, 2, 3))
    return per_layer.sum()


def faintness(least: Tensor) -> Tensor:
    """Return 1 where little is demanded, as of effects, 0 where an object is, like ``least``."""
    return ((FAINT[1] - least) / (FAINT[1] - FAINT[0])).clamp(0, 1)


def coverage(alpha: Tensor) -> Tensor:
    """Return how much layers [B, N, H, W] cover together, [B, H, W] in 0..1."""
    clear = 1 - alpha
    if clear.device.type == "cpu":
        return 1 - clear.prod(1)
    # For the gradient of its product torch asks the device whether there are zeros, and waits.
    return 1 - functools.reduce(operator.mul, clear.unbind(1))


def uncovered(
    least: Tensor, alpha: Tensor, owned: Tensor | float = 1.0, faint_share: float = 1.0
) -> Tensor:
    """How far the layers together fall short of the alpha that the frame demands.

    Not in the paper. The reconstruction's gradient for a layer's colour is in proportion to its
    alpha and the other way round, so an effect that neither has begun to show is learned late
    or never; this bound knows no colour and pulls only where the background alone must fail.

    Args:
        least: [B, H, W] in 0..1, from ``evidence.least_alpha``.
        alpha: [B, N, H, W] in 0..1.
        owned: [B, N, H, W] in 0..1, how much of the pull reaches each layer.
        faint_share: how much it counts where little is demanded.
    """
    pulled = alpha.detach() + owned * (alpha - alpha.detach())
    weight = 1 - (1 - faint_share) * faintness(least)
    return (weight * (least - coverage(pulled)).clamp(min=0)).mean()


def beyond_demand(
    least: Tensor, alpha: Tensor, free: Tensor, owned: Tensor | float = 1.0
) -> Tensor:
    """How far layers exceed the alpha that the frame demands, where little is demanded.

    Not in the paper. What is faint is as faint as the frame says: shadows do not become paint in
    the ground's colour, and no haze of that colour stays around a person.

    Args:
        least: [B, H, W] in 0..1, from ``evidence.least_alpha``.
        alpha: [B, N, H, W] in 0..1.
        free: [B, N, H, W] in 0..1, where the layer may be faint.
        owned: [B, N, H, W] in 0..1, how much of the demand is each layer's to meet.

    Returns:
        Summed over layers, averaged over pixels.
    """
    faint = faintness(least)[:, None]
    beyond = free * faint * (alpha - owned * least[:, None]).clamp(min=0)
    return beyond.mean((0, 2, 3)).sum()
