"""Limb looks: arms and legs are given back to whom they look like.

Where one person stands before another, a detector joins an arm that shows beside the one in front
to that one's shoulder, with a high score, and may not find the other at all. Movement does not tell
then, but colours do: in other frames everybody's limbs are seen apart.
"""

import cv2
import numpy as np

from retime.people.body_size import SEGMENT_SHARES
from retime.people.joint_repair import LONGEST_LIMB
from retime.people.limb_theft import DOUBTFUL, thought_places
from retime.people.skeleton import MIRROR

CHAINS = np.array([[5, 7, 9], [6, 8, 10], [11, 13, 15], [12, 14, 16]])
"""Joints of arms and legs from the trunk outwards, each beside its mirror image."""
SAMPLES = 5
"""Colours that are read along each of the two bones of a limb."""

# Lightness changes with the light, and counts for so much less than the two axes of colour.
LIGHTNESS_WEIGHT = 0.5
# A colour that differs by more than this (CIE Lab) is just another.
ANOTHER = 60.0
# A limb is another person's if it differs by no more than this from theirs, as seen apart, and by
# so much more from its own.
ALIKE, CLEARLY = 12.0, 10.0


def limb_colours(image: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """Read the colours along people's arms and legs.

    Args:
        image: RGB uint8 ``[H, W, 3]``.
        poses: ``[P, 17, 2 or 3]`` in its pixels.

    Returns:
        CIE Lab, float32 ``[P, 4, 2, SAMPLES, 3]``, limbs as in ``CHAINS``, the inner bone first;
        NaN outside the image and where a joint is unknown.
    """
    lab = cv2.cvtColor(cv2.blur(image, (3, 3)).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    joints = poses[:, CHAINS, :2]  # [P, 4, 3, 2]
    inner, outer = joints[:, :, :2, None], joints[:, :, 1:, None]  # of each bone, [P, 4, 2, 1, 2]
    along = np.linspace(0.1, 0.9, SAMPLES)[:, None]
    places = np.round(inner + along * (outer - inner))  # [P, 4, 2, SAMPLES, 2]
    height, width = lab.shape[:2]
    inside = ((places >= 0) & (places < (width, height))).all(-1)  # not where NaN
    x, y = places[inside].astype(int).T
    colours = np.full((*inside.shape, 3), np.nan, np.float32)
    colours[inside] = lab[y, x]
    return colours


def usual_colours(colours: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """Return what each person's arms and legs look like, ``[P, 2, 2, SAMPLES, 3]``.

    The median over left and right and over the frames that show them ``alone``, bool ``[P, T]``;
    NaN: never seen. ``colours`` are those of :func:`limb_colours`, ``[P, T, 4, 2, SAMPLES, 3]``.
    """
    usual = np.full((len(colours), 2, *colours.shape[3:]), np.nan, np.float32)
    for person, there in enumerate(alone):
        pairs = colours[person, there].reshape(-1, 2, 2, *colours.shape[3:])  # [K, kind, side, ...]
        for kind in (0, 1):
            seen = pairs[:, kind].reshape(-1, *colours.shape[3:])
            seen = seen[np.isfinite(seen).all((1, 2, 3))]
            if len(seen):
                usual[person, kind] = np.median(seen, 0)
    return usual


def misfits(colours: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return by how much each limb ``[P, T, 4, 2, SAMPLES, 3]`` differs from each person's.

    Returns:
        ``[P, T, 4, Q]``, in CIE Lab, at most ``ANOTHER``, mean over the bones known in both; NaN
        where none is.
    """
    weights = np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32)
    theirs = usual.repeat(2, 1)  # [Q, 4, 2, SAMPLES, 3]
    result = np.full((*colours.shape[:3], len(usual)), np.nan)
    for other, limbs in enumerate(theirs):
        apart = np.linalg.norm((colours - limbs) * weights, axis=-1)  # [P, T, 4, 2, SAMPLES]
        bones = np.minimum(apart, ANOTHER).mean(-1)
        known = np.isfinite(bones)
        count = known.sum(-1)
        total = np.where(known, bones, 0).sum(-1)
        result[..., other] = np.divide(total, count, out=result[..., other], where=count > 0)
    return result


def return_limbs(
    poses: np.ndarray, colours: np.ndarray, alone: np.ndarray, height: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give arms and legs that look clearly like another person's to that one, if within reach.

    Who loses a limb loses its outer two joints. The other takes them as their own limb of that
    kind, on the side that is expected nearer, unless they are known to have theirs elsewhere.

    Args:
        poses: all people's joints, ``[P, T, 17, 3]``, NaN where unknown.
        colours: along their limbs, ``[P, T, 4, 2, SAMPLES, 3]``; see :func:`limb_colours`.
        alone: bool ``[P, T]``, frames that show them apart from all others.
        height: their body heights in pixels, ``[P, T]``.

    Returns:
        The poses without what was taken, and what was given, ``[P, T, 17, 3]``, NaN elsewhere.
    """
    places = poses[..., :2]
    known = np.isfinite(places[:, :, CHAINS, 0])  # [P, T, 4, 3]
    bones = known[..., :2] & known[..., 1:]  # [P, T, 4, 2]
    colours = np.where(bones[..., None, None], colours, np.nan)
    misfit = misfits(colours, usual_colours(colours, alone))  # [P, T, 4, P]
    thought = np.array([thought_places(person) for person in places]).reshape(places.shape)
    people = np.arange(len(poses))
    own = misfit[people, :, :, people][..., None]  # [P, T, 4, 1]
    # A comparison with NaN (looks unknown) is false: nothing is taken.
    like = (misfit <= ALIKE) & (own - misfit >= CLEARLY)
    foreign, bare = [], poses.copy()
    for person, t, chain in np.argwhere(like.any(-1)):
        likely = np.where(like[person, t, chain], misfit[person, t, chain], np.inf)
        owner = int(likely.argmin())
        if _within_reach(places[person, t], chain, thought[owner, t], height[owner, t]):
            bare[person, t, CHAINS[chain, 1:]] = np.nan
            foreign.append((person, t, chain, owner))
    result, given = poses.copy(), np.full(poses.shape, np.nan)
    for person, t, chain, owner in foreign:
        # Who is known to have theirs may just stand before a hidden limb that is placed rightly.
        side = _free_side(bare[owner, t], poses[person, t], chain, thought[owner, t])
        if side is not None and not _known_there(
            bare[owner, t], poses[person, t], chain, height[owner, t]
        ):
            result[person, t, CHAINS[chain, 1:]] = np.nan
            given[owner, t, CHAINS[side, 1:]] = poses[person, t, CHAINS[chain, 1:]]
    return result, given


def _within_reach(pose: np.ndarray, chain: int, thought: np.ndarray, height: float) -> bool:
    """Say whether elbow or knee of ``chain`` can belong to somebody ``thought`` to be there."""
    root, middle = CHAINS[chain, :2]
    reach = LONGEST_LIMB * SEGMENT_SHARES[root, middle] * height
    roots = thought[[root, MIRROR[root]]]
    return bool((np.linalg.norm(pose[middle, :2] - roots, axis=-1) <= reach).any())


def _free_side(owner: np.ndarray, pose: np.ndarray, chain: int, thought: np.ndarray) -> int | None:
    """Return which limb of ``owner`` [17, 3] the limb ``chain`` of ``pose`` is; None: no room."""
    free = [s for s in (chain, chain ^ 1) if np.isnan(owner[CHAINS[s, 1:], 0]).all()]
    places = pose[CHAINS[chain, 1:], :2]
    apart = [np.nansum(np.linalg.norm(thought[CHAINS[s, 1:]] - places, axis=-1)) for s in free]
    return free[int(np.argmin(apart))] if free else None


def _known_there(owner: np.ndarray, pose: np.ndarray, chain: int, height: float) -> bool:
    """Say whether ``owner`` [17, 3] is known to have such a joint where that limb has one."""
    for joint in CHAINS[chain, 1:]:
        apart = np.linalg.norm(owner[[joint, MIRROR[joint]], :2] - pose[joint, :2], axis=-1)
        if (apart <= DOUBTFUL * height).any():  # not where NaN
            return True
    return False
