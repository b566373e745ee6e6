"""What the layered model and the enlargers read of a clip, wherever its frames are kept."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from retime.layers.canvas import CanvasPlane
from retime.layers.texture import Taps


class Clip(Protocol):
    """A clip of T frames and N layers, h x w pixels, at working size."""

    order: Tensor  # int64 [T, N], layer numbers back to front
    taps: Sequence[list[Taps]]  # [T][N]
    ids: Sequence[list[Tensor]]  # [T][N], float32 [K], person id in 0..1 at each tap's pixel
    core: Sequence[Tensor]  # [T], bool [N, h, w], opaque and not close to the edge of it
    least: Sequence[Tensor]  # [T], float32 [h, w] in 0..1, least alpha that explains the frame
    noise: float  # how much frames differ from the background where nobody is, 0..1
    people: int  # number of atlases: people's, and those of their things
    dynamic: int | None  # layer of the dynamic background, from 0
    tile: int
    plane: CanvasPlane
    median: np.ndarray  # uint8 [hc, wc, 3], the background
    seen: np.ndarray  # float32 [hc, wc], share of frames that showed the canvas uncovered

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width of the frames."""

    @property
    def frames(self) -> int:
        """Return the number of frames, T."""
        return len(self.order)

    @property
    def layers(self) -> int:
        """Return the number of layers without the background, N."""
        return self.order.shape[1]

    def grids(self, frames: list[int]) -> Tensor | None:
        """Return how ``frames`` sample the canvas, as fine as it is, or None if it is still."""
        return None if self.plane.still else self.ground_grids(frames, fine=True)

    def ground_grids(self, frames: Sequence[int], fine: bool = False) -> Tensor:
        """Return the background's UV maps, in -1..1, [B, h, w, 2] (section 4.2).

        The xy grid of the canvas, carried through each frame's homography; ``fine``, as many
        times larger as the canvas is finer.
        """
        return torch.stack([self.plane.grid(t, self.size[::-1], fine) for t in frames])
