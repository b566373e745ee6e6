"""Exactly what runs again after each kind of change."""

import os
import re
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from .project import Project

pytestmark = pytest.mark.workflow

EDITS = ("freeze", "remove", "together")
WARPS = {f"demo/edits/{edit}/timemap.h5" for edit in EDITS}
TIMINGS = {f"demo/edits/{edit}/timing.png" for edit in EDITS}
RENDERS = {f"demo/edits/{edit}/{edit}.mp4" for edit in EDITS}
FREEZE = {f"demo/edits/freeze/{name}" for name in ("timemap.h5", "timing.png", "freeze.mp4")}
BELOW_TRAINING = {"demo/layers.h5", "demo/report/layers.png", *RENDERS}
TRAINING = {"demo/decomposition.h5", "demo/report/losses.png", *BELOW_TRAINING}
LAYERS = {"demo/cast.h5", "demo/seeds.h5", *WARPS, *TIMINGS, *TRAINING}
PICTURES = {"demo/report/tracks.png", "demo/report/uv.png"}
TRACKS = {"demo/tracks.h5", "demo/camera.h5", "demo/uv.h5", *PICTURES, *LAYERS}
NEW_CLIP = {
    f"other/{name}"
    for name in (
        *(f"{noun}.h5" for noun in ("frames", "poses", "tracks", "camera", "uv", "seeds")),
        *(f"{noun}.h5" for noun in ("decomposition", "layers")),
        *(f"report/{picture}.png" for picture in ("tracks", "uv", "layers", "losses")),
    )
}
ALL = {"videos/demo.mp4", "demo/frames.h5", "demo/poses.h5", *TRACKS}


def trimap(
    project: Project, name: str = "ann/000010.png", value: int = 255, clip: str = "demo"
) -> Path:
    """Paint a trimap of the demo's working size."""
    path = project.root / "clips" / clip / "trimaps" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((64, 114), value, np.uint8))
    return path


def keypoint(project: Project, clip: str = "demo", x: float = 300.0) -> None:
    """Put a joint right."""
    entry = f'[{{"person": 1, "frame": 12, "keypoints": {{"nose": [{x}, 100]}}}}]'
    project.write(f"clips/{clip}/keypoints/fix.json", entry)


def touch(project: Project) -> None:
    for path in (project.root / "clips").rglob("*.*"):
        path.touch()


