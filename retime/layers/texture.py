"""Texture atlases: 24 tiles a person, sampled through UV maps (sections 4.2, A.1).

Few pixels of a frame show a person, so textures are gathered at those pixels alone. All atlases
lie in one table of texels: person, part, row and column, in this order. The four taps of a
bilinear sample are clamped to their tile, so that neighbouring parts do not bleed into each other.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from torch import Tensor, nn
from torch.nn import functional as F

PARTS = 24


@dataclass(frozen=True)
class Taps:
    """Where one layer of one frame reads its atlas: K pixels, four texels each."""

    pixels: Tensor  # int64 [K], row-major index into the frame
    texels: Tensor  # int64 [K, 4]
    weights: Tensor  # float32 [K, 4], adding up to 1

    def on(self, device: torch.device) -> "Taps":
        """Return the same on ``device``."""
        return Taps(*(part.to(device) for part in (self.pixels, self.texels, self.weights)))


def atlas_taps(iuv: np.ndarray, person: np.ndarray, tile: int) -> Taps:
    """Turn a UV map into taps.

    Args:
        iuv: uint8 [h, w, 3], part 1..24 (0: nobody), u and v as 0..255.
        person: uint8 [h, w], the number 1.. of the person's atlas.
        tile: texels on a tile's side.
    """
    pixels = np.flatnonzero(iuv[..., 0])
    part, u, v = iuv.reshape(-1, 3)[pixels].T.astype(np.float32)
    x, y = u / 255 * (tile - 1), v / 255 * (tile - 1)
    x0, y0 = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    x1, y1 = np.minimum(x0 + 1, tile - 1), np.minimum(y0 + 1, tile - 1)
    first = (person.reshape(-1)[pixels].astype(np.int64) - 1) * PARTS + part.astype(np.int64) - 1
    fx, fy = x - x0, y - y0
    corners = [(y0, x0), (y0, x1), (y1, x0), (y1, x1)]
    shares = [(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx]
    return Taps(
        torch.from_numpy(pixels),
        torch.from_numpy(np.stack([(first * tile + r) * tile + c for r, c in corners], 1)),
        torch.from_numpy(np.stack(shares, 1).astype(np.float32)),
    )


def atlas_ids(person: np.ndarray, people: int) -> Tensor:
    """Return person ids in 0..1, float32 [K], for numbers of atlases, uint8 [K], of ``people``."""
    return torch.from_numpy(person / np.float32(people))


def texel_colours(seen: list[tuple[Taps, Tensor]], people: int, tile: int) -> tuple[Tensor, Tensor]:
    """Average what the frames show of each texel.

    Args:
        seen: taps at pixels where a person is in sight, and the frame's colours there, [K, 3].
        people: number of people.
        tile: texels on a tile's side.

    Returns:
        Colours [people * 24 * tile * tile, 3], and which texels were seen at all, bool.
    """
    total = torch.zeros(people * PARTS * tile * tile, 3)
    weight = torch.zeros(len(total))
    for taps, rgb in seen:
        for corner in range(4):
            share = taps.weights[:, corner]
            total.index_add_(0, taps.texels[:, corner], rgb * share[:, None])
            weight.index_add_(0, taps.texels[:, corner], share)
    known = weight > 0
    return total / weight.clamp(min=1e-6)[:, None], known


def nearest_known(known: Tensor, tile: int) -> Tensor:
    """Return for each texel the nearest known one of the same tile; itself in tiles without any.

    Args:
        known: bool [people * 24 * tile * tile].
        tile: texels on a tile's side.

    Returns:
        int64 [people * 24 * tile * tile].
    """
    tiles = known.view(-1, tile, tile).numpy()
    nearest = np.arange(known.numel()).reshape(tiles.shape)
    for number in np.flatnonzero(tiles.any((1, 2))):
        row, column = distance_transform_edt(
            ~tiles[number], return_distances=False, return_indices=True
        )
        nearest[number] = nearest[number, row, column]
    return torch.from_numpy(nearest.reshape(-1))


class Atlas(nn.Module):
    """The learned textures of all people and, if wanted, of the background.

    Args:
        people: number of people, N.
        channels: of a texel (the paper: 16).
        tile: texels on a tile's side (the paper: 16).
        generator: source of the initial values.
        spread: standard deviation of the initial values; 0 where `warm_start` puts colours into
            some channels, which noise in the others would only speckle.
        ground: add a tile for the background: 24 N + 1 tiles (A.1).
    """

    def __init__(
        self,
        people: int,
        channels: int,
        tile: int,
        generator: torch.Generator,
        spread: float = 1.0,
        ground: bool = False,
    ) -> None:
        super().__init__()
        self.tile = tile
        tiles = people * PARTS + ground
        texels = torch.randn(tiles * tile * tile, channels, generator=generator)
        self.texels = nn.Parameter(spread * texels)  # [tiles * tile * tile, channels]

    @torch.no_grad()
    def warm_start(self, colours: Tensor, known: Tensor, bias: float = 0.0) -> None:
        """Put colours into the first three channels.

        Texels that no frame shows take the nearest known colour of their tile, or else the mean of
        their person's.

        Args:
            colours: [texels, 3] in 0..1, from ``texel_colours``.
            known: bool [texels].
            bias: of the renderer's colours, to be made up for.
        """
        nearest = nearest_known(known, self.tile)
        spread, found = colours[nearest], known[nearest]
        for person in range(len(known) // (PARTS * self.tile**2)):
            own = slice(person * PARTS * self.tile**2, (person + 1) * PARTS * self.tile**2)
            if known[own].any():
                spread[own][~found[own]] = colours[own][known[own]].mean(0)
                found[own] = True
        # What the renderer's tanh turns back into the colour; black and white would be infinite.
        people = self.texels[: len(known)]  # what follows is the background's
        people[found, :3] = torch.atanh((2 * spread[found] - 1).clamp(-0.98, 0.98)) - bias

    @torch.no_grad()
    def complete(self, known: Tensor) -> None:
        """Give texels that no frame shows all channels of the nearest one that was learned.

        They come to sight where a person is hidden, or stands before another frame's ground.

        Args:
            known: bool [texels].
        """
        people = len(known)  # what follows is the background's
        nearest = nearest_known(known, self.tile).to(self.texels.device)
        self.texels[:people] = self.texels[:people][nearest]

    def ground(self, grids: Tensor) -> Tensor:
        """Sample the background's tile, the last one.

        Args:
            grids: [B, h, w, 2], x and y in -1..1; the ends are the centres of the corner texels.

        Returns:
            [B, channels, h, w].
        """
        tile = self.texels[-(self.tile**2) :].T.view(1, -1, self.tile, self.tile)
        return F.grid_sample(
            tile.expand(len(grids), -1, -1, -1), grids, padding_mode="border", align_corners=True
        )

    def forward(self, taps: list[Taps], ids: list[Tensor], size: tuple[int, int]) -> Tensor:
        """Sample the atlases.

        Args:
            taps: of B layers.
            ids: float32 [K] each, the person id in 0..1 at each layer's pixels.
            size: height and width of the frame.

        Returns:
            [B, channels + 1, h, w]: sampled texture and, last, the person id; 0 where nobody is.
        """
        height, width = size
        area = height * width
        place = torch.cat([t.pixels + b * area for b, t in enumerate(taps)])
        texture = F.embedding_bag(
            torch.cat([t.texels for t in taps]),
            self.texels,
            per_sample_weights=torch.cat([t.weights for t in taps]),
            mode="sum",
        )  # [sum K, channels]
        values = torch.cat([texture, torch.cat(ids)[:, None]], 1)
        canvas = values.new_zeros(len(taps) * area, values.shape[1])
        canvas = canvas.index_put((place,), values)
        return canvas.view(len(taps), height, width, -1).permute(0, 3, 1, 2)
