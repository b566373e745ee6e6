"""Two runs on the same results, a lock left behind, and clocks that go back."""

import os
import re
import signal
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from .kills import Peace
from .project import TINY, Project

pytestmark = pytest.mark.workflow
COMMAND = ("snakemake", "--configfile", TINY, "--cores", "1", "--config", "demo=false")
EDIT = "clips/tiny/edits/still.yaml"
DAY = 24 * 3600
# By which Snakemake says when a job started or ended: [Wed Nov 25 05:14:46 2026].
MOMENT = re.compile(r"^\[(\w{3} \w{3} +\d+ [\d:]{8} \d{4})\]$", re.MULTILINE)


@pytest.fixture
def project(peace: Peace, tmp_path: Path) -> Project:
    """A finished project in which an edit was changed."""
    project = peace.unbroken.copy(tmp_path / "checkout")
    project.write(EDIT, "layers: {person1: {freeze: 3}}\n")
    return project


def start(project: Project, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        COMMAND,
        cwd=project.root,
        env=project.environment | variables,
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


def test_a_clock_that_goes_back_during_a_run(project: Project, tmp_path: Path) -> None:
    """It is a day ahead until the time map is made."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        pytest.skip("libfaketime is not installed (apt install libfaketime)")
    whole = project.copy(tmp_path / "whole")
    done = whole.run(*COMMAND)
    assert done.returncode == 0, done.stdout + done.stderr

    clock, made = tmp_path / "clock", project.root / "results/tiny/edits/still/timemap.h5"
    clock.write_text("+1d")
    before = made.stat().st_mtime
    running = start(
        project,
        LD_PRELOAD=str(libraries[0]),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",  # this one never goes back
        NO_FAKE_STAT="1",
    )
    while not made.exists() or made.stat().st_mtime == before:
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    os.utime(made, (time.time() + DAY, time.time() + DAY))  # the disk's clock was ahead, too
    clock.write_text("+0")
    text, _ = running.communicate(timeout=600)
    assert running.returncode == 0, text
    moments = [datetime.strptime(moment, "%c") for moment in MOMENT.findall(text)]
    assert max(moments) - moments[-1] > timedelta(hours=23), text
    assert "Nothing to be done" in project.run(*COMMAND, "--dry-run").stdout
    for path in sorted(whole.root.glob("results/tiny/edits/still/*")):
        assert (made.parent / path.name).read_bytes() == path.read_bytes(), path.name
