"""Double-DIP (Gandelsman, Shocher and Irani 2019): a clip as a mix of two deep image priors.

Two untrained networks draw the two pictures of each frame, a third the share of the first; all
frames go through the same networks, each from a noise input that changes a little from frame to
frame. At first the pictures and the mask are held to hints; then the mix alone counts, with a mask
that prefers 0 and 1.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from retime.progress import Progress

NOISE_CHANNELS = 8
CHANGE = 0.1  # of the noise from frame to frame, its deviation being 1
RATE = 3e-3
HINTED = 0.3  # share of the steps in which hints count
BINARY = 0.02  # weight of a mask's distance from 0 and 1


class Prior(nn.Module):
    """An hourglass of convolutions with skips: the deep image prior (Ulyanov et al. 2018)."""

    def __init__(self, outputs: int, channels: int = 16, depth: int = 4) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            _block(NOISE_CHANNELS if k == 0 else channels, channels, 2) for k in range(depth)
        )
        self.skip = nn.ModuleList(
            _block(NOISE_CHANNELS if k == 0 else channels, 4, 1) for k in range(depth)
        )
        self.up = nn.ModuleList(_block(channels + 4, channels, 1) for _ in range(depth))
        self.head = nn.Conv2d(channels, outputs, 1)

    def forward(self, noise: Tensor) -> Tensor:
        """Return [T, outputs, h, w] in 0..1 for noise [T, NOISE_CHANNELS, h, w]."""
        h, skips = noise, []
        for down, skip in zip(self.down, self.skip, strict=True):
            skips.append(skip(h))
            h = down(h)
        for up in self.up:
            beside = skips.pop()
            h = F.interpolate(h, beside.shape[-2:], mode="bilinear", align_corners=False)
            h = up(torch.cat([h, beside], 1))
        return torch.sigmoid(self.head(h))


def _block(inputs: int, outputs: int, stride: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, padding_mode="reflect", bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.2, inplace=True),
    )


def drifting_noise(frames: int, size: tuple[int, int], seed: int) -> Tensor:
    """Return noise that changes a little from frame to frame, [T, NOISE_CHANNELS, h, w]."""
    random = torch.Generator().manual_seed(seed)
    first = torch.randn(1, NOISE_CHANNELS, *size, generator=random)
    changes = CHANGE * torch.randn(frames, NOISE_CHANNELS, *size, generator=random)
    changes[0] = 0
    return first + changes.cumsum(0)


def double_dip(frames: np.ndarray, trimap: np.ndarray, steps: int, seed: int = 0) -> np.ndarray:
    """Segment a clip by two deep image priors.

    Args:
        frames: uint8 [T, h, w, 3].
        trimap: uint8 [T, h, w] of 0, 128 and 255; its sure regions are the hints.
        steps: updates.
        seed: of noise and weights.

    Returns:
        The mask of what the trimap calls opaque, float32 [T, h, w] in 0..1.
    """
    video = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
    inside = torch.from_numpy(trimap == 255)[:, None].float()
    outside = torch.from_numpy(trimap == 0)[:, None].float()
    count, size = len(video), tuple(video.shape[-2:])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        front, back, mask = Prior(3), Prior(3), Prior(1)
    noise = [drifting_noise(count, size, seed + k) for k in range(3)]
    networks = nn.ModuleList([front, back, mask])
    optimiser = torch.optim.Adam(networks.parameters(), lr=RATE, fused=True)
    progress = Progress("Double-DIP", steps, 0)
    for step in range(steps):
        one, other, share = front(noise[0]), back(noise[1]), mask(noise[2])
        loss = (share * one + (1 - share) * other - video).abs().mean()
        if step < HINTED * steps:
            loss = loss + _mean(one, video, inside) + _mean(other, video, outside)
            loss = loss + _mean(share, inside, inside + outside)
        else:
            loss = loss + BINARY * (0.5 - (share - 0.5).abs()).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        progress.advance(note=f"loss {loss.item():.4f}")
    progress.finish()
    with torch.no_grad():
        return mask(noise[2])[:, 0].numpy()


def _mean(picture: Tensor, target: Tensor, where: Tensor) -> Tensor:
    """Return the mean difference where ``where`` is 1; 0 where it is nowhere."""
    difference = (picture - target).abs().mean(1, keepdim=True)
    return (where * difference).sum() / where.sum().clamp(min=1)
