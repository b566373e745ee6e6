"""How a training step grows with frames, layers, pixels and channels."""

import math
from typing import Any

import numpy as np

from retime.benchmark.speed.steps import STEPS, clip_of
from retime.benchmark.speed.timing import median_seconds
from retime.benchmark.speed.walkers import TILE
from retime.config import TrainSettings
from retime.layers.training import Trainer

Row = dict[str, Any]

# Width and height, frames a step, layers, channels.
CASES = (
    ((224, 128), 1, 1, 16),
    ((224, 128), 1, 3, 16),
    ((224, 128), 4, 3, 16),
    ((448, 256), 1, 1, 16),
    ((448, 256), 1, 3, 16),
    ((448, 256), 4, 3, 16),
    ((224, 128), 1, 3, 32),
    ((224, 128), 1, 3, 64),
    ((448, 256), 1, 3, 64),
)
VARIABLES = ("frames", "layers", "pixels", "channels")


def growth_rows() -> list[Row]:
    """Return seconds of a step for each of ``CASES``."""
    rows = []
    for size, batch, layers, channels in CASES:
        settings = TrainSettings(channels=channels, batch=batch, coarse=0, steps=STEPS, tile=TILE)
        trainer = Trainer(clip_of(size, layers), settings)
        seconds = median_seconds(trainer.step, budget=4)[0]
        numbers = (batch, layers, math.prod(size), channels)
        rows.append(dict(zip(VARIABLES, numbers, strict=True)) | {"seconds": seconds})
    return rows


def fit_powers(rows: list[Row]) -> tuple[dict[str, float], float]:
    """Fit seconds as a product of powers of ``VARIABLES``, by least squares of logarithms.

    Returns:
        The exponents, and the largest ratio of a measured time to the fitted one or the other way.
    """
    x = np.log([[*(row[name] for name in VARIABLES), math.e] for row in rows])
    y = np.log([row["seconds"] for row in rows])
    found, *_ = np.linalg.lstsq(x, y, rcond=None)
    off = float(np.exp(np.abs(x @ found - y).max()))
    return dict(zip(VARIABLES, found.tolist(), strict=False)), off
