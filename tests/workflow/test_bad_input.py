"""Mistakes in what people write, and videos that cannot be used: one message, exit code 1."""

import shutil

import pytest

from .project import Project

pytestmark = pytest.mark.workflow


@pytest.fixture
def unrun(fresh: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return fresh.copy(tmp_path_factory.mktemp("unrun") / "checkout")


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "config/config.yaml",
            "video: films/*",
            "config/config.yaml (or --config): unknown key 'video': did you mean 'videos'?",
        ),
        (
            "clips/demo/clip.yaml",
            "layers:\n  - {name: a, people: [1], peoples: [2]}",
            "clips/demo/clip.yaml: unknown key 'layers.0.peoples': did you mean 'people'?",
        ),
        (
            "clips/demo/clip.yaml",
            "settings: {train: {steps: many}}",
            "settings of clip 'demo': 'train.steps': Input should be a valid integer",
        ),
        (
            "clips/demo/clip.yaml",
            "layers: [",
            "clips/demo/clip.yaml: not valid YAML: while parsing a flow",
        ),
        (
            "config/presets/draft.yaml",
            "trian: {steps: 3}",
            "draft.yaml: unknown key 'trian': did you mean 'train'?",
        ),
        (
            "clips/demo/edits/freeze.yaml",
            "layers:\n  walker: {frezze: 25}",
            "clips/demo/edits/freeze.yaml, line 2: unknown key 'layers.walker.frezze'",
        ),
        (
            "clips/demo/edits/a b.yaml",
            "layers: {}",
            "clips/demo/edits/a b.yaml: 'a b' cannot be the name of an edit; rename the file",
        ),
        (
            "clips/demo/clip.yaml",
            "frames: {start: 0}\nlayers: []\nframes: {start: 1}",
            "clips/demo/clip.yaml, line 3: 'frames' was already given in line 1; keep one",
        ),
        (
            "config/config.yaml",
            "preset: draft\npreset: paper",
            "config/config.yaml, line 2: 'preset' was already given in line 1; keep one",
        ),
        (
            "clips/demo/keypoints/fix.json",
            '[{"person": 1, "frame": 2, "keypoints": {"nose": [1]}}]',
            "clips/demo/keypoints/fix.json: [0].keypoints.nose: a joint is [x, y], null",
        ),
        (
            "clips/demo/keypoints/fix.yaml",
            "",
            "clips/demo/keypoints/fix.yaml: keypoint corrections are files NAME.json",
        ),
        (
            "clips/demo/trimaps/000012.png",
            "",
            "clips/demo/trimaps/000012.png: a trimap lies in the folder of its layer",
        ),
        (
            "clips/demo/trimap/ann/000012.png",
            "",
            "clips/demo/trimap: nothing reads this; did you mean 'trimaps'?",
        ),
        (
            "clips/demo/clip.yml",
            "",
            "clips/demo/clip.yml: nothing reads this; did you mean 'clip.y",
        ),
        (
            "videos/+.mp4",
            "",
            "videos/+.mp4: no clip can be called that; give the file a name with a letter or digit",
        ),
    ],
)
def test_is_said_before_any_job_starts(unrun: Project, path: str, text: str, message: str) -> None:
    unrun.write(path, text)
    done = unrun.snakemake()
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if line.startswith("retime: ")]
    assert len(said) == 1
    assert message in said[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert not (unrun.root / "results").exists()


def test_no_video_at_the_path_configured(unrun: Project) -> None:
    done = unrun.snakemake("--config", "videos=films/none.mp4")
    assert done.returncode == 1
    assert "retime: films/none.mp4: no such video" in done.stderr


def test_a_layer_that_is_not_there_stops_its_edit_alone(project: Project) -> None:
    project.write("clips/demo/edits/remove.yaml", "layers: {wlaker: remove}")
    project.write("clips/demo/edits/freeze.yaml", "layers: {walker: {freeze: 26}}")
    done = project.snakemake()
    text = done.stdout + done.stderr
    assert done.returncode == 1
    assert text.count("retime: clips/demo/edits/remove.yaml, line 1: 'layers.wlaker'") == 1
    assert "Traceback" not in text
    still_to_do = {f"demo/edits/remove/{n}" for n in ("timemap.h5", "timing.png", "remove.mp4")}
    assert project.made_by() == still_to_do
    project.write("clips/demo/edits/remove.yaml", "layers: {walker: remove}")
    assert project.made_by() == still_to_do


def test_a_broken_clip_fails_alone_and_leaves_nothing_half_written(project: Project) -> None:
    shutil.copy(project.root / "videos/demo.mp4", project.root / "videos/whole.mp4")
    project.write("videos/letter.mp4", "Dear all, ...")
    done = project.snakemake("results/whole/frames.h5", "results/letter/frames.h5")
    text = done.stdout + done.stderr
    assert done.returncode == 1
    assert text.count("retime: videos/letter.mp4: not a video that can be read") == 1
    assert "Traceback" not in text
    assert "not a video" in (project.root / "logs/letter/frames.log").read_text()
    assert (project.root / "results/whole/frames.h5").exists()
    assert not list((project.root / "results").glob("letter/**/*.h5"))
    assert not list((project.root / "results").rglob("*partial*"))
