"""Too little room, memory or permission: one message, exit code 1, and a re-run that completes."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .kills import Peace
from .project import TINY

pytestmark = pytest.mark.workflow
RESULTS = "results/tiny"
STAGES = (
    *("frames.h5", "poses.h5", "tracks.h5", "camera.h5", "uv.h5", "cast.h5", "seeds.h5"),
    *("decomposition.h5", "layers.h5", "edits/still/timemap.h5", "edits/still/still.mp4"),
    *("report/tracks.png", "report/uv.png", "report/layers.png", "report/losses.png"),
    "edits/still/timing.png",
)
PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="module")
def commands(peace: Peace) -> dict[str, str]:
    """Return Snakemake's own command for each file, without checkpoint and log."""
    arguments = ("--dry-run", "--forceall", "--printshellcmds", "--config", "demo=false")
    text = peace.unbroken.run("snakemake", "--configfile", TINY, "--cores", "2", *arguments).stdout
    lines = re.findall(r"^Shell command: (retime .*?) 2>&1 \| tee ", text, re.MULTILINE)
    found = {}
    for line in lines:
        path = re.search(r"--out (\S+)", line)[1]
        found[path.removeprefix(f"{RESULTS}/")] = re.sub(r"--checkpoint \S+", "", line)
    assert set(STAGES) < set(found)
    return found


@pytest.fixture
def tight(peace: Peace, tmp_path: Path) -> Iterator[Path]:
    """Give a folder whose disk is a page large."""
    folder = tmp_path / "tight"
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={PAGE}", "tmpfs", folder)
    yield folder
    subprocess.run(["umount", folder], check=True)


def _mount(*arguments: object) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here, which takes root: {done.stderr.strip()}")


def elsewhere(command: str, folder: Path) -> str:
    """Return a command that writes to another folder."""
    return re.sub(r"--(out|beside) \S+?([^/\s]+)(?=\s|$)", rf"--\1 {folder}/\2", command)


def messages(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what the program has to say of its end; all else that it may say is progress."""
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("retime: ")]


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk(stage: str, commands: dict[str, str], peace: Peace, tight: Path) -> None:
    whole = peace.unbroken.root / RESULTS / stage
    command = re.sub(r" --beside \S+", "", elsewhere(commands[stage], tight))
    room = int(0.4 * whole.stat().st_size) // PAGE * PAGE or PAGE
    _mount("-o", f"remount,size={room}", tight)
    done = peace.unbroken.run("bash", "-c", command)
    out = tight / whole.name
    (said,) = messages(done)
    # Of a film with sound, the pictures are written first, by another name.
    assert said.startswith((f"retime: {out}: ", f"retime: {tight}/.{out.stem}")), said
    assert "could not be written: no room is left on the disk; make some" in said
    assert done.returncode == 1
    assert list(tight.iterdir()) == []
    if stage in ("frames.h5", "decomposition.h5", "edits/still/still.mp4"):
        _mount("-o", "remount,size=100m", tight)
        done = peace.unbroken.run("bash", "-c", command)
        assert done.returncode == 0, done.stderr
        assert out.read_bytes() == whole.read_bytes()


def test_a_full_disk_under_a_checkpoint(
    commands: dict[str, str], peace: Peace, tight: Path, tmp_path: Path
) -> None:
    command = elsewhere(commands["decomposition.h5"], tmp_path)
    longer = command.replace('"steps": 80', '"steps": 800')
    assert longer != command
    done = peace.unbroken.run("bash", "-c", f"{longer} --checkpoint {tight}/train.ckpt")
    assert [line.split(": ")[1] for line in messages(done)] == [f"{tight}/train.ckpt"]
    assert done.returncode == 1


def test_results_that_are_read_only(peace: Peace, tmp_path: Path) -> None:
    project = peace.unbroken.copy(tmp_path / "checkout")
    project.write("clips/tiny/edits/still.yaml", "layers: {person1: {freeze: 3}}\n")
    results = project.root / RESULTS / "edits/still"
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    command = ("snakemake", "--configfile", TINY, "--cores", "1", "--config", "demo=false")
    _mount("--bind", results, results)
    try:
        _mount("-o", "remount,bind,ro", results)
        done = project.run(*command)
    finally:
        subprocess.run(["umount", results], check=True)
    assert done.returncode == 1
    assert "Write-protected output files for rule" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before
    done = project.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (results / "still.mp4").read_bytes() != before["still.mp4"]


def ended_by_library(done: subprocess.CompletedProcess[str]) -> bool:
    """Say whether native code ended the process itself, in which no Python has a say."""
    signals = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS}
    by_signal = done.returncode in {code for s in signals for code in (-s, 128 + s)}
    return by_signal or "OpenBLAS error: Memory allocation" in done.stderr


@pytest.mark.parametrize("stage", ["frames.h5", "poses.h5", "decomposition.h5"])
def test_too_little_memory(
    stage: str, commands: dict[str, str], peace: Peace, tmp_path: Path
) -> None:
    command = elsewhere(commands[stage], tmp_path)
    failed = 0
    # From where hardly Python itself starts, to where it suffices: how much that is depends on the
    # machine.
    for mib in (250, 400, 600, 900):
        done = peace.unbroken.run("prlimit", f"--as={mib << 20}", "bash", "-c", command)
        if done.returncode == 0:
            break
        failed += 1
        assert not list(tmp_path.iterdir())
        if ended_by_library(done):
            continue
        said = messages(done)
        assert len(said) == 1, done.stderr
        assert "memory ran out; let it have more" in said[0]
        assert done.returncode == 1
    assert failed
    done = peace.unbroken.run("bash", "-c", command)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / stage).read_bytes() == (peace.unbroken.root / RESULTS / stage).read_bytes()
