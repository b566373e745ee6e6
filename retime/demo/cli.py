"""``retime demo``: render the synthetic clip, and measure results against its truth."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from retime.atomic import write_text

app = typer.Typer(help="The synthetic clip with exact layers.", no_args_is_help=True)

VIDEO = Path("videos/demo.mp4")


@app.command()
def clip(
    out: Annotated[Path, typer.Option(help="Video to write; its truth goes beside it.")] = VIDEO,
) -> None:
    """Render the demo clip, and its true layers beside it."""
    from retime.demo.clip import render_clip
    from retime.demo.scenario import demo
    from retime.demo.truth import truth_path

    render_clip(demo(), out)
    typer.echo(f"{out}\n{truth_path(out)}")


@app.command("splash")
def splash_clip(
    out: Annotated[Path, typer.Option(help="Video to write; its truth goes beside it.")] = Path(
        "videos/splash.mp4"
    ),
) -> None:
    """Render the clip of docs/corrections.md: water that lands on the wrong layer."""
    from retime.demo.clip import write_clip
    from retime.demo.splash import film_splash, splash
    from retime.demo.truth import truth_path

    scenario = splash()
    write_clip(scenario, film_splash(scenario), out)
    typer.echo(f"{out}\n{truth_path(out)}")


@app.command()
def evaluate(
    results: Annotated[Path, typer.Option(help="Folder of the clip's results.")] = Path(
        "results/demo"
    ),
    video: Annotated[Path, typer.Option(help="The source; its truth lies beside it.")] = VIDEO,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write JSON here.")] = None,
) -> None:
    """Measure the demo's results against the truth."""
    from retime.demo.evaluation import evaluate as measure
    from retime.demo.truth import truth_path

    figures = measure(results, truth_path(video), video)
    for name, value in figures.items():
        typer.echo(f"{name:28} {_readable(value)}")
    if json_file is not None:
        write_text(json_file, json.dumps(figures, indent=2) + "\n")


@app.command()
def evaluate_tracking(
    clips: Annotated[
        Path, typer.Option(help="Folder for the clips; what is there is not made again.")
    ] = Path("results/tracking-clips"),
    only: Annotated[list[str] | None, typer.Option(help="A clip's name; may be repeated.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write JSON here.")] = None,
    table: Annotated[Path | None, typer.Option(help="Also write a page of Markdown here.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads to use.")] = 1,
) -> None:
    """Film scenes with known joints, and measure detection and tracking on them."""
    from retime.demo.tracking_evaluation import CLIPS
    from retime.demo.tracking_evaluation import evaluate_tracking as measure
    from retime.demo.tracking_table import page

    figures = measure(clips, tuple(only or CLIPS), threads)
    for name, value in figures.items():
        if not isinstance(value, dict):
            typer.echo(f"{name:28} {_readable(value)}")
    if json_file is not None:
        write_text(json_file, json.dumps(figures, indent=2) + "\n")
    if table is not None:
        write_text(table, page(figures))


def _readable(value: Any) -> str:
    if isinstance(value, list):
        return "  ".join(_readable(item) for item in value)
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
