"""The ``retime`` command: parse, call one function, report errors. No work of its own.

Each stage of the workflow is one subcommand with the files it reads and writes spelled out; the
Snakefile calls them, and so may a person. ``--settings`` takes a stage's settings as JSON or as
the path of a YAML file; without it the defaults hold.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from retime import __version__, config
from retime.benchmark.cli import app as benchmark_app
from retime.body.cli import app as body_app
from retime.config import parse_section as _settings
from retime.demo.cli import app as demo_app
from retime.errors import InputError
from retime.interop.cli import app as given_app
from retime.lacking import lacked
from retime.loading import look_for_room
from retime.options import In, Out, SettingsText, Threads, Video
from retime.people.cli import app as models_app
from retime.previews import app as preview_app
from retime.timing.cli import app as otio_app

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"retime {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Retime people in an ordinary video."""


@app.command()
def frames(
    video: Annotated[Path, typer.Option(help="A video, or a folder of pictures.")],
    out: Out,
    clip: Annotated[str, typer.Option(help="Name of the clip; default: the video's stem.")] = "",
    settings: SettingsText = "",
) -> None:
    """Decode a video's frames at layer size."""
    from retime.video.stage import run_frames

    run_frames(video, out, _settings(settings, config.FramesSettings), clip or video.stem)


@app.command()
def poses(frames: In, out: Out, settings: SettingsText = "", threads: Threads = 1) -> None:
    """Detect people and their keypoints in every frame."""
    from retime.people.stage import run_poses

    run_poses(frames, out, _settings(settings, config.PosesSettings), threads)


@app.command()
def tracks(
    poses: In,
    out: Out,
    frames: Annotated[Path | None, typer.Option(help="Frames, for appearance.")] = None,
    corrections: Annotated[list[Path] | None, typer.Option(help="Keypoint corrections.")] = None,
    settings: SettingsText = "",
) -> None:
    """Give people one id each and fill in the joints that are not seen."""
    from retime.people.stage import run_tracks

    run_tracks(
        poses, out, _settings(settings, config.TracksSettings), corrections or [], frames=frames
    )


@app.command()
def camera(
    frames: In,
    tracks: In,
    out: Out,
    masks: Annotated[Path | None, typer.Option(help="Masks that were given for layers.")] = None,
    settings: SettingsText = "",
    threads: Threads = 1,
) -> None:
    """Find the homography from each frame to the canvas."""
    from retime.camera.stage import run_camera

    run_camera(frames, tracks, out, _settings(settings, config.CameraSettings), threads, masks)


@app.command()
def uv(tracks: In, out: Out, settings: SettingsText = "", threads: Threads = 1) -> None:
    """Draw each person's body as a UV map, whole also where hidden."""
    from retime.body.stage import run_uv

    run_uv(tracks, out, _settings(settings, config.UvSettings), threads)


@app.command()
def seeds(
    frames: In,
    tracks: In,
    uv: In,
    camera: In,
    out: Out,
    trimaps: Annotated[Path | None, typer.Option(help="Folder of hand-edited trimaps.")] = None,
    masks: Annotated[Path | None, typer.Option(help="Masks that were given for layers.")] = None,
    settings: SettingsText = "",
) -> None:
    """Lay out the layers: their UV maps, trimaps and depth order."""
    from retime.layers.seeding import run_seeds

    run_seeds(
        frames, tracks, uv, camera, out, _settings(settings, config.SeedsSettings), trimaps, masks
    )


@app.command()
def train(
    frames: In,
    seeds: In,
    out: Out,
    checkpoint: Annotated[Path | None, typer.Option(help="Where to keep progress.")] = None,
    settings: SettingsText = "",
    threads: Threads = 1,
) -> None:
    """Train the layered neural renderer on the clip."""
    section = _settings(settings, config.TrainSettings)
    from retime.layers.processes import start
    from retime.layers.training import run_train

    start(section.processes)
    run_train(frames, seeds, out, section, checkpoint, threads)


