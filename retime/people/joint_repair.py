"""Repair of joints that the detector placed wrongly: they become unknown, or are put right.

All functions take and return poses of tracked people with NaN where a joint is unknown; lengths are
judged against the person's body height, so that one set of constants fits every size.
"""

import itertools

import numpy as np

from retime.people.body_size import SEGMENT_SHARES
from retime.people.interpolation import frames_away

# Groups of mirrored joints that a detector exchanges together. Whole limbs first, then their parts.
EXCHANGED_TOGETHER = (
    ((5, 6), (7, 8), (9, 10)),
    ((11, 12), (13, 14), (15, 16)),
    ((1, 2), (3, 4)),
    ((7, 8), (9, 10)),
    ((13, 14), (15, 16)),
    ((5, 6),),
    ((11, 12),),
)
# What believing a frame exchanged costs, as a share of body height per pair: joints that really
# cross (legs in a walk seen from the side) must not look exchanged from there on.
EXCHANGE_PRICE = 0.03
# No joint counts as further away than this between two frames: beyond, it is an outlier.
FARTHEST_STEP = 0.3
# Seconds over which an earlier place of a joint still speaks about a later one.
MEMORY_SECONDS = 0.3

# No limb looks longer than this many times its length (foreshortening only shortens; the rest is
# the difference between people's proportions, and the camera's nearness).
LONGEST_LIMB = 1.5
# A joint this far (share of body height) off the line between its neighbours in time, both of which
# agree with each other, is a slip of the detector.
SLIP = 0.25

# A person is half hidden next to a stretch of at least this many seconds in which they are unseen,
# for no longer than the second number says,
OCCLUSION_SECONDS, HALF_HIDDEN_SECONDS = 0.15, 0.17
# while a smaller share than this of the joints that they usually show is sure. Sure is a joint of
# this score, or of this share of its usual score if that is less.
SURE_JOINTS, SURE_SCORE, SURE_SHARE = 0.6, 0.5, 0.8
# Farther than this from any sure pose an unsure one is better than none.
GLIMPSE_SECONDS = 0.3


def drop_weak(poses: np.ndarray, min_score: float) -> np.ndarray:
    """Forget the joints of ``poses`` ``[..., 17, 3]`` that score below ``min_score``."""
    return np.where(poses[..., 2:] >= min_score, poses, np.nan)


def _step_cost(earlier: np.ndarray, later: np.ndarray) -> float:
    """Return the summed way of joints ``[J, 2]``, in body heights; unknown joints do not count."""
    way = np.minimum(np.linalg.norm(later - earlier, axis=-1), FARTHEST_STEP)
    return float(np.nansum(way))


def exchanged_frames(
    left: np.ndarray, right: np.ndarray, height: np.ndarray, memory: int
) -> np.ndarray:
    """Say in which frames the detector exchanged left and right, ``[T]``.

    ``left`` and ``right`` ``[T, J, 2]`` are the places of a group of mirrored joints, ``height``
    ``[T]`` the body height. Finds the cheapest sequence of "as is" and "exchanged" (Viterbi), where
    joints pay for the way from their last known places and exchanging costs a little in itself.
    """
    count = left.shape[1]
    both = np.concatenate([left, right], axis=1) / height[:, None, None]  # [T, 2 J, 2]
    turned = np.concatenate([both[:, count:], both[:, :count]], axis=1)
    known = np.flatnonzero(np.isfinite(both).any(axis=(1, 2)))
    if not len(known):
        return np.zeros(len(left), bool)
    choices = np.stack([both[known], turned[known]], axis=1)  # [K, 2, 2 J, 2]
    price = np.array([0.0, EXCHANGE_PRICE * count])
    total, origins = price.copy(), []
    for k in range(1, len(known)):
        if known[k] - known[k - 1] > memory:
            origins.append(np.array([int(total.argmin())] * 2))
            total = total.min() + price
            continue
        way = np.array([[_step_cost(a, b) for b in choices[k]] for a in choices[k - 1]])
        reached = total[:, None] + way  # [from, to]
        origins.append(reached.argmin(axis=0))
        total = reached.min(axis=0) + price
    state = int(total.argmin())
    states = [state]
    for origin in reversed(origins):
        state = int(origin[state])
        states.append(state)
    result = np.zeros(len(left), bool)
    result[known] = np.array(states[::-1], bool)
    return result


