"""What a person looks like: colour histograms of torso and legs, to tell people apart."""

import cv2
import numpy as np

from retime.people.skeleton import HIPS, SHOULDERS

TRUSTED_JOINT = 0.3
# Bins of lightness, and of the two colour axes, of CIE Lab. Few, because light changes.
LIGHTNESS_BINS, COLOUR_BINS = 4, 8
REGION_BINS = LIGHTNESS_BINS * COLOUR_BINS**2
REGIONS = 2
_LEGS = ((11, 13), (13, 15), (12, 14), (14, 16))
_SAMPLES = 12


def _torso_points(pose: np.ndarray) -> np.ndarray:
    """Return points ``[N, 2]`` spread over the quadrangle of shoulders and hips."""
    corners = [*SHOULDERS, *HIPS]
    if (pose[corners, 2] < TRUSTED_JOINT).any():
        return np.empty((0, 2))
    # The edges stay out: they show what lies behind.
    steps = np.linspace(0.1, 0.9, _SAMPLES)
    across, down = (grid[..., None] for grid in np.meshgrid(steps, steps))
    left, right, left_hip, right_hip = (pose[j, :2] for j in corners)
    top = left + across * (right - left)
    bottom = left_hip + across * (right_hip - left_hip)
    return (top + down * (bottom - top)).reshape(-1, 2)


def _leg_points(pose: np.ndarray) -> np.ndarray:
    """Return points ``[N, 2]`` along the thighs and shins that are seen."""
    along = np.linspace(0.1, 0.9, 2 * _SAMPLES)[:, None]
    lines = [
        pose[a, :2] + along * (pose[b, :2] - pose[a, :2])
        for a, b in _LEGS
        if min(pose[a, 2], pose[b, 2]) >= TRUSTED_JOINT
    ]
    return np.concatenate(lines) if lines else np.empty((0, 2))


def describe(image: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """Describe the people with ``poses`` ``[P, 17, 3]`` in ``image``, RGB uint8 ``[H, W, 3]``.

    Poses are in pixels of the image. Returns ``[P, 2, bins]``: a histogram of the colours of torso
    and of legs, each summing to 1, NaN where the region is not seen.
    """
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)  # uint8, each channel over 0..255
    shape = (LIGHTNESS_BINS, COLOUR_BINS, COLOUR_BINS)
    result = np.full((len(poses), REGIONS, int(np.prod(shape))), np.nan)
    limits = np.array([image.shape[1], image.shape[0]]) - 1
    for person, pose in enumerate(poses):
        for region, points in enumerate((_torso_points(pose), _leg_points(pose))):
            places = np.round(points).astype(int)
            places = places[((places >= 0) & (places <= limits)).all(axis=1)]
            if len(places) < _SAMPLES:
                continue
            colours = lab[places[:, 1], places[:, 0]].astype(int)
            # People's colours lie near grey: the middle half of the colour axes takes all bins.
            axes = np.clip((colours[:, 1:] - 64) * COLOUR_BINS // 128, 0, COLOUR_BINS - 1)
            lightness = colours[:, 0] * LIGHTNESS_BINS // 256
            bins = np.ravel_multi_index((lightness, axes[:, 0], axes[:, 1]), shape)
            counts = np.bincount(bins, minlength=result.shape[-1])
            result[person, region] = counts / counts.sum()
    return result


def typical(descriptions: np.ndarray) -> np.ndarray:
    """Return the mean ``[2, bins]`` of descriptions ``[N, 2, bins]``; NaN: never seen."""
    known = np.isfinite(descriptions).all(axis=-1, keepdims=True)  # [N, 2, 1]
    count = known.sum(axis=0)
    total = np.where(known, descriptions, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Hellinger distance of two descriptions ``[2, bins]``, in 0..1, mean over regions.

    NaN where no region is known in both.
    """
    overlap = np.sqrt(first * second).sum(axis=-1)
    distances = np.sqrt(np.clip(1 - overlap, 0, 1))
    known = np.isfinite(distances)
    return float(distances[known].mean()) if known.any() else float("nan")
