"""Who is in front of whom when layers show different source frames.

The source's depth order says who is in front within one source frame. Where two instances show
the same frame, that holds, and so an edit that changes no time changes no order. Where they show
different frames:

1. if the order puts the two layers the same way round in both frames, that way holds;
2. else somebody walked past somebody in between: whoever stands lower on the canvas, at the
   time they show, is in front;
3. if that is unknown (someone is absent) or equal, neither is.

These answers for pairs can run in a circle, so each frame is ordered by how many others an
instance is in front of; ties go to the place in the order at the time shown, then to the layer's
number.
"""

import numpy as np
from scipy.ndimage import maximum_filter1d

ANKLES = (15, 16)  # of COCO-17

# In a jump the feet leave the floor; the lowest point in this many seconds is where it lies.
FLOOR_SECONDS = 1.5


def floor_heights(
    keypoints: np.ndarray,
    present: np.ndarray,
    groups: list[list[int]],
    homographies: np.ndarray,
    fps: float,
) -> np.ndarray:
    """Return how low on the canvas each layer's nearest person stands.

    Args:
        keypoints: [T, P, 17, 2], source pixels, NaN where not present.
        present: bool [T, P].
        groups: for each of the N layers, the indices along P of its people.
        homographies: [T, 3, 3], source pixels of a frame to the canvas plane.
        fps: frames per second.

    Returns:
        float64 [T, N], y on the canvas in source pixels, larger is nearer; NaN where none of
        the layer's people is present.
    """
    ankles = keypoints[:, :, ANKLES].astype(np.float64)  # [T, P, 2, 2]
    on_canvas = np.einsum("tij,tpaj->tpai", homographies[:, :, :2], ankles)
    on_canvas += homographies[:, None, None, :, 2]
    feet = on_canvas[..., 1] / on_canvas[..., 2]
    feet = np.where(present[..., None] & np.isfinite(feet), feet, -np.inf).max(-1)  # [T, P]
    window = max(1, round(FLOOR_SECONDS * fps)) | 1
    floor = maximum_filter1d(feet, window, axis=0, mode="nearest")
    floor = np.where(present, floor, -np.inf)
    nearest = [floor[:, people].max(axis=1, initial=-np.inf) for people in groups]
    heights = np.stack(nearest, axis=1) if groups else np.empty((len(floor), 0))
    return np.where(np.isfinite(heights), heights, np.nan)


def depth_ranks(
    layer: np.ndarray,
    shown: np.ndarray,
    order: np.ndarray,
    floor: np.ndarray,
    among_copies: np.ndarray,
    shelf: np.ndarray,
) -> np.ndarray:
    """Order the instances of every output frame by the rule above.

    Args:
        layer: int [M], layer number 1..N of each instance.
        shown: int [M, T_out], the source frame each instance shows.
        order: int [T, N], layer numbers back to front in each source frame.
        floor: [T, N], from ``floor_heights``.
        among_copies: [M], larger is nearer among instances of one layer.
        shelf: [M] or [M, T_out], larger is in front whatever the order says (0 for most).

    Returns:
        float64 [M, T_out], 1 for the instance at the back, up to M.
    """
    count, length = shown.shape
    column = layer - 1  # [M]
    rank = np.argsort(order, axis=1)  # [T, N]: place of each layer in its frame's order
    own_rank = rank[shown, column[:, None]]  # [M, T_out]
    own_floor = floor[shown, column[:, None]]
    wins = np.zeros((count, length))
    for m in range(count):
        for n in range(count):
            if m == n:
                continue
            if layer[m] == layer[n]:
                wins[m] += among_copies[m] > among_copies[n]
                continue
            mine = own_rank[m] > rank[shown[m], column[n]]  # [T_out], in the frame m shows
            theirs = rank[shown[n], column[m]] > own_rank[n]  # in the frame n shows
            lower = np.sign(own_floor[m] - own_floor[n])
            by_floor = np.where(np.isnan(lower), 0.5, (lower + 1) / 2)
            wins[m] += np.where(mine == theirs, mine, by_floor)
    shelves = np.asarray(shelf, dtype=np.float64)
    wins += (shelves if shelves.ndim == 2 else shelves[:, None]) * count
    depth = np.empty((count, length))
    for t in range(length):
        back_to_front = np.lexsort((layer, own_rank[:, t], wins[:, t]))
        depth[back_to_front, t] = np.arange(1, count + 1)
    return depth


def reordered(depth: np.ndarray, layer: np.ndarray, back_to_front: list[int]) -> np.ndarray:
    """Put some layers in another order among themselves; all others keep their places.

    Args:
        depth: [M, T_out], from ``depth_ranks``.
        layer: int [M], layer number of each instance.
        back_to_front: numbers of the layers to be put in order.

    Returns:
        The depths, [M, T_out]. Instances of one layer keep their order.
    """
    place = {number: index for index, number in enumerate(back_to_front)}
    (named,) = np.nonzero([number in place for number in layer])
    rank = np.array([place[int(layer[m])] for m in named])
    changed = depth.copy()
    for t in range(depth.shape[1]):
        order = np.lexsort((depth[named, t], rank))
        changed[named[order], t] = np.sort(depth[named, t])
    return changed
