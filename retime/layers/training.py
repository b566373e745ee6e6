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
from retime.errors import InputError
from retime.layers.checkpoint import Keeper, drop_checkpoints, load_checkpoint
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.clip_tensors import ClipTensors
from retime.layers.coarse import CoarseClip
from retime.layers.compiling import CompiledRenderer
from retime.layers.composite import over
from retime.layers.device import CPU, is_narrow, prepare_device
from retime.layers.epochs import Epochs, easier_half
from retime.layers.jitter import Jitter, draw, each_frame
from retime.layers.model import LayeredModel
from retime.layers.objective import Losses, Targets, half, objective
from retime.layers.processes import ALONE, Processes, here, joined, share_statistics
from retime.layers.renderer import fix_statistics, settle_statistics
from retime.layers.schedule import learning_rate, weights
from retime.layers.unseen import strayed
from retime.needs import Extent, core_seconds, memory_mib, speedup, step_seconds
from retime.progress import Progress, clock
from retime.provenance import code_digest


class Trainer:
    """The training loop's state: model, optimiser, and how many steps are done."""

    def __init__(
        self,
        clip: ClipTensors,
        settings: TrainSettings,
        device: torch.device = CPU,
        processes: Processes = ALONE,
    ) -> None:
        self.settings, self.processes = settings, processes
        self.model = LayeredModel(clip, settings)
        if settings.texture_start == "seen":
            self.model.atlas.warm_start(*clip.texture, settings.colour_bias)
            if self.model.dynamic is not None:
                self.model.dynamic.warm_start(clip)
        self.model.to(device)
        self.model.renderer.narrow = is_narrow(settings.precision, device)
        if settings.compiled:
            self.model.compiled = CompiledRenderer(self.model.renderer)
        easy = easier_half(clip.positive.numpy()) if settings.curriculum_epochs else None
        self.epochs = Epochs(
            clip.frames, settings.batch, settings.seed, easy, settings.curriculum_epochs
        )
        self.clip = clip.on(device)
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
        size = clip.size[::-1]
        extent = Extent(clip.frames, size, size, size, clip.people, clip.layers)
        # Of a step at half the size, in whole-size steps.
        self.coarse_cost = step_seconds(settings, extent, True) / step_seconds(settings, extent)
        self.coarse: CoarseClip | None = None  # the clip at half the size, once it is needed
        self.done = 0
        self.bootstrap: int | None = None  # e_b of Eq. 8, once it is reached
        # A step's losses stay on the device until they are asked for, so that nothing waits.
        self.lost = torch.zeros(self.steps, len(Losses._fields), device=device)

    def state(self) -> dict[str, Any]:
        """Return all that a resumed training needs; what is random is drawn by step."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
            "bootstrap": self.bootstrap,
            "losses": self.lost[: self.done],
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.done, self.bootstrap = state["done"], state["bootstrap"]
        self.lost[: self.done] = state["losses"]

    @property
    def losses(self) -> list[list[float]]:
        """Epochs, total, reconstruction, mask and sparsity of each step done."""
        lost = self.lost[: self.done].cpu().tolist()
        return [[self.epochs.elapsed(step), *row] for step, row in enumerate(lost)]

    def note(self) -> str:
        """Return how well the last step's frames were made up."""
        return f"reconstruction {self.lost[self.done - 1, 1].item():.4f}"

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
        whole, mine = self.processes.share(len(frames)), self.processes.mine(len(frames))
        # Of a step in parts each has statistics of its own, in this process and in others.
        shared = s.at_once is None and self.processes.divides(len(frames))
        share_statistics(self.model.renderer, shared)
        lost = torch.zeros_like(self.lost[0])
        for part in parts(len(mine), s.at_once):
            losses = self.judge(frames, progress, epoch, part)
            share = whole * (part.stop - part.start) / len(mine)
            (share * losses.total).backward()
            lost = lost + share * torch.stack(losses).detach()
        learned = [p.grad for p in self.model.parameters() if p.grad is not None]
        self.processes.add([*learned, lost])
        self.optimiser.step()
        self.lost[self.done] = lost
        self.done += 1
        self._note_bootstrap(epoch)

    def work(self, first: int, end: int) -> float:
        """Return what steps from ``first`` up to ``end`` take, in whole-size steps."""
        coarse = self.settings.coarse * self.steps
        spared = 1 - self.coarse_cost
        return end - first - spared * (min(end, coarse) - min(first, coarse))

    def judge(
        self, frames: list[int], progress: float, epoch: int, part: slice = slice(None)
    ) -> Losses:
        """Return what a step is to minimise: of ``frames``, a ``part`` of this process's share.

        The step is at ``progress``, a share of all, in ``epoch``.
        """
        s, clip, model = self.settings, self.clip, self.model
        coarse = progress < s.coarse
        jitter = draw(s, self.done, epoch, len(frames), clip.size)
        mine = self.processes.mine(len(frames))[part]
        frames = [frames[place] for place in mine]
        jitter = None if jitter is None else [jitter[place] for place in mine]
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
        losses = objective(layers, background, said, weights(s, progress, epoch, self.bootstrap), s)
        if s.hidden_colour == 0 or coarse or jitter is not None:
            return losses
        unseen = [clip.unseen[t] for t in frames]
        stray = s.hidden_colour * strayed(layers, said.order, said.positive, unseen)
        return losses._replace(total=losses.total + stray)

    def _note_bootstrap(self, epoch: int) -> None:
        """At the end of an epoch, see whether its mask loss is small enough (Eq. 8)."""
        if self.settings.mask_schedule != "measured" or self.bootstrap is not None:
            return
        if self.epochs.locate(self.done)[1] != 0:
            return
        steps = range(self.done - self.epochs.length(epoch - 1), self.done)
        shown = [len(self.epochs.frames(step)) for step in steps]
        masks = self.lost[steps.start : steps.stop, 2].cpu().tolist()
        mask = np.average(masks, weights=shown)
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
        self.processes.agree(self.model.renderer)

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
    return picture.mul(255).round().clamp(0, 255).byte().movedim(-3, -1).cpu().numpy()


