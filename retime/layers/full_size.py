"""The background at layer size: a median of the frames themselves, streamed in strips."""

import cv2
import numpy as np

from retime.artifacts import Decomposition, Frames, Seeds
from retime.layers.canvas import CanvasPlane, masked_median
from retime.layers.clip_tensors import MARGIN, grow

# Bytes of frames laid on the canvas that are held at a time; longer or larger clips are read
# in several passes, so memory does not grow with them.
STRIP_BYTES = 256 * 2**20


def full_size_canvas(
    frames: Frames, seeds: Seeds, decomposition: Decomposition, trained: np.ndarray
) -> tuple[np.ndarray, CanvasPlane]:
    """Gather the background from the frames at layer size.

    Where frames show the background uncovered it has the fine detail of their median over the
    trained canvas; where they do not, it is the trained canvas, enlarged.

    Args:
        frames: the video at layer size.
        seeds: for the people's masks and the camera.
        decomposition: for the share of frames that showed each canvas pixel.
        trained: uint8 [hc, wc, 3], the trained canvas at working scale.

    Returns:
        uint8 [Hc, Wc, 3], and the canvas plane at layer size.
    """
    count, height, width, _ = frames.rgb.shape
    plane = CanvasPlane.at(
        (width, height), tuple(seeds.source_size), tuple(seeds.canvas), seeds.homographies[:]
    )
    size = plane.size
    small = trained.shape[1::-1]
    canvas = cv2.resize(trained, size, interpolation=cv2.INTER_CUBIC)
    detail = np.zeros((*canvas.shape[:2], 3), np.float32)
    settled = np.zeros((*canvas.shape[:2], 1), np.float32)
    rows = max(16, STRIP_BYTES // (count * size[0] * 4))
    for top in range(0, size[1], rows):
        strip = slice(top, min(top + rows, size[1]))
        stack = np.zeros((count, strip.stop - top, size[0], 3), np.uint8)
        valid = np.zeros(stack.shape[:3], bool)
        for t in range(count):
            body = (seeds.iuv[t, :, :, :, 0] > 0).any(0).astype(np.uint8)
            body = cv2.resize(body, (width, height), interpolation=cv2.INTER_NEAREST)
            hidden, _ = plane.warp(grow(body, MARGIN * width).astype(np.float32), t)
            picture, inside = plane.warp(frames.rgb[t], t)
            stack[t], valid[t] = picture[strip], (inside & (hidden < 0.01))[strip]
        median, samples = masked_median(stack, valid)
        # Where nothing was seen there is no detail, nor any step at the edge of what was.
        detail[strip] = np.where(samples[..., None] > 0, median, canvas[strip])
        # A few sightings may all be of someone's shadow: settled as at working size.
        settled[strip] = np.clip((samples / count - 0.1) / 0.2, 0, 1)[..., None]
    # Of the median only what the trained canvas is too small to hold.
    coarse = cv2.resize(detail, small, interpolation=cv2.INTER_AREA)
    detail -= cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    canvas = (canvas + settled * detail).round().clip(0, 255).astype(np.uint8)
    return canvas, plane