CHANGES: dict[str, tuple[Callable[[Project], object], set[str]]] = {
    "nothing": (lambda p: None, set()),
    "all that people wrote merely touched": (touch, set()),
    "the demo's video merely touched": (lambda p: (p.root / "videos/demo.mp4").touch(), set()),
    "a trimap painted": (trimap, {"demo/seeds.h5", *TRAINING}),
    "a trimap painted for some frames": (
        lambda p: trimap(p, "ben/000010-000020.png"),
        {"demo/seeds.h5", *TRAINING},
    ),
    "a keypoint put right": (lambda p: keypoint(p), TRACKS),
    "an edit changed": (
        lambda p: p.edit("clips/demo/edits/freeze.yaml", "freeze: 25", "freeze: 26"),
        FREEZE,
    ),
    "an edit changed under its old time": (
        lambda p: _keep_time(
            p.root / "clips/demo/edits/freeze.yaml",
            lambda: p.edit("clips/demo/edits/freeze.yaml", "freeze: 25", "freeze: 26"),
        ),
        FREEZE,
    ),
    "an edit added": (
        lambda p: p.write("clips/demo/edits/slow.yaml", "layers: {ann: {speed: 0.5}}"),
        {f"demo/edits/slow/{name}" for name in ("timemap.h5", "timing.png", "slow.mp4")},
    ),
    "an edit deleted": (lambda p: (p.root / "clips/demo/edits/freeze.yaml").unlink(), set()),
    "a trimap painted and an edit changed": (
        lambda p: (
            trimap(p),
            p.edit("clips/demo/edits/freeze.yaml", "freeze: 25", "freeze: 26"),
        ),
        {"demo/seeds.h5", *FREEZE, *TRAINING},
    ),
    "a layer regrouped": (
        lambda p: p.edit(
            "clips/demo/clip.yaml",
            "  - name: ann\n    people: [2]\n  - name: ben\n    people: [3]",
            "  - name: ann\n    people: [2, 3]",
        ),
        LAYERS,
    ),
    "the order of some frames said": (
        lambda p: p.edit(
            "clips/demo/clip.yaml",
            "layers:\n",
            "order: [{frames: [0, 9], back_to_front: [ben, ann, walker]}]\nlayers:\n",
        ),
        LAYERS,
    ),
    "somebody ignored": (
        lambda p: p.edit("clips/demo/clip.yaml", "  - name: ben\n    people: [3]", "ignore: [3]"),
        LAYERS,
    ),
    "a layer renamed": (
        lambda p: p.edit("clips/demo/clip.yaml", "- name: ben", "- name: benjamin"),
        LAYERS,
    ),
    "the reference frame said": (
        lambda p: p.edit("clips/demo/clip.yaml", "layers:\n", "camera: {reference: 3}\nlayers:\n"),
        {"demo/camera.h5", *LAYERS},
    ),
    "the camera said": (
        lambda p: p.edit("clips/demo/clip.yaml", "layers:\n", "camera: {mode: pan}\nlayers:\n"),
        {"demo/camera.h5", *LAYERS},
    ),
    "a setting of training changed": (
        lambda p: p.edit("clips/demo/clip.yaml", "settings:\n", "settings:\n  train: {seed: 1}\n"),
        TRAINING,
    ),
    "layers of the source's size asked for": (
        lambda p: p.edit(
            "clips/demo/clip.yaml",
            "settings:\n",
            "settings:\n  upsample: {output_size: source}\n",
        ),
        BELOW_TRAINING,
    ),
    "an export asked for": (
        lambda p: p.edit(
            "clips/demo/clip.yaml", "settings:\n", "settings:\n  export: {formats: [png]}\n"
        ),
        {f"demo/edits/{edit}/png" for edit in EDITS},
    ),
    "a comment in clip.yaml": (
        lambda p: p.edit("clips/demo/clip.yaml", "layers:\n", "# so be it\nlayers:\n"),
        set(),
    ),
    "the range of frames changed": (
        lambda p: p.edit("clips/demo/clip.yaml", "layers:\n", "frames: {end: 59}\nlayers:\n"),
        ALL - {"videos/demo.mp4"},
    ),
    "a comment in the tracker": (
        lambda p: p.edit("retime/people/stage.py", "def run_tracks(", "# here\ndef run_tracks("),
        set(),
    ),
    "code of the tracker changed": (
        lambda p: _new_statement(p, "retime/people/stage.py", "run_tracks"),
        TRACKS,
    ),
    "code of training changed": (
        lambda p: _new_statement(p, "retime/layers/training.py", "run_train"),
        TRAINING,
    ),
    "code of rendering changed": (
        lambda p: _new_statement(p, "retime/render/stage.py", "run_render"),
        RENDERS,
    ),
    "code of time maps changed": (
        lambda p: _new_statement(p, "retime/timing/stage.py", "run_warp"),
        WARPS | TIMINGS | RENDERS,
    ),
    "code of the demo's light changed": (
        lambda p: _new_statement(p, "retime/demo/clip.py", "render_clip"),
        ALL,
    ),
    "a file on the way deleted": (
        lambda p: (p.root / "results/demo/seeds.h5").unlink(),
        {"demo/seeds.h5", *TRAINING},
    ),
    "an edit's video deleted": (
        lambda p: (p.root / "results/demo/edits/remove/remove.mp4").unlink(),
        {"demo/edits/remove/remove.mp4"},
    ),
    "a clip put beside": (
        lambda p: shutil.copy(p.root / "videos/demo.mp4", p.root / "videos/other.mp4"),
        NEW_CLIP,
    ),
}


def _keep_time(path: Path, change: Callable[[], object]) -> None:
    before = path.stat()
    change()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _new_statement(project: Project, path: str, function: str) -> None:
    """Put a statement at the beginning of a function's body."""
    lines = (project.root / path).read_text().splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.startswith(f"def {function}("))
    end = next(n for n in range(start, len(lines)) if lines[n].rstrip().endswith(":"))
    lines.insert(end + 1, "    _changed = True\n")
    (project.root / path).write_text("".join(lines))


@pytest.mark.parametrize("change", CHANGES)
def test_runs_again_exactly(project: Project, change: str) -> None:
    make, expected = CHANGES[change]
    make(project)
    assert project.made_by() == expected


def test_another_preset_runs_what_it_sets(project: Project) -> None:
    # What draft sets, the tests' own settings overrule.
    project.write("config/presets/bright.yaml", "render: {crf: 10}\n")
    project.edit("config/test/config.yaml", "preset: draft", "preset: bright")
    assert project.made_by() == RENDERS


