"""Depth order: who stands in front of whom, by the feet (section 4.1) and by sight."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import maximum_filter1d

from retime.config import OrderChoice
from retime.errors import InputError
from retime.layers.sight import Sightings

ANKLES = (15, 16)

# Feet leave the ground in a jump; the lowest point of this long a window is the ground beneath.
GROUND_WINDOW_SECONDS = 1.5
# Two people change places in the order only where their ground differs by this share of the
# picture's height; below that, the order of the clip as a whole holds.
LEAST_DIFFERENCE = 0.01

# By so few pixels that show who is in front, share of the frame's, the order is half told.
FEW = 0.0005
# What a frame's guess weighs beside what it fully tells, and a change of places: where one person
# hides the other they cannot walk through one another, where they are apart it is soon done.
GUESSED, CHANGES, CHANGES_APART = 0.05, 1.0, 0.1


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


def order_by_sight(guess: np.ndarray, sightings: Sightings, pixels: int) -> np.ndarray:
    """Correct a guessed order by what frames show.

    For each two layers, the sequence of who is in front is found that agrees best with what is
    seen, with the guess where nothing is, and changes seldom (by dynamic programming).

    Args:
        guess: int64 [T, N], layer numbers 1..N, back to front.
        sightings: of T frames and N layers.
        pixels: of a frame.

    Returns:
        int64 [T, N], back to front; the guess where nobody is seen in front of anybody.
    """
    place = np.argsort(guess, 1)  # [T, N], of each layer
    first, second = np.triu_indices(guess.shape[1], 1)  # all pairs
    guessed = np.sign(place[:, first] - place[:, second])  # 1: the first is in front
    on, under = sightings.seen[:, first, second], sightings.seen[:, second, first]
    told = (on - under) / (on + under + FEW * pixels) + GUESSED * guessed  # [T, pairs]
    meet = sightings.shared[:, first, second] > FEW * pixels
    changes = np.where(meet[1:] & meet[:-1], CHANGES, CHANGES_APART)  # [T - 1, pairs]
    ahead = _most_told(told, guessed, changes)
    # How many each layer is in front of; where three go in a circle, the guess.
    over = np.zeros(guess.shape, np.int64)
    for pair, (a, b) in enumerate(zip(first, second, strict=True)):
        over[:, a] += ahead[:, pair]
        over[:, b] += ~ahead[:, pair]
    return np.stack([np.lexsort(keys) for keys in zip(place, over, strict=True)]) + 1


def _most_told(told: np.ndarray, guessed: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """Return bool [T, pairs]: the signs that agree most with ``told``, less what changes cost.

    They cost nothing where ``guessed``, 1 or -1, changes so, too.
    """
    sign = np.array([[-1], [1]])
    best = sign * told[0]  # [2, pairs], of the sequences that end so
    stays = []
    for t in range(1, len(told)):
        free = (guessed[t] != guessed[t - 1]) & (guessed[t] == sign)
        changed = best[::-1] - np.where(free, 0, changes[t - 1])
        stays.append(best >= changed)
        best = np.maximum(best, changed) + sign * told[t]
    at = (best[1] > best[0]).astype(int)  # [pairs]
    signs = [at]
    for stay in reversed(stays):
        at = np.where(np.take_along_axis(stay, at[None], 0)[0], at, 1 - at)
        signs.append(at)
    return np.stack(signs[::-1]) == 1


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
