"""Ground that is hardly ever out of somebody's shadow, brought to the light around it.

Who jumps on the spot shades the same ground in most frames, the middle of it in all. To any method
that sees one clip alone, what is dark in every frame is dark ground; it takes one more thing known
of the world. Here it is this: a shadow darkens all colours alike and varies as the person moves,
and the ground beneath is lit as the ground around it.
"""

import cv2
import numpy as np
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu

from retime.layers.kinds import kinds_of_ground

# A sample is the ground, in whatever light, if its three channels stand to the median's in the
# same proportion within this factor.
SAME_COLOUR = 1.12
# Ground is in shadow most of the time where its brightness (as a logarithm) varies by more than
# the first between the quantiles below, and its median lies by more than the second under the
# bright one.
VARIES, MOSTLY_DARK = 0.04, 0.02
DARK, BRIGHT = 0.25, 0.95
# A patch smaller than the square of this share of the canvas's width is no person's shadow: a hand
# passes there, as bright as ground in the light.
SMALLEST = 0.025
# Scales, in thousandths of the canvas's width, at which the ground is brought to the light around
# it in turn: wide ones find the shadow's body, narrow ones its core.
SCALES = (9.0, 4.5, 4.5, 3.0, 3.0)
# Kinds of ground are told apart where it lies no farther from the shade than this, a share of the
# canvas's width; one that varies by more than this about its mean (as a logarithm) is patterned.
ABOUT, PATTERN = 0.05, 0.1
# Share of a membrane's value that is lost from pixel to pixel.
LEAK = 1e-4
# Added before logarithms and ratios (of 0..255), so that grain in the dark is no colour.
OFFSET = 8.0


def ground_samples(stack: np.ndarray, median: np.ndarray) -> np.ndarray:
    """Tell which samples show the ground itself, lit or in shadow.

    Args:
        stack: uint8 [T, h, w, 3].
        median: float32 [h, w, 3] in 0..255.

    Returns:
        bool [T, h, w].
    """
    ratio = (stack.astype(np.float32) + OFFSET) / (median.astype(np.float32) + OFFSET)
    return ratio.max(-1) < SAME_COLOUR * ratio.min(-1)


def lasting_shade(
    bright: np.ndarray,
    median: np.ndarray,
    dark: np.ndarray,
    candidates: np.ndarray,
    fine: int = 1,
) -> np.ndarray:
    """Find ground that lies in a varying shadow most of the time.

    Args:
        bright: float32 [h, w, 3] in 0..255, the quantile ``BRIGHT`` of the ground's samples.
        median: the same of the median.
        dark: the same of the quantile ``DARK``.
        candidates: bool [h, w], where shadows may fall and the ground was seen.
        fine: pixels to one of the frames'. Edges of the ground, which homographies put now here,
            now there, are narrower than one; shadows are not.

    Returns:
        bool [h, w], closed over small gaps and a little wider than the shadow.
    """
    light, usual, shade = (np.log(q.mean(-1) + OFFSET) for q in (bright, median, dark))
    found = candidates & (light - shade > VARIES) & (light - usual > MOSTLY_DARK)
    narrow, gap, rim = (np.ones((k, k), np.uint8) for k in (2 * fine, 4 * fine + 1, 2 * fine + 1))
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, narrow)
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, gap)
    found = large_patches(found > 0).astype(np.uint8)
    return (cv2.dilate(found, rim) > 0) & candidates


def large_patches(found: np.ndarray) -> np.ndarray:
    """Return bool [h, w] ``found`` less patches that are too small for a person's shadow."""
    _, patch, sizes, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    return found & (sizes[patch, cv2.CC_STAT_AREA] >= (SMALLEST * found.shape[1]) ** 2)


