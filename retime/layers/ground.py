"""The ground that people move on, estimated from what the frames show of it uncovered."""

from typing import NamedTuple

import cv2
import numpy as np

from retime.layers.filling import fill_ground
from retime.layers.shade import (
    BRIGHT,
    DARK,
    SAME_COLOUR,
    ground_samples,
    large_patches,
    lasting_shade,
    lift_shade,
)

# Margin around people that the background's median leaves out, share of the frame's width.
MARGIN = 0.06
# The same of what is taken for the bodies alone, where no more of the background is to be had.
OUTLINE = 0.025
# Rows of a median are computed in strips that hold at most this many samples (float32, 3 channels).
STRIP_SAMPLES = 8_000_000
# The ground is taken to be as bright as this quantile of what is seen of it, if that is brighter
# than the median by more than the second of these shares of white, not at all below the first.
AT_TIMES, SHADOW = 0.97, (0.02, 0.05)
# Of the frames that have a place in view, what is seen there in a smaller share may be a limb that
# no map shows; in the margin around people, where maps end too early, that takes more.
LEAST_SEEN, LEAST_CLOSE = 0.12, 0.2
# What the median shows is in nobody's lasting shadow where it is the same when nobody's shadow can
# fall there: in at least this share of the frames that have the place in view, and in so many.
CALM, LEAST_CALM = 0.25, 3
# Ground that is brightened by more than this share of white, to the light around it, was never seen
# lit.
NEVER_LIT = 0.01
# Two guesses at the same ground differ by less than this share of white.
ALIKE = 0.15
# A hole is made wider by this share of the canvas's width before it is filled: its rim has people's
# colours.
RIM = 0.009
# Ground seen free of people and margin for this share of the frames is known. What differs from it
# by more than the next, a share of white, hides it; and hides what lies between, over gaps of the
# last, a share of the frame's width.
SURE, STRANGER, GAP = 0.6, 0.12, 0.3


def grow(mask: np.ndarray, width: float) -> np.ndarray:
    """Return bool [h, w] ``mask`` grown by ``width`` pixels all in all."""
    side = 2 * round(width / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), disc) > 0


class Laid(NamedTuple):
    """T frames laid on the canvas."""

    pictures: np.ndarray  # uint8 [T, h, w, 3]
    inside: np.ndarray  # bool [T, h, w], what a frame has in view
    bodies: np.ndarray  # bool [T, h, w], people
    around: np.ndarray  # bool [T, h, w], people and a margin around them
    shaded: np.ndarray  # bool [T, h, w], where people's shadows may fall
    fine: int = 1  # canvas pixels to one of the frames that shadows are looked for in


