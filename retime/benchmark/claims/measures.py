"""What claims are measured by."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from retime.benchmark.claims.drawn import DrawnClip
from retime.demo.metrics import SquaredError

PART = 0.5
"""A part counts where its alpha alone is above this."""
HIDDEN, SEEN = 0.9, 0.1
"""It is hidden where what is in front has at least the first alpha, in sight below the second."""
NEARBY = 11
"""Side of the neighbourhood in which what was found beside an effect counts against it, pixels."""


def share_shown(
    composite: np.ndarray, frames: np.ndarray, nothing: np.ndarray, where: np.ndarray
) -> float:
    """Return how much of what is to be seen somewhere a composite shows.

    Args:
        composite: [T, h, w, 3] in 0..1.
        frames: [T, h, w, 3] in 0..1, what is to be seen.
        nothing: of a shape that broadcasts, what would be there if nothing were.
        where: bool [T, h, w].

    Returns:
        1 for all of it, 0 for nothing; negative where it is worse than nothing.
    """
    error = np.abs(composite - frames)[where].mean()
    return float(1 - error / np.abs(nothing - frames)[where].mean())


def reached(steps: Sequence[int], shares: Sequence[float], level: float = 0.5) -> float:
    """Return when a curve first reaches a level, in steps; infinite if it never does.

    Between two records the curve is taken as straight.
    """
    for k, share in enumerate(shares):
        if share >= level:
            if k == 0:
                return float(steps[0])
            before = (level - shares[k - 1]) / (share - shares[k - 1])
            return float(steps[k - 1] + before * (steps[k] - steps[k - 1]))
    return math.inf


def part_region(clip: DrawnClip, number: int, part: str, hidden: bool = False) -> np.ndarray:
    """Return where a part of layer ``number`` stands alone in its layer, in sight or hidden.

    Returns:
        bool [T, h, w].
    """
    layer, front = clip.layers[number], clip.in_front(number)
    region = layer.parts[part] > PART
    for other, alpha in layer.parts.items():
        if other != part:
            region &= alpha == 0
    return region & (front >= HIDDEN if hidden else front < SEEN)


def alpha_ratio(found: np.ndarray, true: np.ndarray, where: np.ndarray) -> float:
    """Return found over true alpha, both [T, h, w] in 0..1, where told; NaN if that is nowhere."""
    return float(found[where].sum() / true[where].sum()) if where.any() else math.nan


def effect_found(alpha: np.ndarray, true: np.ndarray, body: np.ndarray) -> float:
    """Return how much of an effect a matte holds, less what it holds about it by mistake.

    Args:
        alpha: [T, h, w] in 0..1, the matte.
        true: [T, h, w] in 0..1, the effect's alpha.
        body: bool [T, h, w], not judged.

    Returns:
        1 for the effect and nothing else; 0 for nothing, or for as much wrong as there is to find.
    """
    kernel = np.ones((NEARBY, NEARBY), np.uint8)
    near = np.stack([cv2.dilate((frame > 0).astype(np.uint8), kernel) > 0 for frame in true])
    near &= ~body
    return float(1 - np.abs(alpha - true)[near].sum() / true[near].sum())


def likeness(pictures: np.ndarray, true: np.ndarray, where: np.ndarray | None = None) -> float:
    """Return the PSNR of pictures, uint8 [T, h, w, 3], in dB, over all frames together."""
    error = SquaredError()
    for t in range(len(true)):
        error.add(pictures[t], true[t], None if where is None else where[t])
    return float(error.psnr)
