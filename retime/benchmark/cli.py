"""``retime benchmark``: measure the decomposition on rendered scenes with exact truth."""

import json
from pathlib import Path
from typing import Annotated

import typer

from retime.atomic import write_text
from retime.errors import InputError

app = typer.Typer(help="Measure the decomposition.", invoke_without_command=True)


@app.callback()
def benchmark(
    preset: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    scene: Annotated[list[str] | None, typer.Option(help="Default: all; may be repeated.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each scene.")] = 1,
    inputs: Annotated[
        list[str] | None, typer.Option(help="own or true keypoints and UV; may be repeated.")
    ] = None,
    folder: Annotated[
        Path, typer.Option(help="Where scenes and rows are kept; finished rows are not repeated.")
    ] = Path("results/benchmark"),
    presets: Annotated[Path, typer.Option(help="Folder of presets.")] = Path("config/presets"),
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write JSON here.")] = None,
    table: Annotated[Path | None, typer.Option(help="Also write a page of Markdown here.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads to use.")] = 2,
) -> None:
    """Train on rendered scenes and compare the layers with the true ones."""
    from retime.benchmark.figures import worst
    from retime.benchmark.run import Case, run_benchmark
    from retime.benchmark.scenes import SCENES
    from retime.benchmark.table import page
    from retime.config import ClipConfig, Config, resolve

    kinds = inputs or ["own"]
    if wrong := set(kinds) - {"own", "true"}:
        raise InputError(f"--inputs {wrong.pop()}: there is own, and true")
    names = preset or ["standard"]
    settings = {p: resolve(Config(preset=p), ClipConfig(), presets) for p in names}
    cases = [
        Case(s, p, number, kind)
        for p in names
        for kind in kinds
        for s in scene or SCENES
        for number in range(seeds)
    ]
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