def masked_quantiles(
    stack: np.ndarray, valid: np.ndarray, quantiles: tuple[float, ...]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return quantiles over time of the samples that count.

    Args:
        stack: uint8 [T, h, w, 3].
        valid: bool [T, h, w].
        quantiles: 0..1 each; 0.5 is the median.

    Returns:
        For each quantile float32 [h, w, 3] in 0..255 (0 where no sample counts), interpolated
        linearly between samples; and the number of samples [h, w].
    """
    frames, height, width = valid.shape
    results = [np.zeros((height, width, 3), np.float32) for _ in quantiles]
    count = valid.sum(0)
    rows = max(1, STRIP_SAMPLES // max(frames * width, 1))
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        # Samples that do not count sort behind all others, so those that do are ranked 0 to
        # n - 1. (nanquantile says the same many times slower.)
        samples = np.where(valid[:, strip, :, None], stack[:, strip].astype(np.int16), 256)
        samples.sort(axis=0)
        n = count[strip, :, None]
        for result, q in zip(results, quantiles, strict=True):
            rank = q * np.maximum(n - 1, 0)
            below = np.floor(rank).astype(np.int64)
            above = np.minimum(below + 1, np.maximum(n - 1, 0))
            low = np.take_along_axis(samples, below[None], 0)[0]
            high = np.take_along_axis(samples, above[None], 0)[0]
            result[strip] = np.where(n > 0, low + (rank - below) * (high - low), 0)
    return results, count


def masked_median(stack: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the median over time, [h, w, 3] in 0..255, and the number of samples [h, w]."""
    (median,), count = masked_quantiles(stack, valid, (0.5,))
    return median, count


def _unshadowed(median: np.ndarray, bright: np.ndarray) -> np.ndarray:
    """Prefer what is seen at times over what is seen mostly, where the latter is in shadow.

    Someone who jumps on the spot shades the same ground in most frames; the median there is the
    shadow. Shadows only take light away, so ground that is at times clearly brighter, in about
    the same proportion in all colours, is that bright.
    """
    brighter = (bright - median).mean(-1, keepdims=True) / 255
    share = np.clip((brighter - SHADOW[0]) / (SHADOW[1] - SHADOW[0]), 0, 1)
    ratio = (bright + 8) / (median + 8)  # an offset, so that grain in the dark is no colour
    alike = ratio.max(-1, keepdims=True) < SAME_COLOUR * ratio.min(-1, keepdims=True)
    lit = large_patches((alike & (share > 0))[..., 0])[..., None]
    return np.where(lit, median + share * (bright - median), median)


def _strangers(stack: np.ndarray, background: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Find what passes in front of ground that is not known, from what it hides around it.

    Args:
        stack: uint8 [T, h, w, 3], frames on the canvas.
        background: float32 [h, w, 3] in 0..255.
        sure: bool [h, w], where ``background`` is known.

    Returns:
        bool [T, h, w]: differences from the known background, closed over gaps as wide as a
        body's share of the picture.
    """
    side = 2 * round(GAP * stack.shape[2] / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    found = []
    for picture in stack:
        difference = np.abs(picture.astype(np.float32) - background).max(-1)
        differs = ((difference > STRANGER * 255) & sure).astype(np.uint8)
        opened = cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        found.append(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, disc) > 0)
    return np.stack(found)


def background_median(laid: Laid) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the background.

    Pixels that people and the margin around them never leave take the median of what was seen
    outside the bodies themselves; what bodies never leave is filled in with texture from around
    it, and what no frame contains by inpainting (Telea 2004). Ground that is hardly ever out of
    somebody's shadow is lit as the ground around it.

    Args:
        laid: the frames.

    Returns:
        uint8 [h, w, 3], and float32 [h, w]: the share of all frames that showed each pixel of the
        canvas free of people and margin.
    """
    free = laid.inside & ~laid.around
    median, count = masked_median(laid.pictures, free)
    # Ground that is seldom free of people may, when it is, show what somebody carries past.
    sure = count >= SURE * len(free)
    nobody = ~(_strangers(laid.pictures, median, sure) & ~sure)
    median, count, may_lie_in_shade = _usual(laid, free & nobody)
    bare = laid.inside & ~laid.bodies & nobody
    close, close_count = masked_median(laid.pictures, bare)
    in_view = laid.inside.sum(0)
    enough = np.maximum(LEAST_SEEN * in_view, 1)
    canvas = np.where((count >= enough)[..., None], median, close)
    unknown = (count < enough) & (close_count < np.maximum(LEAST_CLOSE * in_view, 1))
    # Shadows begin at the feet, so here the margin around bodies counts, too.
    ground = bare & ground_samples(laid.pictures, close)
    levels, seen_ground = masked_quantiles(laid.pictures, ground, (BRIGHT, 0.5, DARK))
    shade = lasting_shade(*levels, may_lie_in_shade & (seen_ground >= enough), laid.fine)
    lifted = lift_shade(canvas, levels[0], shade, ~unknown)
    raised = cv2.GaussianBlur((lifted - np.maximum(canvas, levels[0])).mean(-1), (0, 0), 1.0)
    never_lit = shade & (raised > NEVER_LIT * 255)
    canvas = _completed(lifted.round().astype(np.uint8), unknown, never_lit, in_view > 0)
    count = np.where(shade, seen_ground, count)
    return canvas, (count / len(free)).astype(np.float32)


def _usual(laid: Laid, free: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is usually seen of the ground.

    Args:
        laid: the frames.
        free: bool [T, h, w], the samples that count.

    Returns:
        The median [h, w, 3], the number of samples [h, w], and where, as far as these tell, the
        ground may lie in somebody's shadow most of the time, bool [h, w].
    """
    (median, bright), count = masked_quantiles(laid.pictures, free, (0.5, AT_TIMES))
    calm, calm_count = masked_median(laid.pictures, free & ~laid.shaded)
    lit = calm_count >= np.maximum(CALM * laid.inside.sum(0), LEAST_CALM)
    lit &= np.abs(calm - median).max(-1) < SHADOW[0] * 255
    # Elsewhere than about people there are no shadows of theirs, and what moves, moves by itself.
    may_lie_in_shade = laid.shaded.any(0) & ~lit
    unshadowed = _unshadowed(median, bright)
    return np.where(may_lie_in_shade[..., None], unshadowed, median), count, may_lie_in_shade


def _completed(
    canvas: np.ndarray, unknown: np.ndarray, never_lit: np.ndarray, in_view: np.ndarray
) -> np.ndarray:
    """Fill in what is unknown of uint8 [h, w, 3]; masks are bool [h, w]."""
    if unknown.any():
        canvas = cv2.inpaint(canvas, unknown.astype(np.uint8), 5, cv2.INPAINT_TELEA)
    side = 2 * round(RIM * canvas.shape[1]) + 1
    hole = cv2.dilate((unknown & in_view).astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    drawn = fill_ground(canvas, (hole | never_lit) & in_view, ~in_view)
    # Of ground that was never seen lit there are two guesses, with different faults: their mean,
    # unless what is drawn there is other ground.
    agree = never_lit & (np.abs(canvas.astype(np.int16) - drawn).max(-1) < ALIKE * 255)
    halfway = ((canvas.astype(np.uint16) + drawn) // 2).astype(np.uint8)
    return np.where(hole[..., None], drawn, np.where(agree[..., None], halfway, canvas))
