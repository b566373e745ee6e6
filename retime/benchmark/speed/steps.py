"""What a training step takes: the plain one, the fast one, and what the fast one spends it on."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from retime.benchmark.speed.timing import median_seconds, peak_gflops
from retime.benchmark.speed.walkers import TILE, walkers
from retime.config import TrainSettings
from retime.layers.clip_tensors import ClipTensors
from retime.layers.objective import Targets
from retime.layers.reference import Reference
from retime.layers.training import Trainer

Row = dict[str, Any]

SMALL = (112, 64)
SIZES = ((224, 128), (448, 256))
CHANNELS = (16, 32, 64)
LAYERS, BATCH = 3, 4
STEPS = 10**6  # so that none of those timed comes to a later part of the training
# What operations of torch are spent on; the first that fits counts.
KINDS = {
    "convolutions": ("convolution",),
    "norms": ("batch_norm",),
    "optimiser": ("adam", "Optimizer", "zero_grad"),
    "moved": (
        *("copy_", "aten::cat", "fill_", "zero_", "index", "slice_backward", "pad", "shuffle"),
        *("clone", "gather", "embedding_bag", "new_zeros"),
    ),
    "point by point": ("",),
}

clip_of = functools.cache(walkers)


def step_row(size: tuple[int, int], channels: int) -> Row:
    """Measure steps at one size, with a number of base channels.

    Returns:
        Seconds of a step: ``plain`` and ``fast`` by the same arithmetic, batch 4; of a frame:
        ``paper_frame`` by the plain step with the paper's background, and ``standard_frame``, the
        default preset's over its coarse and whole parts. ``loss_off`` and ``gradient_off``, see
        ``disagreement``, at a small size: convolutions of doubles are slow. ``peak`` and
        ``reached``, 1e9 operations a second of the machine and of the fast step's convolutions.
        ``shares`` of the fast step's time by what it is spent on. ``data``, the share of fetching
        what frames say.
    """
    clip, settings = clip_of(size, LAYERS), _settings(channels)
    plain, fast = Reference(clip, settings), Trainer(clip, settings)
    off = disagreement(clip_of(SMALL, LAYERS), settings.model_copy(update={"batch": 1}))
    paper = Reference(clip, _settings(channels, background="network"))
    coarse, whole = (
        Trainer(clip, _settings(channels, batch=1, coarse=share)) for share in (1.0, 0.0)
    )
    trainers = (plain, fast, paper, coarse, whole)
    seconds = median_seconds(*(trainer.step for trainer in trainers), budget=10)
    share = TrainSettings().coarse
    shares = spent(fast.step)
    convolving = shares["convolutions"] * seconds[1]
    return {
        "size": list(size),
        "channels": channels,
        "plain": seconds[0],
        "fast": seconds[1],
        "paper_frame": seconds[2] / BATCH,
        "standard_frame": share * seconds[3] + (1 - share) * seconds[4],
        "loss_off": off[0],
        "gradient_off": off[1],
        "peak": peak_gflops(),
        "reached": convolution_operations(plain) / convolving / 1e9,
        "shares": shares,
        "data": fetching_seconds(fast) / seconds[1],
    }


def _settings(channels: int, **changed: Any) -> TrainSettings:
    given = {"steps": STEPS, "batch": BATCH, "coarse": 0.0, "tile": TILE} | changed
    return TrainSettings(channels=channels, **given)


def disagreement(clip: ClipTensors, settings: TrainSettings) -> tuple[float, float]:
    """Return how far the losses and gradients of the fast and the plain step lie apart, relative.

    In double precision: in single precision the norms' sums alone, which torch adds up in another
    order, tell the two apart. Of the gradients, the tensor of weights counts whose two lie furthest
    apart.
    """
    totals, gradients = [], []
    exact = in_double(clip)
    for kind in (Trainer, Reference):
        trainer = kind(clip, settings)
        trainer.clip, trainer.model = exact, trainer.model.double().train()
        total = trainer.judge(trainer.epochs.frames(0), 0.5, 1).total
        total.backward()
        totals.append(total.item())
        gradients.append({n: p.grad for n, p in trainer.model.named_parameters()})
    apart = [
        ((mine - gradients[1][name]).norm() / gradients[1][name].norm().clamp(min=1e-12)).item()
        for name, mine in gradients[0].items()
        if mine is not None
    ]
    return abs(totals[0] / totals[1] - 1), max(apart)


def in_double(clip: ClipTensors) -> ClipTensors:
    """Return the clip with all that has fractions in double precision."""
    return replace(
        clip,
        rgb=clip.rgb.double(),
        least=clip.least.double(),
        owned=clip.owned.double(),
        taps=[[replace(tap, weights=tap.weights.double()) for tap in row] for row in clip.taps],
        ids=[[ids.double() for ids in row] for row in clip.ids],
        held_grids={fine: grids.double() for fine, grids in clip.all_grids().items()},
    )


def convolution_operations(trainer: Trainer) -> int:
    """Return the operations of a step's convolutions, there and back; of a plain step, no more."""
    with FlopCounterMode(display=False) as counter:
        trainer.judge(trainer.epochs.frames(0), 0.5, 1).total.backward()
    counts = counter.get_flop_counts()["Global"]
    return sum(count for name, count in counts.items() if "convolution" in str(name))


def spent(work: Callable[[], Any], repeats: int = 3) -> dict[str, float]:
    """Return what the time of ``work`` is spent on, shares by kind of operation."""
    with profile(activities=[ProfilerActivity.CPU]) as held:
        for _ in range(repeats):
            work()
    total = dict.fromkeys(KINDS, 0.0)
    for event in held.key_averages():
        kind = next(k for k, parts in KINDS.items() if any(part in event.key for part in parts))
        total[kind] += event.self_cpu_time_total
    whole = sum(total.values())
    return {kind: value / whole for kind, value in total.items()}


def fetching_seconds(trainer: Trainer) -> float:
    """Return how long a step takes to fetch what its frames say and where they read textures."""
    clip = trainer.clip

    def fetch() -> None:
        frames = trainer.epochs.frames(trainer.done)
        Targets.of(clip, frames, trainer.settings)
        taps = [tap for t in frames for tap in clip.taps[t]]
        torch.cat([tap.texels for tap in taps])
        torch.cat([tap.weights for tap in taps])

    return median_seconds(fetch, budget=1)[0]