@app.command()
def upsample(
    frames: In,
    seeds: In,
    camera: In,
    decomposition: In,
    out: Out,
    video: Annotated[
        Path | None, typer.Option(help="The source video, if layers are to have its size.")
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Where to keep progress.")] = None,
    settings: SettingsText = "",
    threads: Threads = 1,
) -> None:
    """Bring the layers to full size and give them the video's own detail."""
    from retime.layers.upsampling import run_upsample

    section = _settings(settings, config.UpsampleSettings)
    run_upsample(frames, seeds, camera, decomposition, out, section, checkpoint, threads, video)


@app.command()
def warp(
    tracks: In,
    seeds: In,
    edit: Annotated[Path, typer.Option(help="The edit, a YAML file.")],
    out: Out,
    video: Annotated[Path | None, typer.Option(help="The source video, for its beats.")] = None,
) -> None:
    """Turn an edit into a time map."""
    from retime.timing.stage import run_warp

    run_warp(tracks, seeds, edit, out, video)


@app.command()
def render(
    layers: In,
    camera: In,
    timemap: In,
    out: Out,
    video: Video = None,
    beside: Annotated[Path | None, typer.Option(help="Also: source and edit side by side.")] = None,
    settings: SettingsText = "",
    threads: Threads = 1,
) -> None:
    """Compose the retimed layers into a video."""
    from retime.render.stage import run_render

    section = _settings(settings, config.RenderSettings)
    run_render(layers, camera, timemap, video, out, section, beside, threads)


@app.command()
def export(
    layers: In,
    camera: In,
    timemap: In,
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    form: Annotated[str, typer.Option("--as", help="h264, h265, prores, vp9, ffv1, png, exr.")],
    video: Video = None,
    name: Annotated[str, typer.Option(help="Name of the files; default: the edit's.")] = "",
    alone: Annotated[bool, typer.Option(help="Write each layer, too.")] = True,
    settings: SettingsText = "",
    threads: Threads = 1,
) -> None:
    """Write an edit, and its layers alone, in another format."""
    from retime.render.export import run_export

    section = _settings(settings, config.RenderSettings)
    run_export(layers, camera, timemap, video, out, form, section, name, alone, threads)


@app.command("import")
def import_project(
    folder: Annotated[Path, typer.Argument(help="A folder in the layout of the authors' data.")],
    name: Annotated[str, typer.Option(help="Name of the clip; default: the folder's.")] = "",
) -> None:
    """Make a clip from a folder as released with the paper, or with Omnimatte."""
    from retime.interop.projects import import_project

    print(import_project(folder, name))


@app.command()
def export_data(
    clip: Annotated[str, typer.Argument(help="A clip of which there are results.")],
    form: Annotated[str, typer.Option("--as", help="A format of docs/formats.md.")],
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
) -> None:
    """Write what was found of a clip in another program's format."""
    from retime.interop.export import export_data

    export_data(Path("results") / clip, form, out)


@app.command()
def suggest(
    clip: Annotated[str, typer.Argument(help="A clip of which there are results.")] = "",
    tracks: Annotated[Path | None, typer.Option(help="Default: of the clip.")] = None,
    seeds: Annotated[Path | None, typer.Option(help="Default: of the clip.")] = None,
    out: Annotated[Path | None, typer.Option(help="YAML file; default: to the terminal.")] = None,
) -> None:
    """Propose edits: who repeats a motion, who could be aligned to whom, where to freeze."""
    from retime.timing.suggest import run_suggest

    if not clip and (tracks is None or seeds is None):
        raise InputError("name a clip of which there are results, or give --tracks and --seeds")
    results = Path("results") / clip
    text = run_suggest(tracks or results / "tracks.h5", seeds or results / "cast.h5", out)
    if out is None:
        typer.echo(text)


@app.command()
def summary(
    videos: Annotated[list[str] | None, typer.Argument(help="As in config.yaml.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The demo clip, too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write a page of HTML here.")] = None,
) -> None:
    """Say of each clip whether it is done or what failed and why; time, memory, quality."""
    from retime.atomic import write_text
    from retime.clips import DEMO, find_edits, find_videos
    from retime.summary import page, summarise_all, text

    clips = [*([DEMO] if demo else []), *find_videos(videos or ["videos/*"])]
    found = summarise_all({clip: find_edits(clip) for clip in clips})
    typer.echo(text(found))
    if out is not None:
        write_text(out, page(found))


@app.command()
def export_corrections(
    clip: Annotated[str, typer.Argument(help="A clip of which there are results.")],
    frames: Annotated[str, typer.Option(help="Range, such as 40-45; default: all.")] = "",
    layer: Annotated[list[str] | None, typer.Option(help="Default: all; may be repeated.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; default: results/CLIP/corrections.")
    ] = None,
) -> None:
    """Write joints and trimaps as they are now, in the form in which corrections are read."""
    from retime.corrections import export_corrections

    for path in export_corrections(clip, out, _frame_range(frames), layer or ()):
        typer.echo(path)


def _frame_range(text: str) -> tuple[int, int] | None:
    """Read ``12`` or ``12-20``; both ends are included."""
    if not text:
        return None
    first, dash, last = text.partition("-")
    last = last if dash else first
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise InputError(f"--frames {text}: say 12, or 12-20 for a range")
    return int(first), int(last)


@app.command()
def footage(
    layers: In,
    frames: In,
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    video: Annotated[Path | None, typer.Option(help="The source video, for its sound.")] = None,
    light: Annotated[str, typer.Option(help="What render mixes: display or linear.")] = "display",
    threads: Threads = 1,
) -> None:
    """Write the films that the studio's page plays."""
    from retime.studio.footage import run_footage

    section = config.validate({"light": light}, config.RenderSettings, "--light")
    run_footage(layers, frames, video, out, section.light, threads)


@app.command(context_settings={"ignore_unknown_options": True})
def studio(
    clip: Annotated[str, typer.Argument(help="The clip to open.")],
    snakemake: Annotated[
        list[str] | None,
        typer.Argument(help="After --: what else snakemake is run with: -- --config preset=draft"),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Retime and correct a clip by hand, live, in the browser."""
    from retime.studio.serve import run_studio

    run_studio(clip, port, browser, snakemake or [])


app.add_typer(preview_app, name="preview")
app.add_typer(body_app, name="body")
app.add_typer(demo_app, name="demo")
app.add_typer(benchmark_app, name="benchmark")
app.add_typer(given_app, name="given")
app.add_typer(otio_app, name="otio")
app.add_typer(models_app, name="models")


def _concerned(error: Exception) -> str:
    """Return the file that an error names, or what was to be written, or the command."""
    out = sys.argv.index("--out") if "--out" in sys.argv[:-1] else 0
    return getattr(error, "filename", None) or sys.argv[out + 1]


def main() -> None:
    """Run the command line; errors in what the user gave end with one message and exit code 1."""
    # Threads that spin while they wait make two jobs on shared cores many times slower than one
    # after the other. But one that sleeps at once wakes up late: training takes twice as long. So
    # they spin for some microseconds. OpenMP reads this when torch is loaded, torch the last one:
    # what its tensors lie in comes in large pages.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    look_for_room()
    try:
        app()
    except InputError as error:
        print(f"retime: {error}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if not (reason := lacked(error)):
            raise
        print(f"retime: {_concerned(error)}: {reason}", file=sys.stderr)
        sys.exit(1)
