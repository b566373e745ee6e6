"""Augmentation: jitter of brightness and of place, drawn by step (A.1)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from retime.config import TrainSettings
from retime.layers.upsampler import enlarge

STREAM = 1  # apart from the random numbers by which frames are shuffled


class Jitter(NamedTuple):
    """What is done to one frame of one step."""

    brightness: float  # added to colours in 0..1
    size: tuple[int, int]  # height and width that the frame is enlarged to
    top: int  # of the crop of the frame's own size, in the enlarged frame
    left: int

    def sharp(self, maps: Tensor) -> Tensor:
        """Enlarge and crop maps [..., h, w], each pixel the nearest one: UV, ids, trimaps.

        A texture is sampled pixel by pixel, so taking the nearest sample is the same as sampling
        through the nearest UV: no pixel mixes two parts of the body.
        """
        height, width = maps.shape[-2:]
        if self.size == (height, width):
            return maps
        rows = (
            (torch.arange(height, device=maps.device) + self.top + 0.5) * height / self.size[0]
        ).long()
        columns = (
            (torch.arange(width, device=maps.device) + self.left + 0.5) * width / self.size[1]
        ).long()
        return maps[..., rows, :][..., columns]

    def smooth(self, pictures: Tensor) -> Tensor:
        """Enlarge and crop pictures [B, C, h, w] bilinearly."""
        height, width = pictures.shape[-2:]
        if self.size == (height, width):
            return pictures
        rows, columns = slice(self.top, self.top + height), slice(self.left, self.left + width)
        return enlarge(pictures, self.size, rows, columns)

    def brighten(self, pictures: Tensor) -> Tensor:
        """Shift the brightness of pictures in 0..1."""
        return (pictures + self.brightness).clamp(0, 1) if self.brightness else pictures


def draw(
    settings: TrainSettings, step: int, epoch: int, count: int, size: tuple[int, int]
) -> list[Jitter] | None:
    """Draw the jitter of each of a step's frames, or None where nothing is jittered.

    Args:
        settings: of the training.
        step: number of the step.
        epoch: its epoch, from 1.
        count: frames of the step.
        size: their height and width.
    """
    sigma = settings.jitter_brightness if epoch <= settings.jitter_epochs else 0.0
    if sigma == 0 and settings.jitter_scale == 1:
        return None
    random = np.random.default_rng((settings.seed, step, STREAM))
    drawn = []
    for _ in range(count):
        # Every number is drawn, used or not: one setting does not change what another draws.
        brightness = sigma * float(random.standard_normal())
        chosen = random.random() < settings.jitter_chance
        scale = float(random.uniform(1, settings.jitter_scale)) if chosen else 1.0
        enlarged = int(scale * size[0]), int(scale * size[1])
        top, left = (int(random.integers(e - s + 1)) for e, s in zip(enlarged, size, strict=True))
        drawn.append(Jitter(brightness, enlarged, top, left))
    return drawn


def each_frame(
    maps: Tensor, jitter: list[Jitter], change: Callable[[Jitter, Tensor], Tensor]
) -> Tensor:
    """Apply ``change`` to each of B frames of ``maps`` [B, ...] with that frame's jitter."""
    return torch.cat([change(j, frame) for j, frame in zip(jitter, maps.split(1), strict=True)])
