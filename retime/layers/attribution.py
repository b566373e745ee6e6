"""Whose effect is whose, told by motion: an effect belongs to whom it moves with.

The paper leaves this to the order of learning: what moves with a person is soonest learned from
that person's UV maps (section 5). In a short clip a network soon tells every frame by its UV map,
though, and whichever layer is nearer takes a shadow. Here it is measured beforehand: for each
person, frames in which they take the same pose foretell where their effects are. A shadow is where
its owner's like poses say; the like poses of anyone else find it here and there.
"""

import cv2
import numpy as np

# Frames closer in time than this share of the clip are alike for everyone.
APART = 0.12
# So many like poses foretell a frame, weighted by how like they are; the softening of that weight
# (a mismatch of 1 is two maps that share nothing).
LIKE, SOFT = 3, 0.05
# Poses are compared at this share of the working size.
COARSE = 4
# Around people's UV maps, and where frames demand more alpha than this, there are bodies: pixels.
RIM, BODY = 2, 0.75
# Errors of foretelling are averaged over so many pixels (standard deviation); less is noise.
ABOUT, NOISE = 2.5, 0.01


def attribute(least: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Tell how well each layer's motion explains what frames demand.

    Args:
        least: float32 [T, h, w] in 0..1, the least alpha that explains each frame.
        positive: bool [T, N, h, w], the layers' UV maps.

    Returns:
        float32 [T, N, h, w] in 0..1: 1 for the layer whose like poses foretell a pixel best, less
        for others as they do worse. 1 for all where somebody's body is, and everywhere for a layer
        of nobody, which moves with nothing.
    """
    frames = len(positive)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1))
    bodies = np.stack([cv2.dilate(p.any(0).astype(np.uint8), disc) > 0 for p in positive])
    known = ~bodies & (least < BODY)
    faint = np.where(known, least, 0).astype(np.float32)
    result = np.ones(positive.shape, np.float32)
    moving = np.flatnonzero(positive.any((0, 2, 3)))
    if len(moving) < 2:
        return result
    like = [like_poses(positive[:, n]) for n in moving]
    for t in range(frames):
        error = np.stack([_error(faint, known, t, poses[t]) for poses in like])
        trust = (error + NOISE) ** -2
        result[t, moving] = np.where(known[t], trust / trust.max(0), 1)
    return result


def like_poses(masks: np.ndarray) -> list[list[tuple[int, int, float]]]:
    """Find, for each frame, the frames in which a person takes the most similar pose.

    Poses are compared at the same height in the picture but anywhere along it: who jumps has
    another shadow in the air, who walks takes it along.

    Args:
        masks: bool [T, h, w].

    Returns:
        For each frame tuples of frame, pixels by which that is to be moved along, and weight.
    """
    frames, height, width = masks.shape
    there = masks.any((1, 2))
    middle = np.array([np.nonzero(m)[1].mean() if m.any() else 0 for m in masks])
    size = (-(-width // COARSE), -(-height // COARSE))
    shifts = [round(width / 2 - x) for x in middle]
    moved = [along(m.astype(np.float32), shift) for m, shift in zip(masks, shifts, strict=True)]
    centred = np.stack([cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in moved])
    apart = max(2, round(APART * frames))
    found: list[list[tuple[int, int, float]]] = []
    for t in range(frames):
        others = np.flatnonzero(there & (np.abs(np.arange(frames) - t) >= apart))
        if not there[t] or not len(others):
            found.append([])
            continue
        mismatch = np.abs(centred[others] - centred[t]).sum((1, 2)) / (2 * centred[t].sum())
        best = np.argsort(mismatch, kind="stable")[:LIKE]
        shift = np.round(middle[t] - middle[others[best]]).astype(int)
        weight = 1 / (SOFT + mismatch[best])
        found.append(list(zip(others[best], shift, weight, strict=True)))
    return found


def _error(
    faint: np.ndarray, known: np.ndarray, t: int, like: list[tuple[int, int, float]]
) -> np.ndarray:
    """Return how far frame ``t`` is from what like poses foretell, float32 [h, w].

    Where they foretell nothing, that is nothing.
    """
    total = np.zeros(faint.shape[1:], np.float32)
    weight = np.zeros_like(total)
    for other, shift, share in like:
        total += share * along(faint[other], shift)
        weight += share * along(known[other].astype(np.float32), shift)
    foretold = total / np.maximum(weight, 1e-6)
    here = known[t].astype(np.float32)
    error = cv2.GaussianBlur(np.abs(faint[t] - foretold) * here, (0, 0), ABOUT)
    return error / np.maximum(cv2.GaussianBlur(here, (0, 0), ABOUT), 1e-3)


def along(picture: np.ndarray, pixels: int) -> np.ndarray:
    """Move a picture [h, w] to the right; what comes in is 0."""
    moved = np.zeros_like(picture)
    width = picture.shape[1]
    if abs(pixels) < width:
        moved[:, max(pixels, 0) : width + min(pixels, 0)] = picture[
            :, max(-pixels, 0) : width + min(-pixels, 0)
        ]
    return moved