def lift_shade(
    picture: np.ndarray, brightest: np.ndarray, shade: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Light shaded ground as the ground of its kind around it is lit; what is fine in it stays.

    The light inside is the membrane through the light at the rim: the solution of Laplace's
    equation, in the logarithm of the colours. Ground is only made brighter, never darker. Each kind
    of ground is lit as its own rim is, and stays as it is where it has none, or is so patterned
    itself that light cannot be told from paint: a black mat on a pale floor is no shadow.

    Args:
        picture: float [h, w, 3] in 0..255, the ground in its usual light.
        brightest: the same of the brightest that was seen of it.
        shade: bool [h, w], where to.
        known: bool [h, w], where ``picture`` shows the ground at all.

    Returns:
        float64 [h, w, 3] in 0..255, equal to ``picture`` outside of ``shade``.
    """
    if not shade.any() or not (known & ~shade).any():
        return picture.astype(np.float64)
    sigmas = [scale * picture.shape[1] / 1000 for scale in SCALES]
    log, most = (np.log(p.astype(np.float64) + OFFSET) for p in (picture, brightest))
    side = 2 * round(ABOUT * picture.shape[1]) + 1
    about = cv2.dilate(shade.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    kinds, count = kinds_of_ground(cv2.GaussianBlur(log, (0, 0), 1.0), known & about)
    lifted = log.copy()
    for kind in range(count):
        mine = known & (kinds == kind)
        rim = mine & ~shade
        lit = _smooth(log, rim, sigmas[0])
        if not (rim & about).any() or (log - lit)[rim & about].mean(-1).std() > PATTERN:
            continue
        light, reached = _membrane(shade, lit, rim)
        here = shade & (kinds == kind) & reached
        # The brightest that was seen may be somebody's reflection, brighter than the ground.
        beyond = (_smooth(most, mine & shade, sigmas[0]) - light).clip(min=0)
        new = np.where(here[..., None], np.maximum(log, most - beyond), log)
        for sigma in sigmas:
            smooth = _smooth(new, mine, sigma)
            new = np.where(here[..., None], new + (light - smooth).clip(min=0), new)
        lifted[here] = new[here]
    return np.where(shade[..., None], np.exp(lifted) - OFFSET, picture).clip(0, 255)


def _smooth(values: np.ndarray, counts: np.ndarray, sigma: float) -> np.ndarray:
    """Blur [h, w, 3] by what counts alone, bool [h, w]."""
    weight = counts.astype(np.float64)
    total = cv2.GaussianBlur(values * weight[..., None], (0, 0), sigma)
    share = cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.where(share[..., None] > 1e-3, total / np.maximum(share, 1e-3)[..., None], values)


def _membrane(
    region: np.ndarray, rim: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fill ``region`` harmonically from what lies around it.

    Args:
        region: bool [h, w].
        rim: float [h, w, 3], the values around it.
        counts: bool [h, w], which of these count.

    Returns:
        ``rim`` with the region filled, and bool [h, w]: where in it a value that counts is near
        enough for the fill to go by.
    """
    y, x = np.nonzero(region)
    number = np.full(region.shape, -1)
    number[region] = np.arange(len(y))
    height, width = region.shape
    rows, columns, diagonal = [], [], np.full(len(y), LEAK)
    right = np.zeros((len(y), 4))  # the values, and 1 wherever there is one
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        v, u = y + dy, x + dx
        there = (v >= 0) & (v < height) & (u >= 0) & (u < width)
        v, u = v.clip(0, height - 1), u.clip(0, width - 1)
        unknown, fixed = there & region[v, u], there & ~region[v, u] & counts[v, u]
        rows.append(np.flatnonzero(unknown))
        columns.append(number[v, u][unknown])
        right[fixed, :3] += rim[v, u][fixed]
        right[fixed, 3] += 1
        diagonal += unknown | fixed
    row, column = np.concatenate(rows), np.concatenate(columns)
    links = csc_matrix((np.ones(len(row)), (row, column)), (len(y), len(y)))
    solved = splu(csc_matrix(diags(diagonal) - links)).solve(right)
    # What leaks away on the long way from the rim says how far it is.
    weight = solved[:, 3:]
    filled, reached = rim.astype(np.float64), np.zeros(region.shape, bool)
    filled[region] = solved[:, :3] / np.maximum(weight, LEAK)
    reached[region] = weight[:, 0] > 0.5
    return filled, reached