@pytest.fixture(scope="module")
def settled(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two clips with corrections of every kind, all done. Not to be changed."""
    project = finished.copy(tmp_path_factory.mktemp("settled") / "checkout")
    shutil.copytree(project.root / "results/demo", project.root / "results/other")
    shutil.copy(project.root / "videos/demo.mp4", project.root / "videos/other.mp4")
    for clip in ("demo", "other"):
        trimap(project, clip=clip)
        keypoint(project, clip)
    project.settle()
    assert project.made_by() == set()
    return project


def of_other(*made: str) -> set[str]:
    """What is made of the other clip, which has no edits."""
    return {name.replace("demo/", "other/") for name in made} & NEW_CLIP


CHANGES_OF_CORRECTIONS: dict[str, tuple[Callable[[Project], object], set[str]]] = {
    "all merely touched": (touch, set()),
    "a trimap edited": (lambda p: trimap(p, value=0), {"demo/seeds.h5", *TRAINING}),
    "a trimap edited under its old time": (
        lambda p: _keep_time(
            p.root / "clips/demo/trimaps/ann/000010.png", lambda: trimap(p, value=0)
        ),
        {"demo/seeds.h5", *TRAINING},
    ),
    "a trimap deleted": (
        lambda p: (p.root / "clips/demo/trimaps/ann/000010.png").unlink(),
        {"demo/seeds.h5", *TRAINING},
    ),
    "all trimaps deleted": (
        lambda p: shutil.rmtree(p.root / "clips/demo/trimaps"),
        {"demo/seeds.h5", *TRAINING},
    ),
    "a trimap of the other clip edited": (
        lambda p: trimap(p, value=0, clip="other"),
        of_other("demo/seeds.h5", *TRAINING),
    ),
    "a keypoint fix edited": (lambda p: keypoint(p, x=301), TRACKS),
    "a keypoint fix deleted": (
        lambda p: (p.root / "clips/demo/keypoints/fix.json").unlink(),
        TRACKS,
    ),
    "a keypoint fix of the other clip deleted": (
        lambda p: (p.root / "clips/other/keypoints/fix.json").unlink(),
        of_other(*TRACKS),
    ),
    "the other video replaced": (
        lambda p: (p.root / "videos/other.mp4").write_bytes(
            (p.root / "videos/demo.mp4").read_bytes()[:-100]
        ),
        NEW_CLIP,
    ),
    "the other video merely touched": (lambda p: (p.root / "videos/other.mp4").touch(), set()),
}


@pytest.mark.parametrize("change", CHANGES_OF_CORRECTIONS)
def test_a_correction_runs_again_exactly(settled: Project, tmp_path: Path, change: str) -> None:
    project = settled.copy(tmp_path / "checkout")
    make, expected = CHANGES_OF_CORRECTIONS[change]
    make(project)
    assert project.made_by() == expected


def test_the_results_of_a_deleted_edit_stay_and_are_said_to_be_left_over(project: Project) -> None:
    (project.root / "clips/demo/edits/freeze.yaml").unlink()
    done = project.snakemake("--dry-run")
    folder = "results/demo/edits/freeze"
    assert done.stderr.count(f"retime: {folder}: its edit is not there any more; delete") == 1
    assert (project.root / folder / "freeze.mp4").exists()
    shutil.rmtree(project.root / folder)
    assert "not there any more" not in project.snakemake("--dry-run").stderr


def test_a_video_is_known_by_its_contents(project: Project) -> None:
    video = project.root / "videos/take.mp4"
    shutil.copy(project.root / "videos/demo.mp4", video)
    target = "results/take/frames.h5"
    assert project.snakemake(target).returncode == 0
    assert project.made_by(target) == set()
    video.touch()
    assert project.made_by(target) == set()
    contents = bytearray(video.read_bytes())
    contents[len(contents) // 2] ^= 255
    _keep_time(video, lambda: video.write_bytes(contents))
    assert project.made_by(target) == {"take/frames.h5"}


def _clicks(path: Path, *seconds: float) -> None:
    sound = np.zeros(3 * 8000, np.int16)
    for second in seconds:
        sound[round(second * 8000) :][:200] = 20000 * (-1) ** np.arange(200)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(sound.tobytes())


def test_a_sound_beside_an_edit_is_known_by_its_contents(project: Project) -> None:
    edits = project.root / "clips/demo/edits"
    align = "{to: beats, moments: [5, 20], sound: clicks.wav}"
    project.write("clips/demo/edits/dance.yaml", f"layers: {{ann: {{align: {align}}}}}")
    done = project.snakemake("--dry-run")
    assert done.returncode == 1
    assert "dance.yaml, line 1: 'layers.ann.align.sound': no such file" in done.stderr
    _clicks(edits / "clicks.wav", 0.5, 2.0)
    target = "results/demo/edits/dance/timemap.h5"
    assert project.snakemake(target).returncode == 0
    (edits / "clicks.wav").touch()
    assert project.made_by(target) == set()
    _keep_time(edits / "clicks.wav", lambda: _clicks(edits / "clicks.wav", 0.5, 2.2))
    assert project.made_by(target) == {"demo/edits/dance/timemap.h5"}


def test_the_benchmark_is_its_scenes_and_the_claims(fresh: Project) -> None:
    done = fresh.snakemake("--dry-run", "benchmark")
    assert done.returncode == 0, done.stderr
    jobs = set(re.findall(r"^(benchmark\w*) +1$", done.stdout + done.stderr, re.MULTILINE))
    assert jobs == {"benchmark", "benchmark_claims", "benchmark_scenes"}
