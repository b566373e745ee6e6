"""``retime benchmark``: measure the decomposition on rendered scenes with exact truth."""

import json
from pathlib import Path
from typing import Annotated

import typer

from retime.atomic import write_text
from retime.benchmark.speed.cli import speed
from retime.errors import InputError

app = typer.Typer(help="Measure the decomposition.", invoke_without_command=True)
app.command()(speed)


@app.callback()
def benchmark(
    context: typer.Context,
    preset: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    scene: Annotated[list[str] | None, typer.Option(help="Default: all; may be repeated.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each scene.")] = 1,
    inputs: Annotated[
        list[str] | None, typer.Option(help="own or true keypoints and UV; may be repeated.")
    ] = None,
    upsample: Annotated[
        bool, typer.Option(help="Measure the upsampled layers, too, about half of the time.")
    ] = True,
    finished_only: Annotated[
        bool, typer.Option("--finished-only", help="Only show rows that are there; measure none.")
    ] = False,
    folder: Annotated[
        Path, typer.Option(help="Where scenes and rows are kept; finished rows are not repeated.")
    ] = Path("results/benchmark"),
    presets: Annotated[Path, typer.Option(help="Folder of presets.")] = Path("config/presets"),
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write JSON here.")] = None,
    table: Annotated[Path | None, typer.Option(help="Also write a page of Markdown here.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads to use.")] = 2,
) -> None:
    """Train on rendered scenes and compare the layers with the true ones."""
    if context.invoked_subcommand is not None:
        return
    from retime.benchmark.figures import worst
    from retime.benchmark.run import Case, finished_row, run_benchmark
    from retime.benchmark.scenes import SCENES
    from retime.benchmark.table import page
    from retime.config import ClipConfig, Config, resolve

    kinds = inputs or ["own"]
    if wrong := set(kinds) - {"own", "true"}:
        raise InputError(f"--inputs {wrong.pop()}: there is own, and true")
    names = preset or ["standard"]
    settings = {p: resolve(Config(preset=p), ClipConfig(), presets) for p in names}
    cases = [
        Case(s, p, number, kind, upsample)
        for p in names
        for kind in kinds
        for s in scene or SCENES
        for number in range(seeds)
    ]
    if finished_only:
        cases = [case for case in cases if finished_row(folder, case, settings[case.preset])]
    rows = []
    for row in run_benchmark(folder, cases, settings, threads):
        rows.append(row)
        case = row["case"]
        typer.echo(f"{case['scene']}  {case['preset']}  {case['inputs']}  seed {case['seed']}")
        for name, value in worst(row["working"]).items():
            typer.echo(f"  {name:24} {'-' if value is None else format(value, '.3f')}")
    if json_file is not None:
        write_text(json_file, json.dumps(rows, indent=2) + "\n")
    if table is not None:
        write_text(table, page(rows))


@app.command()
def ablations(
    without: Annotated[
        list[str] | None, typer.Option(help="Departures to take back. Default: all; or several.")
    ] = None,
    folder: Annotated[
        Path, typer.Option(help="Where scenes and rows are kept; finished rows are not repeated.")
    ] = Path("results/benchmark"),
    presets: Annotated[Path, typer.Option(help="Folder of presets.")] = Path("config/presets"),
    table: Annotated[
        Path | None, typer.Option(help="Also write a page of all finished rows here.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads to use.")] = 2,
) -> None:
    """Measure what each departure of preset standard from the paper buys."""
    from retime.benchmark.ablations import (
        DEPARTURES,
        SCENES,
        ablation_case,
        page,
        settings_without,
    )
    from retime.benchmark.figures import worst
    from retime.benchmark.run import run_benchmark

    names = without or list(DEPARTURES)
    if wrong := set(names) - set(DEPARTURES):
        known = ", ".join(DEPARTURES)
        raise InputError(f"--without {wrong.pop()}: no such departure; there are {known}")
    settings = settings_without(presets)
    cases = [ablation_case(scene, name) for name in ("standard", *names) for scene in SCENES]
    for row in run_benchmark(folder, cases, settings, threads):
        figures = worst(row["working"])
        said = " ".join(f"{k} {figures[k]:.2f}" for k in ("removal_db", "alpha_iou"))
        typer.echo(f"{row['case']['scene']}  without {row['case']['preset']}  {said}")
        if table is not None:
            write_text(table, page(folder, settings))


@app.command()
def claims(
    claim: Annotated[list[str] | None, typer.Option(help="Default: all; may be repeated.")] = None,
    folder: Annotated[
        Path, typer.Option(help="Where results are kept; finished claims are not repeated.")
    ] = Path("results/benchmark/claims"),
    presets: Annotated[Path, typer.Option(help="Folder of presets.")] = Path("config/presets"),
    table: Annotated[Path | None, typer.Option(help="Also write a page of Markdown here.")] = None,
    images: Annotated[Path, typer.Option(help="Folder of the page's pictures.")] = Path(
        "docs/images/claims"
    ),
    effort: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of the updates; 1 for what is published.")
    ] = 1.0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads to use.")] = 1,
) -> None:
    """Check the paper's claims on small clips with exact truth."""
    from retime.benchmark.claims.claim import Workshop
    from retime.benchmark.claims.page import bound, write_page
    from retime.benchmark.claims.run import check_claims
    from retime.config import ClipConfig, Config, resolve

    paper, standard = (
        resolve(Config(preset=name), ClipConfig(), presets) for name in ("paper", "standard")
    )
    shop = Workshop(folder / "clips", paper, standard, effort)
    results = []
    for result in check_claims(claim or [], shop, folder, threads):
        results.append(result)
        typer.echo(f"{result.name}: {'holds' if result.holds else 'does not hold'}")
        for mark in result.marks:
            met = "" if mark.met else "  MISSED"
            typer.echo(f"  {mark.figure}: {mark.value:.3f}, {bound(mark)}{met}")
    if table is not None:
        write_page(table, results, images)


@app.command()
def memory(
    folder: Annotated[
        Path, typer.Option(help="Where figures are kept; finished ones are not repeated.")
    ] = Path("results/benchmark/memory"),
    table: Annotated[Path | None, typer.Option(help="Also write a page of Markdown here.")] = None,
) -> None:
    """Measure the peak memory of every stage on clips of several lengths and numbers of people."""
    from retime.benchmark.memory import CASES, measure_memory, memory_page

    rows = []
    for case, peaks, asked in measure_memory(CASES, folder):
        rows.append((case, peaks, asked))
        size = f"{case.working[0]}x{case.working[1]}"
        typer.echo(f"{case.frames} frames, {case.people} people, {size}")
        for stage, peak in peaks.items():
            typer.echo(f"  {stage:10} {peak:6.0f} MiB, asked for {asked[stage]}")
        if table is not None:
            write_text(table, memory_page(rows))
