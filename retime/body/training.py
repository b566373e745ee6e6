"""Training of the keypoint-to-UV network: cross-entropy on parts, L1 on UV under the part (4.5)."""

import json
import math
import multiprocessing
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from retime.atomic import replacing
from retime.body.network import (
    ANSWERS,
    PARTS,
    KeypointToUV,
    load_network,
    save_network,
    skeleton_tensor,
)
from retime.body.synthesis import Pairs, synthesise
from retime.errors import InputError
from retime.progress import Progress

TRAINING_STREAM, HELD_OUT_STREAM = 0, 1
"""First number of a pair's seed: held-out pairs never coincide with training pairs."""
CHECKPOINT_SECONDS = 60


@dataclass(frozen=True)
class Phase:
    """A run of steps at one image size."""

    size: int
    batch: int
    steps: int

    @property
    def cost(self) -> float:
        """Work of one step, in images of 64 x 64."""
        return self.batch * self.size**2 / 64**2


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that determines the trained weights, beside the thread count.

    The learning rate warms up, stays, and over the last share ``decay`` of all steps falls along
    half a cosine. ``loose`` is the share of people with loose hair or a skirt. ``bfloat16``
    computes convolutions in that precision (weights stay float32): twice as fast where the CPU has
    AVX-512 BF16 or AMX, slower elsewhere. ``start_from`` names weights to begin with in place of
    random ones, for another run: give it another seed too, for other pairs.
    """

    channels: int = 24
    features: int = 64
    embedding: int = 512
    phases: tuple[Phase, ...] = (Phase(64, 16, 15000), Phase(128, 16, 4000))
    learning_rate: float = 4e-3
    warmup_steps: int = 200
    decay: float = 1.0
    uv_weight: float = 2.0
    loose: float = 0.1
    bfloat16: bool = True
    seed: int = 0
    start_from: str | None = None

    @property
    def steps(self) -> int:
        """Optimiser steps of all phases together."""
        return sum(phase.steps for phase in self.phases)

    def phase_at(self, step: int) -> Phase:
        """The phase that ``step`` (from 0) belongs to."""
        for phase in self.phases:
            if step < phase.steps:
                return phase
            step -= phase.steps
        raise IndexError(step)

    def learning_rate_at(self, step: int) -> float:
        """Learning rate of ``step``."""
        warm = min(1.0, (step + 1) / self.warmup_steps)
        fallen = max(0.0, step / self.steps - (1 - self.decay)) / self.decay if self.decay else 0.0
        return self.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * fallen))


@dataclass
class _Run:
    network: KeypointToUV
    optimiser: torch.optim.Optimizer
    step: int = 0


def train(
    folder: Path, settings: TrainingSettings, threads: int = 1, synthesisers: int = 0
) -> Path:
    """Train, or go on with, a network in ``folder``; return the path of its weights.

    The pairs of a step depend on the seed and the step alone, so an interrupted run that is started
    again ends with the weights of an unbroken one (same thread count). ``training.pt`` is the
    resumable state, ``log.jsonl`` the losses, ``keypoint_to_uv.pt`` the weights in half precision,
    refreshed with every checkpoint.

    Args:
        folder: may hold an unfinished run with the same settings.
        settings: what determines the weights.
        threads: of torch.
        synthesisers: processes that render pairs ahead; with none, training does it in between.

    Raises:
        InputError: the folder holds a run with other settings.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(settings.seed)
    folder.mkdir(parents=True, exist_ok=True)
    state_path, weights = folder / "training.pt", folder / "keypoint_to_uv.pt"
    run = _start(state_path, settings)
    work = [settings.phase_at(step).cost for step in range(settings.steps)]
    progress = Progress("keypoint to UV", round(sum(work)), round(sum(work[: run.step])))
    saved = time.monotonic()
    for pairs in _pairs(settings, run.step, synthesisers):
        phase = settings.phase_at(run.step)
        for group in run.optimiser.param_groups:
            group["lr"] = settings.learning_rate_at(run.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
            answers = run.network.answers(
                skeleton_tensor(pairs.skeletons), torch.from_numpy(pairs.joints)
            )
        part_loss, uv_loss = losses(answers, pairs)
        run.optimiser.zero_grad(set_to_none=True)
        (part_loss + settings.uv_weight * uv_loss).backward()
        run.optimiser.step()
        run.step += 1
        loss = {"part": part_loss.item(), "uv": uv_loss.item()}
        if run.step % 50 == 0:
            row = {"step": run.step, "size": phase.size, **loss}
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps(row) + "\n")
        progress.advance(
            round(phase.cost), f"{phase.size} px  part {loss['part']:.3f}  uv {loss['uv']:.3f}"
        )
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save(run, settings, state_path, weights)
            saved = time.monotonic()
    _save(run, settings, state_path, weights)
    progress.finish()
    return weights


