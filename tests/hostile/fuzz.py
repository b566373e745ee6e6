"""Mutated files through the readers: no hang, no traceback, no code run, nothing written elsewhere.

    python -m tests.hostile.fuzz --inputs 300 --table docs/faults.md

Each input is a small whole file changed at random. It is read in a process with little memory,
which in `SECONDS` of a core has to read it or to refuse it with a message that names it. A file
that made a reader fail is kept in `--keep`.
"""

import argparse
import json
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from retime.marked import write_between

from .mutating import mutated
from .readers import READERS

BEGIN, END = "<!-- fuzz -->", "<!-- end of fuzz -->"
SECONDS, PATIENCE = 20.0, 300.0  # of a core, and by the clock: others may need the core


@dataclass
class Findings:
    """What came of all inputs."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    failures: list[tuple[str, str]] = field(default_factory=list)  # file and what was wrong
    peak_mib: float = 0.0


class Worker:
    """A process that reads files, started anew when it hangs or dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._start()

    def _start(self) -> None:
        # The packages' folders first, as this process has them.
        paths = [str(Path(__file__).parents[1]), *filter(None, sys.path)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hostile.readers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "stderr").open("w"),
            cwd=self.folder / "cwd",
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
        )

    def read(self, reader: str, file: Path) -> dict:
        """Return the process's answer, or what became of it."""
        self.process.stdin.write(json.dumps({"reader": reader, "file": str(file)}).encode() + b"\n")
        self.process.stdin.flush()
        began, spent = time.monotonic(), self._core_seconds()
        ready = []
        while not ready:
            ready, _, _ = select.select([self.process.stdout], [], [], 1.0)
            taken = self._core_seconds() - spent
            if taken > SECONDS or time.monotonic() - began > PATIENCE:
                break
        line = self.process.stdout.readline() if ready else b""
        if line:
            return json.loads(line)
        self.stop()
        how = f"died ({self.process.returncode})" if ready else "hung"
        self._start()
        return {"outcome": how, "peak_mib": 0.0}

    def _core_seconds(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def fuzz(folder: Path, inputs: int, seed: int, keep: Path | None = None) -> Findings:
    """Read mutated files.

    Args:
        folder: an empty folder; files are read below it, and nothing else may change in it.
        inputs: how many files, of all kinds in turn.
        seed: of the mutations.
        keep: where files go that made a reader fail.
    """
    chance, findings = random.Random(seed), Findings()
    inside = folder / "inside"
    for place in (inside / "out", folder / "cwd", folder / "whole"):
        place.mkdir(parents=True)
    for name, reader in READERS.items():
        reader.write(folder / "whole" / name)
    worker = Worker(folder)
    try:
        for name in READERS:  # loads its libraries, too
            answer = _read(worker, name, folder / "whole" / name, findings)
            if answer != "read":
                raise RuntimeError(f"{name} is not read even when whole: {answer}")
        findings.outcomes.clear()
        before = _outside(folder)
        for number in range(inputs):
            name = list(READERS)[number % len(READERS)]
            data = mutated((folder / "whole" / name).read_bytes(), chance, READERS[name].text)
            file = inside / name
            file.write_bytes(data)
            failed = len(findings.failures)
            _read(worker, name, file, findings)
            if new := _outside(folder) - before:
                findings.failures.append((name, f"wrote {sorted(new)}"))
                before |= new
            if keep and len(findings.failures) > failed:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, keep / f"{number}-{name}")
    finally:
        worker.stop()
    return findings


def _read(worker: Worker, name: str, file: Path, findings: Findings) -> str:
    answer = worker.read(name, file)
    findings.peak_mib = max(findings.peak_mib, answer["peak_mib"])
    known = answer["outcome"] in ("read", "refused", "lacking")
    findings.outcomes[name][answer["outcome"] if known else "failed"] += 1
    if not known:
        findings.failures.append((name, answer["outcome"]))
    return answer["outcome"]


def _outside(folder: Path) -> set[str]:
    inside = folder / "inside"
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if inside not in p.parents}


def table(findings: Findings, seed: int) -> str:
    """Return what came of it as Markdown."""
    kinds = ("read", "refused", "lacking", "failed")
    total = sum(counts.total() for counts in findings.outcomes.values())
    lines = [
        f"Made by `python -m tests.hostile.fuzz --inputs {total} --seed {seed}`.",
        "",
        "| file | read all the same | refused by a message | too large for the memory | failed |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| `{name}` | " + " | ".join(str(counts[kind]) for kind in kinds) + " |"
        for name, counts in findings.outcomes.items()
    ]
    lines += [
        "",
        f"{total} files, {len(findings.failures)} failures (hang, crash, traceback, or something "
        f"written elsewhere). Peak memory of the process that reads: {findings.peak_mib:.0f} MiB.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Read mutated files, and tell what came of it; exit with 1 after any failure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for files that made a reader fail")
    parser.add_argument("--table", type=Path, help="page that gets the table between its marks")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        findings = fuzz(Path(folder), given.inputs, given.seed, given.keep)
    for name, wrong in findings.failures:
        print(f"{name}: {wrong}\n")
    print(table(findings, given.seed))
    if given.table:
        write_between(given.table, BEGIN, END, table(findings, given.seed))
    raise SystemExit(bool(findings.failures))


if __name__ == "__main__":
    main()
