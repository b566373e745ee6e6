"""A clip at working size as tensors: all that training reads."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from retime.layers.canvas import CanvasPlane
from retime.layers.clip import Clip
from retime.layers.texture import Taps
from retime.layers.unseen import Unseen


@dataclass(frozen=True)
class ClipTensors(Clip):
    """The clip as training sees it: T frames, N layers, h x w pixels."""

    rgb: Tensor  # float32 [T, 3, h, w] in 0..1
    positive: Tensor  # bool [T, N, h, w], the trimap says opaque
    core: Tensor  # bool [T, N, h, w], opaque and not close to the edge of it
    negative: Tensor  # bool [T, N, h, w], clear, and the background explains the frame there
    noise: float  # how much frames differ from the background where nobody is, 0..1
    clear: Tensor  # bool [T, N, h, w], the trimap says clear
    evidence: Tensor  # float32 [T, h, w] in 0..1, how little the background explains the frame
    least: Tensor  # float32 [T, h, w] in 0..1, least alpha with which layers can explain it
    owned: Tensor  # float32 [T, N, h, w] in 0..1, how well each layer's motion explains that
    order: Tensor  # int64 [T, N], layer numbers back to front
    taps: list[list[Taps]]  # [T][N]
    ids: list[list[Tensor]]  # [T][N], float32 [K], person id in 0..1 at each tap's pixel
    iuv: list[list[np.ndarray]]  # [T][N], uint8 [K, 4], UV map and atlas number at each tap's pixel
    people: int
    dynamic: int | None  # layer of the dynamic background, from 0
    tile: int
    unseen: list[list[Unseen]]  # [T][N]
    texture: tuple[Tensor, Tensor]  # mean colour of each texel [M, 3], and whether it was seen;
    # always in main memory
    plane: CanvasPlane
    median: np.ndarray  # uint8 [hc, wc, 3]
    seen: np.ndarray  # float32 [hc, wc], share of frames that showed the canvas uncovered
    held_grids: dict[bool, Tensor] | None = None  # see ``all_grids``

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width of the frames."""
        return tuple(self.rgb.shape[-2:])

    def fingerprint(self) -> str:
        """Return a digest of everything that training depends on."""
        digest = hashlib.sha256()
        for tensor in (
            self.rgb,
            self.positive,
            self.negative,
            self.clear,
            self.evidence,
            self.least,
            self.owned,
            self.order,
        ):
            digest.update(str(tuple(tensor.shape)).encode())
            digest.update(tensor.contiguous().numpy().tobytes())
        for row in self.taps:
            for taps in row:
                digest.update(taps.texels.numpy().tobytes())
        digest.update(np.ascontiguousarray(self.plane.homographies).tobytes())
        digest.update(str((self.plane.size, self.people, self.tile, self.dynamic)).encode())
        return digest.hexdigest()

    def uv_maps(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the layers' UV maps of frame ``t``, people's things among them.

        Returns:
            uint8 [N, h, w, 3], and the numbers from 1 of the atlases, uint8 [N, h, w]; 0: nobody.
        """
        maps = np.zeros((self.layers, *self.size, 4), np.uint8)
        for layer, taps, values in zip(maps, self.taps[t], self.iuv[t], strict=True):
            layer.reshape(-1, 4)[taps.pixels.cpu().numpy()] = values
        return maps[..., :3], maps[..., 3]

    def ground_grids(self, frames: Sequence[int], fine: bool = False) -> Tensor:
        """Return the background's UV maps, see ``Clip``."""
        if self.held_grids is not None:
            return of_frames(self.held_grids[fine], frames)
        return super().ground_grids(frames, fine)

    def all_grids(self) -> dict[bool, Tensor]:
        """Return the ``ground_grids`` of all frames, by whether they are fine."""
        grids = self.ground_grids(range(self.frames))
        fine = self.plane.fine > 1
        return {False: grids, True: self.ground_grids(range(self.frames), True) if fine else grids}

    def on(self, device: torch.device) -> "ClipTensors":
        """Return the clip with all that training reads on ``device``, to stay there."""
        if device == self.rgb.device:
            return self
        moved = {n: v.to(device) for n, v in vars(self).items() if isinstance(v, Tensor)}
        return replace(
            self,
            **moved,
            taps=[[taps.on(device) for taps in row] for row in self.taps],
            ids=[[ids.to(device) for ids in row] for row in self.ids],
            unseen=[[unseen.on(device) for unseen in row] for row in self.unseen],
            held_grids={fine: grids.to(device) for fine, grids in self.all_grids().items()},
        )


def of_frames(maps: Tensor, frames: Sequence[int]) -> Tensor:
    """Return what ``maps`` [T, ...] hold of ``frames``, [B, ...].

    A list of numbers as an index would have to be brought to the maps' device, which then waits.
    """
    return torch.stack([maps[t] for t in frames])
