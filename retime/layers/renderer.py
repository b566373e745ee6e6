"""The neural renderer: a texture map sampled through a UV map becomes an RGBA layer (A.2.1)."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from retime.layers.processes import SharedNorm, share_statistics

# Five halvings on the way down: inputs are padded to this inside the network.
STRIDE = 32


def _norm(channels: int) -> nn.Module:
    return SharedNorm(channels)


class SameConv2d(nn.Conv2d):
    """A 4x4 convolution of stride 1 that keeps the size.

    An even kernel has one pixel of zeros before and two after; three and three if it is dilated
    by 2. Padding alike on both sides inside the convolution and dropping the first row and column
    of the result is the same and spares a copy of the input.
    """

    def __init__(self, inputs: int, outputs: int, dilation: int = 1, bias: bool = True) -> None:
        self.dropped = dilation % 2
        super().__init__(
            inputs, outputs, 4, padding=(3 * dilation + 1) // 2, dilation=dilation, bias=bias
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, outputs, H, W] for [B, inputs, H, W]."""
        return super().forward(x)[..., self.dropped :, self.dropped :]


class Head(nn.Conv2d):
    """The last layer, 4x4 of stride 1: RGBA before the tanh from features and maybe the input.

    Four outputs fill a quarter of a vector register, so two by two pixels are made at once: a 5x5
    convolution of stride 2 with sixteen outputs, of which each holds the 4x4 weights in a corner
    of its own. That is 25 steps for four pixels in place of 64, and the same sums.

    Args:
        features: channels of the features.
        inputs: channels of the renderer's input.
        input_skip: see the input, too.
        colour_skip: add the first three channels of the input to the colours.
    """

    def __init__(self, features: int, inputs: int, input_skip: bool, colour_skip: bool) -> None:
        super().__init__(features + inputs * input_skip, 4, 4)
        self.features, self.input_skip, self.colour_skip = features, input_skip, colour_skip
        # What adds a pixel's colours, as weights of a convolution: 1 in the kernel's middle.
        shown = torch.zeros(4, inputs, 4, 4)
        shown[range(3), range(3), 1, 1] = 1
        self.register_buffer("shown", shown, persistent=False)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return [B, 4, H, W] for features [B, features, H, W] and the input [B, inputs, H, W].

        Each is convolved for itself, which spares joining them. H and W are even.
        """
        blocks = _quads(h, self.weight[:, : self.features], self.bias.repeat_interleave(4))
        if self.input_skip or self.colour_skip:
            weight = self.weight[:, self.features :] if self.input_skip else 0
            weight = weight + self.shown if self.colour_skip else weight
            blocks = blocks + _quads(x, weight)
        # The first block lies outside: the zeros that a kernel of 5 needs for its last one.
        return F.pixel_shuffle(blocks, 2)[..., 2:, 2:]


def _quads(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolve [B, I, H, W] with [O, I, 4, 4] in blocks: [B, 4 O, H / 2 + 1, W / 2 + 1]."""
    corners = [F.pad(weight, (dx, 1 - dx, dy, 1 - dy)) for dy in (0, 1) for dx in (0, 1)]
    whole = torch.stack(corners, 1).flatten(0, 1)  # [4 O, I, 5, 5]
    return F.conv2d(x, whole.contiguous(memory_format=torch.channels_last), bias, 2, 3)


class Down(nn.Sequential):
    """A 4x4 convolution of stride 2 (or 1, keeping the size), with norm and leaky ReLU of 0.2."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 2,
        norm: bool = True,
        dilation: int = 1,
        slope: float = 0.2,
    ) -> None:
        if stride == 2:
            convolution = nn.Conv2d(inputs, outputs, 4, 2, 1, bias=not norm)
        else:
            convolution = SameConv2d(inputs, outputs, dilation, bias=not norm)
        parts = [convolution, *([_norm(outputs)] if norm else [])]
        super().__init__(*parts, nn.LeakyReLU(slope, inplace=True))


class Up(nn.Sequential):
    """A 4x4 transposed convolution of stride 2, with norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
            _norm(outputs),
            nn.ReLU(inplace=True),
        )


class _Squashed(torch.autograd.Function):
    """See ``squashed``."""

    @staticmethod
    def forward(context: Any, logits: Tensor, least_slope: float) -> Tensor:
        y = torch.sigmoid(2 * logits)
        context.save_for_backward(y)
        context.least_slope = least_slope
        return y

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (y,) = context.saved_tensors
        slope = 2 * y * (1 - y)
        back = gradient * (y - 0.5) > 0  # a step against it goes to the middle
        return gradient * torch.where(back, slope.clamp(min=context.least_slope), slope), None


def squashed(logits: Tensor, least_slope: float = 0.0) -> Tensor:
    """A tanh brought to 0..1, out of whose flat ends a gradient can lead back.

    There the slope is all but 0, and what has once gone too far stays: a channel that the first
    steps push to 0 is missing from all layers for good.

    Args:
        logits: of any shape.
        least_slope: where a gradient points back to the middle, it counts as if the tanh were at
            least as steep as this; 0 for the tanh's own gradient.
    """
    if not least_slope:
        return torch.sigmoid(2 * logits)
    return _Squashed.apply(logits, least_slope)


