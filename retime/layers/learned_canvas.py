"""The background as training corrects it."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from retime.layers.ground import LEAST_SEEN


class Canvas(nn.Module):
    """The background, optimised directly: its start plus a learned correction.

    The correction is weighted by doubt: where the background was seen uncovered in most frames
    its median is better than anything that training finds, where it was seldom seen
    training decides. Where it was hardly ever seen there is nothing to learn from: only what leaks
    through mattes would be painted there.

    Args:
        start: uint8 [hc, wc, 3].
        seen: float32 [hc, wc], share of frames that showed each pixel uncovered.
        floor: least weight of the correction; 0 freezes what was always seen.
        fine: canvas pixels to a frame's, along each side.
    """

    def __init__(self, start: np.ndarray, seen: np.ndarray, floor: float, fine: int = 1) -> None:
        super().__init__()
        self.fine = fine
        picture = torch.from_numpy(start).permute(2, 0, 1)[None].float() / 255
        # Fully in doubt below a tenth of the frames, settled from three tenths on.
        doubt = np.where(seen >= LEAST_SEEN, np.clip((0.3 - seen) / 0.2, floor, 1), 0)
        self.register_buffer("start", picture.contiguous())
        self.register_buffer("doubt", torch.from_numpy(doubt.astype(np.float32))[None, None])
        # start [1, 3, hc, wc], doubt [1, 1, hc, wc]
        self.correction = nn.Parameter(torch.zeros_like(picture))

    def picture(self) -> Tensor:
        """Return the canvas, [1, 3, hc, wc] in 0..1."""
        return (self.start + self.doubt * self.correction).clamp(0, 1)

    def forward(self, grids: Tensor | None, frames: int) -> Tensor:
        """Return what frames see of it, [B, 3, h, w].

        Args:
            grids: as fine as the canvas, [B, fine h, fine w, 2]; None if it is still.
            frames: how many.
        """
        picture = self.picture()
        if grids is None:
            return picture.expand(frames, -1, -1, -1)
        seen = F.grid_sample(
            picture.expand(frames, -1, -1, -1), grids, padding_mode="border", align_corners=True
        )
        return seen if self.fine == 1 else F.avg_pool2d(seen, self.fine)