def pack_weights(model: LayeredModel) -> np.ndarray:
    """Return the model's state as bytes, uint8 [bytes]."""
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return np.frombuffer(buffer.getvalue(), np.uint8)


def unpack_weights(model: LayeredModel, packed: np.ndarray) -> None:
    """Load what ``pack_weights`` packed into a model of the same clip and settings."""
    state = torch.load(io.BytesIO(packed.tobytes()), weights_only=True, map_location="cpu")
    model.load_state_dict(state)


def _say_need(seeds: Path, settings: TrainSettings, cores: float) -> None:
    """Tell on stderr what the training of a clip will need, before anything of it is loaded.

    ``cores`` says how many times as fast as one core it will be, 0 where nobody knows.
    """
    with Seeds.open(seeds) as seed:
        (count, layers), (width, height) = seed.order.shape, seed.working_size
        size, people = tuple(seed.source_size), sum(map(len, seed.people))
    extent = Extent(count, size, (width, height), size, people, layers)
    chosen = Settings(train=settings)
    said = f"train  {count} frames, {layers} layers, {width}x{height}: needs about "
    said += f"{memory_mib('train', extent, chosen):.0f} MiB"
    if cores:
        said += f" and {clock(core_seconds('train', extent, chosen) / cores)}"
    if min(settings.batch, settings.at_once or settings.batch) > 1:
        single = Settings(train=settings.model_copy(update={"at_once": 1}))
        said += f"; with 'at_once: 1' about {memory_mib('train', extent, single):.0f} MiB"
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
    place, processes_here = here()
    device = prepare_device(settings.device, max(1, threads // processes_here), place)
    with joined(device) as processes:
        if processes.first:
            _say_need(seeds, settings, speedup(threads) if device.type == "cpu" else 0)
        clip = load_clip_tensors(frames, seeds, settings.tile, settings.solid_things)
        trainer = Trainer(clip, settings, device, processes)
        _fit(trainer, clip.fingerprint(), checkpoint, threads)
    if processes.first:
        _write(trainer, seeds, out)
        drop_checkpoints(checkpoint)


def _fit(trainer: Trainer, clip: str, checkpoint: Path | None, threads: int) -> None:
    """Take all steps that are left, going on from ``checkpoint`` where it holds progress."""
    processes, settings = trainer.processes, trainer.settings
    if settings.batch < processes.count:
        raise InputError(
            f"train: batch is {settings.batch}, which {processes.count} processes cannot share; "
            f"set it to {processes.count} or more"
        )
    key = f"{clip} {settings.model_dump_json()} {threads} {torch.__version__}"
    key += f"{trainer.lost.device.type} {processes.count} {code_digest('train')}"
    fingerprint = hashlib.sha256(key.encode()).hexdigest()
    # Only the first process reads and writes; the others are told.
    checkpoint = checkpoint if processes.first else None
    held = processes.told(load_checkpoint(checkpoint, fingerprint))
    if held is not None:
        trainer.resume(held)
    if not processes.first:
        while trainer.done < trainer.steps:
            trainer.step()
        return
    if held is not None:
        print(f"train  resumed at step {trainer.done} of {trainer.steps}", file=sys.stderr)
    progress = Progress("train", trainer.steps, trainer.done, trainer.work)
    with Keeper(checkpoint, fingerprint, trainer.state) as keeper:
        while trainer.done < trainer.steps:
            trainer.step()
            progress.advance(note=trainer.note)
            keeper.step()
    progress.finish()


def _write(trainer: Trainer, seeds: Path, out: Path) -> None:
    """Write what a training has come to."""
    clip, settings = trainer.clip, trainer.settings
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
        atlases=clip.people,
        noise=clip.noise,
        **common,
    ) as result:
        errors = []
        for t in range(clip.frames):
            layers, error = trainer.render(t)
            result.rgba[:, t] = to_bytes(layers)
            result.iuv[:, t], result.atlas[:, t] = clip.uv_maps(t)
            result.core[:, t] = clip.core[t].cpu().numpy()
            result.least[t] = clip.least[t].cpu().numpy()
            errors.append(error)
        result.canvas[:] = to_bytes(canvas)
        result.seen[:] = clip.seen
        result.losses[:] = np.array(trainer.losses, np.float32)
        result.weights[:] = packed
    print(f"train  PSNR {-10 * math.log10(max(np.mean(errors), 1e-10)):.2f} dB", file=sys.stderr)
