"""Run the benchmark: scenes through the pipeline, one row of figures for each scene and seed.

Rows are kept in a folder as soon as they are measured, with what they were made of, so that a run
that is broken off goes on where it stopped, and a table grows from run to run. Layers are kept,
too: where only a measure has changed, they are measured anew, not trained.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from retime.artifacts import Frames
from retime.atomic import write_text
from retime.benchmark.figures import exact_share, measure, worst
from retime.benchmark.found import Found, at_layer_size, at_working_size, layer_of_person
from retime.benchmark.inputs import Inputs, make_inputs
from retime.benchmark.scenes import SCENES, Scene
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
    upsampled: bool = True  # whether stage upsample is measured, too

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
        Rows: ``case``, ``people``, ``working`` and, where upsampled, ``layers`` (figures at both
        sizes, see :func:`retime.benchmark.figures.measure`; ``layers`` has ``exact_share`` too),
        ``train_seconds``, ``upsample_seconds`` (of CPU: what else the machine does hardly counts),
        ``peak_mib`` (of the larger process).

    Raises:
        InputError: there is no such scene, or the networks are not to be had.
    """
    for case in cases:
        if case.scene not in SCENES:
            raise InputError(f"no scene '{case.scene}'; there are {', '.join(SCENES)}")
    for case in cases:
        row = finished_row(folder, case, settings[case.preset])
        if row is None:
            row = _measure(folder, case, settings[case.preset], threads)
            row["made_of"] = _made_of(case, settings[case.preset])
            write_text(_row_path(folder, case), json.dumps(row, indent=2) + "\n")
        yield row


def finished_row(folder: Path, case: Case, settings: Settings) -> Row | None:
    """Return the row of a case that is kept in ``folder``; None where it is not, or is outdated.

    A row that has more than was asked for, the upsampled layers, will do, too.
    """
    row = read_row(_row_path(folder, case))
    if row is None:
        return None
    wanted = {_made_of(replace(case, upsampled=more), settings) for more in (case.upsampled, True)}
    return row if row["made_of"] in wanted else None


def median_row(rows: Sequence[Row], size: str) -> dict[str, float | None]:
    """Return the median over seeds of the figures of the worst person, at one size."""
    each = [worst(row[size]) for row in rows]
    result: dict[str, float | None] = {}
    for name in each[0]:
        known = [figures[name] for figures in each if figures[name] is not None]
        result[name] = statistics.median(known) if known else None
    return result


def _row_path(folder: Path, case: Case) -> Path:
    return folder / "rows" / f"{case.name}.json"


def read_row(path: Path) -> Row | None:
    """Return a kept row, or None if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _made_of(case: Case, settings: Settings) -> str:
    """Say what a row is made of: its stage files, and how they are measured."""
    return json.dumps([_stages_digest(case, settings), code_digest("_figures", __name__)])


def _stages_digest(case: Case, settings: Settings) -> str:
    """Say what a case's stage files are made of: the scene, the code and the settings."""
    names = ("frames", "poses", "tracks", "camera", "uv", "seeds", "train")
    code = [code_digest(name) for name in (*names, *(["upsample"] * case.upsampled))]
    code += [_scene_digest(case.scene), code_digest("_make", __name__)]
    return json.dumps([case.__dict__, settings.model_dump(mode="json"), code], sort_keys=True)


def _scene_digest(name: str) -> str:
    """Digest of a scene and of how it is filmed; other scenes may change."""
    scene = SCENES[name]
    return code_digest(scene.__name__, scene.__module__) + code_digest("_filmed", __name__)


def _measure(folder: Path, case: Case, settings: Settings, threads: int) -> Row:
    """Make a case's stage files, unless they are there from the same code, and measure them."""
    note, stages = folder / case.name / "made.json", _stages_digest(case, settings)
    made = read_row(note) or {}
    if made.get("made_of") != stages:
        note.unlink(missing_ok=True)
        made = _make(folder, case, settings, threads) | {"made_of": stages}
        write_text(note, json.dumps(made))
    costs = {name: value for name, value in made.items() if name != "made_of"}
    return {"case": dict(case.__dict__), **costs, **_figures(folder, case)}


def _make(folder: Path, case: Case, settings: Settings, threads: int) -> Row:
    """Send a scene through the stages; return what training and upsampling cost."""
    video = scene_video(folder, case.scene)
    own = folder / case.name
    own.mkdir(parents=True, exist_ok=True)
    make_inputs(video, truth_path(video), own, settings, case.inputs, threads)
    seeded = settings.train.model_copy(update={"seed": case.seed})
    frames, seeds, decomposition = (own / f"{s}.h5" for s in ("frames", "seeds", "decomposition"))
    seconds, peak = _stage("train", seeded, threads, frames=frames, seeds=seeds, out=decomposition)
    if not case.upsampled:
        return {"train_seconds": seconds, "peak_mib": peak}
    more, upsample_peak = _stage(
        "upsample", settings.upsample, threads, frames=frames, seeds=seeds,
        camera=own / "camera.h5", decomposition=decomposition, out=own / "layers.h5",
    )  # fmt: skip
    peak = max(peak, upsample_peak)
    return {"train_seconds": seconds, "upsample_seconds": more, "peak_mib": peak}


def _figures(folder: Path, case: Case) -> Row:
    """Measure a case's stage files."""
    own = folder / case.name
    row: Row = {}
    with Truth.open(truth_path(_video_path(folder, case.scene))) as true:
        number = layer_of_person(own, true)
        row["people"] = true.names
        with at_working_size(own) as found:
            row["working"] = measure(true, found, number, _video(own / "frames.h5", found))
        if case.upsampled:
            with at_layer_size(own) as found:
                pictures = _video(own / "frames.h5", found)
                row["layers"] = measure(true, found, number, pictures)
                row["layers"]["exact_share"] = exact_share(true, found, pictures)
    return row


def _video_path(folder: Path, name: str) -> Path:
    return folder / "scenes" / f"{name}.mp4"


def scene_video(folder: Path, name: str) -> Path:
    """Return the video of the scene ``name`` below ``folder``, filmed if need be."""
    return _filmed(folder, name, _scene_digest(name), SCENES[name])


def _filmed(folder: Path, name: str, digest: str, make: Callable[[], Scene]) -> Path:
    """Return the video of a scene, filmed unless it is there and was filmed by today's code."""
    video = _video_path(folder, name)
    note = video.with_suffix(".made-of")
    if not (video.exists() and note.exists() and note.read_text(encoding="utf-8") == digest):
        note.unlink(missing_ok=True)
        video.parent.mkdir(parents=True, exist_ok=True)
        scene = make()
        write_clip(scene.scenario, film(scene.scenario, scene.filming), video)
        write_text(note, digest)
    return video


def _stage(name: str, settings: Section, threads: int, **files: Path) -> tuple[float, float]:
    """Run a stage in a process of its own; return its seconds of CPU and peak memory in MiB."""
    command = [sys.executable, "-m", "retime", name, "--settings", settings.model_dump_json()]
    command += ["--threads", str(threads)]
    for option, path in files.items():
        command += [f"--{option}", str(path)]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise InputError(f"stage {name} ended with {process.returncode}; its message stands above")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _video(frames: Path, found: Found) -> np.ndarray:
    """Return the video at the size of the layers, uint8 [T, h, w, 3]."""
    with Frames.open(frames) as video:
        return np.stack(
            [cv2.resize(f, found.size, interpolation=cv2.INTER_AREA) for f in video.rgb]
        )
