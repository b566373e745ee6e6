"""Run the benchmark: scenes through the pipeline, one row of figures for each scene and seed.

Rows are kept in a folder as soon as they are measured, with what they were made of, so that a run
that is broken off goes on where it stopped, and a table grows over several sittings.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from retime.artifacts import Frames
from retime.atomic import write_text
from retime.benchmark.figures import exact_share, measure, worst
from retime.benchmark.found import Found, at_layer_size, at_working_size, layer_of_person
from retime.benchmark.inputs import Inputs, make_inputs
from retime.benchmark.scenes import SCENES
from retime.config import Section, Settings
from retime.demo.clip import write_clip
from retime.demo.filming import film
from retime.demo.truth import Truth, truth_path
from retime.errors import InputError
from retime.provenance import code_digest

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One row: a scene trained once."""

    scene: str
    preset: str
    seed: int
    inputs: Inputs

    @property
    def name(self) -> str:
        """Of the row's file and folder."""
        return f"{self.scene}-{self.preset}-{self.inputs}-{self.seed}"


def run_benchmark(
    folder: Path,
    cases: Sequence[Case],
    settings: dict[str, Settings],
    threads: int,
) -> Iterator[Row]:
    """Measure cases one by one.

    Args:
        folder: where scenes, stage files and rows are kept.
        cases: what to measure.
        settings: by preset.
        threads: CPU threads.

    Yields:
        Rows: ``case``, ``people``, ``working`` and ``layers`` (figures at both sizes, see
        :func:`retime.benchmark.figures.measure`; ``layers`` has ``exact_share`` too),
        ``train_seconds``, ``upsample_seconds``, ``peak_mib`` (of the larger process).

    Raises:
        InputError: there is no such scene, or the networks are not to be had.
    """
    for case in cases:
        if case.scene not in SCENES:
            raise InputError(f"no scene '{case.scene}'; there are {', '.join(SCENES)}")
    for case in cases:
        made_of = _made_of(case, settings[case.preset])
        path = folder / "rows" / f"{case.name}.json"
        row = read_row(path)
        if row is None or row["made_of"] != made_of:
            row = _measure(folder, case, settings[case.preset], threads) | {"made_of": made_of}
            write_text(path, json.dumps(row, indent=2) + "\n")
        yield row


def read_row(path: Path) -> Row | None:
    """Return a kept row; None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def median_row(rows: Sequence[Row], size: str) -> dict[str, float | None]:
    """Return the median over seeds of the figures of the worst person, at one size."""
    each = [worst(row[size]) for row in rows]
    result: dict[str, float | None] = {}
    for name in each[0]:
        known = [figures[name] for figures in each if figures[name] is not None]
        result[name] = statistics.median(known) if known else None
    return result


def _made_of(case: Case, settings: Settings) -> str:
    stages = ("frames", "poses", "tracks", "camera", "uv", "seeds", "train", "upsample")
    code = [code_digest(stage) for stage in stages] + [code_digest("_measure", __name__)]
    return json.dumps([case.__dict__, settings.model_dump(mode="json"), code], sort_keys=True)


def _measure(folder: Path, case: Case, settings: Settings, threads: int) -> Row:
    video = _filmed(folder, case.scene)
    own = folder / case.name
    own.mkdir(parents=True, exist_ok=True)
    truth = truth_path(video)
    make_inputs(video, truth, own, settings, case.inputs, threads)
    seeded = settings.train.model_copy(update={"seed": case.seed})
    frames, seeds, decomposition = (own / f"{s}.h5" for s in ("frames", "seeds", "decomposition"))
    train = _stage("train", seeded, threads, frames=frames, seeds=seeds, out=decomposition)
    upsample = _stage(
        "upsample", settings.upsample, threads, frames=frames, seeds=seeds,
        camera=own / "camera.h5", decomposition=decomposition, out=own / "layers.h5",
    )  # fmt: skip
    row: Row = {
        "case": dict(case.__dict__),
        "train_seconds": train[0],
        "upsample_seconds": upsample[0],
        "peak_mib": max(train[1], upsample[1]),
    }
    with Truth.open(truth) as true:
        number = layer_of_person(own, true)
        row["people"] = true.names
        with at_working_size(own) as found:
            row["working"] = measure(true, found, number, _video(frames, found))
        with at_layer_size(own) as found:
            pictures = _video(frames, found)
            row["layers"] = measure(true, found, number, pictures)
            row["layers"]["exact_share"] = exact_share(true, found, pictures)
    return row


def _filmed(folder: Path, name: str) -> Path:
    """Return the video of a scene, filmed unless it is there and was filmed by today's code."""
    video, digest = folder / "scenes" / f"{name}.mp4", code_digest("_filmed", __name__)
    note = video.with_suffix(".made-of")
    if not (video.exists() and note.exists() and note.read_text(encoding="utf-8") == digest):
        note.unlink(missing_ok=True)
        video.parent.mkdir(parents=True, exist_ok=True)
        scene = SCENES[name]()
        write_clip(scene.scenario, film(scene.scenario, scene.filming), video)
        write_text(note, digest)
    return video


def _stage(name: str, settings: Section, threads: int, **files: Path) -> tuple[float, float]:
    """Run a stage in a process of its own; return its seconds and its peak memory in MiB."""
    command = [sys.executable, "-m", "retime", name, "--settings", settings.model_dump_json()]
    command += ["--threads", str(threads)]
    for option, path in files.items():
        command += [f"--{option}", str(path)]
    began = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise InputError(f"stage {name} ended with {process.returncode}; its message stands above")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def _video(frames: Path, found: Found) -> np.ndarray:
    """Return the video at the size of the layers, uint8 [T, h, w, 3]."""
    with Frames.open(frames) as video:
        return np.stack(
            [cv2.resize(f, found.size, interpolation=cv2.INTER_AREA) for f in video.rgb]
        )
