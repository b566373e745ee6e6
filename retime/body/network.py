"""The keypoint-to-UV network (sections 4.5 and A.2.3 of the paper)."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from retime.body.atlas import PART_NAMES

PARTS = len(PART_NAMES) - 1
"""Body parts, without the background: 24."""
STRIDE = 32
"""Height and width of the input must be multiples of this."""
CHECKPOINT = Path(__file__).parent / "assets" / "keypoint_to_uv.pt"


class KeypointToUV(nn.Module):
    """Skeleton image to part labels and texture coordinates.

    The renderer's encoder and decoder (A.2.1) with ``channels`` where the paper has 64, and two
    heads in place of its last layer. Departures from the table, with their reasons:

    - Group norm instead of batch norm. One crop's UV must not depend on which others share its
      batch, nor on statistics of synthetic data; and unlike instance norm it keeps how strong
      channels are relative to each other, which is all that is left at the 2 x 2 bottleneck.
    - The heads also see the skeleton itself: outlines follow it more closely (after 400 steps,
      foreground IoU .57 against .49).
    - Layers 6, 7 and the heads use 3 x 3 kernels: an even kernel at stride 1 shifts by half a
      pixel, and the heads, at full size, are most of the cost.

    Args:
        channels: output channels of the first layer, a multiple of 16.
    """

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        c = channels
        self.channels = c
        self.encoder = nn.ModuleList(
            [
                nn.Sequential(nn.Conv2d(3, c, 4, 2, 1), nn.LeakyReLU(0.2)),
                _down(c, 2 * c),
                _down(2 * c, 4 * c),
                _down(4 * c, 4 * c),
                _down(4 * c, 4 * c),
            ]
        )
        self.middle = nn.Sequential(_level(4 * c, 4 * c), _level(4 * c, 4 * c))
        self.decoder = nn.ModuleList(
            [
                _up(8 * c, 4 * c),
                _up(8 * c, 4 * c),
                _up(8 * c, 2 * c),
                _up(4 * c, c),
                _up(2 * c, c),
            ]
        )
        self.heads = nn.Conv2d(c + 3, 1 + PARTS + 2 * PARTS, 3, padding=1)

    def forward(self, skeleton: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict parts and UV at the input's size.

        Args:
            skeleton: [B, 3, H, W] in [-1, 1], H and W multiples of 32.

        Returns:
            Part logits [B, 25, H, W] (0 is the background) and u, v of every part
            [B, 24, 2, H, W], about [0, 1] but not clamped.
        """
        skips, x = [], skeleton
        for layer in self.encoder:
            x = layer(x)
            skips.append(x)  # [B, c..4c, H / 2^k, W / 2^k]
        x = self.middle(x)
        for layer, skip in zip(self.decoder, reversed(skips), strict=True):
            x = layer(torch.cat([x, skip], dim=1))
        out = self.heads(torch.cat([x, skeleton], dim=1))  # [B, 73, H, W]
        logits, uv = out.split([1 + PARTS, 2 * PARTS], dim=1)
        return logits, uv.unflatten(1, (PARTS, 2))


def skeleton_tensor(skeletons: np.ndarray) -> torch.Tensor:
    """RGB uint8 [B, S, S, 3] as the network's input [B, 3, S, S] in [-1, 1]."""
    # A permuted view of channels-last data is what the convolutions want: no copy.
    return torch.from_numpy(skeletons).permute(0, 3, 1, 2).float() / 127.5 - 1


def choose_parts(logits: torch.Tensor) -> torch.Tensor:
    """Label each pixel: the likeliest part where the body is likelier than the background, else 0.

    The likeliest of all 25 labels would do worse: near outlines and seams several parts share what
    speaks for the body, and the background alone outweighs each of them.

    Args:
        logits: [B, 25, H, W].

    Returns:
        [B, H, W] int64, 0..24.
    """
    chances = logits.softmax(1)
    return torch.where(chances[:, 0] < 0.5, chances[:, 1:].argmax(1) + 1, 0)


def uv_under(part: torch.Tensor, uv: torch.Tensor) -> torch.Tensor:
    """Select the u, v that belong to each pixel's part.

    Args:
        part: [B, H, W] int64 in 0..24; where it is 0 the result is that of part 1, to be masked.
        uv: [B, 24, 2, H, W].

    Returns:
        [B, 2, H, W].
    """
    index = (part - 1).clamp(min=0)[:, None, None].expand(-1, 1, 2, -1, -1)
    return uv.gather(1, index)[:, 0]


def save_network(network: KeypointToUV, path: Path) -> None:
    """Write the weights in half precision, atomically."""
    temporary = path.with_name(f".{path.name}.tmp")
    state = {name: value.detach().half() for name, value in network.state_dict().items()}
    torch.save({"channels": network.channels, "state": state}, temporary)
    temporary.replace(path)


def load_network(path: Path = CHECKPOINT) -> KeypointToUV:
    """Read a network written by :func:`save_network`, in single precision and ready to predict."""
    stored = torch.load(path, map_location="cpu", weights_only=True)
    network = KeypointToUV(stored["channels"])
    network.load_state_dict({name: value.float() for name, value in stored["state"].items()})
    return network.eval().to(memory_format=torch.channels_last)


def _norm(channels: int) -> nn.Module:
    return nn.GroupNorm(channels // 16, channels)


def _down(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), _norm(outputs), nn.LeakyReLU(0.2)
    )


def _level(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), _norm(outputs), nn.LeakyReLU(0.2)
    )


def _up(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), _norm(outputs), nn.ReLU()
    )
