"""What colours people have where others hide them: those that other frames show.

Not in the paper. No frame speaks of such pixels, so nothing says what the renderer adds there to
the texture: it may be anything, and is soon every colour. An editor sees it when the person in
front is removed.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from retime.layers.composite import transmittance
from retime.layers.texture import Taps, nearest_known


class Unseen(NamedTuple):
    """Where one layer of one frame may be hidden, and what is there: K pixels."""

    pixels: Tensor  # int64 [K], row-major index into the frame
    colours: Tensor  # float32 [K, 3] in 0..1

    def on(self, device: torch.device) -> "Unseen":
        """Return the same on ``device``."""
        return Unseen(self.pixels.to(device), self.colours.to(device))


def unseen_colours(
    positive: Tensor, taps: list[list[Taps]], colours: Tensor, known: Tensor, tile: int
) -> list[list[Unseen]]:
    """Foretell people's colours where their UV maps overlap.

    Args:
        positive: bool [T, N, h, w], the layers' UV maps.
        taps: [T][N], where they read their atlases.
        colours: float32 [texels, 3] in 0..1, see ``texel_colours``.
        known: bool [texels], whether any frame shows them; others take the nearest known colour of
            their tile.
        tile: texels on a tile's side.

    Returns:
        [T][N], without pixels of tiles of which no frame shows anything.
    """
    nearest = nearest_known(known, tile)
    colours, known = colours[nearest], known[nearest]
    told = []
    for bodies, row in zip(positive, taps, strict=True):
        crowded = bodies.sum(0).flatten() > 1  # [h w]
        layers = []
        for tap in row:
            kept = crowded[tap.pixels] & known[tap.texels].all(1)
            seen = (colours[tap.texels[kept]] * tap.weights[kept, :, None]).sum(1)
            layers.append(Unseen(tap.pixels[kept], seen))
        told.append(layers)
    return told


def strayed(layers: Tensor, order: Tensor, positive: Tensor, unseen: list[list[Unseen]]) -> Tensor:
    """Return how far layers are from the colours that other frames show, where others hide them.

    Args:
        layers: [B, N, 4, h, w] in 0..1.
        order: int64 [B, N], layers back to front.
        positive: [B, N, h, w] in 0..1, the layers' UV maps.
        unseen: [B][N].

    Returns:
        The mean difference of a channel over a body, 0 where it is in sight; the mean of layers
        and frames.
    """
    hidden = 1 - transmittance(layers[:, :, 3].detach(), order)[:, 1:]  # [B, N, h, w]
    area = positive.sum((-2, -1)).clamp(min=1)
    total = layers.new_zeros(())
    for b, row in enumerate(unseen):
        for n, (pixels, colours) in enumerate(row):
            apart = (layers[b, n, :3].flatten(1)[:, pixels].T - colours).abs().mean(1)  # [K]
            total = total + (hidden[b, n].flatten()[pixels] * apart).sum() / area[b, n]
    return total / area.numel()