def reach(alpha: Tensor, margin: float) -> Tensor:
    """Stretch alpha by ``margin`` at both ends and cut it to 0..1.

    Through what is nearly opaque, the layers behind would go on learning the front layer's small
    errors as their own colours. Gradients pass the cut as if it were not there, so that what is
    cut can come back.
    """
    stretched = alpha * (1 + 2 * margin) - margin
    return stretched + (stretched.clamp(0, 1) - stretched).detach()


def padding_of(height: int, width: int) -> tuple[int, int, int, int]:
    """Return by how much a frame is padded left, right, above and below, for ``functional.pad``."""
    right, below = -width % STRIDE, -height % STRIDE
    if width + right == height + below == STRIDE:
        right += STRIDE  # a single value has no deviation for the innermost norms to go by
    return 0, right, 0, below


class Renderer(nn.Module):
    """The convolutional encoder-decoder with skips of Table A.2.1.

    Args:
        inputs: channels of the input (the paper: 16 of texture and 1 of person id).
        channels: base channels (the paper: 64).
        alpha_bias: initial bias of the alpha output before the tanh; below zero, layers begin
            rather transparent.
        colour_bias: the same of the colours; below zero, layers begin dark, and what darkens the
            ground is first explained as a shadow of the right alpha rather than as paint.
        alpha_reach: how far alpha is stretched beyond 0 and 1 before it is cut there, so that
            layers can be wholly opaque and wholly clear, which a tanh never is (not in the paper).
        colour_skip: add the first three channels of the input to the colours before the tanh, so
            that a texture that holds colours is shown from the start (not in the paper).
        released: dilate layers 6 and 7 by 2 and let layer 1 have a plain ReLU, as the authors'
            code does and the paper does not say.
        input_skip: let the last layer see the input itself, at full size: outlines of UV maps need
            not pass through layer 1, which halves them (not in the paper).
        least_slope: of the colours' tanh, in gradients that lead back from its ends (not in the
            paper).
    """

    narrow = False  # train in bfloat16, but for the last layer: eight bits of alpha are too few

    def __init__(
        self,
        inputs: int,
        channels: int = 64,
        alpha_bias: float = 0.0,
        colour_bias: float = 0.0,
        alpha_reach: float = 0.0,
        colour_skip: bool = False,
        released: bool = False,
        input_skip: bool = False,
        least_slope: float = 0.0,
    ) -> None:
        super().__init__()
        self.alpha_reach, self.least_slope = alpha_reach, least_slope
        c, dilation, first_slope = channels, 2 if released else 1, 0.0 if released else 0.2
        self.down = nn.ModuleList(
            [
                Down(
                    inputs, c, norm=False, slope=first_slope
                ),  # layer 1 of the table, 1/2 of the size
                Down(c, 2 * c),  # 2, 1/4
                Down(2 * c, 4 * c),  # 3, 1/8
                Down(4 * c, 4 * c),  # 4, 1/16
                Down(4 * c, 4 * c),  # 5, 1/32
            ]
        )
        self.middle = nn.Sequential(
            *(Down(4 * c, 4 * c, 1, dilation=dilation) for _ in range(2))  # 6, 7
        )
        self.up = nn.ModuleList(
            [
                Up(8 * c, 4 * c),  # 8, with the skip from layer 5
                Up(8 * c, 4 * c),  # 9, skip 4
                Up(8 * c, 2 * c),  # 10, skip 3
                Up(4 * c, c),  # 11, skip 2
                Up(2 * c, c),  # 12, skip 1
            ]
        )
        self.head = Head(c, inputs, input_skip, colour_skip)  # 13
        with torch.no_grad():
            self.head.bias[:3], self.head.bias[3] = colour_bias, alpha_bias

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Render layers.

        Args:
            x: [B, inputs, H, W], of any size.

        Returns:
            RGBA [B, 4, H, W] in 0..1 with straight alpha, and the feature maps of the last hidden
            layer [B, channels, H, W], which the upsampler reads (A.2.2).
        """
        height, width = x.shape[-2:]
        padding = padding_of(height, width)
        h = whole = F.pad(x, padding) if any(padding) else x
        narrow = self.narrow and self.training
        with torch.autocast(x.device.type, torch.bfloat16) if narrow else nullcontext():
            skips = []
            for layer in self.down:
                h = layer(h)
                skips.append(h)
            h = self.middle(h)
            for layer in self.up:
                h = layer(torch.cat([h, skips.pop()], 1))
        h = h.to(x.dtype)
        logits, h = self.head(h, whole)[..., :height, :width], h[..., :height, :width]
        colours, alpha = squashed(logits[:, :3], self.least_slope), squashed(logits[:, 3:])
        return torch.cat([colours, reach(alpha, self.alpha_reach)], 1), h


def fix_statistics(renderer: Renderer) -> None:
    """Let batch norms keep the statistics they have, as at inference."""
    for module in renderer.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


@torch.no_grad()
def settle_statistics(renderer: Renderer, inputs: Iterable[Tensor]) -> None:
    """Measure batch-norm statistics over ``inputs`` and switch the renderer to inference.

    Running averages kept during training lag behind the weights and mix in augmented frames;
    statistics of the whole clip under the final weights make inference agree with training.
    """
    norms = [m for m in renderer.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a cumulative average
    renderer.train()
    share_statistics(renderer, False)  # every process measures all of it
    for x in inputs:
        renderer(x)
    renderer.eval()