def repair_exchanged(poses: np.ndarray, height: np.ndarray, fps: float) -> np.ndarray:
    """Put left and right joints that the detector exchanged back in place.

    ``poses`` ``[T, 17, 3]`` are one person's; ``height`` ``[T]`` is the body height in pixels.
    """
    poses = poses.copy()
    memory = max(1, round(MEMORY_SECONDS * fps))
    for group in EXCHANGED_TOGETHER:
        left, right = (list(side) for side in zip(*group, strict=True))
        wrong = exchanged_frames(poses[:, left, :2], poses[:, right, :2], height, memory)
        frames = np.flatnonzero(wrong)[:, None]
        poses[frames, left], poses[frames, right] = poses[frames, right], poses[frames, left]
    return poses


# The joint each joint hangs from, and the share of body height that lies between.
_HANGS_FROM = {child: (parent, share) for (parent, child), share in SEGMENT_SHARES.items()}
_FACE = list(range(5))
# Middle of the shoulders to any joint of the face (Winter's head and neck, and half of the head).
_NECK_AND_HEAD = 0.25


def drop_stretched(poses: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Forget joints ``[T, 17, 3]`` further from the joint they hang from than a limb can reach.

    Where that joint is unknown, the one before it counts: an ankle then hangs from the hip.
    """
    poses = poses.copy()
    for child, (parent, share) in _HANGS_FROM.items():
        anchor, limit = poses[:, parent, :2], np.full(len(poses), share)
        if parent in _HANGS_FROM:
            above, more = _HANGS_FROM[parent]
            unknown = np.isnan(anchor[:, 0])
            anchor = np.where(unknown[:, None], poses[:, above, :2], anchor)
            limit = np.where(unknown, share + more, share)
        length = np.linalg.norm(poses[:, child, :2] - anchor, axis=-1)
        poses[length > LONGEST_LIMB * limit * height, child] = np.nan
    neck = poses[:, 5:7, :2].mean(axis=1)  # [T, 2]
    length = np.linalg.norm(poses[:, _FACE, :2] - neck[:, None], axis=-1)  # [T, 5]
    far = length > LONGEST_LIMB * _NECK_AND_HEAD * height[:, None]
    poses[:, _FACE] = np.where(far[..., None], np.nan, poses[:, _FACE])
    return poses


def drop_slips(poses: np.ndarray, height: np.ndarray, fps: float) -> np.ndarray:
    """Forget joints ``[T, 17, 3]`` that leap away from their place for a frame or two."""
    reach = max(2, round(0.1 * fps))
    padded = np.pad(poses[..., :2], ((reach, reach), (0, 0), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    enough = np.isfinite(windows[..., 0, :]).sum(axis=-1) >= 3  # [T, 17]
    usual = np.full((*poses.shape[:2], 2), np.nan)
    usual[enough] = np.nanmedian(windows[enough], axis=-1)
    leap = np.linalg.norm(poses[..., :2] - usual, axis=-1) > SLIP * height[:, None]
    return np.where(leap[..., None], np.nan, poses)


def drop_half_hidden(poses: np.ndarray, fps: float) -> np.ndarray:
    """Forget the poses ``[T, 17, 3]`` in which somebody is about to vanish, or just appearing.

    The detector then guesses where the hidden joints are, and shifts the others; a long line drawn
    from there goes wrong all along. Poses are forgotten from a hidden stretch on until one is sure.
    Glimpses far from any sure pose stay: nothing else tells where the person was.
    """
    known = np.isfinite(poses[..., 2])
    seen, usually = np.flatnonzero(known.any(axis=1)), known.any(axis=0)
    usual = np.nanmedian(poses[:, usually, 2], axis=0)
    sure = poses[:, usually, 2] >= np.minimum(SURE_SCORE, SURE_SHARE * usual)
    clear = sure.sum(axis=1) >= SURE_JOINTS * usually.sum()
    reach = max(1, round(HALF_HIDDEN_SECONDS * fps))
    near = frames_away(clear) <= GLIMPSE_SECONDS * fps
    forgotten = np.zeros(len(poses), bool)
    for last, first in itertools.pairwise(seen):
        if first - last - 1 < max(1, OCCLUSION_SECONDS * fps):
            continue
        for frames in (range(last, last - reach, -1), range(first, first + reach)):
            for frame in itertools.takewhile(
                lambda t: 0 <= t < len(poses) and not clear[t], frames
            ):
                forgotten[frame] = near[frame]
    return np.where(forgotten[:, None, None], np.nan, poses)
