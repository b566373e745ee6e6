"""The demo and a folder of clips through a real SLURM, and what SLURM does to jobs at times."""

import contextlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
from workflow.project import TINY, Project

from retime.artifacts import Layers

from .conftest import Slurm

T = TypeVar("T")

pytestmark = [pytest.mark.workflow, pytest.mark.cluster]

# Of this site rather than of any: no accounts, no accounting, jobs looked at every two seconds, one
# core each since the nodes share two.
SITE = (
    *("--set-threads", "poses=1", "camera=1", "uv=1", "train=1", "upsample=1", "render=1"),
    *("--workflow-profile", "profiles/slurm", "--slurm-no-account"),
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"),
    *("--jobs", "4"),
)


@pytest.fixture
def project(slurm: Slurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A checkout in which nothing was run, in reach of SLURM."""
    for name, value in slurm.environment.items():
        monkeypatch.setenv(name, value)
    return Project.checkout(tmp_path / "checkout")


def through_slurm(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.run("snakemake", "--configfile", TINY, *SITE, *arguments)


def running(slurm: Slurm) -> dict[int, tuple[str, str, str]]:
    return {number: job for number, job in slurm.jobs().items() if job[0] == "RUNNING"}


def wait_for(condition: Callable[[], T], run: Future, seconds: float = 600) -> T:
    """Return the first true value of ``condition`` while a run goes on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert not run.done(), run.result()
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
    finished = (slurm.folder / "log/finished-jobs").read_text().splitlines()
    # Of each clip one job up to training, training, upsampling and two pictures; four edits, the
    # demo's rendering, and three attempts at the letter.
    assert len(finished) == 4 * 5 + 4 + 1 + 3
    asked = slurm.command("scontrol", "show", "jobs")  # those that have ended, too
    assert asked.count("TresPerJob=gres:gpu:1") == 4  # the trainings
    assert list(project.root.glob("logs/slurm/*prepare*/*.log"))


def trainer_of(project: Project) -> psutil.Process | None:
    """Return the process that trains in a project, once it would keep its progress if ended."""
    command = [shutil.which("retime"), "train"]
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            if process.cmdline()[1:3] == command and process.cwd() == str(project.root):
                status = Path(f"/proc/{process.pid}/status").read_text()
                caught = int(re.search(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)[1], 16)
                return process if caught & 1 << (signal.SIGTERM - 1) else None
    return None


def test_cancelled_jobs_killed_steps_and_drained_nodes(
    project: Project, tiny_video: Path, slurm: Slurm
) -> None:
    (project.root / "films").mkdir()
    shutil.copy(tiny_video, project.root / "films/jump.mp4")
    project.write("clips/jump/clip.yaml", "settings: {train: {steps: 600}}")
    target, log = "results/jump/decomposition.h5", project.root / "logs/jump/train.log"
    arguments = (target, "--config", "videos=films/*", "demo=false")

    def training_but(*jobs: int) -> int | None:
        """Return the job that trains, if it is none of those."""
        return next((n for n in running(slurm) if n not in jobs and trainer_of(project)), None)

    def resumed() -> bool:
        return "train  resumed at step" in log.read_text()

    with ThreadPoolExecutor() as threads:
        run = threads.submit(through_slurm, project, *arguments)
        prepare, (_, node, _) = next(iter(wait_for(lambda: running(slurm), run).items()))
        slurm.command("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test")
        first = wait_for(lambda: training_but(prepare), run)
        assert slurm.jobs()[first][1] != node  # but what ran there was left to its end
        slurm.command("scontrol", "update", f"NodeName={node}", "State=RESUME")
        slurm.command("scancel", str(first))
        second = wait_for(lambda: training_but(prepare, first), run)
        wait_for(resumed, run)
        trainer_of(project).kill()
        third = wait_for(lambda: training_but(prepare, first, second), run)
        wait_for(resumed, run)
        done = run.result()
    assert done.returncode == 0, done.stdout + done.stderr
    assert prepare < first < second < third
    broken = (project.root / target).read_bytes()
    left = [path.name for path in (project.root / "results/jump").rglob("*") if path.is_file()]
    assert not [name for name in left if "partial" in name or "ckpt" in name]
    (project.root / target).unlink()
    unbroken = project.run("snakemake", "--configfile", TINY, "--cores", "1", *arguments)
    assert unbroken.returncode == 0, unbroken.stdout + unbroken.stderr
    assert not resumed()
    assert (project.root / target).read_bytes() == broken
