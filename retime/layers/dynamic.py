"""What changes in the background by itself: maps fixed in place, turned up and down (section 6.5).

The paper proposes a layer of its own for lights that blink behind the people. Nobody's texture is
there to render it from, and if every frame had an input of its own the layer could show anything,
shadows of people, too. So its input is a few maps that stand still on the canvas, each times a
strength per frame: a light that blinks in its place takes one of them, whatever its rhythm, and
what moves about with a person would take one for each place it comes to.
"""

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from retime.layers.canvas import CanvasPlane
from retime.layers.clip import Clip
from retime.layers.clip_tensors import ClipTensors, of_frames

# Side of a map's pixel, pixels of the canvas: lights are soft, and a map is no picture.
CELL = 4
# What people hide of a change is filled in from the changes themselves, this many times over.
FILLINGS = 8


def start_maps(clip: ClipTensors, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the strongest changes away from people: singular vectors of frames less background.

    Args:
        clip: the clip.
        count: how many changes to find.

    Returns:
        Strengths float32 [T, count], and maps float32 [count, 3, Hm, Wm] of which they are the
        factors, each strength of deviation 1 at most; less if fewer frames or changes are there.
    """
    size, plane = clip.size[::-1], clip.plane
    cells = cells_of(plane)
    free = clip.clear.clone()
    free[:, clip.dynamic] = True
    free = free.all(1).numpy()  # [T, h, w], nobody's trimap
    changes, known = [], []
    for t, frame in enumerate(clip.rgb.permute(0, 2, 3, 1).numpy()):
        change = frame - plane.view(clip.median, t, size).astype(np.float32) / 255
        seen = free[t].astype(np.float32)
        laid, inside = plane.warp(np.dstack([change * seen[..., None], seen]), t)
        small = cv2.resize(laid * inside[..., None], cells, interpolation=cv2.INTER_AREA)
        changes.append(small[..., :3] / np.maximum(small[..., 3:], 1e-3))
        known.append(np.repeat(small[..., 3:] > 0.5, 3, -1))
    frames = len(changes)
    known_all = np.stack(known).reshape(frames, -1)
    change_all = np.where(known_all, np.stack(changes).reshape(frames, -1), 0)
    rank = min(count, *change_all.shape)
    filled = change_all
    for _ in range(FILLINGS):
        left, values, right = np.linalg.svd(filled, full_matrices=False)
        told = (left[:, :rank] * values[:rank]) @ right[:rank]
        filled = np.where(known_all, change_all, told)
    spread = np.maximum(left[:, :rank].std(0), 1e-6)
    maps = (right[:rank].T * values[:rank] * spread).T
    maps = maps.reshape(rank, cells[1], cells[0], 3).transpose(0, 3, 1, 2)
    return (left[:, :rank] / spread).astype(np.float32), maps.astype(np.float32)


def cells_of(plane: CanvasPlane) -> tuple[int, int]:
    """Return how many cells, across and down, the maps of changes have."""
    across, down = (max(1, side // (CELL * plane.fine)) for side in plane.size)
    return across, down


class DynamicBackground(nn.Module):
    """The renderer's input for the layer of the dynamic background.

    Args:
        clip: the clip, for its sizes.
        channels: of the input, without the person id.
        generator: source of the initial values.
    """

    def __init__(self, clip: Clip, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        width, height = cells_of(clip.plane)
        self.maps = nn.Parameter(0.1 * torch.randn(1, channels, height, width, generator=generator))
        self.strength = nn.Parameter(torch.randn(clip.frames, channels, generator=generator))
        # No person's: their ids are k / N, k = 1..N.
        self.id = 1 + 1 / clip.people

    @torch.no_grad()
    def warm_start(self, clip: ClipTensors) -> None:
        """Start from the changes that the frames show."""
        # The first three channels are shown as colours from the start: those of no change.
        room = self.maps.shape[1] - 3
        found, shown = start_maps(clip, max(1, room // 3))
        last = 3 + 3 * len(shown)
        self.maps[0, :3] = 0
        self.maps[0, 3:last] = torch.from_numpy(shown).flatten(0, 1)[:room]
        self.strength[:, 3:last] = torch.from_numpy(found).repeat_interleave(3, 1)[:, :room]

    def forward(self, grids: Tensor, frames: list[int]) -> Tensor:
        """Return the input of B frames, [B, channels + 1, h, w], the id last.

        Args:
            grids: how the frames sample the canvas, [B, h, w, 2] in -1..1.
            frames: their numbers.
        """
        whole = self.maps.expand(len(frames), -1, -1, -1)
        laid = F.grid_sample(whole, grids, padding_mode="border", align_corners=True)
        laid = laid * of_frames(self.strength, frames)[:, :, None, None]
        return F.pad(laid, (0, 0, 0, 0, 0, 1), value=self.id)
