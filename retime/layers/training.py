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
from torch.nn import functional as F

from retime.artifacts import Decomposition, Seeds
from retime.config import TrainSettings
from retime.layers.checkpoint import Keeper, load_checkpoint
from retime.layers.clip_tensors import ClipTensors, load_clip_tensors
from retime.layers.composite import over, transmittance
from retime.layers.losses import (
    beyond_demand,
    excess,
    mask_distance,
    missing,
    reconstruction,
    sparsity,
    uncovered,
)
from retime.layers.model import LayeredModel
from retime.layers.renderer import settle_statistics
from retime.progress import Progress
from retime.provenance import code_digest

CLEARING = 0.3  # share of the steps in which that pressure rises after the bootstrap
WARM_UP = 30  # steps in which the rate rises; Adam's first steps are large
RECONSTRUCTION_WEIGHT = 2.0  # the losses' other weights are given for colours in -1..1


def half(pictures: Tensor) -> Tensor:
    """Return pictures [B, H, W] or [B, C, H, W] at half the size, each pixel the mean of four."""
    return F.avg_pool2d(pictures, 2, ceil_mode=True)


class Trainer:
    """The training loop's state: model, optimiser, and how many steps are done."""

    def __init__(self, clip: ClipTensors, settings: TrainSettings) -> None:
        self.clip, self.settings = clip, settings
        self.model = LayeredModel(clip, settings)
        self.model.atlas.warm_start(*clip.texture, settings.colour_bias)
        rate = settings.learning_rate
        self.rates = (1.0, settings.texture_rate, settings.canvas_rate)
        modules = (self.model.renderer, self.model.atlas, self.model.canvas)
        self.optimiser = torch.optim.Adam(
            [{"params": list(module.parameters()), "lr": rate} for module in modules], fused=True
        )
        self.done = 0
        self.losses: list[list[float]] = []  # epoch, total, reconstruction, mask, sparsity

    def state(self) -> dict[str, Any]:
        """Return all that a resumed training needs; frames are drawn by step, not by chance."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
            "losses": self.losses,
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.done, self.losses = state["done"], state["losses"]

    def frames_of_step(self, step: int) -> list[int]:
        """Return the frames of a step: every epoch goes through all of them in a new order."""
        chosen = []
        for k in range(step * self.settings.batch, (step + 1) * self.settings.batch):
            epoch, place = divmod(k, self.clip.frames)
            shuffled = np.random.default_rng((self.settings.seed, epoch))
            chosen.append(int(shuffled.permutation(self.clip.frames)[place]))
        return chosen

    def rate(self) -> float:
        """Return the factor on the learning rate: a warm-up, a plateau, a cosine down to 0."""
        progress = self.done / self.settings.steps
        falling = max(0.0, (progress - 1 + self.settings.decay) / max(self.settings.decay, 1e-9))
        return min(1.0, (self.done + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * falling))

    def step(self) -> None:
        """Update the weights once."""
        s, clip = self.settings, self.clip
        progress = self.done / s.steps
        for group, share in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = s.learning_rate * share * self.rate()
        frames = self.frames_of_step(self.done)
        self.model.train()
        x = self.model.inputs(clip, frames)  # [B N, C, h, w]
        background = self.model.background(clip, frames)  # [B, 3, h, w]
        rgb, order = clip.rgb[frames], clip.order[frames]
        positive, core, negative = (
            m[frames].float() for m in (clip.positive, clip.core, clip.negative)
        )
        free = (1 - positive) * (1 - negative)  # [B, N, h, w], the unsure band
        least = clip.least[frames]  # [B, h, w]
        if progress < s.coarse:
            x, background, rgb = half(x), half(background), half(rgb)
            free, least = half(free), half(least)
            # Half-size pixels count as opaque or clear only where all four are.
            positive, core, negative = (half(m).floor() for m in (positive, core, negative))
        layers, _ = self.model.layers(x, len(frames))  # [B, N, 4, h, w]
        alpha = layers[:, :, 3]
        recon = reconstruction(rgb, over(layers, order, background))
        # No frame speaks of a body that others hide: it is as its UV map says, unthinned.
        sight = transmittance(alpha.detach(), order)[:, 1:]  # [B, N, h, w]
        hidden = positive * (1 - sight)
        bootstrapping = progress < s.bootstrap
        if bootstrapping:
            mask = mask_distance(positive, negative, alpha)
            weighted = s.mask_weight * mask
        else:
            opaque, clear = 0.5 * missing(core, alpha), 0.5 * excess(negative, alpha)
            mask = opaque + clear
            weighted = s.core_weight * opaque + s.clear_weight * clear
            weighted = weighted + s.hidden_weight * 0.5 * missing(hidden, alpha)
        sparse = sparsity(alpha, s.l1, s.l0, 1 - hidden)
        # What is faint is first found, then cleared of what need not be there.
        clearing = min(max((progress - s.bootstrap) / CLEARING, 0.05), 1.0)
        sparse = sparse + s.haze * clearing * beyond_demand(least, alpha, free)
        weighted = weighted + s.cover * uncovered(least, alpha)
        total = RECONSTRUCTION_WEIGHT * recon + weighted + sparse
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        self.optimiser.step()
        epoch = self.done * s.batch / clip.frames
        self.done += 1
        values = torch.stack([total, recon, mask, sparse]).tolist()
        self.losses.append([epoch, *values])

    @torch.no_grad()
    def settle(self) -> None:
        """Make textures and renderer ready for inference."""
        self.model.atlas.complete(self.clip.texture[1])
        inputs = [self.model.inputs(self.clip, [t]) for t in range(self.clip.frames)]
        settle_statistics(self.model.renderer, inputs)

    @torch.no_grad()
    def render(self, t: int) -> Tensor:
        """Return the layers of frame ``t``, [N, 4, h, w] in 0..1, after ``settle``."""
        layers, _ = self.model.layers(self.model.inputs(self.clip, [t]), 1)
        return layers[0]


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
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    clip = load_clip_tensors(frames, seeds, settings.tile)
    print(
        f"train  {clip.frames} frames, {clip.layers} layers, {clip.size[1]}x{clip.size[0]}: "
        f"{clip.bytes() / 2**20:.0f} MiB of frames and maps",
        file=sys.stderr,
        flush=True,
    )
    trainer = Trainer(clip, settings)
    key = f"{clip.fingerprint()} {settings.model_dump_json()} {threads} {torch.__version__}"
    key += code_digest("train")
    fingerprint = hashlib.sha256(key.encode()).hexdigest()
    held = load_checkpoint(checkpoint, fingerprint)
    if held is not None:
        trainer.resume(held)
        print(f"train  resumed at step {trainer.done} of {settings.steps}", file=sys.stderr)
    progress = Progress("train", settings.steps, trainer.done)
    with Keeper(checkpoint, fingerprint, trainer.state) as keeper:
        while trainer.done < settings.steps:
            trainer.step()
            progress.advance(note=f"reconstruction {trainer.losses[-1][2]:.4f}")
            keeper.step()
    progress.finish()
    trainer.settle()
    with Seeds.open(seeds) as seed:
        names, common = seed.names, seed.clip_attributes()
    canvas = trainer.model.canvas.picture().detach()[0]
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
        for t in range(clip.frames):
            result.rgba[:, t] = to_bytes(trainer.render(t))
        result.canvas[:] = to_bytes(canvas)
        result.seen[:] = clip.seen
        result.losses[:] = np.array(trainer.losses, np.float32)
        result.weights[:] = packed
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
