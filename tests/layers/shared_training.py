"""Trains the tiny clip in double precision, alone or with the processes that torchrun started.

In single precision the order in which sums are added up tells two trainings apart after few steps:
Adam makes as large a step of a gradient that is nearly 0 as of any other.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from retime.benchmark.speed.steps import in_double
from retime.config import TrainSettings
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.device import CPU
from retime.layers.processes import ALONE, Processes, joined
from retime.layers.repeatable import repeatable
from retime.layers.training import Trainer

# Of 6 frames steps of 3 and 3, dealt out 2 and 1; of 4 and 2; of 5 and 1, the one shown by both.
SMALL = TrainSettings(channels=4, texture_channels=4, tile=4, batch=3, steps=8, warm_up=1)
CASES = {
    "standard": SMALL,
    "paper": SMALL.model_copy(
        update={
            **{"background": "network", "batch": 4, "epochs": 4, "sparsity": "composite"},
            **{"mask_schedule": "measured", "mask_met": 0.6},
            **{"jitter_brightness": 0.1, "jitter_scale": 1.25},
        }
    ),
    "uneven": SMALL.model_copy(update={"batch": 5, "settled": 0.5}),
}


def trained(frames: Path, seeds: Path, name: str, processes: Processes) -> dict[str, np.ndarray]:
    """Return weights, running means and losses after all steps of a case, by name."""
    settings = CASES[name]
    clip = load_clip_tensors(frames, seeds, settings.tile)
    trainer = Trainer(clip, settings, CPU, processes)
    trainer.clip, trainer.model = in_double(clip), trainer.model.double()
    trainer.lost = trainer.lost.double()
    while trainer.done < trainer.steps:
        trainer.step()
    state = trainer.model.state_dict() | {"losses": torch.tensor(trainer.losses)}
    return {name: held.numpy() for name, held in state.items()}


if __name__ == "__main__":
    repeatable(1)
    frames, seeds, folder = map(Path, sys.argv[1:])
    with joined(CPU) as processes:
        assert processes != ALONE
        for case in CASES:
            state = trained(frames, seeds, case, processes)
            np.savez(folder / f"{case}-{processes.rank}.npz", **state)
