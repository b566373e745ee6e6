"""``retime benchmark speed``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from retime.atomic import write_text


def speed(
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure this anew: step, step-224x128-16, growth, stages, workflow, quality."
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option(help="Where results are kept; what is there is not measured again.")
    ] = Path("results/benchmark/speed"),
    video: Annotated[
        Path | None, typer.Option(help="On which the stages before the training are timed.")
    ] = None,
    benchmarks: Annotated[
        Path, typer.Option(help="Where Snakemake noted what the demo's jobs took.")
    ] = Path("benchmarks/demo"),
    presets: Annotated[Path, typer.Option(help="Folder of presets.")] = Path("config/presets"),
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write JSON here.")] = None,
    table: Annotated[Path | None, typer.Option(help="Also write a page of Markdown here.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads to use.")] = 2,
) -> None:
    """Time the training step, the stages and the workflow."""
    from retime.benchmark.speed.page import page
    from retime.benchmark.speed.run import Measures, measure_speed

    measures = Measures(video, benchmarks, folder, presets, threads)
    kept = measure_speed(folder, measures, only or [])
    if json_file is not None:
        write_text(json_file, json.dumps(kept, indent=2) + "\n")
    if table is not None:
        write_text(table, page(kept))
    typer.echo(page(kept))
