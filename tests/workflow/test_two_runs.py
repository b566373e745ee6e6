"""Two runs on the same results, a lock left behind, and a clock that was ahead."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .kills import Peace
from .project import TINY, Project

pytestmark = pytest.mark.workflow
COMMAND = ("snakemake", "--configfile", TINY, "--cores", "1", "--config", "demo=false")
EDIT = "clips/tiny/edits/still.yaml"
DAY = 24 * 3600


@pytest.fixture
def project(peace: Peace, tmp_path: Path) -> Project:
    """A finished project in which an edit was changed."""
    project = peace.unbroken.copy(tmp_path / "checkout")
    project.write(EDIT, "layers: {person1: {freeze: 3}}\n")
    return project


def start(project: Project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        COMMAND,
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(path: Path) -> None:
    end = time.monotonic() + 300
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.05)


def test_a_second_run_is_refused_until_the_first_has_ended(project: Project) -> None:
    log = project.root / "logs/tiny/warp-still.log"
    log.unlink()
    first = start(project)
    wait_for(log)
    os.killpg(first.pid, signal.SIGSTOP)  # so that it is not done before the second begins
    second = project.run(*COMMAND)
    assert second.returncode == 1
    assert "Directory cannot be locked" in second.stderr
    assert "--unlock" in second.stderr
    os.killpg(first.pid, signal.SIGCONT)
    text, _ = first.communicate(timeout=600)
    assert first.returncode == 0, text
    assert "Nothing to be done" in project.run(*COMMAND, "--dry-run").stdout


def test_a_lock_left_behind_is_removed_by_unlock(project: Project) -> None:
    log = project.root / "logs/tiny/warp-still.log"
    log.unlink()
    killed = start(project)
    wait_for(log)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    refused = project.run(*COMMAND)
    assert refused.returncode == 1
    assert "Directory cannot be locked" in refused.stderr
    assert project.run(*COMMAND, "--unlock").returncode == 0
    done = project.run(*COMMAND)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(project.root.rglob("results/**/.*partial*"))


def test_results_from_the_future_run_nothing_again(peace: Peace, tmp_path: Path) -> None:
    """As after a clock that was wrong has been put right."""
    project = peace.unbroken.copy(tmp_path / "checkout")
    ahead = time.time() + DAY
    for name in ("frames.h5", "tracks.h5", "seeds.h5", "decomposition.h5"):
        os.utime(project.root / "results/tiny" / name, (ahead, ahead))
    done = project.run(*COMMAND, "--dry-run")
    assert "Nothing to be done" in done.stdout + done.stderr
