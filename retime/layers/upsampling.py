"""Stage ``upsample``: layers at layer size, with the video's own detail (sections 4.4, A.2.2)."""

import hashlib
from pathlib import Path
from typing import Any

import torch

from retime.artifacts import Camera, Decomposition, Frames, Layers, Seeds
from retime.config import TrainSettings, UpsampleSettings
from retime.layers.checkpoint import Keeper, drop_checkpoints, load_checkpoint
from retime.layers.clip_tensors import load_clip_tensors
from retime.layers.enlarger import LayerEnlarger
from retime.layers.full_size import full_size_canvas
from retime.layers.model import LayeredModel
from retime.layers.training import to_bytes, unpack_weights
from retime.progress import Progress, track
from retime.provenance import code_digest

LEARNING_RATE = 1e-3


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
        _train(enlarger, checkpoint, digest.hexdigest())

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
    drop_checkpoints(checkpoint)


def _train(enlarger: LayerEnlarger, checkpoint: Path | None, key: str) -> None:
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
    progress = Progress("upsampler", enlarger.steps, done)
    with Keeper(checkpoint, key, state) as keeper:
        while done < enlarger.steps:
            loss, reconstruction = enlarger.loss(done)
            optimiser.zero_grad(set_to_none=True)
            if loss.requires_grad:  # a crop without people has nothing to teach
                loss.backward()
                optimiser.step()
            done += 1
            progress.advance(note=f"reconstruction {reconstruction.item():.4f}")
            keeper.step()
    progress.finish()
    network.eval()
