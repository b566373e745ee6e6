"""The clip's frames at the size of the finished layers, from ``frames.h5`` or the video itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from retime.artifacts import Frames
from retime.errors import InputError
from retime.video.decoding import decode
from retime.video.probing import probe

# Training crops that are held at a time; a pass over the footage cuts out as many as fit.
STOCK_BYTES = 64 * 2**20

Picture = np.ndarray  # uint8 [H, W, 3]


@dataclass(frozen=True)
class Footage:
    """Frames of one size that can be gone through in order, again and again."""

    size: tuple[int, int]  # width, height
    length: int  # number of frames
    read: Callable[[Sequence[int]], Iterator[Picture]]  # ascending frames; repeats are allowed
    decoded: bool  # every reading decodes the video anew


def layer_size_footage(frames: Frames) -> Footage:
    """Return the frames as ``frames.h5`` holds them."""
    length, height, width, _ = frames.rgb.shape

    def read(wanted: Sequence[int]) -> Iterator[Picture]:
        return (frames.rgb[t] for t in wanted)

    return Footage((width, height), length, read, decoded=False)


def source_size_footage(frames: Frames, video: Path) -> Footage:
    """Return the frames at the video's own size; one is in memory at a time.

    Args:
        frames: which of the video's frames make up the clip.
        video: the video or folder of pictures that ``frames`` was made from.

    Raises:
        InputError: ``video`` cannot be read, or is another.
    """
    source, index = probe(video), frames.index[:]
    size = tuple(frames.source_size)
    if source.size != size or index.max() >= len(source.times):
        raise InputError(
            f"{video}: {source.size[0]}x{source.size[1]} and {len(source.times)} frames, but its "
            f"frames were taken from a video of {size[0]}x{size[1]} with {index.max() + 1} or "
            "more; put that one back, or run snakemake again"
        )

    def read(wanted: Sequence[int]) -> Iterator[Picture]:
        return (rgb for _, rgb in decode(source, index[list(wanted)].tolist()))

    return Footage(size, len(index), read, decoded=True)


class Crop(NamedTuple):
    """A part of a frame."""

    frame: int
    rows: slice
    columns: slice


class CropStock:
    """Crops in the order of training steps, cut out in few passes over the footage.

    Args:
        footage: what to cut from.
        crops: returns the crops of a step.
        steps: how many steps there are.
    """

    def __init__(
        self, footage: Footage, crops: Callable[[int], Sequence[Crop]], steps: int
    ) -> None:
        self._footage, self._crops, self._steps = footage, crops, steps
        self._held: dict[int, list[Picture]] = {}  # by step

    def of(self, step: int) -> list[Picture]:
        """Return the pictures of a step's crops, uint8 [h, w, 3] each, and let go of them."""
        if step not in self._held:
            self._held = self._cut(step)
        return self._held.pop(step)

    def _cut(self, first: int) -> dict[int, list[Picture]]:
        """Cut out the crops of ``first`` and of as many steps after it as may be held."""
        wanted: list[tuple[int, int, Crop]] = []  # step, place in the step, crop
        room = STOCK_BYTES
        for step in range(first, self._steps):
            crops = self._crops(step)
            room -= sum(3 * _extent(c.rows) * _extent(c.columns) for c in crops)
            if room < 0 and wanted:
                break
            wanted += [(step, place, crop) for place, crop in enumerate(crops)]
        wanted.sort(key=lambda each: each[2].frame)
        pictures = self._footage.read([crop.frame for _, _, crop in wanted])
        cut: dict[int, dict[int, Picture]] = {}
        for (step, place, crop), picture in zip(wanted, pictures, strict=True):
            cut.setdefault(step, {})[place] = picture[crop.rows, crop.columns].copy()
        return {step: [of[place] for place in sorted(of)] for step, of in cut.items()}


def _extent(part: slice) -> int:
    return part.stop - part.start
