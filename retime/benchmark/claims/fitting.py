"""Train on a drawn clip by the project's own training, watching what is learned when."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from retime.benchmark.claims.drawn import DrawnClip, write_drawn_clip
from retime.config import Settings
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.composite import over, over_pictures
from retime.layers.training import Trainer, to_bytes
from retime.progress import Progress

WATCHED_EVERY = 25  # updates

Watch = Callable[[int, np.ndarray], bool]
"""Told the updates done and the composite so far, float32 [T, h, w, 3] in 0..1; says whether to
stop."""


@dataclass(frozen=True)
class Fitted:
    """The layers found of a clip: those of its people, and the dynamic background if asked for."""

    rgba: np.ndarray  # uint8 [N, T, h, w, 4], straight alpha
    ground: np.ndarray  # uint8 [T, h, w, 3], what the frames see of the background
    order: list[int]  # layer numbers from 1, back to front

    @property
    def alpha(self) -> np.ndarray:
        """The layers' alphas, float32 [N, T, h, w] in 0..1."""
        return self.rgba[..., 3].astype(np.float32) / 255

    def frames(self, *without: int) -> np.ndarray:
        """Composite the layers, but for some of them (from 0), uint8 [T, h, w, 3]."""
        order = [number for number in self.order if number - 1 not in without]
        return np.stack(
            [
                over_pictures(ground, list(self.rgba[:, t]), order)
                for t, ground in enumerate(self.ground)
            ]
        )


def small_paper(paper: Settings, epochs: int, band: float | None = None) -> Settings:
    """Bring preset ``paper`` down to a drawn clip.

    Networks, objective and schedule stay as printed. 16 channels, 4 frames an update and three
    times the rate make it quick, and the schedule's epochs keep their share of all. Jitter is
    off: it is there against learning small errors by heart, and here nothing is tracked.

    Args:
        paper: the preset.
        epochs: passes over the frames.
        band: of the trimaps, share of the width; none: the preset's.
    """
    printed = paper.train.epochs or epochs
    train = {
        "channels": 16, "batch": 4, "learning_rate": 3 * paper.train.learning_rate,
        "epochs": epochs, "jitter_brightness": 0.0, "jitter_scale": 1.0,
        "curriculum_epochs": round(paper.train.curriculum_epochs * epochs / printed),
        "l1_epochs": max(1, round((paper.train.l1_epochs or printed) * epochs / printed)),
    }  # fmt: skip
    return paper.model_copy(
        update={
            "train": paper.train.model_copy(update=train),
            "seeds": paper.seeds.model_copy(update={"band": band or paper.seeds.band}),
        }
    )


def small_standard(standard: Settings, steps: int) -> Settings:
    """Return preset ``standard`` with fewer updates."""
    return standard.model_copy(update={"train": standard.train.model_copy(update={"steps": steps})})


def fit(
    clip: DrawnClip,
    folder: Path,
    settings: Settings,
    trimaps: Path | None = None,
    watch: Watch | None = None,
) -> Fitted:
    """Find the layers of a clip.

    Args:
        clip: of any size; inside the network it is padded to multiples of 32.
        folder: for the stage files.
        settings: of the stages ``seeds`` and ``train``.
        trimaps: folder of painted trimaps, or None.
        watch: called every ``WATCHED_EVERY`` updates.
    """
    frames, seeds = write_drawn_clip(clip, folder, settings.seeds, trimaps)
    trainer = Trainer(
        load_clip_tensors(frames, seeds, settings.train.tile, settings.train.solid_things),
        settings.train,
    )
    progress = Progress(clip.name, trainer.steps, 0)
    while trainer.done < trainer.steps:
        trainer.step()
        progress.advance(note=trainer.note)
        due = watch is not None and trainer.done % WATCHED_EVERY == 0
        if due and watch(trainer.done, _composite(trainer)):
            break
    progress.finish()
    trainer.settle()
    tensors = trainer.clip
    rendered = [trainer.render(t)[0] for t in range(tensors.frames)]
    canvas, (height, width) = to_bytes(trainer.model.picture(tensors)), tensors.size
    ground = [tensors.plane.view(canvas, t, (width, height)) for t in range(tensors.frames)]
    layers, order = np.stack([to_bytes(r) for r in rendered], 1), tensors.order[0].tolist()
    return Fitted(layers, np.stack(ground), order)


@torch.no_grad()
def _composite(trainer: Trainer) -> np.ndarray:
    """Return what the model makes of all frames at this point of the training."""
    model, clip = trainer.model, trainer.clip
    frames = list(range(clip.frames))
    canvas = model.background(clip, frames)
    # Norms are over this very batch, as in training; nothing that is learned changes.
    layers, ground = model.split(model.passes(model.inputs(clip, frames), len(frames))[0], canvas)
    return over(layers, clip.order, ground).movedim(1, -1).numpy()
