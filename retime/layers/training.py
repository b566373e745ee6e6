"""Stage ``train``: fit the layered model to one clip (sections 4.2, 4.3, A.1)."""

import hashlib
import io
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from retime.artifacts import Decomposition, Seeds
from retime.config import Settings, TrainSettings
from retime.layers.checkpoint import Keeper, drop_checkpoints, load_checkpoint
from retime.layers.clip_tensors import ClipTensors, load_clip_tensors
from retime.layers.coarse import CoarseClip
from retime.layers.composite import over
from retime.layers.epochs import Epochs, easier_half
from retime.layers.jitter import Jitter, draw, each_frame
from retime.layers.model import LayeredModel
from retime.layers.objective import Losses, Targets, half, objective
from retime.layers.renderer import fix_statistics, settle_statistics
from retime.layers.repeatable import repeatable
from retime.layers.schedule import learning_rate, weights
from retime.needs import COARSE_COST, Extent, memory_mib
from retime.progress import Progress
from retime.provenance import code_digest


class Trainer:
    """The training loop's state: model, optimiser, and how many steps are done."""

    def __init__(self, clip: ClipTensors, settings: TrainSettings) -> None:
        self.clip, self.settings = clip, settings
        self.model = LayeredModel(clip, settings)
        if settings.texture_start == "seen":
            self.model.atlas.warm_start(*clip.texture, settings.colour_bias)
        easy = easier_half(clip.positive.numpy()) if settings.curriculum_epochs else None
        self.epochs = Epochs(
            clip.frames, settings.batch, settings.seed, easy, settings.curriculum_epochs
        )
        self.steps = self.epochs.steps(settings.epochs) if settings.epochs else settings.steps
        self.settled_from = self.steps - round(settings.settled * self.steps)
        model = self.model
        rates = (1.0, settings.texture_rate, settings.canvas_rate, settings.texture_rate)
        modules = (model.renderer, model.atlas, model.canvas, model.dynamic)
        trained = [(m, r) for m, r in zip(modules, rates, strict=True) if m is not None]
        self.rates = [rate for _, rate in trained]
        self.optimiser = torch.optim.Adam(
            [{"params": list(m.parameters()), "lr": settings.learning_rate} for m, _ in trained],
            fused=True,
        )
        self.coarse: CoarseClip | None = None  # the clip at half the size, once it is needed
        self.done = 0
        self.bootstrap: int | None = None  # e_b of Eq. 8, once it is reached
        self.losses: list[list[float]] = []  # epoch, total, reconstruction, mask, sparsity

    def state(self) -> dict[str, Any]:
        """Return all that a resumed training needs; what is random is drawn by step."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
            "bootstrap": self.bootstrap,
            "losses": self.losses,
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.done, self.losses = state["done"], state["losses"]
        self.bootstrap = state["bootstrap"]

    def step(self) -> None:
        """Update the weights once."""
        s, progress = self.settings, self.done / self.steps
        for group, share in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = s.learning_rate * share * learning_rate(s, progress, self.done)
        frames = self.epochs.frames(self.done)
        epoch = self.epochs.locate(self.done)[0] + 1  # counted from 1, as in the paper
        self.model.train()
        if self.done == self.settled_from:
            self.measure()
            self.model.train()
        if self.done >= self.settled_from:
            fix_statistics(self.model.renderer)
        self.optimiser.zero_grad(set_to_none=True)
        lost = 0
        for part in parts(len(frames), s.at_once):
            losses = self.judge(frames, progress, epoch, part)
            share = (part.stop - part.start) / len(frames)
            (share * losses.total).backward()
            lost = lost + share * torch.stack(losses).detach()
        self.optimiser.step()
        self.losses.append([self.epochs.elapsed(self.done), *lost.tolist()])
        self.done += 1
        self._note_bootstrap(epoch)

    def work(self, first: int, end: int) -> float:
        """Return what steps from ``first`` up to ``end`` take, in whole-size steps."""
        coarse = self.settings.coarse * self.steps
        return end - first - (1 - COARSE_COST) * (min(end, coarse) - min(first, coarse))

    def judge(
        self, frames: list[int], progress: float, epoch: int, part: slice = slice(None)
    ) -> Losses:
        """Return what a step's ``frames``, or a ``part`` of them, are to minimise.

        The step is at ``progress``, a share of all, in ``epoch``.
        """
        s, clip, model = self.settings, self.clip, self.model
        coarse = progress < s.coarse
        jitter = draw(s, self.done, epoch, len(frames), clip.size)
        frames, jitter = frames[part], None if jitter is None else jitter[part]
        if coarse and jitter is None and model.in_place:
            if self.coarse is None:
                self.coarse = CoarseClip.of(clip, s)
            x, said = model.inputs(self.coarse, frames), self.coarse.said(frames)
            canvas = half(model.background(clip, frames))
        else:
            x = model.inputs(clip, frames)  # [B L, C, h, w]
            canvas = model.background(clip, frames)  # [B, 3, h, w], or None
            said = Targets.of(clip, frames, s)
            if jitter is not None:
                x = each_frame(x.unflatten(0, (len(frames), -1)), jitter, Jitter.sharp).flatten(
                    0, 1
                )
                canvas = canvas if canvas is None else each_frame(canvas, jitter, Jitter.smooth)
                said = said.jittered(jitter)
            if coarse:
                x, said = half(x), said.halved()
                canvas = canvas if canvas is None else half(canvas)
        rgba, _ = model.passes(x, len(frames))  # [B, L, 4, h, w]
        layers, background = model.split(rgba, canvas)
        return objective(layers, background, said, weights(s, progress, epoch, self.bootstrap), s)

    def _note_bootstrap(self, epoch: int) -> None:
        """At the end of an epoch, see whether its mask loss is small enough (Eq. 8)."""
        if self.bootstrap is not None or self.epochs.locate(self.done)[1] != 0:
            return
        steps = range(self.done - self.epochs.length(epoch - 1), self.done)
        shown = [len(self.epochs.frames(step)) for step in steps]
        mask = np.average([self.losses[step][3] for step in steps], weights=shown)
        if mask < self.settings.mask_met:
            self.bootstrap = epoch

    @torch.no_grad()
    def settle(self) -> None:
        """Make textures and renderer ready for inference."""
        if self.settings.texture_fill:
            self.model.atlas.complete(self.clip.texture[1])
        if self.settled_from == self.steps:
            self.measure()
        self.model.eval()

    @torch.no_grad()
    def measure(self) -> None:
        """Measure the renderer's batch-norm statistics over the whole clip."""
        inputs = (self.model.inputs(self.clip, [t]) for t in range(self.clip.frames))
        settle_statistics(self.model.renderer, inputs)

    @torch.no_grad()
    def render(self, t: int) -> tuple[Tensor, float]:
        """Return what the renderer makes of frame ``t``, after ``settle``.

        Returns:
            The layers [N, 4, h, w] in 0..1, and the mean squared error of their composite.
        """
        canvas = self.model.background(self.clip, [t])
        rgba, _ = self.model.passes(self.model.inputs(self.clip, [t]), 1)
        layers, background = self.model.split(rgba, canvas)
        made = over(layers, self.clip.order[t : t + 1], background)[0]
        return layers[0], (made - self.clip.rgb[t]).square().mean().item()


