"""Where the frames are sure to show a person: apart from all others, or by their own texture."""

import torch
from torch import Tensor

from retime.layers.margins import near
from retime.layers.texture import Taps

# A person's pixel is recognised within this of their texture (largest channel, 0..1).
RECOGNISED = 0.15


def seen_texture(
    rgb: Tensor, positive: Tensor, taps: list[list[Taps]]
) -> list[tuple[Taps, Tensor]]:
    """Find where frames show the texture of one person, nobody else being there or near.

    What lies about the edge of somebody else's UV map may be of either.

    Args:
        rgb: float32 [T, 3, h, w] in 0..1.
        positive: bool [T, N, h, w], the layers' UV maps.
        taps: [T][N], where they read their atlases.

    Returns:
        For each frame and layer, taps at these K pixels, with the colours there, [K, 3].
    """
    visible = []
    for t, row in enumerate(taps):
        bodies = torch.from_numpy(near(positive[t].numpy()).sum(0)).flatten()  # [h w], how many
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
