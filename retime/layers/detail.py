"""Detail transfer: give each layer what the renderer missed of the video (section 4.4)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from retime.layers.composite import over, transmittance

# A layer this opaque keeps its surroundings' detail from the background altogether.
COVERS = 0.25
# Alpha below the first of these may leave no mark above a frame's grain, as reflections do; alpha
# above the second leaves one.
HIDDEN_IN_GRAIN = (0.1, 0.3)


def transfer_detail(
    layers: Tensor,
    order: Tensor,
    background: Tensor,
    frame: Tensor,
    covered: Tensor | None = None,
    to_background: bool = True,
) -> Tensor:
    """Add to each layer its share of the difference between video and composite (Eq. 9, 10).

    The share is the layer's transmittance, what the layers in front of it let through: an
    opaque pixel with nothing in front becomes the video's own, and what is hidden stays as the
    renderer made it.

    Args:
        layers: [B, N, 4, H, W] in 0..1, straight alpha.
        order: int64 [B, N], layer numbers 1..N back to front.
        background: [B, 3, H, W].
        frame: [B, 3, H, W], the video.
        covered: [B, 1, H, W] in 0..1, how much layers cover around each pixel, where the
            background gets no detail (not in the paper; see ``covered_nearby``).
        to_background: whether the background gets any at all (the authors' code: not).

    Returns:
        [B, N + 1, 4, H, W] in 0..1: the background first, its alpha 1.
    """
    residual = frame - over(layers, order, background)  # [B, 3, H, W]
    tau = transmittance(layers[:, :, 3], order)  # [B, N + 1, H, W]
    if covered is not None:
        tau = torch.cat([tau[:, :1] * (1 - covered / COVERS).clamp(min=0), tau[:, 1:]], 1)
    if not to_background:
        tau = torch.cat([torch.zeros_like(tau[:, :1]), tau[:, 1:]], 1)
    opaque = background.new_ones(background.shape[0], 1, *background.shape[-2:])
    everything = layers.new_empty(
        layers.shape[0], layers.shape[1] + 1, *layers.shape[2:]
    )  # [B, N + 1, 4, H, W]
    everything[:, 0, :3], everything[:, 0, 3:] = background, opaque
    everything[:, 1:] = layers
    everything[:, :, :3] += tau[:, :, None] * residual[:, None]
    return everything.clamp_(0, 1)


def covered_nearby(alpha: Tensor, order: Tensor, margin: int) -> Tensor | None:
    """Return the most that layers cover within a square margin, [B, 1, H, W] in 0..1.

    Where a matte is drawn a little too tight, what is missing is the rim of a person; handed to the
    background it would stay there, as an outline, when they are gone.

    Args:
        alpha: [B, N, H, W] in 0..1.
        order: int64 [B, N], layer numbers 1..N back to front.
        margin: pixels; none with 0.
    """
    if margin == 0:
        return None
    return largest_nearby(1 - transmittance(alpha, order)[:, :1], margin)


def largest_nearby(maps: Tensor, reach: int) -> Tensor:
    """Return the largest value within ``reach`` pixels of each, in a square, [B, C, H, W]."""
    # A square's maximum is that of its rows' maxima, at a fraction of the cost.
    side = 2 * reach + 1
    rows = F.max_pool2d(maps, (1, side), stride=1, padding=(0, reach))
    return F.max_pool2d(rows, (side, 1), stride=1, padding=(reach, 0))


def tighten(layers: Tensor, order: Tensor, evidence: Tensor, core: Tensor) -> Tensor:
    """Draw mattes in to what the full-size frame shows of them (not in the paper).

    A matte enlarged from working size reaches a pixel or two beyond the person. Where the frame
    is the background itself nothing stands in front of it, whatever the enlarged matte says.

    Args:
        layers: [B, N, 4, H, W] in 0..1, straight alpha.
        order: int64 [B, N], layer numbers 1..N back to front.
        evidence: [B, H, W] in 0..1, how surely the frame is not the background.
        core: [B, N, H, W] in 0..1, the inside of people's UV maps, which is theirs even where
            they are of the background's colour.

    Returns:
        The layers with alpha lowered where the frame speaks against it. What other layers hide
        is left alone, as the frame cannot tell.
    """
    in_sight = transmittance(layers[:, :, 3], order)[:, 1:]  # [B, N, H, W]
    alpha = layers[:, :, 3]
    told = ((alpha - HIDDEN_IN_GRAIN[0]) / (HIDDEN_IN_GRAIN[1] - HIDDEN_IN_GRAIN[0])).clamp(0, 1)
    against = in_sight * (1 - core) * (1 - evidence[:, None]) * told
    alpha = alpha * (1 - against)
    return torch.cat([layers[:, :, :3], alpha[:, :, None]], 2)