def parts(count: int, at_once: int | None) -> list[slice]:
    """Divide ``count`` frames into parts of ``at_once``; the last may have fewer."""
    each = at_once or count
    return [slice(first, min(first + each, count)) for first in range(0, count, each)]


def to_bytes(picture: Tensor) -> np.ndarray:
    """Turn [..., C, H, W] in 0..1 into uint8 [..., H, W, C]."""
    return picture.mul(255).round().clamp(0, 255).byte().movedim(-3, -1).numpy()


def pack_weights(model: LayeredModel) -> np.ndarray:
    """Return the model's state as bytes, uint8 [bytes]."""
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return np.frombuffer(buffer.getvalue(), np.uint8)


def unpack_weights(model: LayeredModel, packed: np.ndarray) -> None:
    """Load what ``pack_weights`` packed into a model of the same clip and settings."""
    state = torch.load(io.BytesIO(packed.tobytes()), weights_only=True, map_location="cpu")
    model.load_state_dict(state)


def _say_need(seeds: Path, settings: TrainSettings) -> None:
    """Tell on stderr what the training of a clip will need, before anything of it is loaded."""
    with Seeds.open(seeds) as seed:
        (count, layers), (width, height) = seed.order.shape, seed.working_size
        size, people = tuple(seed.source_size), sum(map(len, seed.people))
    extent = Extent(count, size, (width, height), size, people, layers)
    need = memory_mib("train", extent, Settings(train=settings))
    said = f"train  {count} frames, {layers} layers, {width}x{height}: needs about {need:.0f} MiB"
    if min(settings.batch, settings.at_once or settings.batch) > 1:
        single = settings.model_copy(update={"at_once": 1})
        least = memory_mib("train", extent, Settings(train=single))
        said += f", with 'at_once: 1' about {least:.0f} MiB"
    print(said, file=sys.stderr, flush=True)


