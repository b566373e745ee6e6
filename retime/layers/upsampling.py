"""Stage ``upsample``: layers at layer size, with the video's own detail (sections 4.4, A.2.2)."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from retime.artifacts import Camera, Decomposition, Frames, Layers, Seeds
from retime.config import TrainSettings, UpsampleSettings
from retime.layers.canvas import CanvasPlane
from retime.layers.checkpoint import Keeper, load_checkpoint
from retime.layers.clip_tensors import ClipTensors, evidence_against, load_clip_tensors
from retime.layers.composite import over
from retime.layers.detail import tighten, transfer_detail
from retime.layers.full_size import full_size_canvas
from retime.layers.losses import reconstruction
from retime.layers.model import LayeredModel
from retime.layers.training import to_bytes, unpack_weights
from retime.layers.upsampler import Upsampler, enlarge
from retime.progress import Progress, track
from retime.provenance import code_digest

LEARNING_RATE = 1e-3
FAINTEST = 0.5 / 255  # no alpha above this is no layer at all in eight bits


class LayerEnlarger:
    """Makes layers at layer size from the frozen renderer's, frame by frame."""

    def __init__(
        self,
        frames: Frames,
        clip: ClipTensors,
        model: LayeredModel,
        canvas: np.ndarray,
        plane: CanvasPlane,
        settings: UpsampleSettings,
    ) -> None:
        self.frames, self.clip, self.model = frames, clip, model
        self.canvas, self.plane, self.settings = canvas, plane, settings
        self.size = frames.rgb.shape[1:3]  # height, width
        texture = model.atlas.texels.shape[1] + 1
        features = model.renderer.up[-1][0].out_channels
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.network = Upsampler(4 + texture + features, settings.channels).to(
                memory_format=torch.channels_last
            )

    @torch.no_grad()
    def maps(self, t: int) -> Tensor:
        """Return what the upsampler reads of frame ``t`` at working size, [N, inputs, h, w]."""
        x = self.model.inputs(self.clip, [t])
        layers, features = self.model.layers(x, 1)
        return torch.cat([layers[0], x, features[0]], 1)

    def picture(self, t: int) -> Tensor:
        """Return frame ``t`` of the video, [1, 3, H, W] in 0..1."""
        return torch.from_numpy(self.frames.rgb[t]).permute(2, 0, 1)[None].float() / 255

    def background(self, t: int) -> Tensor:
        """Return the background that frame ``t`` sees, [1, 3, H, W] in 0..1."""
        height, width = self.size
        seen = self.plane.view(self.canvas, t, (width, height))
        return torch.from_numpy(np.ascontiguousarray(seen)).permute(2, 0, 1)[None].float() / 255

    def crop(self, step: int) -> tuple[int, slice, slice]:
        """Return the frame and the crop of a training step, drawn by step."""
        random = np.random.default_rng((self.settings.seed, step))
        height, width = self.size
        side_y, side_x = min(self.settings.crop, height), min(self.settings.crop, width)
        t = int(random.integers(self.clip.frames))
        top = int(random.integers(height - side_y + 1))
        left = int(random.integers(width - side_x + 1))
        return t, slice(top, top + side_y), slice(left, left + side_x)

    def refine(self, maps: Tensor) -> Tensor:
        """Run the upsampler on those of the enlarged maps [N, inputs, H, W] that show anything."""
        shown = maps[:, 3].amax((1, 2)) > FAINTEST
        layers = maps[:, :4]
        if not shown.any():
            return layers
        refined = self.network(maps[shown].contiguous(memory_format=torch.channels_last))
        return layers.index_put((shown.nonzero()[:, 0],), refined.contiguous())

    def loss(self, step: int) -> Tensor:
        """Return the reconstruction error of a random crop (A.1: the only loss here)."""
        t, rows, columns = self.crop(step)
        layers = self.refine(enlarge(self.maps(t), self.size, rows, columns))
        background = self.background(t)[:, :, rows, columns]
        composite = over(layers[None], self.clip.order[t : t + 1], background)
        return reconstruction(self.picture(t)[:, :, rows, columns], composite)

    @torch.no_grad()
    def layers(self, t: int) -> Tensor:
        """Return the layers of frame ``t`` with detail, [N + 1, 4, H, W], background first."""
        # One layer at a time: memory is that of one layer, however many there are.
        each = [self.refine(enlarge(one, self.size)) for one in self.maps(t).split(1)]
        layers = torch.cat(each)[None]
        order = self.clip.order[t : t + 1]
        if self.settings.tighten:
            height, width = self.size
            background = self.plane.view(self.canvas, t, (width, height))
            evidence = torch.from_numpy(evidence_against(self.frames.rgb[t], background))
            core = enlarge(self.clip.core[t][None].float(), self.size)
            layers = tighten(layers, order, evidence[None], core)
        if not self.settings.detail_transfer:
            background = self.background(t)
            opaque = torch.cat([background, torch.ones_like(background[:, :1])], 1)
            return torch.cat([opaque, layers[0]])
        margin = round(self.settings.detail_margin * self.size[1])
        return transfer_detail(layers, order, self.background(t), self.picture(t), margin)[0]


