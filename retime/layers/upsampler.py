"""The upsampler: a light network that brings one RGBA layer to layer size (A.2.2)."""

import torch
from torch import Tensor, nn


class InstanceNorm(nn.InstanceNorm2d):
    """Instance norm; in inference by plain sums, which pictures laid out by pixels need.

    torch's own rearranges them there and back, for more than the convolution before it takes.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, C, H, W] for the same."""
        measuring = self.track_running_stats and self.training
        if torch.is_grad_enabled() or measuring:
            return super().forward(x)
        if self.track_running_stats:
            off, variance = x - self.running_mean[:, None, None], self.running_var[:, None, None]
        else:
            off = x - x.mean((2, 3), keepdim=True)
            variance = off.square().mean((2, 3), keepdim=True)
        scale = (variance + self.eps).rsqrt() * self.weight[:, None, None]
        return torch.addcmul(self.bias[:, None, None], off, scale)


class ResidualBlock(nn.Module):
    """3x3 convolution, instance norm, ReLU, 3x3 convolution, instance norm; plus the input."""

    def __init__(self, channels: int, local: bool = False) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            _norm(channels, local),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            _norm(channels, local),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, channels, H, W] for the same."""
        return x + self.body(x)


class Upsampler(nn.Module):
    """Table A.2.2: predicts what to add to a bilinearly enlarged layer.

    Args:
        inputs: channels of the enlarged maps: the layer's 4, its sampled texture and person id,
            and the renderer's last features.
        channels: of the hidden layers (the paper: 64).
        identity: begin by adding nothing: training starts at the bilinear layer and can only
            improve on it (not in the paper).
        scale: factor on what is added.
        local: in inference, normalise by means kept of the training (see ``measure``), so that
            what comes out at a pixel depends on its neighbourhood alone (not in the paper).
    """

    def __init__(
        self,
        inputs: int,
        channels: int = 64,
        identity: bool = True,
        scale: float = 1.0,
        local: bool = False,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.body = nn.Sequential(
            nn.Conv2d(inputs, channels, 3, padding=1, bias=False),
            _norm(channels, local),
            nn.ReLU(inplace=True),
            *(ResidualBlock(channels, local) for _ in range(3)),
            nn.Conv2d(channels, 4, 3, padding=1),
        )
        if identity:
            nn.init.zeros_(self.body[-1].weight)
            nn.init.zeros_(self.body[-1].bias)

    def forward(self, maps: Tensor) -> Tensor:
        """Return layers [B, 4, H, W] in 0..1 for enlarged maps [B, inputs, H, W].

        The first four channels of ``maps`` are the enlarged layer itself.
        """
        return (maps[:, :4] + self.scale * self.body(maps)).clamp(0, 1)

    def measure(self, share: float) -> None:
        """Say how a local network normalises from now on.

        Args:
            share: weight of what a picture itself measures in the means that are kept; with 0, and
                then only, these are used, in training as in inference.
        """
        for norm in self.modules():
            if isinstance(norm, nn.InstanceNorm2d):
                norm.train(share > 0)
                norm.momentum = share


def _norm(channels: int, local: bool) -> InstanceNorm:
    return InstanceNorm(channels, affine=True, track_running_stats=local)


def _taps(maps: Tensor, axis: int, target: int, part: slice) -> tuple[Tensor, Tensor, Tensor]:
    """Return the two source places and the second's weight for each target place in ``part``."""
    size = maps.shape[axis]
    places = torch.arange(*part.indices(target), dtype=torch.float64, device=maps.device)
    source = ((places + 0.5) * size / target - 0.5).clamp(0, size - 1)
    first = source.floor().long()
    return first, (first + 1).clamp(max=size - 1), (source - first).to(maps.dtype)


def enlarge(
    maps: Tensor, size: tuple[int, int], rows: slice = slice(None), columns: slice = slice(None)
) -> Tensor:
    """Bring maps to a larger size, bilinearly, and return a part of the result.

    The same as ``torch.nn.functional.interpolate`` and a crop, at the crop's cost. Colour and
    alpha are enlarged separately, as A.2.2 says; the network sees both and mends what that does
    at a matte's edge.

    Args:
        maps: [B, C, h, w].
        size: height and width of the whole.
        rows: of the whole, to be returned.
        columns: of the whole, to be returned.
    """
    top, bottom, down = _taps(maps, -2, size[0], rows)
    left, right, along = _taps(maps, -1, size[1], columns)
    tall = torch.lerp(maps.index_select(2, top), maps.index_select(2, bottom), down[:, None])
    return torch.lerp(tall.index_select(3, left), tall.index_select(3, right), along)
