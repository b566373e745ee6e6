"""Completion of a person's joints over time: every joint in every frame the person is present.

The paper (section 4.5) interpolates occluded keypoints linearly. Here the line is drawn in the
frame of the moving body: a hidden wrist of someone who jumps goes up with them. Where the whole
person is hidden, the body itself moves linearly and the two are the same.
"""

import math

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d

from retime.people.body_size import SEGMENT_SHARES
from retime.people.skeleton import BODY, FACE, HIPS, SHOULDERS, TORSO

ABSENT, OBSERVED, INTERPOLATED, CORRECTED = 0, 1, 2, 3

# Places of the face's joints relative to the middle of the shoulders, in body heights: x to the
# person's left, y along the trunk upwards. Used only for faces that are never seen.
_FACE_PLACES = np.array([[0, 0.13], [0.02, 0.15], [-0.02, 0.15], [0.045, 0.14], [-0.045, 0.14]])
# An arm alone does not tell how the body moves.
SPEAKING = 4
# Half the breadth of shoulders and hips, in body heights (Winter, as in body_size).
_HALF_BREADTH = {SHOULDERS: 0.129, HIPS: 0.0955}


def frames_away(known: np.ndarray) -> np.ndarray:
    """Return how many frames each frame lies from the nearest known one, float64 [T].

    ``known`` is bool [T]; infinitely many where no frame is known.
    """
    if not known.any():
        return np.full(len(known), np.inf)
    return distance_transform_edt(~known)


def body_path(places: np.ndarray) -> np.ndarray:
    """Return how the body as a whole moves, ``[T, 2]``, in pixels relative to its first place.

    ``places`` ``[T, 17, 2]`` are one person's joints, NaN where unknown. From one seen frame to the
    next the body moves as the trunk's joints known in both do on average, else as the median of
    all joints known in both; between seen frames it moves linearly. A frame that shows fewer
    than ``SPEAKING`` joints, and none of the trunk or face, says nothing of the body, if others do.
    """
    known = np.isfinite(places[..., 0])
    seen = np.flatnonzero(known[:, BODY].any(axis=1) | (known.sum(axis=1) >= SPEAKING))
    if not len(seen):
        seen = np.flatnonzero(known.any(axis=1))
    steps = np.zeros((len(seen), 2))
    for k in range(1, len(seen)):
        a, b = seen[k - 1], seen[k]
        common = known[a] & known[b]
        trunk = [joint for joint in TORSO if common[joint]]
        if len(trunk) >= 2:
            steps[k] = (places[b, trunk] - places[a, trunk]).mean(axis=0)
        elif common.any():
            steps[k] = np.median(places[b, common] - places[a, common], axis=0)
        else:
            steps[k] = places[b, known[b]].mean(axis=0) - places[a, known[a]].mean(axis=0)
    path = np.cumsum(steps, axis=0)
    times = np.arange(len(places))
    return np.stack([np.interp(times, seen, path[:, axis]) for axis in (0, 1)], axis=-1)


def interpolate(places: np.ndarray) -> np.ndarray:
    """Fill the unknown joints of one person in all frames.

    ``places`` ``[T, 17, 2]`` are in pixels, NaN where unknown. A joint's offset to the moving body
    is linear between the frames in which it is known, and constant before the first and after the
    last. Joints never known stay NaN.
    """
    path = body_path(places)
    offsets = places - path[:, None]
    result = places.copy()
    times = np.arange(len(places))
    for joint in range(places.shape[1]):
        known = np.flatnonzero(np.isfinite(places[:, joint, 0]))
        if not len(known):
            continue
        for axis in (0, 1):
            filled = np.interp(times, known, offsets[known, joint, axis])
            # Known places stay to the last bit.
            gaps = np.isnan(result[:, joint, axis])
            result[gaps, joint, axis] = (filled + path[:, axis])[gaps]
    return result


def complete_never_seen(places: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Place joints that were seen in no frame, such as feet below the picture's edge.

    ``places`` ``[T, 17, 2]`` are filled as by ``interpolate``; a joint is known in all frames or in
    none. ``height`` ``[T]`` is the body height. What is missing is added as on a person standing
    straight along their trunk; where the trunk is unknown too, along the picture's vertical.
    """
    places, size = places.copy(), height[:, None]
    known = np.isfinite(places[0, :, 0])

    def add(joint: int, place: np.ndarray) -> None:
        if not known[joint]:
            places[:, joint], known[joint] = place, True

    def middle(pair: tuple[int, int]) -> np.ndarray | None:
        present = [joint for joint in pair if known[joint]]
        return places[:, present].mean(axis=1) if present else None

    top, bottom = middle(SHOULDERS), middle(HIPS)
    down = np.tile([0.0, 1.0], (len(places), 1))
    if top is not None and bottom is not None:
        trunk = bottom - top
        length = np.linalg.norm(trunk, axis=1, keepdims=True)
        down = np.divide(trunk, length, out=down, where=length > 0)
    if top is None and bottom is None:
        face = places[:, FACE][:, known[FACE]]
        anchor = face.mean(axis=1) if face.size else np.nanmean(places, axis=1)
        top = anchor + 0.14 * size * down
    trunk_length = SEGMENT_SHARES[5, 11] * size * down
    top = bottom - trunk_length if top is None else top
    bottom = top + trunk_length if bottom is None else bottom
    # The person's left, for someone who faces the camera: right in the picture.
    left = np.stack([down[:, 1], -down[:, 0]], axis=1)
    for pair, centre in ((SHOULDERS, top), (HIPS, bottom)):
        breadth = _HALF_BREADTH[pair] * size * left
        add(pair[0], 2 * centre - places[:, pair[1]] if known[pair[1]] else centre + breadth)
        add(pair[1], 2 * centre - places[:, pair[0]] if known[pair[0]] else centre - breadth)
    for (parent, child), share in SEGMENT_SHARES.items():
        add(child, places[:, parent] + share * size * down)
    for joint, (aside, up) in enumerate(_FACE_PLACES):
        add(joint, top + size * (aside * left - up * down))
    return places


def smooth(places: np.ndarray, present: np.ndarray, fixed: np.ndarray, width: float) -> np.ndarray:
    """Take the detector's jitter out of joints ``[T, 17, 2]``.

    A Gaussian of standard deviation ``width`` frames, symmetric in time so that nothing lags, over
    each run of frames in which the person is ``present`` ``[T]``; beyond a run's ends movement is
    taken to go on as it was. What the Gaussian takes away is smoothed, too, and given back (Tukey's
    "twicing"), so that jumps keep their height: constant acceleration passes unchanged. ``fixed``
    joints ``[T, 17]`` keep their places.
    """
    result = places.copy()
    if width <= 0:
        return result
    reach = math.ceil(8 * width)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present.astype(int), [0]])))
    for start, stop in edges.reshape(-1, 2):
        margin = min(reach, stop - start - 1)
        run = np.pad(
            places[start:stop],
            ((margin, margin), (0, 0), (0, 0)),
            mode="reflect",
            reflect_type="odd",
        )
        once = gaussian_filter1d(run, width, axis=0, mode="nearest")
        twice = once + gaussian_filter1d(run - once, width, axis=0, mode="nearest")
        result[start:stop] = twice[margin : margin + stop - start]
    return np.where(fixed[..., None], places, result)
