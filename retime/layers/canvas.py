"""The background as a picture: its plane, its start from the frames, and how frames see it."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

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

# Rows of a median are computed in strips that hold at most this many samples (float32, 3 channels).
STRIP_SAMPLES = 8_000_000


def scaling(source: tuple[int, int], target: tuple[int, int]) -> np.ndarray:
    """Return the matrix [3, 3] from pixels of a picture to those of its resized copy.

    Pixel centres lie at whole numbers, so x maps to (x + 1/2) s - 1/2.

    Args:
        source: width and height before.
        target: width and height after.
    """
    sx, sy = target[0] / source[0], target[1] / source[1]
    return np.array([[sx, 0, sx / 2 - 0.5], [0, sy, sy / 2 - 0.5], [0, 0, 1]])


# The ground is taken to be as bright as this quantile of what is seen of it, if that is brighter
# than the median by more than the second of these shares of white, not at all below the first.
AT_TIMES, SHADOW = 0.97, (0.02, 0.05)
# Of the frames that have a place in view, what is seen there in a smaller share may be a limb that
# no map shows; in the margin around people, where maps end too early, that takes more.
LEAST_SEEN, LEAST_CLOSE = 0.12, 0.2
# What the median shows is in nobody's lasting shadow where it is the same when nobody's shadow can
# fall there: in at least this share of the frames that have the place in view, and in so many.
CALM, LEAST_CALM = 0.25, 3
# Ground was never seen lit that is brought to the light around it by more than this share of white.
NEVER_LIT = 0.01
# A filled hole is made wider by this share of the frame's width: its rim has people's colours.
RIM = 0.009
# Ground seen free of people and margin for this share of the frames is known. What differs from it
# by more than the next, a share of white, hides it; and hides what lies between, over gaps of the
# last, a share of the frame's width.
SURE, STRANGER, GAP = 0.6, 0.12, 0.3


@dataclass(frozen=True)
class CanvasPlane:
    """The canvas at the scale of frames of some size, and how those frames lie in it."""

    size: tuple[int, int]  # width, height in canvas pixels
    homographies: np.ndarray  # [T, 3, 3], frame pixels to canvas pixels
    still: bool  # every frame is the canvas itself

    @classmethod
    def at(
        cls,
        frame_size: tuple[int, int],
        source_size: tuple[int, int],
        bounds: tuple[float, float, float, float],
        homographies: np.ndarray,
    ) -> "CanvasPlane":
        """Bring a camera, given in source pixels, to frames of another size.

        Args:
            frame_size: width and height of the frames.
            source_size: width and height of the source video.
            bounds: x0, y0, width, height of the canvas in source pixels.
            homographies: [T, 3, 3], source pixels to the plane of the canvas.
        """
        x0, y0, width, height = bounds
        still = bool((homographies == np.eye(3)).all()) and (x0, y0) == (0, 0)
        if still and (width, height) == tuple(source_size):
            return cls(tuple(frame_size), homographies, True)
        scale = scaling(source_size, frame_size)
        size = (
            max(1, round(width * frame_size[0] / source_size[0])),
            max(1, round(height * frame_size[1] / source_size[1])),
        )
        shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
        onto = scaling((width, height), size) @ shift
        return cls(size, onto @ homographies @ np.linalg.inv(scale), False)

    def warp(self, picture: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Lay frame ``t`` [h, w, ...] on the canvas.

        Returns:
            The picture on the canvas, and a bool map of the canvas pixels that the frame covers.
        """
        if self.still:
            return picture, np.ones(picture.shape[:2], bool)
        matrix = self.homographies[t]
        inside = cv2.warpPerspective(
            np.ones(picture.shape[:2], np.float32), matrix, self.size, flags=cv2.INTER_LINEAR
        )
        return cv2.warpPerspective(
            picture, matrix, self.size, flags=cv2.INTER_LINEAR
        ), inside > 0.99

    def view(self, canvas: np.ndarray, t: int, frame_size: tuple[int, int]) -> np.ndarray:
        """Return what frame ``t`` (width, height) sees of the canvas picture [hc, wc, 3]."""
        if self.still:
            return canvas
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpPerspective(
            canvas, self.homographies[t], frame_size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )

    def grid(self, t: int, frame_size: tuple[int, int]) -> Tensor:
        """Return frame ``t``'s sampling grid [h, w, 2] for ``grid_sample`` (align_corners)."""
        width, height = frame_size
        x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
        points = np.stack([x, y, np.ones_like(x)], -1) @ self.homographies[t].T
        points = points[..., :2] / points[..., 2:]
        span = np.maximum(np.array(self.size, np.float64) - 1, 1)
        return torch.from_numpy((2 * points / span - 1).astype(np.float32))


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


