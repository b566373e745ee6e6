"""Who is in front, told by whose texture the frames show where UV maps overlap.

Not in the paper. Feet tell who is nearer as far as they are seen, and of people who hide one
another they mostly are not. But where two UV maps overlap, the frame shows the one in front.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from retime.layers.margins import deep_inside, near
from retime.progress import track

PARTS, TILE = 24, 16  # of a texture: body parts, and texels on a side of each
# A pixel shows somebody if it is within this of their texture (largest channel, 0..1), and not
# somebody whose texture is farther from it than this, and than so many times the one it shows.
ALIKE, CLEARLY = 0.15, 2.0


class View(NamedTuple):
    """One frame and the layers' UV maps in it."""

    rgb: np.ndarray  # uint8 [h, w, 3]
    iuv: np.ndarray  # uint8 [N, h, w, 3], part 0..24, u, v as 0..255
    person: np.ndarray  # uint8 [N, h, w], id of the person shown


class Sightings(NamedTuple):
    """Pixels of each frame where two layers' UV maps are, and in how many of them one is seen."""

    seen: np.ndarray  # int64 [T, N, N], that show the first and clearly not the second
    shared: np.ndarray  # int64 [T, N, N], where both are


def count_sightings(
    view: Callable[[int], View], frames: int, layers: int, ids: Sequence[int]
) -> Sightings:
    """Count the pixels that show one layer where another is, too.

    Args:
        view: returns a frame by its number; each is asked for twice.
        frames: how many there are, T.
        layers: how many there are, N.
        ids: of all people (1..255).
    """
    number = np.zeros(256, np.int64)
    number[list(ids)] = np.arange(len(ids))
    colours, known = _textures(view, frames, number, len(ids))
    seen, shared = np.zeros((2, frames, layers, layers), np.int64)
    for t in track(range(frames), "order", frames):
        rgb, iuv, person = view(t)
        bodies = iuv[..., 0] > 0
        crowded = bodies.sum(0) > 1  # [h, w]
        if not crowded.any():
            continue
        here, around = bodies[:, crowded], near(bodies)[:, crowded]  # [N, K]
        texels = _texels(iuv[:, crowded], number[person[:, crowded]])  # [N, K]
        apart = np.abs(rgb[crowded] / np.float32(255) - colours[texels]).max(-1)
        shared[t] = here.astype(np.int64) @ here.T
        # Of what is only near, or of texels that no frame shows, nothing is known.
        told = here & known[texels]
        apart[~told] = np.inf
        front, least = apart.argmin(0), apart.min(0)  # [K]
        other = np.arange(layers)[:, None] != front
        may_be = around & ~(told & (apart > ALIKE) & (apart > CLEARLY * least))
        certain = (least < ALIKE) & ~(may_be & other).any(0)
        for n in range(layers):
            seen[t, n] = (here & other)[:, certain & (front == n)].sum(1)
    return Sightings(seen, shared)


def _texels(iuv: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the numbers of the nearest texels, int64 [...], for UV maps [..., 3]; 0 if nobody."""
    part = iuv[..., 0].astype(np.int64)
    column, row = (np.rint(iuv[..., k] * np.float32((TILE - 1) / 255)).astype(int) for k in (1, 2))
    texel = ((number * PARTS + part - 1) * TILE + row) * TILE + column
    return np.where(part > 0, texel, 0)


def _textures(
    view: Callable[[int], View], frames: int, number: np.ndarray, people: int
) -> tuple[np.ndarray, np.ndarray]:
    """Average what frames show of people deep inside their UV maps and with nobody else near.

    Returns:
        float32 [texels, 3] in 0..1, and which texels any frame shows.
    """
    texels = people * PARTS * TILE * TILE
    total, weight = np.zeros((3, texels)), np.zeros(texels)
    for t in track(range(frames), "looks", frames):
        rgb, iuv, person = view(t)
        bodies = iuv[..., 0] > 0
        alone = deep_inside(bodies[None])[0] & (near(bodies).sum(0) == 1)  # [N, h, w]
        shown = _texels(iuv[alone], number[person[alone]])
        colours = rgb[np.nonzero(alone)[1:]]
        weight += np.bincount(shown, minlength=texels)
        total += [np.bincount(shown, colours[:, c], texels) for c in range(3)]
    colours = total / (255 * np.maximum(weight, 1))
    return colours.T.astype(np.float32), weight > 0
