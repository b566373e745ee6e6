"""One training step in the plainest form: what the fast one must come out at.

Layers are sampled one by one, each convolution stands with its padding, and half-size steps halve
full-size maps. ``retime.layers.renderer`` and ``retime.layers.coarse`` do the same arithmetic
sooner; tests hold them to this, losses and gradients, and ``retime benchmark speed`` measures by
how much.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from retime.config import TrainSettings
from retime.layers.clip_tensors import ClipTensors
from retime.layers.objective import Losses, Targets, half, objective
from retime.layers.renderer import Renderer, padding_of, reach, squashed
from retime.layers.schedule import weights
from retime.layers.training import Trainer
from retime.layers.unseen import strayed


class Reference(Trainer):
    """A training without any haste.

    Args:
        clip: the clip, without a dynamic background.
        settings: of the training, without jitter.
    """

    def __init__(self, clip: ClipTensors, settings: TrainSettings) -> None:
        super().__init__(clip, settings)
        self.model.to(memory_format=torch.contiguous_format)
        self.optimiser = torch.optim.Adam(self.optimiser.param_groups, foreach=False, fused=False)

    def judge(
        self, frames: list[int], progress: float, epoch: int, part: slice = slice(None)
    ) -> Losses:
        """Return what a step is to minimise, see ``Trainer``."""
        frames = frames[part]
        x = self.inputs(frames)  # [B, L, C, h, w]
        canvas = self.model.background(self.clip, frames)  # [B, 3, h, w], or None
        said = Targets.of(self.clip, frames, self.settings)
        if progress < self.settings.coarse:
            x = half(x.flatten(0, 1)).unflatten(0, x.shape[:2])
            canvas, said = canvas if canvas is None else half(canvas), said.halved()
        rgba = render(self.model.renderer, x.flatten(0, 1)).unflatten(0, x.shape[:2])
        layers, background = self.model.split(rgba, canvas)
        weighted = weights(self.settings, progress, epoch, self.bootstrap)
        losses = objective(layers, background, said, weighted, self.settings)
        if progress < self.settings.coarse:
            return losses
        unseen = [self.clip.unseen[t] for t in frames]
        stray = strayed(layers, said.order, said.positive, unseen)
        return losses._replace(total=losses.total + self.settings.hidden_colour * stray)

    def inputs(self, frames: list[int]) -> Tensor:
        """Sample all layers of ``frames``, [B, L, C, h, w]."""
        clip, atlas = self.clip, self.model.atlas
        height, width = clip.size
        passes = []
        for t in frames:
            empty = atlas.texels.new_zeros(atlas.texels.shape[1] + 1, height, width)
            layers = []
            if self.model.canvas is None:
                empty[:-1] = atlas.ground(clip.ground_grids([t]))[0]
                layers.append(empty)
            for taps, ids in zip(clip.taps[t], clip.ids[t], strict=True):
                texture = (atlas.texels[taps.texels] * taps.weights[..., None]).sum(1)  # [K, C - 1]
                layer = empty.clone()
                layer[:-1, taps.pixels // width, taps.pixels % width] = texture.T
                layer[-1, taps.pixels // width, taps.pixels % width] = ids
                layers.append(layer)
            passes.append(torch.stack(layers))
        return torch.stack(passes)


def render(renderer: Renderer, x: Tensor) -> Tensor:
    """Run a renderer on [B, C, H, W] layer by layer (Table A.2.1), [B, 4, H, W]."""
    height, width = x.shape[-2:]
    h = whole = F.pad(x, padding_of(height, width))
    skips = []
    for layer in renderer.down:
        h = _layer(layer, h, 2)
        skips.append(h)
    for layer in renderer.middle:
        h = _layer(layer, h, 1)
    for layer in renderer.up:
        h = _layer(layer, torch.cat([h, skips.pop()], 1), 2)
    if renderer.head.input_skip:
        h = torch.cat([h, whole], 1)
    logits = F.conv2d(F.pad(h, (1, 2, 1, 2)), renderer.head.weight, renderer.head.bias)
    logits = logits[..., :height, :width]
    colours, alpha = logits[:, :3], logits[:, 3:]
    if renderer.head.colour_skip:
        colours = colours + x[:, :3]
    alpha = 0.5 * torch.tanh(alpha) + 0.5
    colours = squashed(colours, renderer.least_slope)
    return torch.cat([colours, reach(alpha, renderer.alpha_reach)], 1)


def _layer(layer: nn.Sequential, h: Tensor, stride: int) -> Tensor:
    convolution, norm, activation = layer[0], layer[1], layer[-1]
    weight, bias = convolution.weight, convolution.bias
    if isinstance(convolution, nn.ConvTranspose2d):
        h = F.conv_transpose2d(h, weight, bias, stride, 1)
    elif stride == 2:
        h = F.conv2d(h, weight, bias, stride, 1)
    else:
        dilation = convolution.dilation[0]
        before, after = 3 * dilation // 2, (3 * dilation + 1) // 2
        h = F.conv2d(F.pad(h, (before, after) * 2), weight, bias, dilation=dilation)
    if isinstance(norm, nn.BatchNorm2d):
        # Statistics are the batch's in training; the running ones are only read, never changed.
        running = (None, None) if norm.training else (norm.running_mean, norm.running_var)
        h = F.batch_norm(h, *running, norm.weight, norm.bias, norm.training, eps=norm.eps)
    return activation(h)
