"""The background at the size of the finished layers: a median of the frames, streamed in strips."""

from typing import NamedTuple

import cv2
import numpy as np

from retime.artifacts import Decomposition, Seeds
from retime.layers.canvas import CanvasPlane
from retime.layers.filling import fill_ground
from retime.layers.footage import Footage
from retime.layers.ground import LEAST_SEEN, MARGIN, OUTLINE, grow, masked_median

# Bytes of frames laid on the canvas that are held at a time; longer or larger clips are read
# in several passes, so memory does not grow with them.
STRIP_BYTES = 256 * 2**20
# Of a video that is decoded anew for each strip, a median needs no more frames than this.
SAMPLED = 120
# People's masks are grown on frames no wider than this; the discs for it are slow on larger ones.
MASK_WIDTH = 512


class FullSizeCanvas(NamedTuple):
    """The background at the size of the finished layers."""

    picture: np.ndarray  # uint8 [Hc, Wc, 3]
    filled: np.ndarray  # bool [Hc, Wc], no frame shows this: it is made up
    plane: CanvasPlane  # how frames of that size lie in it


class _Strip(NamedTuple):
    """What frames show of some rows of the canvas."""

    stack: np.ndarray  # uint8 [T, rows, Wc, 3]
    inside: np.ndarray  # bool [T, rows, Wc], in the frame
    free: np.ndarray  # bool [T, rows, Wc], in it, and free of people and the margin around them
    bare: np.ndarray  # bool [T, rows, Wc], in it, and free of people's bodies


def full_size_canvas(
    footage: Footage, seeds: Seeds, decomposition: Decomposition
) -> FullSizeCanvas:
    """Gather the background from the frames at the size of the finished layers.

    Where frames show the background uncovered it has the fine detail of their median over the
    trained canvas. Where they do not, it is the trained canvas, enlarged; at the source's own size,
    where that would be a blur among sharp ground, detail comes from close by people, too, and
    ground that no frame shows is filled in with texture from around.

    Args:
        footage: the frames.
        seeds: for the people's masks and the camera.
        decomposition: for the trained canvas.
    """
    trained = decomposition.canvas[:]
    plane = CanvasPlane.at(
        footage.size, tuple(seeds.source_size), tuple(seeds.canvas), seeds.homographies[:]
    )
    size, small = plane.size, trained.shape[1::-1]
    canvas = cv2.resize(trained, size, interpolation=cv2.INTER_CUBIC)
    detail = np.zeros((*canvas.shape[:2], 3), np.float32)
    settled = np.zeros((*canvas.shape[:2], 1), np.float32)
    filled, never = (np.zeros(canvas.shape[:2], bool) for _ in range(2))
    frames = _sampled(footage)
    rows = max(16, STRIP_BYTES // (len(frames) * size[0] * 6))
    for top in range(0, size[1], rows):
        part = slice(top, min(top + rows, size[1]))
        strip = _gather(footage, frames, seeds, plane, part)
        median, samples = masked_median(strip.stack, strip.free)
        bare, inside = strip.bare.sum(0), strip.inside.sum(0)
        never[part] = inside == 0
        filled[part] = bare < np.maximum(LEAST_SEEN * inside, 1)
        if footage.decoded:
            median, samples = _with_bare(strip, median, samples, bare)
        # Where nothing was seen there is no detail, nor any step at the edge of what was.
        detail[part] = np.where(samples[..., None] > 0, median, canvas[part])
        # A few sightings may all be of someone's shadow: settled as at working size.
        settled[part] = np.clip((samples / len(frames) - 0.1) / 0.2, 0, 1)[..., None]
        del strip  # before the next is gathered
    # Of the median only what the trained canvas is too small to hold.
    coarse = cv2.resize(detail, small, interpolation=cv2.INTER_AREA)
    detail -= cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    canvas = (canvas + settled * detail).round().clip(0, 255).astype(np.uint8)
    if footage.decoded:
        canvas = fill_ground(canvas, filled & ~never, never)
    return FullSizeCanvas(canvas, filled, plane)


def _sampled(footage: Footage) -> list[int]:
    """Return the frames that the background is gathered from."""
    if not footage.decoded or footage.length <= SAMPLED:
        return list(range(footage.length))
    return np.linspace(0, footage.length - 1, SAMPLED).round().astype(int).tolist()


def _gather(
    footage: Footage, frames: list[int], seeds: Seeds, plane: CanvasPlane, part: slice
) -> _Strip:
    """Lay frames on some rows of the canvas."""
    shape = (len(frames), part.stop - part.start, plane.size[0])
    strip = _Strip(np.zeros((*shape, 3), np.uint8), *(np.zeros(shape, bool) for _ in range(3)))
    for k, (t, picture) in enumerate(zip(frames, footage.read(frames), strict=True)):
        body = (seeds.iuv[t, :, :, :, 0] > 0).any(0).astype(np.uint8)
        laid, inside = plane.warp(picture, t)
        strip.stack[k], strip.inside[k] = laid[part], inside[part]
        for target, margin in ((strip.free, MARGIN), (strip.bare, OUTLINE)):
            hidden, _ = plane.warp(_hidden(body, margin, footage.size), t)
            target[k] = (inside & (hidden < 0.01))[part]
    return strip


def _hidden(body: np.ndarray, margin: float, size: tuple[int, int]) -> np.ndarray:
    """Grow people's masks, uint8 [h, w], by a share of the width; float32 [H, W] of ``size``."""
    width, height = size
    reduced = min(1.0, MASK_WIDTH / width)
    small = (round(width * reduced), round(height * reduced))
    mask = cv2.resize(body, small, interpolation=cv2.INTER_NEAREST)
    grown = grow(mask, margin * small[0]).astype(np.float32)
    return cv2.resize(grown, size, interpolation=cv2.INTER_NEAREST)


def _with_bare(
    strip: _Strip, median: np.ndarray, samples: np.ndarray, bare: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where hardly a frame is free of people's margin, take the median of those free of bodies."""
    close = (samples < LEAST_SEEN * len(strip.stack)) & (bare > samples)
    if not close.any():
        return median, samples
    instead, _ = masked_median(strip.stack[:, close][:, None], strip.bare[:, close][:, None])
    median[close], samples[close] = instead[0], bare[close]
    return median, samples
