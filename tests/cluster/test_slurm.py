"""The demo and a folder of clips through a real SLURM, and what SLURM does to jobs at times."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from retime.artifacts import Layers
from tests.workflow.project import TINY, Project

from .conftest import Slurm

pytestmark = [pytest.mark.workflow, pytest.mark.cluster]

# Of this site rather than of any: no accounts, no accounting, jobs looked at every two seconds, one
# core each since the nodes share two.
SITE = (
    *("--workflow-profile", "profiles/slurm", "--jobs", "4", "--slurm-no-account"),
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"),
    *("--set-threads", "poses=1"),
)


@pytest.fixture
def project(slurm: Slurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A checkout in which nothing was run, in reach of SLURM."""
    for name, value in slurm.environment.items():
        monkeypatch.setenv(name, value)
    return Project.checkout(tmp_path / "checkout")


def through_slurm(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.run("snakemake", "--configfile", TINY, *SITE, *arguments)


def wait_for(condition: Callable[[], object], seconds: float = 120) -> object:
    """Return the first true value of ``condition``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    raise TimeoutError


def test_the_demo_and_a_folder_of_clips(project: Project, tiny_video: Path, slurm: Slurm) -> None:
    folder = project.root / "holidays of 2026"
    folder.mkdir()
    for name in ("two words.mp4", "jump.mp4", "jump.mov"):
        shutil.copy(tiny_video, folder / name)
    (folder / "letter.mp4").write_text("Dear all, ...")
    project.write("clips/two_words/edits/still.yaml", "layers: {person1: {freeze: 2}}")
    done = through_slurm(
        project,
        *("--config", f"videos={folder.name}/*"),
        *("--set-resources", "train:gpu=1", "train:slurm_partition=gpu"),
        *("--slurm-keep-successful-logs",),
    )
    text = done.stdout + done.stderr
    assert done.returncode == 1  # for the letter alone
    assert "5 clips: 4 done, 1 failed" in text, text
    assert "frames: holidays of 2026/letter.mp4: not a video that can be read" in text
    for clip, frames in {"demo": 60, "two_words": 8, "jump-mp4": 8, "jump-mov": 8}.items():
        with Layers.open(project.root / f"results/{clip}/layers.h5") as layers:
            assert layers.rgba.shape[1] == frames
    videos = sorted(path.name for path in project.root.glob("results/*/edits/*/[!b]*.mp4"))
    assert videos == ["freeze.mp4", "remove.mp4", "still.mp4", "together.mp4"]
    finished = (slurm.folder / "log/finished-jobs").read_text()
    # Of a clip: one job up to training, training, upsampling, two pictures, and each edit.
    assert finished.count("JobId=") < 60, finished
    said = [path.read_text() for path in project.root.glob("logs/slurm/**/*.log")]
    assert any("CUDA_VISIBLE_DEVICES" in text for text in said) or "gpu" in finished
