"""In which frames a tracked person is in the picture, seen or hidden."""

from itertools import pairwise

import numpy as np

# A person whose middle is nearer to the picture's border than this share of their height, and who
# is then unseen, has left the picture.
BORDER_SHARE = 0.3
# Shorter gaps than this are the detector's, whatever the place.
SHORT_GAP_SECONDS = 0.3
# Nobody is taken to have been there for longer than this before the first or after the last sight.
UNSEEN_AT_ENDS_SECONDS = 1.0


def near_border(pose: np.ndarray, height: float, picture: tuple[int, int]) -> bool:
    """Say whether a person is about to leave, or has just entered, the picture.

    ``pose`` is ``[17, 2]`` in pixels, NaN where unknown, ``height`` the body height in pixels,
    ``picture`` its width and height.
    """
    middle = np.nanmean(pose, axis=0)
    margin = BORDER_SHARE * height
    return bool((middle < margin).any() or (middle > np.array(picture) - margin).any())


def presence(
    poses: np.ndarray, height: np.ndarray, picture: tuple[int, int], fps: float
) -> np.ndarray:
    """Return the frames ``[T]`` in which a person is in the picture.

    A person is there from the first frame they are seen in to the last, and hidden in between,
    unless both ends of a gap lie at the border: then they went out and came back. Who is first seen
    away from the border shortly after the clip's start was there before, since people do not appear
    out of nothing; likewise at its end.

    Args:
        poses: the person's joints, ``[T, 17, 2]`` in pixels, NaN where not seen.
        height: body height in pixels, ``[T]``.
        picture: width and height of the picture in pixels.
        fps: frames per second.
    """
    count = len(poses)
    seen = np.flatnonzero(np.isfinite(poses[..., 0]).any(axis=1))
    result = np.zeros(count, bool)
    if not len(seen):
        return result
    result[seen[0] : seen[-1] + 1] = True
    short, longest = SHORT_GAP_SECONDS * fps, UNSEEN_AT_ENDS_SECONDS * fps
    at_border = {frame: near_border(poses[frame], height[frame], picture) for frame in seen}
    for before, after in pairwise(seen):
        if after - before - 1 > short and at_border[before] and at_border[after]:
            result[before + 1 : after] = False
    for edge, missing, outside in (
        (seen[0], seen[0], slice(None, seen[0])),
        (seen[-1], count - 1 - seen[-1], slice(seen[-1] + 1, None)),
    ):
        if missing <= short or (missing <= longest and not at_border[edge]):
            result[outside] = True
    return result
