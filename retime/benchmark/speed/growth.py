"""How a training grows with frames, layers, pixels and channels: time of a step, peak memory.

The laws fitted here are those by which ``retime.needs`` estimates what a clip will take.
"""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import least_squares, nnls

from retime.benchmark.memory import peak_mib
from retime.benchmark.speed.steps import STEPS, clip_of
from retime.benchmark.speed.timing import median_seconds
from retime.benchmark.speed.walkers import TILE, write_walkers
from retime.config import TrainSettings
from retime.layers.training import Trainer
from retime.needs import MEGA, MIB, Cost, StepTime

Row = dict[str, Any]
Rows = list[Row]

SMALL, LARGE = (224, 128), (448, 256)
# Width and height, frames a step, layers, channels.
STEP_CASES = (
    ((112, 64), 1, 3, 16),
    (SMALL, 1, 1, 16),
    (SMALL, 1, 3, 16),
    (SMALL, 4, 3, 16),
    (LARGE, 1, 1, 16),
    (LARGE, 1, 3, 16),
    (LARGE, 4, 3, 16),
    (SMALL, 1, 3, 32),
    (SMALL, 1, 3, 64),
    (LARGE, 1, 3, 64),
)
STEP_VARIABLES = ("frames", "layers", "pixels", "channels")
# The same, and in the middle the frames of the clip.
PEAK_CASES = (
    (SMALL, 4, 1, 2, 16),
    (SMALL, 80, 1, 1, 16),
    (SMALL, 80, 1, 3, 16),
    (SMALL, 300, 1, 2, 16),
    (LARGE, 4, 1, 3, 16),
    (LARGE, 80, 1, 1, 16),
    (LARGE, 80, 1, 3, 16),
    (SMALL, 8, 4, 3, 64),
    (LARGE, 4, 4, 3, 32),
)
PEAK_VARIABLES = ("clip", *STEP_VARIABLES)


def growth() -> dict[str, Rows]:
    """Measure steps on one thread, and peaks of trainings of three steps.

    Returns:
        ``steps``, each with ``STEP_VARIABLES`` and its ``seconds``, and ``peaks``, each with
        ``PEAK_VARIABLES``, its ``size`` and its ``mib``.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        steps = [_step(*case) for case in STEP_CASES]
    finally:
        torch.set_num_threads(threads)
    return {"steps": steps, "peaks": [measure_peak(*case) for case in PEAK_CASES]}


def _step(size: tuple[int, int], batch: int, layers: int, channels: int) -> Row:
    settings = TrainSettings(channels=channels, batch=batch, coarse=0, steps=STEPS, tile=TILE)
    seconds = median_seconds(Trainer(clip_of(size, layers), settings).step)[0]
    numbers = (batch, layers, math.prod(size), channels)
    return dict(zip(STEP_VARIABLES, numbers, strict=True)) | {"seconds": seconds}


def measure_peak(size: tuple[int, int], frames: int, batch: int, layers: int, channels: int) -> Row:
    """Return the peak memory of a training of three steps, with what was trained."""
    settings = TrainSettings(channels=channels, batch=batch, steps=3, tile=TILE)
    with tempfile.TemporaryDirectory() as folder:
        held, seeds = write_walkers(Path(folder), size, layers, frames)
        out = Path(folder) / "decomposition.h5"
        arguments = ("--frames", held, "--seeds", seeds, "--out", out)
        mib = peak_mib("train", *arguments, "--settings", settings.model_dump_json())
    numbers = (frames, batch, layers, math.prod(size), channels)
    return dict(zip(PEAK_VARIABLES, numbers, strict=True)) | {"size": list(size), "mib": mib}


def shown_megapixels(row: Row) -> float:
    """Return the megapixels that a step shows, all frames and layers together."""
    return row["frames"] * row["layers"] * row["pixels"] / MEGA


def fit_steps(rows: Rows) -> tuple[StepTime, float]:
    """Fit the law of a step's time to measured steps, by least squares of logarithms.

    Returns:
        The law, and the largest ratio of a measured time to that of the law or the other way.
    """

    def law(x: Sequence[float]) -> StepTime:
        return StepTime(math.exp(x[0]), math.exp(x[1]), x[2])

    def off(x: Sequence[float]) -> list[float]:
        step = law(x)
        return [
            math.log(step.of(shown_megapixels(row), row["channels"]) / row["seconds"])
            for row in rows
        ]

    found = least_squares(off, [math.log(0.01), 0.0, 1.3]).x.tolist()
    return law(found), math.exp(max(map(abs, off(found))))


def fit_peaks(rows: Rows) -> tuple[Cost, float, float]:
    """Fit the law of peak memory to measured trainings, by least squares of what is off, relative.

    Returns:
        What a clip takes, MiB; how many maps of the base channels' number and the frame's size a
        step holds for each layer; and the largest ratio of a measured peak to that of the law or
        the other way.
    """
    held = [row["clip"] * row["pixels"] / MEGA for row in rows]
    maps = [shown_megapixels(row) * MEGA * row["channels"] * 4 / MIB for row in rows]
    x = np.array([[1, h, h * r["layers"], m] for h, r, m in zip(held, rows, maps, strict=True)])
    y = np.array([row["mib"] for row in rows])
    found, _ = nnls(x / y[:, None], np.ones(len(y)))
    constant, clip, clip_layers, step = found.tolist()
    off = float(np.exp(np.abs(np.log(x @ found / y)).max()))
    return Cost(constant, clip=clip, clip_layers=clip_layers), step, off
