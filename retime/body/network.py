"""The keypoint-to-UV network (sections 4.5 and A.2.3 of the paper)."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from retime.atomic import replacing
from retime.body.atlas import PART_NAMES
from retime.body.limbs import FIELDS, limb_fields

PARTS = len(PART_NAMES) - 1
"""Body parts, without the background: 24."""
ANSWERS = 1 + PARTS + 2 * PARTS
"""What the heads say of a pixel: 25 part logits, then u and v of each of 24 parts."""
STRIDE = 32
"""Height and width of the input must be multiples of this."""
CHECKPOINT = Path(__file__).parent / "assets" / "keypoint_to_uv.pt"


class KeypointToUV(nn.Module):
    """Skeleton image to part labels and texture coordinates.

    The renderer's encoder and decoder (A.2.1) with ``channels`` where the paper has 64, and two
    heads in place of its last layer. Departures from the table, with their reasons, measured after
    two minutes of training each (part accuracy, UV L1 on held-out pairs):

    - Beside the drawing the network sees each limb as fields of its own (``limbs.limb_fields``):
      .58, .107 become .62, .094.
    - A small perceptron reads the joints' coordinates and scales and shifts the channels of every
      later layer. What decides between front and back of a limb is the pose of the whole body,
      which the picture alone must carry through the bottleneck: .53, .119 become .55, .112.
    - The last layer and the heads work at half the size, and answer for 2 x 2 pixels each: at full
      size the heads were most of the cost.
    - Group norm instead of batch norm. One crop's UV must not depend on which others share its
      batch, nor on statistics of synthetic data; and unlike instance norm it keeps how strong
      channels are relative to each other, which is all that is left at the 2 x 2 bottleneck.
    - Layers 6 and 7 use 3 x 3 kernels: an even kernel at stride 1 shifts by half a pixel.

    Args:
        channels: output channels of the first layer, a multiple of 8.
        features: channels in front of the heads, a multiple of 16.
        embedding: width of the perceptron.
    """

    def __init__(self, channels: int = 24, features: int = 64, embedding: int = 512) -> None:
        super().__init__()
        c, e = channels, embedding
        self.sizes = {"channels": channels, "features": features, "embedding": embedding}
        self.joints = _Perceptron(e)
        self.limbs = nn.Conv2d(FIELDS, 2 * c, 1)
        self.limbs_modulation = _modulation(e, 2 * c)
        self.first = nn.Conv2d(3, c, 4, 2, 1)
        self.encoder = nn.ModuleList(
            [
                _Layer(_down(3 * c, 2 * c)),
                _Layer(_down(2 * c, 4 * c)),
                _Layer(_down(4 * c, 4 * c)),
                _Layer(_down(4 * c, 4 * c)),
            ]
        )
        self.middle = nn.ModuleList([_Layer(_level(4 * c, 4 * c), e) for _ in range(2)])
        self.decoder = nn.ModuleList(
            [
                _Layer(_up(8 * c, 4 * c), e),
                _Layer(_up(8 * c, 4 * c), e),
                _Layer(_up(8 * c, 4 * c), e),
                _Layer(_up(6 * c, features), e),
                _Layer(_level(features + 3 * c, features), e),
            ]
        )
        self.last = _Layer(_level(features, features), e)
        self.heads = nn.Conv2d(features, 4 * ANSWERS, 1)

    def forward(
        self, skeleton: torch.Tensor, joints: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict parts and UV at the input's size.

        Args:
            skeleton: [B, 3, S, S] in [-1, 1], S a multiple of 32.
            joints: [B, 17, 3], the joints that it shows, from ``limbs.crop_joints``.

        Returns:
            Part logits [B, 25, S, S] (0 is the background) and u, v of every part
            [B, 24, 2, S, S], about [0, 1] but not clamped. Logits are smoothed by a binomial of
            3 x 3: where the network is unsure, the four answers of a block differ by themselves,
            which chequers outlines.
        """
        size = skeleton.shape[-1]
        answers = self.answers(skeleton, joints)  # [B, S / 2, S / 2, 4, 73]
        answers = answers.unflatten(3, (2, 2)).permute(0, 5, 1, 3, 2, 4)
        logits, uv = answers.reshape(-1, ANSWERS, size, size).split([1 + PARTS, 2 * PARTS], dim=1)
        return _smooth(logits), uv.unflatten(1, (PARTS, 2))

    def answers(self, skeleton: torch.Tensor, joints: torch.Tensor) -> torch.Tensor:
        """As :meth:`forward`, by blocks of 2 x 2 pixels: [B, S / 2, S / 2, 4, 73].

        The four stand row by row. In this order the answers of a pixel lie together in memory,
        which halves the time that the loss takes.
        """
        pose = self.joints(joints)
        with torch.autocast("cpu", enabled=False):
            fields = limb_fields(joints.float(), skeleton.shape[-1] // 2)
        limbs = _modulate(self.limbs(fields), self.limbs_modulation(pose))
        x = F.leaky_relu(torch.cat([self.first(skeleton), limbs], dim=1), 0.2)
        skips = [x]
        for layer in self.encoder:
            x = layer(x)
            skips.append(x)  # [B, 2c..4c, S / 2^k, S / 2^k]
        for layer in self.middle:
            x = layer(x, pose)
        for layer, skip in zip(self.decoder, reversed(skips), strict=True):
            x = layer(torch.cat([x, skip], dim=1), pose)
        x = self.last(x, pose)
        return self.heads(x).permute(0, 2, 3, 1).unflatten(3, (4, ANSWERS))


class _Layer(nn.Module):
    """A convolution, group norm, if there is a pose a scale and shift by it, and a leaky ramp."""

    def __init__(self, convolution: nn.Module, embedding: int = 0) -> None:
        super().__init__()
        outputs = convolution.out_channels
        self.convolution = convolution
        self.norm = nn.GroupNorm(max(1, outputs // 16), outputs)
        self.slope = 0.0 if isinstance(convolution, nn.ConvTranspose2d) else 0.2
        if embedding:
            self.modulation = _modulation(embedding, outputs)

    def forward(self, x: torch.Tensor, pose: torch.Tensor | None = None) -> torch.Tensor:
        x = self.norm(self.convolution(x))
        if pose is not None:
            x = _modulate(x, self.modulation(pose))
        return F.leaky_relu(x, self.slope)


class _Perceptron(nn.Module):
    """Joints [B, 17, 3] to a vector [B, width] that says how the whole body stands."""

    _FREQUENCIES = (2.0, 6.0)  # sines and cosines of these multiples tell near places apart

    def __init__(self, width: int, blocks: int = 3) -> None:
        super().__init__()
        self.first = nn.Linear(17 * 3 + len(self._FREQUENCIES) * 17 * 4, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
            )
            for _ in range(blocks)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, joints: torch.Tensor) -> torch.Tensor:
        places = joints[..., :2].flatten(1)
        waves = [f(k * places) for k in self._FREQUENCIES for f in (torch.sin, torch.cos)]
        x = self.first(torch.cat([joints.flatten(1), *waves], dim=1))
        for block in self.blocks:
            x = x + block(x)
        return F.silu(self.norm(x))


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
    state = {name: value.detach().half() for name, value in network.state_dict().items()}
    with replacing(path) as partial:
        torch.save({"sizes": network.sizes, "state": state}, partial)


def load_network(path: Path = CHECKPOINT) -> KeypointToUV:
    """Read a network written by :func:`save_network`, in single precision and ready to predict."""
    stored = torch.load(path, map_location="cpu", weights_only=True)
    network = KeypointToUV(**stored["sizes"])
    network.load_state_dict({name: value.float() for name, value in stored["state"].items()})
    return network.eval().to(memory_format=torch.channels_last)


def _smooth(logits: torch.Tensor) -> torch.Tensor:
    binomial = logits.new_tensor([0.25, 0.5, 0.25])
    kernel = torch.outer(binomial, binomial).expand(logits.shape[1], 1, 3, 3)
    padded = F.pad(logits, (1, 1, 1, 1), mode="replicate")
    return F.conv2d(padded, kernel, groups=logits.shape[1])


def _modulation(embedding: int, channels: int) -> nn.Module:
    """From a pose's vector to a scale and a shift of each channel; none at first."""
    linear = nn.Linear(embedding, 2 * channels)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


def _modulate(x: torch.Tensor, by: torch.Tensor) -> torch.Tensor:
    scale, shift = by[..., None, None].chunk(2, dim=1)
    return x * (1 + scale) + shift


def _down(inputs: int, outputs: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)


def _level(inputs: int, outputs: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)


def _up(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)
