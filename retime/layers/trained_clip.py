"""A clip after its training, read a frame at a time from what ``train`` wrote.

What training found out of the whole clip at once, such as whose things are whose, is kept in
``decomposition.h5``; so what comes after it needs no more memory for a longer clip.
"""

import functools
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from retime.artifacts import Decomposition, Seeds
from retime.config import TrainSettings
from retime.errors import InputError
from retime.layers.canvas import CanvasPlane
from retime.layers.clip import Clip
from retime.layers.texture import Taps, atlas_ids, atlas_taps

Item = TypeVar("Item")


class ByFrame(Sequence[Item]):
    """A sequence whose items are read when they are asked for, and not kept.

    Args:
        read: returns what belongs to a frame.
        frames: how many there are.
    """

    def __init__(self, read: Callable[[int], Item], frames: int) -> None:
        self._read, self._frames = read, frames

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._frames

    def __getitem__(self, t: int) -> Item:
        """Return what belongs to frame ``t``, from 0."""
        if not 0 <= t < self._frames:
            raise IndexError(t)
        return self._read(t)


class TrainedClip(Clip):
    """The clip that a renderer was trained on, as ``ClipTensors`` held it then.

    Args:
        trained: what ``train`` wrote, open for as long as frames are read.
        seeds: what it was trained from.

    Raises:
        InputError: the two files are of different clips or lengths.
    """

    def __init__(self, trained: Decomposition, seeds: Seeds) -> None:
        if trained.rgba.shape[:2] != seeds.order.shape[::-1]:
            (layers, frames), (seeded, count) = trained.rgba.shape[:2], seeds.order.shape[::-1]
            raise InputError(
                f"{trained.file.filename}: {layers} layers of {frames} frames, but "
                f"{seeds.file.filename} has {seeded} of {count}; run snakemake again"
            )
        self._trained = trained
        self.order = torch.from_numpy(seeds.order[:])
        self.noise, self.people = trained.noise, trained.atlases
        self.dynamic = seeds.dynamic()
        self.tile = TrainSettings.model_validate(trained.parameters).tile
        self.median, self.seen = trained.canvas[:], trained.seen[:]
        self.plane = CanvasPlane.of(
            self.median,
            tuple(trained.working_size),
            tuple(seeds.source_size),
            tuple(seeds.canvas),
            seeds.homographies[:],
        )
        # A renderer's input takes both of the same frame.
        sampling = functools.lru_cache(maxsize=1)(self._sampling)
        self.taps = ByFrame(lambda t: sampling(t)[0], self.frames)
        self.ids = ByFrame(lambda t: sampling(t)[1], self.frames)
        self.core = ByFrame(lambda t: torch.from_numpy(trained.core[:, t]), self.frames)
        self.least = ByFrame(lambda t: torch.from_numpy(trained.least[t]), self.frames)
        # bool [h, w], where any layer shows
        self.shows = ByFrame(lambda t: trained.rgba[:, t][..., 3].any(0), self.frames)

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width of the frames."""
        return tuple(self._trained.rgba.shape[2:4])

    def _sampling(self, t: int) -> tuple[list[Taps], list[Tensor]]:
        """Return where each layer of frame ``t`` reads its atlas, and the ids there."""
        iuv, atlas = self._trained.iuv[:, t], self._trained.atlas[:, t]
        taps = [atlas_taps(*layer, self.tile) for layer in zip(iuv, atlas, strict=True)]
        shown = [layer.reshape(-1)[tap.pixels] for layer, tap in zip(atlas, taps, strict=True)]
        return taps, [atlas_ids(numbers, self.people) for numbers in shown]
