"""Fifty mutated files; `python -m tests.hostile.fuzz` reads three hundred."""

import random
from pathlib import Path

import pytest

from retime.errors import InputError

from .fuzz import Worker, fuzz, table
from .mutating import mutated
from .readers import READERS, Reader, outcome


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    findings = fuzz(tmp_path, inputs=55, seed=2)
    assert findings.failures == []
    assert {name: counts.total() for name, counts in findings.outcomes.items()} == dict.fromkeys(
        READERS, 5
    )
    assert 0 < findings.peak_mib < 1500
    assert "55 files, 0 failures" in table(findings, 2)


def test_mutations_are_those_of_their_seed() -> None:
    data = bytes(range(256))
    once = [mutated(data, random.Random(seed), text=False) for seed in range(20)]
    assert once == [mutated(data, random.Random(seed), text=False) for seed in range(20)]
    assert len(set(once)) > 15


def test_failures_of_readers_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise ZeroDivisionError(path)

    def blame_another(path: Path) -> None:
        raise InputError("another.h5: is damaged")

    def run_out(path: Path) -> None:
        raise MemoryError

    file = tmp_path / "edit.yaml"
    for read, expected in (
        (fail, "Traceback"),
        (blame_another, "the message does not name the file"),
        (run_out, "lacking"),
        (Path.exists, "read"),
    ):
        assert outcome(Reader("edit.yaml", Path.touch, read), file).startswith(expected)


def test_a_process_that_dies_is_started_anew(tmp_path: Path) -> None:
    (tmp_path / "cwd").mkdir()
    (tmp_path / "edit.yaml").write_text("layers: {ann: remove}")
    worker = Worker(tmp_path)
    try:
        worker.process.stdin.write(b"no JSON\n")
        assert worker.read("edit.yaml", tmp_path / "edit.yaml")["outcome"].startswith("died")
        assert worker.read("edit.yaml", tmp_path / "edit.yaml")["outcome"] == "read"
    finally:
        worker.stop()
