"""What a training step minimises: the losses of section 4.3, weighted and added up (Eq. 7)."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from retime.config import TrainSettings
from retime.layers.clip_tensors import ClipTensors, of_frames
from retime.layers.composite import over, transmittance
from retime.layers.jitter import Jitter, each_frame
from retime.layers.losses import (
    beyond_demand,
    coverage,
    excess,
    mask_distance,
    missing,
    reconstruction,
    sparsity,
    uncovered,
)
from retime.layers.schedule import Weights

RECONSTRUCTION_WEIGHT = 2.0  # the losses' other weights are given for colours in -1..1


def half(pictures: Tensor) -> Tensor:
    """Return pictures [B, H, W] or [B, C, H, W] at half the size, each pixel the mean of four."""
    return F.avg_pool2d(pictures, 2, ceil_mode=True)


class Targets(NamedTuple):
    """What B frames say of their layers; maps are float32 in 0..1."""

    rgb: Tensor  # [B, 3, h, w]
    positive: Tensor  # [B, N, h, w], b1 of Eq. 5
    core: Tensor  # [B, N, h, w], of these, what stays opaque after the bootstrap
    negative: Tensor  # [B, N, h, w], b0 of Eq. 5
    free: Tensor  # [B, N, h, w], the unsure band
    least: Tensor  # [B, h, w], the least alpha that explains the frame
    owned: Tensor  # [B, N, h, w], how well each layer's motion explains that
    order: Tensor  # int64 [B, N], layers back to front

    @classmethod
    def of(cls, clip: ClipTensors, frames: list[int], settings: TrainSettings) -> "Targets":
        """Return what ``frames`` of ``clip`` say, as far as ``settings`` have it heard."""
        if settings.trimaps == "printed":
            masks = (clip.positive, clip.positive, clip.clear)
        else:
            masks = (clip.positive, clip.core, clip.negative)
        positive, core, negative = (of_frames(m, frames).float() for m in masks)
        free = (1 - positive) * (1 - negative)
        owned = (
            of_frames(clip.owned, frames) if settings.attribute_effects else torch.ones_like(free)
        )
        maps = (positive, core, negative, free, of_frames(clip.least, frames), owned)
        return cls(of_frames(clip.rgb, frames), *maps, of_frames(clip.order, frames))

    def jittered(self, jitter: list[Jitter]) -> "Targets":
        """Return the same of frames jittered, each in its own way."""
        maps = (self.positive, self.core, self.negative, self.free, self.least, self.owned)
        maps = (each_frame(m, jitter, Jitter.sharp) for m in maps)
        rgb = each_frame(each_frame(self.rgb, jitter, Jitter.smooth), jitter, Jitter.brighten)
        return Targets(rgb, *maps, self.order)

    def halved(self) -> "Targets":
        """Return the same at half the size."""
        rgb, *soft = (half(m) for m in (self.rgb, self.free, self.least, self.owned))
        # Half-size pixels count as opaque or clear only where all four are.
        masks = (half(m).floor() for m in (self.positive, self.core, self.negative))
        return Targets(rgb, *masks, *soft, self.order)


class Losses(NamedTuple):
    """The objective and its parts, scalars."""

    total: Tensor
    reconstruction: Tensor  # Eq. 3, for colours in 0..1
    mask: Tensor  # Eq. 4, unweighted
    sparsity: Tensor  # Eq. 6, weighted


def objective(
    layers: Tensor, background: Tensor, said: Targets, weights: Weights, settings: TrainSettings
) -> Losses:
    """Judge layers by what their frames say.

    Args:
        layers: [B, N, 4, h, w], straight alpha.
        background: [B, 3, h, w].
        said: of the same frames, at the same size.
        weights: of this step.
        settings: the weights that do not change, and which variants count.
    """
    s, alpha = settings, layers[:, :, 3]
    recon = reconstruction(said.rgb, over(layers, said.order, background))
    # No frame speaks of a body that others hide: it is as its UV map says, unthinned.
    sight = transmittance(alpha.detach(), said.order)[:, 1:]  # [B, N, h, w]
    hidden = said.positive * (1 - sight)
    if weights.mask > 0:
        mask = mask_distance(said.positive, said.negative, alpha)
        weighted = weights.mask * mask
    else:
        opaque, clear = 0.5 * missing(said.core, alpha), 0.5 * excess(said.negative, alpha)
        mask = opaque + clear
        weighted = s.core_weight * opaque + s.clear_weight * clear
        weighted = weighted + s.hidden_weight * 0.5 * missing(hidden, alpha)
    counted = coverage(alpha)[:, None] if s.sparsity == "composite" else alpha
    spared = s.spare_hidden and s.sparsity != "composite"
    sparse = sparsity(counted, weights.l1, s.l0, 1 - hidden if spared else 1.0)
    if s.sparsity == "mean":
        sparse = sparse / layers.shape[1]
    if weights.haze > 0:
        sparse = sparse + weights.haze * beyond_demand(said.least, alpha, said.free, said.owned)
    if s.cover > 0:
        weighted = weighted + s.cover * uncovered(
            said.least, alpha, said.owned, weights.cover_faint
        )
    return Losses(RECONSTRUCTION_WEIGHT * recon + weighted + sparse, recon, mask, sparse)