def run_upsample(
    frames: Path,
    seeds: Path,
    camera: Path,
    decomposition: Path,
    out: Path,
    settings: UpsampleSettings,
    checkpoint: Path | None,
    threads: int,
) -> None:
    """Train the upsampler on the clip, and write ``layers.h5``.

    Args:
        frames: ``frames.h5``.
        seeds: ``seeds.h5``.
        camera: ``camera.h5``.
        decomposition: ``decomposition.h5``.
        out: file to write.
        settings: of the upsampler.
        checkpoint: where progress is kept, or None.
        threads: CPU threads.

    Raises:
        InputError: files that do not belong together.
    """
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    with (
        Decomposition.open(decomposition) as trained,
        Frames.open(frames) as video,
        Seeds.open(seeds) as seed,
        Camera.open(camera) as view,
    ):
        training = TrainSettings.model_validate(trained.parameters)
        clip = load_clip_tensors(frames, seeds, training.tile)
        model = LayeredModel(clip, training)
        unpack_weights(model, trained.weights[:])
        model.eval().requires_grad_(False)
        canvas, plane = full_size_canvas(video, seed, trained, trained.canvas[:])
        enlarger = LayerEnlarger(video, clip, model, canvas, plane, settings)

        held = f"{clip.fingerprint()} {settings.model_dump_json()} {threads} {torch.__version__}"
        held += code_digest("upsample")
        digest = hashlib.sha256(held.encode() + trained.weights[:].tobytes())
        _train(enlarger, settings, checkpoint, digest.hexdigest())

        count, (height, width) = clip.frames, enlarger.size
        with Layers.create(
            out,
            sizes={
                "layers": clip.layers + 1,
                "N": clip.layers,
                "T": count,
                "H": height,
                "W": width,
                "Hc": canvas.shape[0],
                "Wc": canvas.shape[1],
            },
            parameters=settings.model_dump(mode="json"),
            names=seed.names,
            people=seed.people,
            canvas_bounds=view.canvas,
            **seed.clip_attributes(),
        ) as result:
            result.canvas[:], result.order[:] = canvas, seed.order[:]
            result.homographies[:] = view.homographies[:]
            for t in track(range(count), "layers", count):
                rgba = to_bytes(enlarger.layers(t))  # [N + 1, H, W, 4]
                rgba[rgba[..., 3] == 0] = 0  # what is clear has no colour, and packs to nothing
                result.rgba[:, t] = rgba
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)


def _train(
    enlarger: LayerEnlarger, settings: UpsampleSettings, checkpoint: Path | None, key: str
) -> None:
    """Train the upsampler, going on from ``checkpoint`` where it holds progress."""
    network = enlarger.network
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, fused=True)
    done = 0

    def state() -> dict[str, Any]:
        return {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "done": done}

    held = load_checkpoint(checkpoint, key)
    if held is not None:
        network.load_state_dict(held["network"])
        optimiser.load_state_dict(held["optimiser"])
        done = held["done"]
    progress = Progress("upsampler", settings.steps, done)
    with Keeper(checkpoint, key, state) as keeper:
        while done < settings.steps:
            loss = enlarger.loss(done)
            optimiser.zero_grad(set_to_none=True)
            if loss.requires_grad:  # a crop without people has nothing to teach
                loss.backward()
                optimiser.step()
            done += 1
            progress.advance(note=f"reconstruction {loss.item():.4f}")
            keeper.step()
    progress.finish()
    network.eval()
