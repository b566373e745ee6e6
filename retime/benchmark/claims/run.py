"""Check claims one by one, and keep what comes of it until the code or a preset changes."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from retime.atomic import write_text
from retime.benchmark.claims.claim import Claim, Mark, Workshop
from retime.benchmark.claims.registry import CLAIMS
from retime.benchmark.claims.sheet import write_sheet
from retime.errors import InputError
from retime.provenance import code_digest


@dataclass(frozen=True)
class Result:
    """What came of checking a claim."""

    name: str
    marks: list[Mark]
    seconds: float  # of one core
    picture: Path

    @property
    def holds(self) -> bool:
        """Say whether every figure keeps its bound."""
        return all(mark.met for mark in self.marks)


def check_claims(
    names: Sequence[str], workshop: Workshop, folder: Path, threads: int
) -> Iterator[Result]:
    """Check claims, or read what is kept of them.

    Args:
        names: of claims; none: all.
        workshop: what they are checked with.
        folder: for results and pictures.
        threads: CPU threads.

    Raises:
        InputError: there is no such claim.
    """
    for name in names:
        if name not in CLAIMS:
            raise InputError(f"no claim '{name}'; there are {', '.join(CLAIMS)}")
    torch.set_num_threads(threads)
    for name in names or CLAIMS:
        path, picture = folder / f"{name}.json", folder / f"{name}.png"
        made_of = _made_of(CLAIMS[name], workshop, threads)
        kept = _read(path)
        if kept is None or kept["made_of"] != made_of or not picture.exists():
            kept = _check(CLAIMS[name], workshop, picture) | {"made_of": made_of}
            write_text(path, json.dumps(kept, indent=2) + "\n")
        yield Result(name, [Mark(**mark) for mark in kept["marks"]], kept["seconds"], picture)


def _check(claim: Claim, workshop: Workshop, picture: Path) -> dict[str, Any]:
    began = time.process_time()
    outcome = claim.check(workshop)
    seconds = time.process_time() - began
    write_sheet(picture, outcome.rows)
    return {"marks": [asdict(mark) for mark in outcome.marks], "seconds": seconds}


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _made_of(claim: Claim, workshop: Workshop, threads: int) -> str:
    code = code_digest(claim.check.__name__, claim.check.__module__)
    settings = [s.model_dump(mode="json") for s in (workshop.paper, workshop.standard)]
    text = json.dumps([code, settings, workshop.effort, threads], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
