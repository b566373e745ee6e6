"""The page of speeds, in Markdown."""

import math
from collections.abc import Mapping
from textwrap import fill
from typing import Any

from retime.benchmark.speed.floor import H100, paper_floor
from retime.benchmark.speed.growth import (
    PEAK_VARIABLES,
    STEP_VARIABLES,
    fit_peaks,
    fit_steps,
)
from retime.benchmark.speed.quality import SCENE, seconds_to
from retime.benchmark.speed.steps import BATCH, LAYERS
from retime.config import Settings, TrainSettings
from retime.needs import Extent, asked_memory

Row = dict[str, Any]

INTRODUCTION = """Made by `retime benchmark speed`; not written by hand. Times are medians, those
in one row measured by turns; other machines have other times, but ratios and shares travel. Figures
that miss what is aimed at are in italics."""

WIDTH = 110
# What is aimed at, on two cores.
FASTER, STANDARD_FASTER, DATA = 1.5, 3.0, 0.03
DETECTION_MS, UV_MS, CAMERA_MS, STAGES_SECONDS = 120.0, 25.0, 40.0, 180.0
OVERHEAD = 0.10
WITHIN = {25.0: math.inf, 30.0: 30.0, 33.0: math.inf, 36.0: 150.0}
"""Seconds in which `standard` is to reach so many decibels."""


def page(kept: Mapping[str, Row]) -> str:
    """Return the page for what is kept, see ``run.measure_speed``."""
    steps = [held for name, held in kept.items() if name.startswith("step-")]
    parts = [_section("# Speed, measured", INTRODUCTION)]
    if steps:
        parts.append(_steps(steps))
    if "growth" in kept:
        parts.append(_growth(kept["growth"]))
    if "quality" in kept:
        parts.append(_quality(kept["quality"]))
    if "stages" in kept:
        parts.append(_stages(kept["stages"]))
    if "workflow" in kept:
        parts.append(_workflow(kept["workflow"]))
    parts.append(_floor())
    return "\n".join(parts)


def _on(held: Row) -> str:
    machine = held["machine"]
    return f"{machine['processor']}, {machine['threads']} threads, torch {machine['torch']}"


def _section(heading: str, *parts: str) -> str:
    """Join a heading, paragraphs and tables; paragraphs are wrapped."""
    wrapped = (p if p.startswith("|") else fill(" ".join(p.split()), WIDTH) + "\n" for p in parts)
    return "\n".join([f"{heading}\n", *wrapped])


