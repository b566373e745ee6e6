"""How soon a training is good: people taken out of a scene, at moments on the way."""

import copy
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from retime.artifacts import Frames
from retime.benchmark.figures import measure, worst
from retime.benchmark.found import Found, layer_of_person
from retime.benchmark.inputs import make_inputs
from retime.benchmark.run import scene_video
from retime.config import Settings
from retime.demo.truth import Truth, truth_path
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.training import Trainer, to_bytes

Row = dict[str, Any]

SCENE = "crossing"
MOMENTS = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120, 135, 150)
"""Seconds of training after which the layers are measured; and at its end."""


def quality_row(folder: Path, settings: dict[str, Settings], threads: int) -> Row:
    """Train on a scene and measure on the way.

    The clock stands still while layers are measured; decoding, tracking and all that comes before
    does not count.

    Args:
        folder: where the scene and its stage files are kept.
        settings: by preset.
        threads: CPU threads.

    Returns:
        For each preset, seconds and decibels of the picture without the person who fares worst.
    """
    video = scene_video(folder, SCENE)
    rows = {}
    for preset, chosen in settings.items():
        own = folder / f"{SCENE}-{preset}"
        own.mkdir(exist_ok=True)
        make_inputs(video, truth_path(video), own, chosen, "own", threads)
        clip = load_clip_tensors(
            own / "frames.h5", own / "seeds.h5", chosen.train.tile, chosen.train.solid_things
        )
        rows[preset] = _train(Trainer(clip, chosen.train), own, truth_path(video))
    return rows


def _train(trainer: Trainer, folder: Path, truth: Path) -> list[tuple[float, float]]:
    """Train up to the last of ``MOMENTS``; return seconds and decibels."""
    measured, spent = [], 0.0
    waiting = list(MOMENTS)
    while trainer.done < trainer.steps and waiting:
        began = time.perf_counter()
        trainer.step()
        spent += time.perf_counter() - began
        if spent >= waiting[0] or trainer.done == trainer.steps:
            measured.append((spent, removal(trainer, folder, truth)))
            waiting.pop(0)
    return measured


def removal(trainer: Trainer, folder: Path, truth: Path) -> float:
    """Return how well people are removed by what a training has come to, dB of the worst.

    Args:
        trainer: it goes on afterwards as if nothing had been asked.
        folder: of its clip's stage files.
        truth: of the scene.
    """
    shown = copy.copy(trainer)
    shown.model = copy.deepcopy(trainer.model)
    shown.settle()
    if trainer.done < trainer.settled_from:
        shown.measure()
    clip = trainer.clip
    size = clip.size[::-1]
    canvas = to_bytes(shown.model.picture(clip))
    layers = [to_bytes(shown.render(t)[0]) for t in range(clip.frames)]
    found = Found(
        size, clip.plane, clip.order.numpy(), lambda t: clip.plane.view(canvas, t, size),
        layers.__getitem__,
    )  # fmt: skip
    with Truth.open(truth) as true, Frames.open(folder / "frames.h5") as frames:
        pictures = [cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in frames.rgb]
        number = layer_of_person(folder, true)
        return worst(measure(true, found, number, np.stack(pictures)))["removal_db"]


def seconds_to(goal: float, measured: list[tuple[float, float]]) -> float | None:
    """Return the first measured moment at which ``goal`` dB were reached; None: never."""
    return next((seconds for seconds, found in measured if found >= goal), None)
