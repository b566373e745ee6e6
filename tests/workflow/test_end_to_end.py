"""From the demo's video to its edits and report, through the real Snakefile."""

import av
import pytest

from retime.artifacts import Frames, Layers, TimeMap
from retime.studio.footage import read_footage

from .project import Project

pytestmark = pytest.mark.workflow
EDITS = ("freeze", "remove", "together")


def test_every_edit_is_a_video_of_the_sources_rate_and_length(finished: Project) -> None:
    with av.open(str(finished.root / "videos/demo.mp4")) as source:
        rate = source.streams.video[0].average_rate
        length = sum(1 for _ in source.decode(video=0))
    with Layers.open(finished.root / "results/demo/layers.h5") as layers:
        height, width = layers.rgba.shape[2:4]
    for edit in EDITS:
        with av.open(str(finished.root / f"results/demo/edits/{edit}/{edit}.mp4")) as video:
            stream = video.streams.video[0]
            assert (stream.width, stream.height, stream.average_rate) == (width, height, rate)
            assert stream.codec_context.name == "h264"
            assert sum(1 for _ in video.decode(video=0)) == length


def test_the_artifacts_are_those_of_the_design(finished: Project) -> None:
    results = finished.root / "results/demo"
    with Frames.open(results / "frames.h5") as frames:
        assert frames.clip == "demo"
        assert frames.working_size[1] == 64  # config/test/config.yaml
        count = len(frames.rgb)
    with Layers.open(results / "layers.h5") as layers:
        assert layers.names == ["walker", "ann", "ben"]  # clips/demo/clip.yaml
        assert layers.rgba.shape[:2] == (4, count)
        assert layers.rgba.shape[2] == 64 * 3  # `layer_scale` in clips/demo/clip.yaml
    with TimeMap.open(results / "edits/freeze/timemap.h5") as timemap:
        walker = timemap.layer[:].tolist().index(1)
        assert set(timemap.source_time[walker]) == {25.0}  # clips/demo/edits/freeze.yaml


def test_nothing_half_written_is_left(finished: Project) -> None:
    names = {path.name for path in finished.root.rglob("*") if path.is_file()}
    assert not [name for name in names if "partial" in name]
    assert not [name for name in names if name.endswith(".ckpt")]


def test_each_stage_leaves_a_log(finished: Project) -> None:
    logs = {path.name for path in (finished.root / "logs/demo").iterdir()}
    assert {"demo_clip.log", "frames.log", "train.log", "render-freeze.log"} <= logs
    assert "train  60 frames, 3 layers" in (finished.root / "logs/demo/train.log").read_text()


def test_the_report_holds_pictures_and_edits_of_the_clip(project: Project) -> None:
    done = project.snakemake("--report", "report.html")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (project.root / "report.html").read_text()
    pictures = ("tracks.png", "uv.png", "layers.png", "losses.png", "timing.png")
    for part in (*pictures, *EDITS, "beside.mp4"):
        assert part in text
    for caption in ("tracked in demo", "layers of demo", "training of demo", "of demo: the source"):
        assert caption in text


def test_exports_previews_and_proposals_are_made_on_demand(project: Project) -> None:
    edit = "results/demo/edits/freeze"
    wanted = (f"{edit}/ffv1", f"{edit}/preview.mp4", "results/demo/suggested.yaml")
    done = project.snakemake(*wanted, "results/demo/studio")
    assert done.returncode == 0, done.stdout + done.stderr
    footage = read_footage(project.root / "results/demo/studio")
    assert footage.names == ["walker", "ann", "ben"]
    assert [len(film.samples) for film in footage.layers] == [60, 60, 60]
    project.write("clips/demo/edits/slow.yaml", "layers: {ann: {speed: 0.5}}")
    assert project.made_by("results/demo/studio") == set()  # no edit is in it
    project.edit("clips/demo/clip.yaml", "settings:\n", "settings:\n  render: {light: linear}\n")
    assert project.made_by("results/demo/studio") == {"demo/studio"}
    files = sorted(p.name for p in (project.root / edit / "ffv1").rglob("*.mkv"))
    layers = ("01-walker", "02-ann", "03-ben")
    assert files == ["00-background.mkv", *(f"{name}.mkv" for name in layers), "freeze.mkv"]
    for file in (project.root / edit / "ffv1").rglob("*.mkv"):
        with av.open(str(file)) as video:
            assert sum(1 for _ in video.decode(video=0)) == 60
    with av.open(str(project.root / edit / "preview.mp4")) as video:
        assert video.streams.video[0].height == 180
    text = (project.root / "results/demo/suggested.yaml").read_text()
    assert text.startswith("# Proposals for 'demo'")


def test_a_target_of_its_own_makes_the_demo_even_where_it_is_off(fresh: Project) -> None:
    off = ("--config", "demo=false")
    done = fresh.snakemake("--dry-run", *off)
    assert done.returncode == 1
    assert "no video found in videos/*" in done.stderr
    made = fresh.made_by("demo", *off)
    assert {f"demo/edits/{edit}/{edit}.mp4" for edit in EDITS} <= made
    assert "videos/demo.mp4" in made
