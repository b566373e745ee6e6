"""``retime otio``: edits as timelines of editing programs."""

from pathlib import Path
from typing import Annotated

import typer

from retime.options import In, Out

app = typer.Typer(help="Edits as OpenTimelineIO timelines.", no_args_is_help=True)


@app.command("write")
def write_timeline(
    timemap: In,
    seeds: In,
    out: Out,
    media: Annotated[str, typer.Option(help="Where the layers lie as filmed; default: none.")] = "",
) -> None:
    """Write an edit as a timeline for editing programs."""
    from retime.timing.otio import write_timeline

    write_timeline(timemap, seeds, out, media)


@app.command("read")
def read_timeline(
    timeline: Annotated[Path, typer.Option(help="The .otio file.")], out: Out
) -> None:
    """Turn a timeline, perhaps edited, into an edit file."""
    from retime.timing.otio_reading import read_timeline

    read_timeline(timeline, out)