def _pairs(settings: TrainingSettings, start: int, synthesisers: int) -> Iterator[Pairs]:
    """The pairs of every step from ``start``, the same ones whoever renders them."""
    if not synthesisers:
        yield from (_pairs_of(settings, step) for step in range(start, settings.steps))
        return
    # Not forked: the parent's torch holds threads.
    with ProcessPoolExecutor(synthesisers, multiprocessing.get_context("spawn")) as pool:
        waiting: deque = deque()
        for step in range(start, settings.steps):
            while len(waiting) < 4 * synthesisers and step + len(waiting) < settings.steps:
                waiting.append(pool.submit(_pairs_of, settings, step + len(waiting)))
            yield waiting.popleft().result()


def _pairs_of(settings: TrainingSettings, step: int) -> Pairs:
    phase = settings.phase_at(step)
    seed = (settings.seed, TRAINING_STREAM, step)
    return synthesise(seed, phase.batch, phase.size, loose=settings.loose, jitter=False)


def losses(answers: torch.Tensor, pairs: Pairs) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy over all pixels, and mean absolute UV error over the body's pixels (4.5).

    Args:
        answers: [B, S / 2, S / 2, 4, 73] from ``KeypointToUV.answers``.
        pairs: the truth.
    """
    batch, half = answers.shape[:2]
    parts = pairs.parts.reshape(batch, half, 2, half, 2).swapaxes(2, 3).ravel()
    part = torch.from_numpy(parts.astype(np.int64))
    uv = pairs.uv.reshape(batch, half, 2, half, 2, 2).swapaxes(2, 3).reshape(-1, 2)
    body = part.nonzero()[:, 0]
    rows = answers.reshape(-1, ANSWERS)  # [B * S * S, 73]
    part_loss = F.cross_entropy(rows[:, : PARTS + 1].float(), part)
    # Only the true part's u, v are asked for, and only on the body.
    places = rows[body, PARTS + 1 :].view(-1, PARTS, 2)
    chosen = places[torch.arange(len(body)), part[body] - 1].float()
    error = (chosen - torch.from_numpy(uv)[body]).abs()
    return part_loss, error.sum() / max(1, error.numel())


def _start(state_path: Path, settings: TrainingSettings) -> _Run:
    network = KeypointToUV(settings.channels, settings.features, settings.embedding)
    if settings.start_from:
        network.load_state_dict(load_network(Path(settings.start_from)).state_dict())
    network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(
        network.parameters(), settings.learning_rate, betas=(0.9, 0.99), fused=True
    )
    run = _Run(network, optimiser)
    if state_path.exists():
        state = torch.load(state_path, map_location="cpu", weights_only=True)
        if state["settings"] != asdict(settings):
            raise InputError(
                f"{state_path} was made with other settings than these. Give another folder, or "
                "the settings it was started with."
            )
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        run.step = state["step"]
    return run


def _save(run: _Run, settings: TrainingSettings, state_path: Path, weights: Path) -> None:
    state = {
        "network": run.network.state_dict(),
        "optimiser": run.optimiser.state_dict(),
        "step": run.step,
        "settings": asdict(settings),
    }
    with replacing(state_path) as partial:
        torch.save(state, partial)
    save_network(run.network, weights)
