"""What is solid in a frame besides bodies: things carried, balloons, clothing, found whole.

How much alpha a frame demands says little of a thing that looks like the ground behind it: a ball
in front of boards of its own hue could be a veil there. But a thing is solid throughout. Where one
part of it cannot be a veil, all that hangs together with it is no veil either, nor is what it
becomes in the frames before and after: half hidden by somebody, a ball may show no part that tells.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from retime.layers.ground import grow

# Before comparing, grain and edges half a pixel off are blurred: a Gaussian's deviation, pixels.
BLUR = 0.7
# A pixel may be part of a thing if a channel differs from the ground by this share of white, and
# may not be a shadow: those darken all colours alike, within the second factor.
DIFFERS, ALIKE = 0.15, 1.3
# Added before ratios (of 0..255), so that grain in the dark is no colour.
OFFSET = 8.0
# A thing is nowhere thinner than this, pixels.
THINNEST = np.ones((3, 3), np.uint8)
# And most of it is thicker: so much of what hangs together.
THICK_SHARE = 0.7
# What hangs together is a thing if it demands more alpha than the first in so many pixels, and in
# this share of all: the rim of a body may show past its map and touch its own reflection.
OPAQUE, LEAST_OPAQUE, OPAQUE_SHARE = 0.8, 4, 0.05
# It is clothing that hangs on a body, past its map, if in this share of so many pixels no farther
# from the body than the next, it is of the body's colour there, within a share of white; and if it
# demands more alpha than the last all in all.
WORN, LEAST_WORN, BESIDE, SAME, VEIL = 0.7, 5, 2, 0.1, 0.4
# It is one, too, if this share of it lies where there is a thing a frame before or after.
LASTING = 0.5


class Pieces(NamedTuple):
    """What hangs together in a frame outside bodies, numbered from 1; 0 is all else."""

    numbers: np.ndarray  # int32 [h, w]
    massive: np.ndarray  # bool [pieces + 1], nowhere thin: what may be things
    things: np.ndarray  # bool [pieces + 1], of these, what are for certain


def solid_pieces(
    frame: np.ndarray, background: np.ndarray, least: np.ndarray, bodies: np.ndarray
) -> Pieces:
    """Find what may be solid in a frame outside bodies, and what is for certain.

    Args:
        frame: uint8 [h, w, 3].
        background: uint8 [h, w, 3], what the frame sees of the ground.
        least: float32 [h, w] in 0..1, the least alpha that explains the frame.
        bodies: bool [h, w], where some UV map is.
    """
    i, b = (cv2.GaussianBlur(p.astype(np.float32), (0, 0), BLUR) for p in (frame, background))
    ratio = (i + OFFSET) / (b + OFFSET)
    shadow = (ratio.max(-1) < 1) & (ratio.max(-1) < ALIKE * ratio.min(-1))
    differs = np.abs(i - b).max(-1) > DIFFERS * 255
    candidate = differs & ~shadow & ~bodies & (least > 0)
    # Rims of bodies past their maps are thin; they are as opaque as the frame says.
    thick = cv2.morphologyEx(candidate.astype(np.uint8), cv2.MORPH_OPEN, THINNEST)
    count, piece = cv2.connectedComponents(thick, connectivity=4)
    area = np.bincount(piece.ravel(), minlength=count)
    opaque = np.bincount(piece[(thick > 0) & (least > OPAQUE)], minlength=count)
    # What is mostly thin, as a bicycle, would be left in scraps.
    _, whole = cv2.connectedComponents(candidate.astype(np.uint8), connectivity=8)
    kept = np.bincount(whole[thick > 0], minlength=whole.max() + 1)
    stout = kept >= THICK_SHARE * np.bincount(whole.ravel())
    stout[0] = True  # of its pixels none is thick
    massive = np.bincount(piece[~stout[whole]], minlength=count) == 0
    massive[0] = False  # all that is no candidate
    things = massive & (opaque >= LEAST_OPAQUE) & (opaque >= OPAQUE_SHARE * area)
    demand = np.bincount(piece.ravel(), weights=least.ravel(), minlength=count)
    worn = _worn(frame, bodies, piece, count) & (demand > VEIL * area)
    return Pieces(piece, massive, things | worn)


def _worn(frame: np.ndarray, bodies: np.ndarray, piece: np.ndarray, count: int) -> np.ndarray:
    """Tell which pieces go on in the colours of the bodies beside them. bool [count]"""
    reach = 2 * BESIDE + 1
    beside = grow(bodies, reach) & (piece > 0)
    # The mean colour of the body's pixels about each pixel.
    shown = bodies.astype(np.float32)
    weight = cv2.blur(shown, (reach + 2, reach + 2))[..., None]
    colour = cv2.blur(frame * shown[..., None], (reach + 2, reach + 2)) / np.maximum(weight, 1e-6)
    alike = beside & (np.abs(frame - colour).max(-1) < SAME * 255)
    near, same = (np.bincount(piece[where], minlength=count) for where in (beside, alike))
    worn = (near >= LEAST_WORN) & (same >= WORN * near)
    worn[0] = False  # all that is no candidate
    return worn


def solid_things(pieces: Sequence[Pieces]) -> np.ndarray:
    """Find what is solid outside bodies, bool [T, h, w], among the ``pieces`` of all T frames."""
    solid = np.stack([each.things[each.numbers] for each in pieces])
    ahead, back = range(1, len(pieces)), range(len(pieces) - 2, -1, -1)
    for here, before in [*((t, t - 1) for t in ahead), *((t, t + 1) for t in back)]:
        numbers, massive, _ = pieces[here]
        area = np.bincount(numbers.ravel(), minlength=len(massive))
        lasting = np.bincount(numbers[solid[before]], minlength=len(massive))
        solid[here] |= (massive & (lasting >= LASTING * area))[numbers]
    return solid