def run_train(
    frames: Path,
    seeds: Path,
    out: Path,
    settings: TrainSettings,
    checkpoint: Path | None,
    threads: int,
) -> None:
    """Train the renderer and write ``decomposition.h5``.

    A run that is broken off goes on from ``checkpoint`` when called again with the same inputs
    and settings, and ends with the same result, bit for bit for the same number of threads.

    Args:
        frames: ``frames.h5``.
        seeds: ``seeds.h5``.
        out: file to write.
        settings: of the training.
        checkpoint: where progress is kept, or None.
        threads: CPU threads.

    Raises:
        InputError: files that do not belong together.
    """
    repeatable(threads)
    _say_need(seeds, settings)
    clip = load_clip_tensors(frames, seeds, settings.tile)
    trainer = Trainer(clip, settings)
    key = f"{clip.fingerprint()} {settings.model_dump_json()} {threads} {torch.__version__}"
    key += code_digest("train")
    fingerprint = hashlib.sha256(key.encode()).hexdigest()
    held = load_checkpoint(checkpoint, fingerprint)
    if held is not None:
        trainer.resume(held)
        print(f"train  resumed at step {trainer.done} of {trainer.steps}", file=sys.stderr)
    progress = Progress("train", trainer.steps, trainer.done, trainer.work)
    with Keeper(checkpoint, fingerprint, trainer.state) as keeper:
        while trainer.done < trainer.steps:
            trainer.step()
            progress.advance(note=f"reconstruction {trainer.losses[-1][2]:.4f}")
            keeper.step()
    progress.finish()
    trainer.settle()
    with Seeds.open(seeds) as seed:
        names, common = seed.names, seed.clip_attributes()
    canvas = trainer.model.picture(clip)
    packed = pack_weights(trainer.model)
    height, width = clip.size
    with Decomposition.create(
        out,
        sizes={
            "N": clip.layers,
            "T": clip.frames,
            "h": height,
            "w": width,
            "hc": canvas.shape[1],
            "wc": canvas.shape[2],
            "steps": len(trainer.losses),
            "bytes": len(packed),
        },
        parameters=settings.model_dump(mode="json"),
        names=names,
        **common,
    ) as result:
        errors = []
        for t in range(clip.frames):
            layers, error = trainer.render(t)
            result.rgba[:, t] = to_bytes(layers)
            errors.append(error)
        result.canvas[:] = to_bytes(canvas)
        result.seen[:] = clip.seen
        result.losses[:] = np.array(trainer.losses, np.float32)
        result.weights[:] = packed
    print(f"train  PSNR {-10 * math.log10(max(np.mean(errors), 1e-10)):.2f} dB", file=sys.stderr)
    drop_checkpoints(checkpoint)
