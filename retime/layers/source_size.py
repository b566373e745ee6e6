"""Layers at the source video's own size, tile by tile.

The upsampler is trained on crops of the video itself, at whatever factor lies between it and the
renderer. Its norms are local (``Upsampler.measure``): a tile comes out as in the whole frame, so
there are no seams, and memory is that of one frame however many layers and how large it is.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from retime.artifacts import Layers
from retime.config import UpsampleSettings
from retime.layers.clip import Clip
from retime.layers.composite import transmittance
from retime.layers.detail import largest_nearby, tighten, transfer_detail
from retime.layers.enlarger import FAINTEST, REACH, LayerEnlarger, as_tensor, within
from retime.layers.footage import Footage
from retime.layers.full_size import FullSizeCanvas
from retime.layers.model import LayeredModel
from retime.layers.outline import SPREAD, fit_outline, solid
from retime.layers.upsampler import enlarge

# Side of the tiles, pixels: whole tiles of the file that they are written to.
SIDE = 2 * Layers.TILE
# While norms are measured, the least weight of a crop in the means that are kept.
LEAST_SHARE = 0.02

Tile = tuple[slice, slice]  # rows and columns of a frame


class Mattes(NamedTuple):
    """What shows in a tile, before detail is transferred."""

    layers: Tensor  # [1, N, 4, h, w] in 0..1
    background: Tensor  # [1, 3, h, w] in 0..1


class SourceSizeEnlarger(LayerEnlarger):
    """Makes layers at the source's own size from the frozen renderer's.

    Args:
        footage: the video at its own size.
        clip: the clip at working size.
        model: trained, in inference mode.
        canvas: the background at the source's size.
        settings: of stage ``upsample``.
        shows: of each frame bool [h, w], where any layer shows at working size.
        side: of the tiles, pixels.
    """

    def __init__(
        self,
        footage: Footage,
        clip: Clip,
        model: LayeredModel,
        canvas: FullSizeCanvas,
        settings: UpsampleSettings,
        shows: Sequence[np.ndarray],
        side: int = SIDE,
    ) -> None:
        # At twice the working size a blur of one pixel hides grain; larger frames have more of it,
        # but are there to be sharper.
        factor = footage.size[0] / clip.size[1]
        super().__init__(
            footage, clip, model, canvas, settings, local=True, blur=max(1, math.sqrt(factor / 2))
        )
        self.shows, self.side = shows, side
        self.judged_from = self.steps // 2
        # What lies further than this from a tile has no part in its mattes.
        self.overlap = max(REACH, (1 + SPREAD) * self.reach)

    def place(
        self, t: int, random: np.random.Generator, lowest: int, rightmost: int
    ) -> tuple[int, int]:
        """Draw where a crop begins so that its middle shows something: most of a frame does not."""
        shown = np.argwhere(self.shows[t])
        if not len(shown):
            return super().place(t, random, lowest, rightmost)
        middle = (shown[random.integers(len(shown))] + random.random(2)) * (
            np.array(self.size) / self.clip.size
        )
        extent = np.array(self.size) - (lowest, rightmost)
        top, left = np.clip((middle - extent / 2).astype(int), 0, (lowest, rightmost))
        return int(top), int(left)

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        """Return what is minimised, and the reconstruction error alone.

        In the first half of the training each crop is normalised by what it measures itself, as in
        the paper; in the second half by the means of that, as all tiles will be.
        """
        settled = step >= self.judged_from
        self.network.measure(0.0 if settled else max(1 / (step + 1), LEAST_SHARE))
        return super().loss(step)

    def confine(self, refined: Tensor, enlarged: Tensor, sight: Tensor) -> Tensor:
        """Keep refined layers to what the frame can tell of them; see ``LayerEnlarger``.

        What is opaque all around stays so: at this size cloth is a pattern, some of which has the
        background's colour.
        """
        confined = super().confine(refined, enlarged, sight)
        alpha = torch.lerp(confined[:, 3:], enlarged[:, 3:], solid(enlarged[:, 3:], self.reach))
        return torch.cat([confined[:, :3], alpha], 1)

    @torch.no_grad()
    def parts(self, t: int, picture: np.ndarray) -> Iterator[tuple[int, int, Tensor]]:
        """Make the layers of frame ``t``, uint8 [H, W, 3], tile by tile; see ``LayerEnlarger``."""
        maps, order, ground = self.maps(t), self.clip.order[t : t + 1], self.ground(t)
        covered = torch.zeros(1, 1, *self.size)
        found: dict[int, Mattes] = {}
        tiles = self.tiles()
        for number, (rows, columns) in enumerate(tiles):
            mattes = self.mattes(t, maps, picture, ground, (rows, columns))
            if mattes is not None:
                found[number] = mattes
                clear = transmittance(mattes.layers[:, :, 3], order)[:, :1]
                covered[..., rows, columns] = 1 - clear
        nearby = largest_nearby(covered, self.margin) if self.margin else None
        for number, (rows, columns) in enumerate(tiles):
            frame, behind = (as_tensor(p[rows, columns]) for p in (picture, ground))
            layers, background = found.get(number) or Mattes(
                torch.zeros(1, self.clip.layers, 4, *frame.shape[2:]), behind
            )
            if self.settings.detail_transfer:
                around = None if nearby is None else nearby[..., rows, columns]
                to_background = self.settings.detail_background
                whole = transfer_detail(layers, order, background, frame, around, to_background)[0]
            else:
                opaque = torch.cat([background, torch.ones_like(background[:, :1])], 1)
                whole = torch.cat([opaque, layers[0]])
            yield rows.start, columns.start, whole

    def tiles(self) -> list[Tile]:
        """Return the tiles of a frame, row by row."""
        height, width = self.size
        return [
            (slice(y, min(y + self.side, height)), slice(x, min(x + self.side, width)))
            for y in range(0, height, self.side)
            for x in range(0, width, self.side)
        ]

    def mattes(
        self, t: int, maps: Tensor, picture: np.ndarray, ground: np.ndarray, tile: Tile
    ) -> Mattes | None:
        """Refine what shows in a tile; None: nothing does."""
        around = tuple(
            slice(max(part.start - self.overlap, 0), min(part.stop + self.overlap, extent))
            for part, extent in zip(tile, self.size, strict=True)
        )
        order = self.clip.order[t : t + 1]
        alpha = enlarge(maps[:, 3:4], self.size, *around)[:, 0]  # [L, h, w]
        shown = alpha.amax((1, 2)) > FAINTEST
        if not shown.any():
            return None
        rim = self.around(*around)
        view = self.view(picture[rim], ground[rim], *around)
        guide = self.guide(view, self.sight(alpha, order)[shown]) if self.settings.guided else None
        passes = torch.zeros(1, len(maps), 4, *alpha.shape[1:])
        passes[0, shown] = self.refine(enlarge(maps[shown], self.size, *around), guide)
        layers, background = self.split(passes, view)
        if self.settings.tighten:
            before, sight = alpha[self.first :], self.sight(alpha, order)[self.first :]
            fitted = fit_outline(
                layers[0, :, 3], before, sight, view.picture[0], background[0], self.noise,
                self.reach,
            )  # fmt: skip
            layers = torch.cat([layers[:, :, :3], fitted[None, :, None]], 2)
            inside = solid(before[None], self.reach)
            core = enlarge(self.clip.core[t][None].float(), self.size, *around)
            layers = tighten(layers, order, view.evidence, torch.maximum(core, inside))
        inner = within(tile, around)
        layers, background = layers[..., *inner], background[..., *inner]
        # Detail is transferred to layers as they will be stored, so that an opaque pixel becomes
        # the video's own to the last bit.
        alpha = layers[:, :, 3:].mul(255).round().div(255)
        return Mattes(torch.cat([layers[:, :, :3], alpha], 2), background)
