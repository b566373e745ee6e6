"""How much of a workflow's time is no work: interpreters that start, imports, Snakemake."""

import ast
import csv
import importlib
import inspect
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from retime.errors import InputError

Row = dict[str, Any]

# Rules that are not called like the function of the command that they run.
CALLED = {"demo_clip": ("retime.demo.cli", "clip"), "cast": ("retime.cli", "seeds")}
# Jobs that draw pictures of the report and leave no note: of these their start counts alone.
PICTURES = ("preview_tracks", "preview_uv", "preview_losses", "preview_layers", "preview_timing")
REPEATS = 3


def imported(rule: str) -> list[str]:
    """Return the modules that a rule's command imports before it begins; none without a command."""
    named = CALLED.get(rule)
    for module, name in [named] if named else [("retime.cli", rule), ("retime.previews", rule)]:
        command = getattr(importlib.import_module(module), name, None)
        if command is not None:
            tree = ast.parse(inspect.getsource(command))
            return [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return []


def overhead_row(benchmarks: Path) -> Row:
    """Add up what starts take in a workflow that has run.

    Args:
        benchmarks: folder of the clip, in which Snakemake has noted what each job took.

    Returns:
        ``jobs``, their number; ``work``, seconds that they took, of which ``starts`` were spent on
        interpreters and imports; ``snakemake``, seconds in which it starts and lays out the jobs.

    Raises:
        InputError: there are no notes, or no Snakemake.
    """
    notes = sorted(benchmarks.glob("*.tsv"))
    if not notes:
        raise InputError(f"{benchmarks}: no times of jobs; run the workflow first (make demo)")
    snakemake = Path(sys.executable).with_name("snakemake")
    command = shutil.which("snakemake", path=str(snakemake.parent)) or shutil.which("snakemake")
    if command is None:
        raise InputError("snakemake is not installed beside this Python")
    work = 0.0
    rules = [*PICTURES[:-1]]
    for note in notes:
        rule = note.stem.split("-")[0]
        if imported(rule):
            rules += [rule] if rule != "warp" else [rule, PICTURES[-1]]  # a picture of each edit
            with note.open(encoding="utf-8") as file:
                work += float(next(csv.DictReader(file, delimiter="\t"))["s"])
    start = {
        rule: _seconds([sys.executable, "-c", f"import retime.cli, {', '.join(imported(rule))}"])
        for rule in sorted(set(rules))
    }
    drawing = sum(start[rule] for rule in rules if rule in PICTURES)
    starts = sum(start[rule] for rule in rules)
    laid_out = _seconds([command, "--cores", "1", "--dry-run", "--quiet", "all", "--", "demo"])
    return {"jobs": len(rules), "work": work + drawing, "starts": starts, "snakemake": laid_out}


def _seconds(command: list[str]) -> float:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - began)
    return statistics.median(took)
