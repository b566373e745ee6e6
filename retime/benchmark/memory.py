"""Peak memory of every stage, measured on drawn clips of several lengths and numbers of people.

Networks train for three steps, in which the peak is reached. Each stage runs in a process of its
own, as in the workflow. Clips that were measured with the code of today are not measured again.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from retime.artifacts import Frames
from retime.atomic import write_text
from retime.benchmark.drawn import Drawn, draw_video, write_people
from retime.benchmark.run import read_row
from retime.config import Settings
from retime.needs import Extent, asked_memory, clip_extent
from retime.provenance import code_digest

SMALL, USUAL = (128, 72), (448, 256)
LENGTHS = [Drawn(frames, 2, SMALL) for frames in (50, 500, 2000)]
CROWDS = [Drawn(50, people, SMALL) for people in (2, 4, 8)]
LARGE = Drawn(200, 4, USUAL)  # measured up to its training, which is to stay below LIMIT
LIMIT = 8 * 1024  # MiB
CASES = [*CROWDS, LENGTHS[1], LARGE, LENGTHS[2]]  # the longest takes longest
STAGES = (
    *("frames", "poses", "tracks", "camera", "uv", "seeds"),
    *("train", "upsample", "preview", "warp", "render"),
)

# A process begins with the peak of the one that started it, so a small one stands between.
LAUNCHER = """
import os, sys
process = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""

Peaks = dict[str, float]  # MiB, by stage


