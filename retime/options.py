"""Options that many commands of ``retime`` share."""

from pathlib import Path
from typing import Annotated

import typer

In = Annotated[Path, typer.Option(help="File to read.")]
Out = Annotated[Path, typer.Option(help="File to write.")]
SettingsText = Annotated[str, typer.Option("--settings", help="JSON, or path of a YAML file.")]
Video = Annotated[
    Path | None, typer.Option(help="The source video, for its sound and colour tags.")
]
Threads = Annotated[int, typer.Option(min=1, help="CPU threads to use.")]
