"""Stage ``upsample``: layers at full size, with the video's own detail (sections 4.4, A.2.2)."""

import hashlib
import sys
from pathlib import Path
from typing import Any

import torch

from retime.artifacts import Camera, Decomposition, Frames, Layers, Seeds
from retime.config import TrainSettings, UpsampleSettings
from retime.errors import InputError
from retime.layers.checkpoint import Keeper, drop_checkpoints, load_checkpoint
from retime.layers.enlarger import LayerEnlarger
from retime.layers.footage import Footage, layer_size_footage, source_size_footage
from retime.layers.full_size import FullSizeCanvas, full_size_canvas
from retime.layers.model import LayeredModel
from retime.layers.repeatable import repeatable
from retime.layers.source_size import SourceSizeEnlarger
from retime.layers.trained_clip import TrainedClip
from retime.layers.training import to_bytes, unpack_weights
from retime.layers.validation import Plateau
from retime.progress import Progress, track
from retime.provenance import code_digest

LEARNING_RATE = 1e-3
CHECKED = 25  # steps between looks at the validation loss


def run_upsample(
    frames: Path,
    seeds: Path,
    camera: Path,
    decomposition: Path,
    out: Path,
    settings: UpsampleSettings,
    checkpoint: Path | None,
    threads: int,
    video: Path | None = None,
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
        video: the source; read where the layers are to have its size.

    Raises:
        InputError: files that do not belong together.
    """
    repeatable(threads)
    with (
        Decomposition.open(decomposition) as trained,
        Frames.open(frames) as held,
        Seeds.open(seeds) as seed,
        Camera.open(camera) as view,
    ):
        clip = TrainedClip(trained, seed)
        if len(held.rgb) != clip.frames:
            raise InputError(
                f"{decomposition}: {clip.frames} frames, but {frames} has {len(held.rgb)}; "
                "run snakemake again"
            )
        model = LayeredModel(clip, TrainSettings.model_validate(trained.parameters))
        unpack_weights(model, trained.weights[:])
        model.eval().requires_grad_(False)
        footage = _footage(video, held, settings)
        canvas = full_size_canvas(footage, seed, trained)
        enlarger = _enlarger(footage, clip, model, canvas, settings)

        _train(enlarger, checkpoint, _fingerprint(trained, held, seed, settings, threads))

        count, (height, width) = clip.frames, enlarger.size
        with Layers.create(
            out,
            sizes={
                "layers": clip.layers + 1,
                "N": clip.layers,
                "T": count,
                "H": height,
                "W": width,
                "Hc": canvas.picture.shape[0],
                "Wc": canvas.picture.shape[1],
            },
            parameters=settings.model_dump(mode="json"),
            names=seed.names,
            people=seed.people,
            canvas_bounds=view.canvas,
            **seed.clip_attributes(),
        ) as result:
            result.canvas[:], result.filled[:] = canvas.picture, canvas.filled
            result.order[:], result.homographies[:] = seed.order[:], view.homographies[:]
            for t, picture in track(enumerate(footage.read(range(count))), "layers", count):
                for top, left, layers in enlarger.parts(t, picture):
                    rgba = to_bytes(layers)  # [N + 1, h, w, 4]
                    rgba[rgba[..., 3] == 0] = 0  # what is clear has no colour
                    result.write(t, rgba, top, left)
    drop_checkpoints(checkpoint)


def _fingerprint(
    trained: Decomposition, frames: Frames, seeds: Seeds, settings: UpsampleSettings, threads: int
) -> str:
    """Return a digest of everything that the upsampler's training depends on.

    What else ``trained`` holds of the clip was made with its weights, which stand for it.
    """
    key = f"{trained.parameters} {settings.model_dump_json()} {threads} {torch.__version__}"
    digest = hashlib.sha256(f"{key} {seeds.canvas} {code_digest('upsample')}".encode())
    for part in (trained.weights[:], seeds.order[:], seeds.homographies[:]):
        digest.update(part.tobytes())
    for t in range(len(frames.rgb)):
        digest.update(frames.rgb[t].tobytes())
    return digest.hexdigest()


def _footage(video: Path | None, frames: Frames, settings: UpsampleSettings) -> Footage:
    """Return the frames at the size that the layers are to have."""
    if settings.output_size == "layer":
        return layer_size_footage(frames)
    if video is None:
        raise InputError("output_size: source needs the video itself; give it with --video")
    return source_size_footage(frames, video)


def _enlarger(
    footage: Footage,
    clip: TrainedClip,
    model: LayeredModel,
    canvas: FullSizeCanvas,
    settings: UpsampleSettings,
) -> LayerEnlarger:
    if settings.output_size == "layer":
        return LayerEnlarger(footage, clip, model, canvas, settings)
    return SourceSizeEnlarger(footage, clip, model, canvas, settings, clip.shows)


def _train(enlarger: LayerEnlarger, checkpoint: Path | None, key: str) -> None:
    """Train the upsampler, going on from ``checkpoint`` where it holds progress."""
    network = enlarger.network
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, fused=True)
    plateau = Plateau(enlarger.settings.patience)
    done, stopped = 0, False

    def state() -> dict[str, Any]:
        return {
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "done": done,
            "plateau": plateau.state(),
            "stopped": stopped,
        }

    held = load_checkpoint(checkpoint, key)
    if held is not None:
        network.load_state_dict(held["network"])
        optimiser.load_state_dict(held["optimiser"])
        plateau.resume(held["plateau"])
        done, stopped = held["done"], held["stopped"]
        print(f"upsampler  resumed at step {done} of {enlarger.steps}", file=sys.stderr)
    progress = Progress("upsampler", enlarger.steps, done)
    with Keeper(checkpoint, key, state) as keeper:
        while done < enlarger.steps and not stopped:
            loss, reconstruction = enlarger.loss(done)
            optimiser.zero_grad(set_to_none=True)
            if loss.requires_grad:  # a crop without people has nothing to teach
                loss.backward()
                optimiser.step()
            done += 1
            due = done % CHECKED == 0 or done == enlarger.steps
            if enlarger.held and due and done > enlarger.judged_from:
                stopped = plateau.judge(done, enlarger.validation_loss(), network.state_dict())
            progress.advance(note=f"reconstruction {reconstruction.item():.4f}")
            keeper.step()
    progress.finish()
    if stopped:
        print(
            f"upsampler  stopped after {done} of {enlarger.steps} steps: the loss on frames held "
            f"out has hardly fallen since {plateau.fell_at}",
            file=sys.stderr,
        )
    if plateau.best:
        network.load_state_dict(plateau.best)
    network.eval()