def peak_mib(*arguments: object, ends: str | None = None) -> float:
    """Run ``retime`` in a process of its own and return its peak resident memory, MiB.

    Args:
        arguments: of the command.
        ends: what it says at its end, if it is bound to fail there.

    Raises:
        RuntimeError: it fails otherwise.
    """
    command = [sys.executable, "-c", LAUNCHER, "-m", "retime", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and not (ends and ends in done.stderr):
        raise RuntimeError(f"retime {' '.join(command[5:])}:\n{done.stderr}")
    return int(done.stdout.split()[-1]) / 1024


def measure_memory(cases: Sequence[Drawn], folder: Path) -> Iterator[tuple[Drawn, Peaks, Peaks]]:
    """Measure clips one by one.

    Args:
        cases: the clips.
        folder: where figures are kept, and a clip's files while it is measured.

    Yields:
        A clip, the peak of each stage, and what the workflow asks for.

    Raises:
        RuntimeError: a stage fails.
    """
    stages = [stage for stage in STAGES if stage != "preview"]
    code = [code_digest(name) for name in stages]
    code += [code_digest("preview_layers", "retime.previews"), code_digest("_measure", __name__)]
    for case in cases:
        made_of = json.dumps([asdict(case), *code])
        files = folder / f"{case.frames}-frames-{case.people}-people-{case.working[0]}-wide"
        path = files.with_suffix(".json")
        row = read_row(path)
        if row is None or row["made_of"] != made_of:
            files.mkdir(parents=True, exist_ok=True)
            row = {"made_of": made_of, "peaks": _measure(case, files)}
            shutil.rmtree(files)
            write_text(path, json.dumps(row, indent=2) + "\n")
        peaks, extent, settings = row["peaks"], _extent(case), _settings(case)
        yield case, peaks, {stage: asked_memory(stage, extent, settings) for stage in peaks}


def _settings(case: Drawn) -> Settings:
    return Settings.model_validate({"frames": {"working_height": case.working[1]}})


def _extent(case: Drawn) -> Extent:
    """Return what a case's header and tracks say of its size."""
    return Extent(case.frames, case.size, case.working, case.size, case.people, case.people)


def _measure(case: Drawn, folder: Path) -> Peaks:
    names = "frames poses found tracks camera uv seeds decomposition layers timemap"
    files = {name: folder / f"{name}.h5" for name in names.split()}
    video, edit = folder / "video.mp4", folder / "edit.yaml"
    draw_video(case, video)
    write_text(edit, "layers: {person1: {freeze: 1}}\n")
    settings = _settings(case)
    peaks = {}

    def run(stage: str, *inputs: str, out: str, ends: str | None = None, **more: object) -> None:
        arguments = [part for name in inputs for part in (f"--{name}", files[name])]
        arguments += [part for option, value in more.items() for part in (f"--{option}", value)]
        place = files.get(out, folder / out)
        peaks[stage.split()[0]] = peak_mib(*stage.split(), *arguments, "--out", place, ends=ends)

    own = settings.frames.model_dump_json()
    run("frames", out="frames", video=video, settings=own)
    # As is said when every frame was looked at: to the detector the figures are no people.
    run("poses", "frames", out="poses", ends="nobody was found in any frame")
    write_people(case, files["frames"], files["poses"], files["tracks"])
    run("tracks", "poses", "frames", out="found")
    run("camera", "frames", "tracks", out="camera")
    run("uv", "tracks", out="uv")
    run("seeds", "frames", "tracks", "uv", "camera", out="seeds")
    run("train", "frames", "seeds", out="decomposition", settings='{"steps": 3}')
    if case != LARGE:
        trained = ("frames", "seeds", "camera", "decomposition")
        run("upsample", *trained, out="layers", settings='{"steps": 3, "crop": 64}')
        run("preview layers", "layers", out="layers.png")
        run("warp", "tracks", "seeds", out="timemap", edit=edit, video=video)
        made = ("layers", "camera", "timemap")
        run("render", *made, out="edit.mp4", video=video, beside=folder / "beside.mp4")

    with Frames.open(files["frames"]) as held:  # what was measured is what is asked for
        assert (len(held.rgb), tuple(held.working_size)) == (case.frames, case.working)
    assert clip_extent(video, settings, files["tracks"]) == _extent(case)
    return peaks


INTRODUCTION = """# Memory, measured

Made by `retime benchmark memory`; not written by hand. Peak resident memory of each stage in MiB,
on drawn clips with layers of twice the working size, each stage a process of its own with one
thread. In brackets what the workflow asks a scheduler for (`retime/needs.py`). Networks train for
three steps, in which the peak is reached, the upsampler on crops of 64 pixels; what it is asked for
is for crops of 192.

Only `train` holds all frames at once, at working size, and says what it needs before it loads
anything. The others stream. What grows in them with the number of frames is what is known of
people's joints and looks, and buffers up to their limits: HDF5's, and in `upsample` strips of all
frames, of which the background is gathered, 256 MiB at a time.
"""


def memory_page(measured: Sequence[tuple[Drawn, Peaks, Peaks]]) -> str:
    """Return the page for clips that were measured."""
    parts = [INTRODUCTION]
    by_case = {case: (peaks, asked) for case, peaks, asked in measured}
    for title, cases in (
        (f"Two people, {_size(SMALL)}, by the number of frames", LENGTHS),
        (f"50 frames, {_size(SMALL)}, by the number of people", CROWDS),
        (f"{LARGE.frames} frames of {LARGE.people} people, {_size(USUAL)}", [LARGE]),
    ):
        known = [case for case in cases if case in by_case]
        if not known:
            continue
        varied = [case.people if cases is CROWDS else case.frames for case in known]
        parts.append(f"## {title}\n")
        rows = ["| stage | " + " | ".join(map(str, varied)) + " |", "|---|" + "---:|" * len(known)]
        for stage in by_case[known[0]][0]:
            cells = [f"{by_case[case][0][stage]:.0f} ({by_case[case][1][stage]})" for case in known]
            rows.append(f"| `{stage}` | " + " | ".join(cells) + " |")
        parts.append("\n".join(rows) + "\n")
        if LARGE in known:
            peak = by_case[LARGE][0]["train"]
            within = "within" if peak <= LIMIT else "**over**"
            parts.append(f"`train` is {within} the {LIMIT} MiB that it may take for such a clip.\n")
    missing = [f"{c.frames} frames of {c.people} people" for c in CASES if c not in by_case]
    if missing:
        parts.append(f"Not measured: {', '.join(missing)}.\n")
    return "\n".join(parts)


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
