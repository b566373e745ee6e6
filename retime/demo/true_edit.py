"""The pictures that an edit should give, made of the true layers."""

import numpy as np

from retime.artifacts import TimeMap
from retime.demo.truth import Truth
from retime.layers.composite import over_pictures

TOUCHED = 0.02
"""Alpha above which a pixel belongs to the region of a removed person."""


class TrueEdit:
    """The true layers under an edit's time map.

    Args:
        true: the clip's truth.
        timemap: the edit's time map, made of the pipeline's layers.
        people: index of the true person (from 0) that each layer of the pipeline shows, by the
            layer's number.
    """

    def __init__(self, true: Truth, timemap: TimeMap, people: dict[int, int]) -> None:
        self.true = true
        self.layers = [people[int(number)] + 1 for number in timemap.layer[:]]  # true numbers
        self.times, self.opacity = timemap.source_time[:], timemap.opacity[:]
        self.depth, self.offset = timemap.depth[:], timemap.offset[:]
        self.background = _nearest(timemap.background_time[:])

    def __len__(self) -> int:
        """Number of output frames."""
        return len(self.background)

    def picture(self, t: int) -> np.ndarray:
        """Output frame ``t``. [H, W, 3] uint8"""
        shown = [m for m in np.argsort(self.depth[:, t], kind="stable") if self._shows(m, t)]
        layers = [
            _moved(self.true.rgba[self.layers[m], _nearest(self.times[m, t])], self.offset[m, t])
            for m in shown
        ]
        ground = self.true.rgba[0, self.background[t]][..., :3]
        return over_pictures(ground, layers, opacity=[float(self.opacity[m, t]) for m in shown])

    def removed(self) -> list[int]:
        """True layer numbers that never show."""
        shown = {
            self.layers[m]
            for m in range(len(self.layers))
            if any(self._shows(m, t) for t in range(len(self)))
        }
        return sorted(set(range(1, len(self.true.names) + 1)) - shown)

    def region(self, t: int) -> np.ndarray:
        """Where removed people or anything of theirs are in the source of frame ``t``. [H, W]"""
        width, height = self.true.source_size
        region = np.zeros((height, width), bool)
        for number in self.removed():
            region |= self.true.rgba[number, self.background[t], ..., 3] > 255 * TOUCHED
        return region

    def _shows(self, m: int, t: int) -> bool:
        return not np.isnan(self.times[m, t]) and self.opacity[m, t] > 0


def _nearest(time: np.ndarray) -> np.ndarray:
    """Source frame shown at a source time: the nearest, the later of two."""
    return np.floor(np.asarray(time) + 0.5).astype(np.int64)


def _moved(rgba: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """A picture moved by whole pixels, clear where nothing moved in."""
    dx, dy = np.rint(offset).astype(int)
    if not (dx or dy):
        return rgba
    height, width = rgba.shape[:2]
    moved = np.zeros_like(rgba)
    moved[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = rgba[
        max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
    ]
    return moved
