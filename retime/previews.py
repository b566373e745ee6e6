"""``retime preview``: the pictures of the report."""

from typing import Annotated

import typer

from retime.config import RenderSettings, parse_section
from retime.options import In, Out, SettingsText

app = typer.Typer(help="Draw the pictures of the report.", no_args_is_help=True)


@app.command("tracks")
def preview_tracks(frames: In, tracks: In, out: Out) -> None:
    """Draw the tracked skeletons with their ids over frames of the video."""
    from retime.people.preview import preview_tracks

    preview_tracks(frames, tracks, out)


@app.command("uv")
def preview_uv(frames: In, tracks: In, uv: In, out: Out) -> None:
    """Lay out skeletons, UV maps, and the maps over the frame, some frames each."""
    from retime.body.preview import preview_uv

    preview_uv(frames, tracks, uv, out)


@app.command("layers")
def preview_layers(layers: In, out: Out) -> None:
    """Lay out the layers over a checkerboard, some frames each."""
    from retime.layers.preview import preview_layers

    preview_layers(layers, out)


@app.command("timing")
def preview_timing(tracks: In, seeds: In, timemap: In, out: Out) -> None:
    """Plot the motions before and after an edit, and its time maps."""
    from retime.timing.preview import preview_timing

    preview_timing(tracks, seeds, timemap, out)


@app.command("edit")
def preview_edit(
    layers: In,
    camera: In,
    timemap: In,
    out: Out,
    height: Annotated[int, typer.Option(min=32, help="Height of the pictures.")] = 180,
    settings: SettingsText = "",
) -> None:
    """Render an edit small and without sound, in seconds."""
    from retime.render.stage import preview_edit

    section = parse_section(settings, RenderSettings)
    preview_edit(layers, camera, timemap, out, section, height)


@app.command("losses")
def preview_losses(decomposition: In, out: Out) -> None:
    """Plot the losses over the training."""
    from retime.layers.preview import preview_losses

    preview_losses(decomposition, out)
