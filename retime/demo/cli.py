"""``retime demo``: render the synthetic clip, and measure results against its truth."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The synthetic clip with exact layers.", no_args_is_help=True)


@app.command()
def clip(
    out: Annotated[Path, typer.Option(help="Video to write; its truth goes beside it.")] = Path(
        "videos/demo.mp4"
    ),
) -> None:
    """Render the demo clip, and its true layers beside it."""
    from retime.demo.clip import render_clip
    from retime.demo.scenario import demo
    from retime.demo.truth import truth_path

    render_clip(demo(), out)
    typer.echo(f"{out}\n{truth_path(out)}")
