"""How large a person is in the picture, judged from the lengths of their limbs."""

import numpy as np

# Lengths of body segments as shares of a standing adult's height (Winter, "Biomechanics and Motor
# Control of Human Movement", table of segment lengths after Drillis and Contini).
SEGMENT_SHARES = {
    (5, 11): 0.288,  # shoulder to hip
    (6, 12): 0.288,
    (11, 13): 0.245,  # thigh
    (12, 14): 0.245,
    (13, 15): 0.246,  # shin
    (14, 16): 0.246,
    (5, 7): 0.186,  # upper arm
    (6, 8): 0.186,
    (7, 9): 0.146,  # forearm
    (8, 10): 0.146,
}
_ENDS = np.array(list(SEGMENT_SHARES))
_SHARES = np.array(list(SEGMENT_SHARES.values()))
# A segment seen end-on looks short, a misplaced joint makes one long: between the two lies this
# quantile of the heights that the segments suggest.
_QUANTILE = 0.75
# Seconds to each side over which a body's height is judged: people grow and shrink in the picture
# slowly, and limbs taken from another must not change the height.
HEIGHT_SECONDS = 1.5


def body_height(keypoints: np.ndarray) -> np.ndarray:
    """Return the height in pixels the person would have standing upright, ``[...]``.

    ``keypoints`` are ``[..., 17, 2]`` in pixels, NaN where unknown. It does not depend on how the
    person crouches or bends, except for foreshortening. NaN where no segment is known.
    """
    ends = keypoints[..., _ENDS, :]  # [..., S, 2, 2]
    heights = np.linalg.norm(ends[..., 0, :] - ends[..., 1, :], axis=-1) / _SHARES
    flat = heights.reshape(-1, len(_SHARES))
    result = np.full(len(flat), np.nan)
    known = np.isfinite(flat).any(axis=1)
    result[known] = np.nanquantile(flat[known], _QUANTILE, axis=1)
    return result.reshape(heights.shape[:-1])


def steady_height(keypoints: np.ndarray, window: int) -> np.ndarray:
    """Return the body height over time ``[T]`` as the running median over ``2 window + 1`` frames.

    ``keypoints`` are one person's, ``[T, 17, 2]``. Frames without an estimate take the nearest
    frame's; NaN everywhere where there is none at all.
    """
    single = body_height(keypoints)
    known = np.flatnonzero(np.isfinite(single))
    if not len(known):
        return single
    medians = np.array(
        [
            np.nanmedian(single[np.abs(known[i] - np.arange(len(single))) <= window])
            for i in range(len(known))
        ]
    )
    return np.interp(np.arange(len(single)), known, medians)
