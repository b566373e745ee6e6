"""Depth order: who stands in front of whom, guessed from the feet (section 4.1)."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import maximum_filter1d

from retime.config import OrderChoice
from retime.errors import InputError

ANKLES = (15, 16)

# Feet leave the ground in a jump; the lowest point of this long a window is the ground beneath.
GROUND_WINDOW_SECONDS = 1.5
# Two people change places in the order only where their ground differs by this share of the
# picture's height; below that, the order of the clip as a whole holds.
LEAST_DIFFERENCE = 0.01


def ground_height(keypoints: np.ndarray, present: np.ndarray, fps: float) -> np.ndarray:
    """Return where each person's ground lies in the picture.

    The lower in the picture someone stands on a common floor, the nearer they are.

    Args:
        keypoints: [T, P, 17, 2], source pixels, NaN where not present.
        present: bool [T, P].
        fps: frames a second.

    Returns:
        float64 [T, P], y in source pixels; -inf where the person is absent.
    """
    feet = np.where(present[..., None], keypoints[..., ANKLES, 1], -np.inf).max(-1)
    return ground_beneath(feet, fps)


def ground_beneath(feet: np.ndarray, fps: float) -> np.ndarray:
    """Return the same from what is lowest in each frame, [T, ...], -inf where absent."""
    window = max(1, round(GROUND_WINDOW_SECONDS * fps)) | 1
    ground = maximum_filter1d(feet, window, axis=0, mode="nearest")
    return np.where(np.isfinite(feet), ground, -np.inf)


def guess_order(ground: np.ndarray, picture_height: float) -> np.ndarray:
    """Order layers back to front by the height of the ground beneath them.

    Args:
        ground: [T, N], y of the nearest person of each layer, source pixels; -inf: absent.
        picture_height: of the source, pixels.

    Returns:
        int64 [T, N], layer numbers 1..N, back to front.
    """
    frames, layers = ground.shape
    known = np.where(np.isfinite(ground), ground, np.nan)
    usual = np.full(layers, -np.inf)
    for n in range(layers):
        if np.isfinite(ground[:, n]).any():
            usual[n] = np.nanmedian(known[:, n])
    # Heights rounded to steps of the least difference tie where people stand about alike, and
    # ties go to the usual order; who is absent keeps their usual place.
    step = LEAST_DIFFERENCE * picture_height
    here = np.where(np.isfinite(ground), ground, usual)
    order = np.empty((frames, layers), np.int64)
    for t in range(frames):
        order[t] = np.lexsort((np.arange(layers), usual, np.round(here[t] / step))) + 1
    return order


def apply_choices(
    order: np.ndarray, choices: Sequence[OrderChoice], names: Sequence[str], clip: str
) -> np.ndarray:
    """Overrule the guessed order where ``clip.yaml`` gives one.

    Layers that a choice leaves out keep their guessed places among one another, behind those
    that it names.

    Raises:
        InputError: an unknown layer, one named twice, or frames outside the clip.
    """
    order = order.copy()
    for choice in choices:
        where = f"clip.yaml of {clip}: order {choice.back_to_front}"
        unknown = [name for name in choice.back_to_front if name not in names]
        if unknown:
            raise InputError(f"{where}: no layer '{unknown[0]}'; layers are {', '.join(names)}")
        chosen = [names.index(name) + 1 for name in choice.back_to_front]
        if len(set(chosen)) < len(chosen):
            raise InputError(f"{where}: a layer is named twice")
        first, last = choice.frames or (0, len(order) - 1)
        if last < first or last >= len(order):
            raise InputError(
                f"{where}: frames {first} to {last}: the clip has frames 0 to {len(order) - 1}"
            )
        for t in range(first, last + 1):
            order[t] = [n for n in order[t] if n not in chosen] + chosen
    return order
