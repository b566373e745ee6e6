"""A clip of any size with any number of layers to time the training on."""

import tempfile
from pathlib import Path

import numpy as np

from retime.benchmark.claims.drawn import DrawnClip, write_drawn_clip
from retime.benchmark.claims.people import empty_room, steps, walker
from retime.config import SeedsSettings
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.clip_tensors import ClipTensors

FRAMES, TILE = 4, 16  # every step of 1, 2 or 4 frames is full
TALL = 0.6  # share of the frame's height
OUTFITS = ("green", "dark", "striped")


def walkers(size: tuple[int, int], layers: int) -> ClipTensors:
    """Return a clip in which people walk side by side, ready for training.

    Args:
        size: width and height.
        layers: number of people, up to 3.
    """
    with tempfile.TemporaryDirectory() as folder:
        return load_clip_tensors(*write_walkers(Path(folder), size, layers), TILE)


def write_walkers(
    folder: Path, size: tuple[int, int], layers: int, frames: int = FRAMES
) -> tuple[Path, Path]:
    """Write the stage files of such a clip; after ``FRAMES`` frames it begins again.

    Returns:
        ``frames.h5`` and ``seeds.h5``.
    """
    width, height = size
    tall = round(TALL * height)
    # Grain, as any video has it: where a composite is the frame to the bit, rounding decides which
    # way an absolute difference pulls.
    grain = np.random.default_rng(0).normal(0, 3, (FRAMES, height, width, 3))
    room = np.clip(empty_room(size, FRAMES) + grain, 0, 255).astype(np.uint8)
    clip = DrawnClip("walkers", room[np.arange(frames) % FRAMES])
    for n, outfit in enumerate(OUTFITS[:layers]):
        layer = clip.layer(outfit)
        people = steps(walker(outfit, 3 + n), FRAMES, tall)
        for t in range(frames):
            left = round(width * (0.05 + 0.25 * n + 0.02 * (t % FRAMES)))
            layer.stand(t, people[t % FRAMES], left, round(0.35 * height))
    return write_drawn_clip(clip, folder, SeedsSettings())
