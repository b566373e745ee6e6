"""Hidden stretches of movement that repeats: jumping, skipping, rowing.

A line through a hidden stretch (section 4.5 of the paper) cannot know of the jump that took place
in it. Where somebody has moved periodically before and after, a period earlier or later they did
what they did unseen.
"""

import itertools

import numpy as np

SHORTEST_PERIOD, LAG_STEP = 6.0, 0.25  # frames; faster movement is the detector's jitter
LEAST_PERIODS = 2.0  # that a clip must hold for a period to be believed
LEAST_LIKENESS = 0.7  # 1: a period later all is the same; 0: as unlike as any two moments
LEAST_GAP = 3  # frames; a line is good enough for less
# The periodic answer must be this much nearer than the line where both can be tried.
LEAST_GAIN = 0.6


def delayed(places: np.ndarray, lag: float) -> np.ndarray:
    """Return where joints ``[T, 17, 2]`` were ``lag`` frames before each frame, NaN if unknown.

    Between frames places are interpolated linearly; a negative lag looks ahead.
    """
    times = np.arange(len(places)) - lag
    first = np.floor(times).astype(int)
    share = (times - first)[:, None, None]
    inside = (first >= 0) & (first + (share[:, 0, 0] > 0) < len(places))
    low, high = np.clip(first, 0, len(places) - 1), np.clip(first + 1, 0, len(places) - 1)
    mixed = np.where(share > 0, (1 - share) * places[low] + share * places[high], places[low])
    return np.where(inside[:, None, None], mixed, np.nan)


def find_period(places: np.ndarray) -> float | None:
    """Return after how many frames one person's movement repeats, or None.

    ``places`` ``[T, 17, 2]`` are in pixels, NaN where unknown. A steady walk across the picture on
    which the movement rides does not matter.
    """
    frames = len(places)
    trend = _trend(places)
    swing = places - trend
    variance = float(np.nanmean(swing**2)) if np.isfinite(swing).any() else 0.0
    if variance < 1.0:  # a pixel: nothing moves
        return None
    lags = np.arange(1.0, frames / LEAST_PERIODS, LAG_STEP)
    likeness = np.full(len(lags), -np.inf)
    for k, lag in enumerate(lags):
        difference = swing - delayed(swing, lag)
        known = np.isfinite(difference)
        if known.mean() > 0.25:  # of all joints in all frames
            likeness[k] = 1 - np.mean(difference[known] ** 2) / (2 * variance)
    # All movement is like itself a moment later; what repeats is unlike itself in between.
    unlike = np.flatnonzero(likeness < LEAST_LIKENESS / 2)
    later = np.arange(len(lags)) > unlike[0] if len(unlike) else np.zeros(len(lags), bool)
    likeness[~later | (lags < SHORTEST_PERIOD)] = -np.inf
    if not (likeness >= LEAST_LIKENESS).any():
        return None
    # Two periods repeat as well as one: the first peak nearly as high as the highest is taken.
    peak = np.flatnonzero(likeness >= likeness.max() - 0.1)[0]
    while peak + 1 < len(lags) and likeness[peak + 1] > likeness[peak]:
        peak += 1
    return float(lags[peak])


def continue_period(places: np.ndarray) -> np.ndarray:
    """Fill hidden stretches of one person's periodic movement.

    ``places`` ``[T, 17, 2]`` are in pixels, NaN where unknown. A stretch takes the mean of what was
    seen a period earlier and later, moved so that it meets what was seen at its ends. Stretches
    are left unknown where the movement is not periodic, or a line does as well where both can be
    tried.
    """
    period = find_period(places)
    if period is None:
        return places
    trend = _trend(places)
    swing = places - trend
    around = np.stack([delayed(swing, sign * period) for sign in (1, -1)])
    count = np.isfinite(around).sum(0)
    repeated = np.divide(
        np.nansum(around, 0), count, out=np.full_like(swing, np.nan), where=count > 0
    )
    result = places.copy()
    for joint in range(places.shape[1]):
        known = np.isfinite(swing[:, joint, 0])
        own, other = swing[:, joint], repeated[:, joint]
        for start, stop in _gaps(known):
            # Stretches without a break are short beside a hidden one: a third of a period tells.
            length = min(stop - start, max(LEAST_GAP, round(period / 3)))
            if stop - start >= LEAST_GAP and _better(own, other, length):
                filled = _meet(own, other, start, stop)
                result[start:stop, joint] = filled + trend[start:stop, joint]
    return result


def _trend(places: np.ndarray) -> np.ndarray:
    """Return each joint's place if the body only drifted: [T, 17, 2], a line in time.

    One slope for all joints, the least squares' one, since they belong to one body.
    """
    times = np.arange(len(places), dtype=np.float64)[:, None]
    known = np.isfinite(places[..., 0])  # [T, 17]
    count = np.maximum(known.sum(0), 1)
    mean_time = (times * known).sum(0) / count  # [17]
    mean = np.where(known[..., None], places, 0).sum(0) / count[:, None]  # [17, 2]
    offset = np.where(known, times - mean_time, 0)
    moved = np.where(known[..., None], places - mean, 0)
    slope = (offset[..., None] * moved).sum((0, 1)) / max((offset**2).sum(), 1e-9)  # [2]
    return mean + (times - mean_time)[..., None] * slope


def _gaps(known: np.ndarray) -> list[tuple[int, int]]:
    """Return the runs of unknown frames that have known ones on both sides, as start and stop."""
    edges = np.flatnonzero(np.diff(known.astype(int)))
    return [
        (int(a) + 1, int(b) + 1)
        for a, b in itertools.pairwise(edges)
        if known[a] and not known[a + 1]
    ]


def _meet(own: np.ndarray, repeated: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Return ``repeated`` [T, 2] from start to stop, moved to meet ``own`` at both ends."""
    ends = [start - 1, stop]
    lack = np.nan_to_num(own[ends] - repeated[ends])
    share = (np.arange(start, stop) - ends[0])[:, None] / (ends[1] - ends[0])
    return repeated[start:stop] + (1 - share) * lack[0] + share * lack[1]


def _better(own: np.ndarray, repeated: np.ndarray, length: int) -> bool:
    """Tell whether repetition beats a line over stretches of ``length`` where all is known."""
    known = np.isfinite(own[:, 0]) & np.isfinite(repeated[:, 0])
    periodic, linear = [], []
    for start in range(1, len(own) - length):
        if not known[start - 1 : start + length + 1].all():
            continue
        stop = start + length
        share = np.arange(1, length + 1)[:, None] / (length + 1)
        line = (1 - share) * own[start - 1] + share * own[stop]
        linear.append(np.abs(line - own[start:stop]).mean())
        periodic.append(np.abs(_meet(own, repeated, start, stop) - own[start:stop]).mean())
    return bool(linear) and float(np.mean(periodic)) < LEAST_GAIN * float(np.mean(linear))
