"""Whose thing is whose: what is solid outside bodies belongs to whom it moves with.

As for effects, like poses foretell where a person's things are (see ``attribution``). A thing is
one over time, though: what is told of it in some frames holds in all through which it can be
followed.
"""

from typing import NamedTuple

import cv2
import numpy as np

from retime.layers.attribution import along, like_poses
from retime.layers.objects import box_iuv, choose_grid

# A piece of fewer pixels than this share of a frame is the rim of a body, not a thing.
SMALLEST = 0.0006
# A thing is followed to the piece in the next frame that it overlaps most, both grown by this
# share of the frame's width, if neither is more than so many times larger.
REACH, GROWS = 0.014, 2.0
# It belongs to whom foretells at least this share of it, and so many times better than all others.
FORETOLD, CLEARLY = 0.1, 3.0
# What less than this share of the like poses, by weight, shows free of bodies counts for less.
TELLING = 0.5
# It hides a body behind it where at least this share of the like poses say that it is; and it is
# where they say so and the frame demands at least this alpha.
HIDES, SHOWS = 0.5, 0.3


def lay_things(iuv: np.ndarray, person: np.ndarray, things: np.ndarray) -> int:
    """Put things into their owners' UV maps, in place: each owner's are a further person.

    A thing is mapped by the box around it, as objects are whose layers are given (``objects``).
    The network need not learn then where it is from the pose of whoever holds it.

    Args:
        iuv: uint8 [T, N, h, w, 3], the layers' UV maps.
        person: uint8 [T, N, h, w], whose: numbers from 1 (0: nobody's).
        things: bool [T, N, h, w], of ``whose_things``.

    Returns:
        How many people and owners' things there are.
    """
    count = int(person.max())
    for n in np.flatnonzero(things.any((0, 2, 3))):
        count += 1
        grid = choose_grid(things[:, n])
        for t in np.flatnonzero(things[:, n].any((1, 2))):
            here = things[t, n] & (iuv[t, n, ..., 0] == 0)
            iuv[t, n][here] = box_iuv(things[t, n], grid)[here]
            person[t, n][here] = count
    return count


class _Piece(NamedTuple):
    """A thing in one frame."""

    frame: int
    mask: np.ndarray  # bool [h, w]
    area: int
    foretold: np.ndarray  # float [N], share of it that each person's like poses foretell


def whose_things(
    solid: np.ndarray,
    positive: np.ndarray,
    order: np.ndarray,
    recognised: np.ndarray,
    least: np.ndarray,
) -> np.ndarray:
    """Find the owners of things.

    Args:
        solid: bool [T, h, w], what is solid outside bodies.
        positive: bool [T, N, h, w], the layers' UV maps.
        order: int [T, N], numbers of layers, from 1, back to front.
        recognised: bool [T, N, h, w], where somebody is seen for certain.
        least: float32 [T, h, w] in 0..1, the least alpha that explains each frame.

    Returns:
        bool [T, N, h, w], the things of each layer; those that nobody's motion foretells, or more
        than one person's, are nobody's. Things reach across the bodies behind them.
    """
    result = np.zeros(positive.shape, bool)
    like = [like_poses(positive[:, n]) for n in range(positive.shape[1])]
    pieces = _pieces(solid, positive, like)
    for thing in _followed(pieces, round(REACH * solid.shape[2])):
        areas = np.array([pieces[k].area for k in thing])
        told = np.average([pieces[k].foretold for k in thing], axis=0, weights=areas)
        best = int(told.argmax())
        if told[best] >= FORETOLD and told[best] >= CLEARLY * np.delete(told, best).max(initial=0):
            for k in thing:
                result[pieces[k].frame, best] |= pieces[k].mask
    return result | _rest(result, positive, like, order, recognised, least)


def _rest(
    things: np.ndarray,
    positive: np.ndarray,
    like: list[list],
    order: np.ndarray,
    recognised: np.ndarray,
    least: np.ndarray,
) -> np.ndarray:
    """Find the rest of things of which a part was found in the frame, bool [T, N, h, w].

    Where they hide bodies behind their owners the frame is nothing of the ground's, so that it says
    nothing of the thing; like poses do. They do, too, where limbs of those behind cut off scraps.
    """
    result = np.zeros_like(things)
    known = ~positive.any(1)
    for n in np.flatnonzero(things.any((0, 2, 3))):
        for t in np.flatnonzero(things[:, n].any((1, 2))):
            place = order[t].tolist().index(n + 1)
            behind = order[t, :place] - 1
            hidden = positive[t, behind].any(0) & ~positive[t, n] & ~recognised[t].any(0)
            scraps = known[t] & (least[t] >= SHOWS)
            foretold = _foretold(things[:, n], known, like[n][t]) > HIDES
            result[t, n] = (hidden | scraps) & foretold
    return result


def _pieces(solid: np.ndarray, positive: np.ndarray, like: list[list]) -> list[_Piece]:
    """Return what hangs together in each frame, frame by frame, if it is large enough."""
    bodies = positive.any(1)
    smallest = SMALLEST * solid[0].size
    pieces = []
    for t, frame in enumerate(solid):
        count, label, stats, _ = cv2.connectedComponentsWithStats(
            frame.astype(np.uint8), connectivity=4
        )
        large = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= smallest]
        if not large:
            continue
        foretold = np.stack([_foretold(solid, ~bodies, poses[t]) for poses in like])
        for k in large:
            mask = label == k
            pieces.append(_Piece(t, mask, int(mask.sum()), foretold[:, mask].mean(1)))
    return pieces


def _foretold(
    solid: np.ndarray, known: np.ndarray, like: list[tuple[int, int, float]]
) -> np.ndarray:
    """Return where like poses say that things are, float32 [h, w]; see ``attribution``."""
    total, weight = np.zeros((2, *solid.shape[1:]), np.float32)
    for other, shift, share in like:
        total += share * along((solid[other] & known[other]).astype(np.float32), shift)
        weight += share * along(known[other].astype(np.float32), shift)
    # Where most like poses have somebody's body they say little.
    least = TELLING * sum(share for *_, share in like)
    return total / np.maximum(weight, max(least, 1e-6))


def _followed(pieces: list[_Piece], reach: int) -> list[list[int]]:
    """Return things as lists of their pieces' numbers."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown = [cv2.dilate(piece.mask.astype(np.uint8), disc) > 0 for piece in pieces]
    by_frame: dict[int, list[int]] = {}
    for k, piece in enumerate(pieces):
        by_frame.setdefault(piece.frame, []).append(k)
    thing_of, things = {}, []
    for k, piece in enumerate(pieces):
        if k not in thing_of:
            thing_of[k] = len(things)
            things.append([k])
        overlaps = {
            j: int((grown[k] & grown[j]).sum())
            for j in by_frame.get(piece.frame + 1, [])
            if max(piece.area, pieces[j].area) <= GROWS * min(piece.area, pieces[j].area)
        }
        following = max(overlaps, key=overlaps.get, default=None)
        if following is not None and overlaps[following] and following not in thing_of:
            thing_of[following] = thing_of[k]
            things[thing_of[k]].append(following)
    return things
