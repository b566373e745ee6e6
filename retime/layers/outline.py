"""Outlines of people brought to where the full-size frame has them (not in the paper).

A matte enlarged many times is soft over more than a working pixel: it reaches beyond the person
here and leaves the edge half transparent there. But at an outline both colours are known, the
background's from the canvas and the person's from just inside, and a pixel's alpha is where its
own colour lies between the two.
"""

import cv2
import numpy as np
import torch
from torch import Tensor

from retime.layers.detail import largest_nearby

# A matte is solid where it is as opaque as the second of these within reach all around, not at all
# below the first.
SOLID = (0.8, 0.95)
# In multiples of the noise: how far the person's colour must differ from the background's to tell
# the two apart, and how far a pixel may lie beside the line between them.
APART, BESIDE = (4.0, 10.0), (2.5, 7.0)
# Shares of the way from the background's colour to the person's that count as none and as all of
# it: people are shaded, and cameras sharpen.
CLEAR, OPAQUE = 0.05, 0.7
# Colours are spread so many times the reach: what is solid begins one within a matte's edge, which
# itself lies about as far outside of the person.
SPREAD = 3
# Less weight than this of what is solid around a pixel: no colour is known there. At the end of the
# spread, six standard deviations away, it is a few times more.
LEAST_KNOWN = 1e-9


def solid(alpha: Tensor, reach: int) -> Tensor:
    """Tell where mattes [B, C, H, W] are opaque within ``reach`` pixels all around, in 0..1."""
    smallest = 1 - largest_nearby(1 - alpha, reach)
    return ramp(smallest, SOLID)


def ramp(values: Tensor, limits: tuple[float, float]) -> Tensor:
    """Return 0 below the first of the limits, 1 above the second, and evenly more between."""
    return ((values - limits[0]) / (limits[1] - limits[0])).clamp(0, 1)


def fit_outline(
    alpha: Tensor,
    enlarged: Tensor,
    sight: Tensor,
    picture: Tensor,
    background: Tensor,
    noise: float,
    reach: int,
) -> Tensor:
    """Set alpha around what is solid to what the colours say.

    Where person and background have much the same colour, and where a pixel's colour is no mixture
    of the two (a shadow, another person, a pattern), alpha stays as it is.

    Args:
        alpha: [N, H, W] in 0..1, mattes.
        enlarged: [N, H, W] in 0..1, what they were at working size, enlarged.
        sight: [N, H, W] in 0..1, how much of each layer others let through.
        picture: [3, H, W] in 0..1, the frame.
        background: [3, H, W] in 0..1.
        noise: of the frame, 0..1.
        reach: pixels of the frame to a working pixel; mattes grow no further than this.

    Returns:
        [N, H, W] in 0..1. What lies further than 1 + ``SPREAD`` times ``reach`` has no part in it.
    """
    fitted = alpha.clone()
    difference = picture - background
    inside = solid(enlarged[None], reach)[0]
    limit = largest_nearby(enlarged[None], reach)[0]
    for n, mine in enumerate(inside * sight):
        if not (mine > 0).any():
            continue
        colour, known = _spread(picture, mine, reach)
        between = colour - background
        share = (difference * between).sum(0) / (between * between).sum(0).clamp(min=1e-6)
        beside = (difference - share * between).abs().amax(0)
        sure = ramp(between.abs().amax(0) / noise, APART) * (1 - ramp(beside / noise, BESIDE))
        sure = sure * known * sight[n] * (1 - inside[n])
        said = torch.minimum(ramp(share, (CLEAR, OPAQUE)), limit[n])
        fitted[n] = torch.lerp(alpha[n], said, sure)
    return fitted


def _spread(picture: Tensor, where: Tensor, reach: int) -> tuple[Tensor, Tensor]:
    """Spread colours [3, H, W] from ``where`` [H, W] outwards; also return where they are known."""
    weighted = torch.cat([picture * where, where[None]]).movedim(0, -1).contiguous().numpy()
    side = 2 * SPREAD * reach + 1
    blurred = cv2.GaussianBlur(weighted, (side, side), reach / 2)  # the nearest counts most
    light, weight = blurred[..., :3], blurred[..., 3:]
    colour = torch.from_numpy(light / np.maximum(weight, LEAST_KNOWN)).movedim(-1, 0)
    return colour, torch.from_numpy(weight[..., 0] > LEAST_KNOWN)