def background_median(
    frames: np.ndarray,
    bodies: np.ndarray,
    around: np.ndarray,
    shaded: np.ndarray,
    plane: CanvasPlane,
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the background from what the frames show of it uncovered.

    Pixels that people and the margin around them never leave take the median of what was seen
    outside the bodies themselves; what bodies never leave is filled in with texture from around
    it, and what no frame contains by inpainting (Telea 2004). Ground that is hardly ever out of
    somebody's shadow is lit as the ground around it.

    Args:
        frames: uint8 [T, h, w, 3].
        bodies: bool [T, h, w], people.
        around: bool [T, h, w], people and a margin around them.
        shaded: bool [T, h, w], where people's shadows may fall.
        plane: the canvas at the frames' scale.

    Returns:
        uint8 canvas [hc, wc, 3], and float32 [hc, wc]: the share of all frames that showed each
        canvas pixel free of people and margin.
    """
    laid = [plane.warp(frame, t) for t, frame in enumerate(frames)]
    stack = np.stack([picture for picture, _ in laid])
    inside = np.stack([within for _, within in laid])

    def free_of(hidden: np.ndarray) -> np.ndarray:
        warped = [plane.warp(h.astype(np.float32), t)[0] for t, h in enumerate(hidden)]
        return inside & (np.stack(warped) < 0.01)

    free = free_of(around)
    median, count = masked_median(stack, free)
    # Ground that is seldom free of people may, when it is, show what somebody carries past.
    sure = count >= SURE * len(frames)
    strangers = _strangers(stack, median, sure) & ~sure
    (median, bright), count = masked_quantiles(stack, free & ~strangers, (0.5, AT_TIMES))
    # Elsewhere than about people there are no shadows of theirs, and what moves, moves by itself.
    about = np.stack([plane.warp(a.astype(np.float32), t)[0] > 0.5 for t, a in enumerate(shaded)])
    in_view = inside.sum(0)
    calm, calm_count = masked_median(stack, free & ~strangers & ~about)
    lit = calm_count >= np.maximum(CALM * in_view, LEAST_CALM)
    lit &= np.abs(calm - median).max(-1) < SHADOW[0] * 255
    shaded_ground = about.any(0) & ~lit
    median = np.where(shaded_ground[..., None], _unshadowed(median, bright), median)
    close, close_count = masked_median(stack, free_of(bodies) & ~strangers)
    enough = np.maximum(LEAST_SEEN * in_view, 1)
    canvas = np.where((count >= enough)[..., None], median, close)
    unknown = (count < enough) & (close_count < np.maximum(LEAST_CLOSE * in_view, 1))
    # Shadows begin at the feet, so here the margin around bodies counts, too.
    ground = free_of(bodies) & ~strangers & ground_samples(stack, close)
    levels, seen_ground = masked_quantiles(stack, ground, (BRIGHT, 0.5, DARK))
    shade = lasting_shade(*levels, shaded_ground & (seen_ground >= enough))
    lifted = lift_shade(canvas, levels[0], shade, ~unknown)
    raised = cv2.GaussianBlur((lifted - np.maximum(canvas, levels[0])).mean(-1), (0, 0), 1.0)
    never_lit = shade & (raised > NEVER_LIT * 255)
    canvas = lifted.round().astype(np.uint8)
    if unknown.any():
        canvas = cv2.inpaint(canvas, unknown.astype(np.uint8), 5, cv2.INPAINT_TELEA)
    side = 2 * round(RIM * frames.shape[2]) + 1
    hole = (unknown & (in_view > 0)).astype(np.uint8)
    hole = cv2.dilate(hole, np.ones((side, side), np.uint8)) > 0
    drawn = fill_ground(canvas, (hole | never_lit) & (in_view > 0), in_view == 0)
    # Of ground that was never seen lit there are two guesses, with different faults: their mean.
    halfway = ((canvas.astype(np.uint16) + drawn) // 2).astype(np.uint8)
    canvas = np.where(hole[..., None], drawn, np.where(never_lit[..., None], halfway, canvas))
    count = np.where(shade, seen_ground, count)
    return canvas, (count / len(frames)).astype(np.float32)


class Canvas(nn.Module):
    """The background, optimised directly: its start plus a learned correction.

    The correction is weighted by doubt: where the background was seen uncovered in most frames
    its median is better than anything that training finds, where it was seldom seen
    training decides. Where it was hardly ever seen there is nothing to learn from: only what leaks
    through mattes would be painted there.

    Args:
        start: uint8 [hc, wc, 3].
        seen: float32 [hc, wc], share of frames that showed each pixel uncovered.
        floor: least weight of the correction; 0 freezes what was always seen.
    """

    def __init__(self, start: np.ndarray, seen: np.ndarray, floor: float) -> None:
        super().__init__()
        picture = torch.from_numpy(start).permute(2, 0, 1)[None].float() / 255
        # Fully in doubt below a tenth of the frames, settled from three tenths on.
        doubt = np.where(seen >= LEAST_SEEN, np.clip((0.3 - seen) / 0.2, floor, 1), 0)
        self.register_buffer("start", picture.contiguous())
        self.register_buffer("doubt", torch.from_numpy(doubt.astype(np.float32))[None, None])
        # start [1, 3, hc, wc], doubt [1, 1, hc, wc]
        self.correction = nn.Parameter(torch.zeros_like(picture))

    def picture(self) -> Tensor:
        """Return the canvas, [1, 3, hc, wc] in 0..1."""
        return (self.start + self.doubt * self.correction).clamp(0, 1)

    def forward(self, grids: Tensor | None, frames: int) -> Tensor:
        """Return what frames see of it, [B, 3, h, w]; ``grids`` [B, h, w, 2] or None if still."""
        picture = self.picture()
        if grids is None:
            return picture.expand(frames, -1, -1, -1)
        return F.grid_sample(
            picture.expand(frames, -1, -1, -1), grids, padding_mode="border", align_corners=True
        )