def _table(headings: list[str], rows: list[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def aimed(text: str, met: bool) -> str:
    """Return ``text``, in italics where the aim is missed."""
    return text if met else f"*{text}*"


def _steps(held: list[Row]) -> str:
    rows, shares = [], []
    for found in (each["found"] for each in held):
        size = "x".join(map(str, found["size"]))
        faster = found["plain"] / found["fast"]
        a_frame = found["paper_frame"] / found["standard_frame"]
        standard = BATCH * a_frame
        rows.append(
            [
                size,
                str(found["channels"]),
                f"{1e3 * found['plain']:.0f}",
                f"{1e3 * found['fast']:.0f}",
                aimed(f"{faster:.2f}", faster >= FASTER),
                f"{BATCH * 1e3 * found['paper_frame']:.0f}",
                f"{1e3 * found['standard_frame']:.0f}",
                aimed(f"{standard:.1f}", standard >= STANDARD_FASTER),
                f"{a_frame:.2f}",
                f"{max(found['loss_off'], found['gradient_off']):.0e}",
            ]
        )
        shares.append(
            [
                size,
                str(found["channels"]),
                f"{found['peak']:.0f}",
                f"{found['reached'] / found['peak']:.0%}",
                *(f"{share:.0%}" for share in found["shares"].values()),
                aimed(f"{found['data']:.1%}", found["data"] < DATA),
            ]
        )
    kinds = list(held[0]["found"]["shares"])
    headings = ["size", "channels", "plain ms", "fast ms", "faster", "paper ms"]
    headings += ["standard ms", "faster", "faster a frame", "apart"]
    about = f"""{_on(held[0])}. {LAYERS} layers. *Plain* is `layers/reference.py`, *fast* what is
    used, the same arithmetic with {BATCH} frames a step; *apart*, how far losses and gradients
    differ, relative, in double precision at 112x64. *Paper* is the plain step with the background
    as a pass of the network, *standard* a step of the default preset, which shows one frame, the
    first {TrainSettings().coarse:.0%} of the steps at half the size; *a frame*, the same ratio for
    each frame shown."""
    spent = """What a fast step is spent on. *Peak*: the quickest product of two large matrices in
    the same run, 1e9 operations a second; *reached*: the share of it that convolutions reach,
    counted by the plain step's operations. *Data*: fetching what frames say and where their
    textures are read, all of it in memory."""
    return _section(
        "## A training step",
        about,
        _table(headings, rows),
        spent,
        _table(["size", "channels", "peak", "reached", *kinds, "data"], shares),
    )


def _growth(held: Row) -> str:
    steps, peaks = held["found"]["steps"], held["found"]["peaks"]
    law, off = fit_steps(steps)
    step_rows = [
        [*(str(row[name]) for name in STEP_VARIABLES), f"{1e3 * row['seconds']:.0f}"]
        for row in steps
    ]
    cost, maps, peaks_off = fit_peaks(peaks)
    peak_rows = [
        [*(str(row[name]) for name in PEAK_VARIABLES), f"{row['mib']:.0f}", str(asked_for(row))]
        for row in peaks
    ]
    times = f"""{_on(held)}; here one thread. A step at full working size takes
    {1e3 * law.itself:.0f} ms, and {law.megapixel:.2f} s for each megapixel of what it shows, all
    frames and layers together, times channels / 16 to the {law.power:.2f}; no row is off by more
    than a factor of {off:.2f}."""
    memory = f"""Peak resident memory of a training of three steps, a process of its own:
    {cost.constant:.0f} MiB, {cost.clip:.0f} for each megapixel of the clip's frames and
    {cost.clip_layers:.0f} for each of its layers; and {maps:.0f} maps of 4 bytes for what a step
    shows, as large as its frames and as many as the channels. No row is off by more than a factor
    of {peaks_off:.2f}. *Asked*: what the workflow asks a scheduler for."""
    estimates = """By these laws `retime/needs.py` estimates time and memory: for the first line
    that `train` says, for how much sooner steps at half the size are done, and for a scheduler."""
    return _section(
        "## How a training grows",
        times,
        _table([*STEP_VARIABLES, "ms"], step_rows),
        memory,
        _table(["frames of the clip", *STEP_VARIABLES, "MiB", "asked"], peak_rows),
        estimates,
    )


def asked_for(row: Row) -> int:
    """Return the memory, MiB, that the workflow asks for where ``growth`` measured a row."""
    size = tuple(row["size"])
    extent = Extent(row["clip"], size, size, size, row["layers"], row["layers"])
    train = {"batch": row["frames"], "channels": row["channels"]}
    return asked_memory("train", extent, Settings.model_validate({"train": train}))


def _quality(held: Row) -> str:
    found = held["found"]
    rows = []
    for goal, within in WITHIN.items():
        reached = {preset: seconds_to(goal, measured) for preset, measured in found.items()}
        cells = ["never" if s is None else f"{s:.0f}" for s in reached.values()]
        met = reached["standard"] is not None and reached["standard"] <= within
        rows.append([f"{goal:.0f} dB", aimed(cells[0], met or within == math.inf), *cells[1:]])
    ends = [f"`{name}` {m[-1][1]:.1f} dB after {m[-1][0]:.0f} s" for name, m in found.items()]
    about = f"""{_on(held)}. Scene *{SCENE}*, own inputs, layers at working size: seconds of
    training until each person can be taken out to so many decibels, the worst of them. The clock
    stands still for measuring, which is done at moments up to 15 s apart. In the end, or when it
    was cut off: {", ".join(ends)}."""
    return _section("## Time to quality", about, _table(["to reach", *found], rows))


def _stages(held: Row) -> str:
    found = held["found"]
    seconds, frames = found["seconds"], found["frames"]
    per = {
        "poses": (1e3 * seconds["poses"] / frames, "a frame", DETECTION_MS),
        "camera": (1e3 * seconds["camera"] / frames, "a frame", CAMERA_MS),
        "uv": (1e3 * seconds["uv"] / found["person_frames"], "a person in a frame", UV_MS),
    }
    rows = []
    for stage, took in seconds.items():
        ms, of, aim = per.get(stage, (None, "", 0.0))
        each = "" if ms is None else aimed(f"{ms:.0f} ms {of}", ms <= aim)
        rows.append([stage, f"{took:.1f}", each])
    whole = sum(seconds.values())
    size = "x".join(map(str, found["source_size"]))
    rows.append(["together", aimed(f"{whole:.1f}", whole <= STAGES_SECONDS), ""])
    about = f"""{_on(held)}. A clip of {frames} frames, {size}, with
    {found["person_frames"] / frames:.1f} people in a frame. Processes one after the other, start
    and all."""
    return _section("## Before the training", about, _table(["stage", "seconds", "that is"], rows))


def _workflow(held: Row) -> str:
    found = held["found"]
    whole = found["work"] + found["snakemake"]
    share = (found["starts"] + found["snakemake"]) / whole
    rows = [
        [
            str(found["jobs"]),
            f"{found['work']:.0f}",
            f"{found['starts']:.1f}",
            f"{found['snakemake']:.1f}",
            aimed(f"{share:.1%}", share <= OVERHEAD),
        ]
    ]
    headings = ["jobs", "seconds of all jobs", "of which starts", "Snakemake's start", "no work"]
    about = f"""{_on(held)}. The demo, by the times that Snakemake noted. *Starts*: interpreters and
    imports of each job."""
    return _section("## The workflow's own time", about, _table(headings, rows))


def _floor() -> str:
    rows = []
    for people, frames in ((2, 100), (4, 100)):
        least = paper_floor(people, frames)
        rows.append(
            [
                str(people),
                f"{least.operations / 1e12:.1f}",
                f"{least.bytes / 1e9:.1f}",
                f"{least.compute_ms:.1f}",
                f"{least.memory_ms:.1f}",
                f"{least.minutes:.0f}",
            ]
        )
    headings = ["people", "1e12 operations", "GB moved", "ms by operations", "ms by memory"]
    about = f"""Arithmetic, not measured: a step of the paper's training (448x256, 64 channels, 32
    frames, the background a pass of its own), and what an {H100.name} could at best do with it:
    {H100.operations / 1e12:.0f}e12 operations (bfloat16) and {H100.bytes / 1e12:.2f} TB a second.
    The minutes are those of 2500 epochs of a clip of 100 frames."""
    return _section("## The floor", about, _table([*headings, "minutes"], rows))
