"""``retime given``: what was given in place of a stage's answer becomes that stage's file."""

from pathlib import Path
from typing import Annotated

import typer

from retime.config import TracksSettings, parse_section
from retime.options import Out, SettingsText

app = typer.Typer(
    help="Turn files in other people's formats into those of stages.", no_args_is_help=True
)

Frames = Annotated[Path, typer.Option(help="The clip's frames.")]
Given = Annotated[Path, typer.Option(help="The file or folder that was given.")]


@app.command()
def poses(frames: Frames, given: Given, out: Out) -> None:
    """Take people and their keypoints from AlphaPose, COCO or CVAT."""
    from retime.interop.given import make_poses

    make_poses(frames, given, out)


@app.command()
def tracks(
    frames: Frames,
    out: Out,
    given: Annotated[Path | None, typer.Option(help="The file; none: nobody is there.")] = None,
    corrections: Annotated[list[Path] | None, typer.Option(help="Keypoint corrections.")] = None,
    settings: SettingsText = "",
) -> None:
    """Take tracked people from AlphaPose, PoseFlow, COCO or CVAT."""
    from retime.interop.given import make_tracks

    make_tracks(frames, given, out, parse_section(settings, TracksSettings), corrections or [])


@app.command()
def camera(frames: Frames, given: Given, out: Out) -> None:
    """Take the camera from ``homographies.txt`` of the authors' releases."""
    from retime.interop.given import make_camera

    make_camera(frames, given, out)


@app.command()
def uv(
    frames: Frames,
    tracks: Annotated[Path, typer.Option(help="The clip's tracks.")],
    given: Given,
    out: Out,
) -> None:
    """Take UV maps from pictures of DensePose, or of the authors' release."""
    from retime.interop.given import make_uv

    make_uv(frames, tracks, given, out)


@app.command()
def masks(
    frames: Frames,
    mask: Annotated[list[str], typer.Option(help="NAME=PATH, or NAME=PATH#NUMBER; repeatable.")],
    out: Out,
) -> None:
    """Take layers' masks from pictures, COCO's run lengths or matte videos."""
    from retime.interop.given import make_masks

    make_masks(frames, mask, out)
