"""A clip of any size with any number of layers to time the training on."""

import tempfile
from pathlib import Path

import numpy as np

from retime.benchmark.claims.drawn import DrawnClip, write_drawn_clip
from retime.benchmark.claims.people import empty_room, steps, walker
from retime.config import SeedsSettings
from retime.layers.clip_tensors import ClipTensors, load_clip_tensors

FRAMES, TILE = 4, 16  # every step of 1, 2 or 4 frames is full
TALL = 0.6  # share of the frame's height
OUTFITS = ("green", "dark", "striped")


def walkers(size: tuple[int, int], layers: int) -> ClipTensors:
    """Return a clip in which people walk side by side, ready for training.

    Args:
        size: width and height.
        layers: number of people, up to 3.
    """
    width, height = size
    tall = round(TALL * height)
    # Grain, as any video has it: where a composite is the frame to the bit, rounding decides which
    # way an absolute difference pulls.
    grain = np.random.default_rng(0).normal(0, 3, (FRAMES, height, width, 3))
    room = np.clip(empty_room(size, FRAMES) + grain, 0, 255).astype(np.uint8)
    clip = DrawnClip("walkers", room)
    for n, outfit in enumerate(OUTFITS[:layers]):
        layer = clip.layer(outfit)
        for t, person in enumerate(steps(walker(outfit, 3 + n), FRAMES, tall)):
            left = round(width * (0.05 + 0.25 * n + 0.02 * t))
            layer.stand(t, person, left, round(0.35 * height))
    with tempfile.TemporaryDirectory() as folder:
        frames, seeds = write_drawn_clip(clip, Path(folder), SeedsSettings())
        return load_clip_tensors(frames, seeds, TILE)
