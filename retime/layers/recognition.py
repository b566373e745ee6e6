"""Where the frames are sure to show a person: deep inside their UV map, and by their texture.

UV maps are drawn from joints and end some pixels off the person; what lies about the edge of one,
or about the edge of somebody else's, may be of either.
"""

import cv2
import numpy as np
import torch
from torch import Tensor

from retime.layers.ground import grow
from retime.layers.texture import Taps

# How far UV maps may be off, share of the frame's width.
EDGE = 0.01
# A person's pixel is recognised within this of their texture (largest channel, 0..1).
RECOGNISED = 0.15


def deep_inside(positive: np.ndarray) -> np.ndarray:
    """Return UV maps, bool [T, N, h, w], less an edge as wide as they may be off."""
    side = 2 * max(1, round(EDGE * positive.shape[-1])) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    eroded = [cv2.erode(m.astype(np.uint8), disc) > 0 for f in positive for m in f]
    return np.stack(eroded).reshape(positive.shape)


def seen_texture(
    rgb: Tensor, positive: Tensor, taps: list[list[Taps]]
) -> list[tuple[Taps, Tensor]]:
    """Find where frames show the texture of one person, nobody else being there or near.

    Args:
        rgb: float32 [T, 3, h, w] in 0..1.
        positive: bool [T, N, h, w], the layers' UV maps.
        taps: [T][N], where they read their atlases.

    Returns:
        For each frame and layer, taps at these K pixels, with the colours there, [K, 3].
    """
    visible = []
    reach = 2 * EDGE * positive.shape[-1]
    for t, row in enumerate(taps):
        near = np.stack([grow(body, reach) for body in positive[t].numpy()])
        bodies = torch.from_numpy(near.sum(0)).flatten()  # [h w], how many people
        colours = rgb[t].flatten(1)
        for tap in row:
            alone = bodies[tap.pixels] == 1
            mine = Taps(tap.pixels[alone], tap.texels[alone], tap.weights[alone])
            visible.append((mine, colours[:, mine.pixels].T))
    return visible


def recognise(
    rgb: Tensor, core: Tensor, taps: list[list[Taps]], colours: Tensor, known: Tensor
) -> Tensor:
    """Tell where a person can be seen by their own texture.

    Where two people cross, a layer could also paint the other one. Pixels deep inside a
    person's UV map that have the colour their texture has in other frames show that person.

    Args:
        rgb: float32 [T, 3, h, w] in 0..1.
        core: bool [T, N, h, w], where pixels are deep inside UV maps.
        taps: [T][N], where the layers read their atlases.
        colours: float32 [texels, 3] in 0..1, see ``texel_colours``.
        known: bool [texels], whether any frame shows them.

    Returns:
        bool [T, N, h, w].
    """
    seen = torch.zeros_like(core)
    for t, row in enumerate(taps):
        frame = rgb[t].flatten(1)
        for n, tap in enumerate(row):
            expected = (colours[tap.texels] * tap.weights[..., None]).sum(1)  # [K, 3]
            whole = known[tap.texels].all(1)
            alike = (frame[:, tap.pixels].T - expected).abs().amax(1) < RECOGNISED
            seen[t, n].view(-1)[tap.pixels] = alike & whole
    return seen & core
