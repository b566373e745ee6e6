"""The neural renderer: a texture map sampled through a UV map becomes an RGBA layer (A.2.1)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Five halvings on the way down: inputs are padded to this inside the network.
STRIDE = 32


def _norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels)


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
        # An even kernel of stride 1 keeps the size with one pixel before and two after; three
        # and three if it is dilated by 2.
        before, after = 3 * dilation // 2, (3 * dilation + 1) // 2
        around = [] if stride == 2 else [nn.ZeroPad2d((before, after, before, after))]
        pad = 1 if stride == 2 else 0
        convolution = nn.Conv2d(inputs, outputs, 4, stride, pad, dilation, bias=not norm)
        parts = [*around, convolution, *([_norm(outputs)] if norm else [])]
        super().__init__(*parts, nn.LeakyReLU(slope, inplace=True))


class Up(nn.Sequential):
    """A 4x4 transposed convolution of stride 2, with norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
            _norm(outputs),
            nn.ReLU(inplace=True),
        )


def reach(alpha: Tensor, margin: float) -> Tensor:
    """Stretch alpha by ``margin`` at both ends and cut it to 0..1.

    Through what is nearly opaque, the layers behind would go on learning the front layer's small
    errors as their own colours. Gradients pass the cut as if it were not there, so that what is
    cut can come back.
    """
    stretched = alpha * (1 + 2 * margin) - margin
    return stretched + (stretched.clamp(0, 1) - stretched).detach()


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
    """

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
    ) -> None:
        super().__init__()
        self.alpha_reach, self.colour_skip = alpha_reach, colour_skip
        self.input_skip = input_skip
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
        self.head = nn.Sequential(
            nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(c + inputs * input_skip, 4, 4)
        )  # 13
        with torch.no_grad():
            self.head[-1].bias[:3], self.head[-1].bias[3] = colour_bias, alpha_bias

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Render layers.

        Args:
            x: [B, inputs, H, W], of any size.

        Returns:
            RGBA [B, 4, H, W] in 0..1 with straight alpha, and the feature maps of the last hidden
            layer [B, channels, H, W], which the upsampler reads (A.2.2).
        """
        height, width = x.shape[-2:]
        h = whole = F.pad(x, (0, -width % STRIDE, 0, -height % STRIDE))
        skips = []
        for layer in self.down:
            h = layer(h)
            skips.append(h)
        h = self.middle(h)
        for layer in self.up:
            h = layer(torch.cat([h, skips.pop()], 1))
        fine = torch.cat([h, whole], 1) if self.input_skip else h
        logits, h = self.head(fine)[..., :height, :width], h[..., :height, :width]
        if self.colour_skip:
            logits = logits + F.pad(x[:, :3], (0, 0, 0, 0, 0, 1))  # nothing is added to alpha
        rgba = torch.tanh(logits) * 0.5 + 0.5
        return torch.cat([rgba[:, :3], reach(rgba[:, 3:], self.alpha_reach)], 1), h


def fix_statistics(renderer: Renderer) -> None:
    """Let batch norms keep the statistics they have, as at inference."""
    for module in renderer.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


@torch.no_grad()
def settle_statistics(renderer: Renderer, inputs: list[Tensor]) -> None:
    """Measure batch-norm statistics over ``inputs`` and switch the renderer to inference.

    Running averages kept during training lag behind the weights and mix in augmented frames;
    statistics of the whole clip under the final weights make inference agree with training.
    """
    norms = [m for m in renderer.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a cumulative average
    renderer.train()
    for x in inputs:
        renderer(x)
    renderer.eval()
