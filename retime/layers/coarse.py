"""The clip at half its working size, prepared once for the training's first part."""

from dataclasses import dataclass

import torch
from torch import Tensor

from retime.config import TrainSettings
from retime.layers.clip_tensors import ClipTensors, of_frames
from retime.layers.objective import Targets
from retime.layers.texture import Taps


@dataclass(frozen=True)
class CoarseClip:
    """What frames say at half the size, and where layers read their atlases there."""

    targets: Targets  # of all T frames
    taps: list[list[Taps]]  # [T][N]
    ids: list[list[Tensor]]  # [T][N], float32 [K]
    size: tuple[int, int]  # height and width

    @classmethod
    def of(cls, clip: ClipTensors, settings: TrainSettings) -> "CoarseClip":
        """Halve ``clip``, a frame at a time."""
        said = [Targets.of(clip, [t], settings).halved() for t in range(clip.frames)]
        halved = [
            [halve(*layer, clip.size) for layer in zip(taps, ids, strict=True)]
            for taps, ids in zip(clip.taps, clip.ids, strict=True)
        ]
        targets = Targets(*(torch.cat(maps) for maps in zip(*said, strict=True)))
        return cls(
            targets,
            [[taps for taps, _ in row] for row in halved],
            [[ids for _, ids in row] for row in halved],
            tuple(targets.rgb.shape[-2:]),
        )

    def said(self, frames: list[int]) -> Targets:
        """Return what ``frames`` say."""
        return Targets(*(of_frames(maps, frames) for maps in self.targets))


def halve(taps: Taps, ids: Tensor, size: tuple[int, int]) -> tuple[Taps, Tensor]:
    """Return the taps and ids with which sampling gives the mean of each two by two pixels.

    The same as sampling at full size and ``objective.half``, at a quarter of the pixels.

    Args:
        taps: of a layer, K pixels of F texels each.
        ids: float32 [K].
        size: height and width of the frame.

    Returns:
        Taps of 4 F texels each and ids for a frame of half the size, rounded up.
    """
    height, width = size
    row, column = taps.pixels // width, taps.pixels % width
    coarse = row // 2 * ((width + 1) // 2) + column // 2
    # Windows at odd edges hold fewer pixels.
    inside = (height - row // 2 * 2).clamp(max=2) * (width - column // 2 * 2).clamp(max=2)
    pixels, owner = coarse.unique(return_inverse=True)
    corner = row % 2 * 2 + column % 2
    many, each = len(pixels), taps.texels.shape[1]
    # Corners that nobody shows read any texel with weight 0.
    texels = taps.texels.new_zeros(many, 4, each)
    weights = taps.weights.new_zeros(many, 4, each)
    texels[owner, corner] = taps.texels
    weights[owner, corner] = taps.weights / inside[:, None]
    halved = ids.new_zeros(many).index_add_(0, owner, ids / inside)
    return Taps(pixels, texels.flatten(1), weights.flatten(1)), halved
