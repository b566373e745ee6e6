"""Limb theft: where two people cross, a detector gives one of them joints of the other.

It does so with high scores, so scores alone do not tell. What tells is movement: a joint belongs to
the person whose own joint moved there.
"""

from itertools import combinations

import numpy as np

from retime.people.interpolation import frames_away, interpolate
from retime.people.joint_repair import MEMORY_SECONDS
from retime.people.skeleton import MIRROR

# Joints of two people nearer than this share of body height are one joint seen twice; a joint
# within this share of where its movement leads is where it ought to be.
SAME_PLACE = 0.08
# Joints of two people nearer than this are no witnesses of anybody's movement, and go with the limb
# if another joint of it is stolen.
DOUBTFUL = 0.16
# Joints that have a mirror image: all but the nose.
SIDED = np.delete(np.arange(17), 0)
# The limb each joint belongs to: face, left and right arm, left and right leg.
LIMB = np.array([0, 0, 0, 0, 0, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4])


def expected_places(places: np.ndarray, usable: np.ndarray, memory: int) -> np.ndarray:
    """Return where one person's joints ought to be, ``[T, 17, 2]``, judged from usable frames.

    Linear between the nearest usable frames; NaN where none is within ``memory`` frames.
    ``places`` are ``[T, 17, 2]``, ``usable`` ``[T, 17]``.
    """
    times = np.arange(len(places))
    result = np.full(places.shape, np.nan)
    for joint in range(places.shape[1]):
        known = np.flatnonzero(usable[:, joint])
        if not len(known):
            continue
        far = frames_away(usable[:, joint]) > memory
        for axis in range(2):
            line = np.interp(times, known, places[known, joint, axis])
            result[:, joint, axis] = np.where(far, np.nan, line)
    return result


def near_joints(places: np.ndarray, height: np.ndarray, share: float) -> np.ndarray:
    """Return the joints of two people nearer than ``share`` of the smaller's height, ``[N, 5]``.

    Rows are person, other person, frame, the person's joint and the other's joint, which is the
    same joint or its mirror image. ``places`` are ``[P, T, 17, 2]``, ``height`` ``[P, T]``.
    """
    found = []
    for a, b in combinations(range(len(places)), 2):
        limit = share * np.minimum(height[a], height[b])[:, None]
        own = np.arange(17)
        for joints, others in ((own, own), (SIDED, MIRROR[SIDED])):  # also taken crosswise
            apart = np.linalg.norm(places[a][:, joints] - places[b][:, others], axis=-1)
            found += [(a, b, t, joints[k], others[k]) for t, k in np.argwhere(apart <= limit)]
    return np.array(found, int).reshape(-1, 5)


def _second_loses(off: tuple[float, float], strength: tuple[float, float]) -> bool | None:
    """Say whether the second of two people loses a joint that both have; None: nobody does.

    ``off`` is how far from its expected place each one's joint is, in body heights, NaN where
    nothing is expected; ``strength`` how sure the detector is of each person in that frame.
    """
    fits = [value <= SAME_PLACE for value in off]  # False where unknown
    if all(fits):
        return None
    if np.isfinite(off).all():
        return off[1] > off[0]
    if any(fits):
        return fits[0]
    return strength[1] <= strength[0]


def drop_stolen(poses: np.ndarray, height: np.ndarray, fps: float) -> np.ndarray:
    """Forget the joints that a person took from another.

    Where two people have a joint in one place, the one whose own movement, in the frames around
    that show their joint alone, does not lead there loses it. Where both do, both keep it: they
    really meet. Where neither is known to, the person whose joints score lower in that frame loses.
    Who loses a joint loses the rest of that limb, too, as far as it lies near the other's.

    Args:
        poses: all people's joints, ``[P, T, 17, 3]``, NaN where unknown.
        height: their body heights in pixels, ``[P, T]``.
        fps: frames per second.
    """
    places, scores = poses[..., :2], poses[..., 2]
    doubtful = near_joints(places, height, DOUBTFUL)
    usable = np.isfinite(scores)
    for a, b, frame, joint_a, joint_b in doubtful:
        usable[a, frame, joint_a] = usable[b, frame, joint_b] = False
    memory = max(1, round(MEMORY_SECONDS * fps))
    off = np.full(scores.shape, np.nan)  # distance from the expected place, in body heights
    for person in range(len(poses)):
        expected = expected_places(places[person], usable[person], memory)
        off[person] = np.linalg.norm(places[person] - expected, axis=-1) / height[person][:, None]
    strength = np.nansum(scores, axis=-1)  # [P, T]
    stolen = np.zeros(scores.shape, bool)
    limbs = set()  # loser, winner, frame, limb
    for a, b, frame, joint_a, joint_b in near_joints(places, height, SAME_PLACE):
        second = _second_loses(
            (off[a, frame, joint_a], off[b, frame, joint_b]),
            (strength[a, frame], strength[b, frame]),
        )
        if second is None:
            continue
        loser, winner, joint = (b, a, joint_b) if second else (a, b, joint_a)
        stolen[loser, frame, joint] = True
        limbs.add((loser, winner, frame, LIMB[joint]))
    for a, b, frame, joint_a, joint_b in doubtful:
        for loser, winner, joint in ((a, b, joint_a), (b, a, joint_b)):
            fits = off[loser, frame, joint] <= SAME_PLACE
            if (loser, winner, frame, LIMB[joint]) in limbs and not fits:
                stolen[loser, frame, joint] = True
    return np.where(stolen[..., None], np.nan, poses)


def drop_stolen_from_hidden(poses: np.ndarray, height: np.ndarray, fps: float) -> np.ndarray:
    """Forget the joints that a person took from another who is not found in that frame.

    Where somebody hidden is thought to be, a line between where they were seen last and next, is
    less sure than a detection. So a joint is lost only if it is off where its own movement leads,
    and nearer to the hidden person's. Arguments as of :func:`drop_stolen`.
    """
    places, observed = poses[..., :2], np.isfinite(poses[..., 2])
    thought = np.array([thought_places(person) for person in places]).reshape(places.shape)
    memory = max(1, round(MEMORY_SECONDS * fps))
    result = poses.copy()
    for thief in range(len(poses)):
        usable, nearness = observed[thief].copy(), []
        for owner in np.delete(np.arange(len(poses)), thief):
            for joints in (np.arange(17), MIRROR):
                apart = np.linalg.norm(places[thief] - thought[owner][:, joints], axis=-1)
                apart /= np.minimum(height[thief], height[owner])[:, None]  # NaN: not there
                usable &= ~(apart <= DOUBTFUL)
                nearness.append(np.where(observed[owner][:, joints], np.nan, apart))
        expected = expected_places(places[thief], usable, memory)
        off = np.linalg.norm(places[thief] - expected, axis=-1) / height[thief][:, None]
        for apart in nearness:
            stolen = (off > SAME_PLACE) & (apart <= DOUBTFUL) & (apart < off)
            result[thief][stolen] = np.nan
    return result


def thought_places(places: np.ndarray) -> np.ndarray:
    """Fill in one person's joints [T, 17, 2] from when they are first till when last seen."""
    seen = np.flatnonzero(np.isfinite(places[..., 0]).any(axis=1))
    if not len(seen):
        return places
    filled = interpolate(places)
    filled[: seen[0]] = filled[seen[-1] + 1 :] = np.nan
    return filled
