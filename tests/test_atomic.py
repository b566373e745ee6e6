"""Files and folders that are there whole or not at all."""

import os
import subprocess
from pathlib import Path

import pytest

from retime.atomic import HOST, partial_path, replacing, replacing_folder, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "new" / "sheet.png"
    with replacing(out) as partial:
        partial.write_bytes(b"half")
        assert not out.exists()
        assert partial.parent == out.parent  # of one file system, so that moving is one step
        assert partial.suffix == ".png"  # libraries choose their format by it
    assert names(out.parent) == ["sheet.png"]


def test_an_error_leaves_what_stood_there(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    out.write_bytes(b"old")

    def break_off() -> None:
        with replacing(out) as partial:
            partial.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        break_off()
    assert out.read_bytes() == b"old"
    assert names(tmp_path) == ["sheet.png"]


def test_a_folder_replaces_another_whole(tmp_path: Path) -> None:
    out = tmp_path / "png"
    for count in (3, 2):
        with replacing_folder(out) as partial:
            for number in range(count):
                (partial / f"{number}.png").touch()
    assert names(out) == ["0.png", "1.png"]
    assert names(tmp_path) == ["png"]


def test_an_error_leaves_the_folder_that_stood_there(tmp_path: Path) -> None:
    out = tmp_path / "png"
    write_text(out / "0.png", "old")

    def break_off() -> None:
        with replacing_folder(out) as partial:
            (partial / "0.png").touch()
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        break_off()
    assert (out / "0.png").read_text() == "old"
    assert names(tmp_path) == ["png"]


def dead_process() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_what_killed_processes_left_of_a_file_is_cleared_away(tmp_path: Path) -> None:
    dead = tmp_path / f".a.mp4.{HOST}.{dead_process()}.partial.mp4"
    folder = tmp_path / f".a.mp4.{HOST}.{dead_process()}.partial"
    alive = tmp_path / f".a.mp4.{HOST}.{os.getppid()}.partial.mp4"
    writing = tmp_path / ".a.mp4.another-host.1.partial.mp4"
    forgotten = tmp_path / ".a.mp4.another-host.2.partial.mp4"
    others = tmp_path / f".b.mp4.{HOST}.{dead_process()}.partial.mp4", tmp_path / ".a.mp4.c.partial"
    for file in (dead, alive, writing, forgotten, *others):
        file.touch()
    (folder / "inside").mkdir(parents=True)
    os.utime(forgotten, (0, 0))
    mine = partial_path(tmp_path / "a.mp4")
    assert mine.name == f".a.mp4.{HOST}.{os.getpid()}.partial.mp4"
    assert set(tmp_path.iterdir()) == {alive, writing, *others}
