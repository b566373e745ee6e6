"""How fast an edit renders and how much memory it takes: ``python -m retime.render.benchmark``.

A clip of the paper's doubled size with three layers (each with a textured figure about as large as
a person, and a soft shadow) is made up and rendered to H.264, each time in a process of its own: at
two lengths, which must take the same memory, and with each way to show what lies between frames.
With ``--out`` the table goes into a Markdown file, between its markers.
"""

import argparse
import json
import multiprocessing
import os
import platform
import resource
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Camera, Layers, TimeMap
from retime.config import RenderSettings
from retime.marked import write_between

WIDTH, HEIGHT, LAYERS, CLIP_FRAMES = 896, 512, 3, 60
LENGTHS = (100, 1000)
BEGIN, END = "<!-- render benchmark -->", "<!-- end of render benchmark -->"


def make_clip(folder: Path) -> dict:
    """Write layers and camera; return the attributes common to the clip's files."""
    common = {
        "clip": "benchmark",
        "source_size": [WIDTH, HEIGHT],
        "working_size": [WIDTH // 2, HEIGHT // 2],
        "fps": [30, 1],
        "start_seconds": 0.0,
    }
    rng = np.random.default_rng(0)
    ground = cv2.resize(rng.integers(60, 200, (32, 56, 3), np.uint8), (WIDTH, HEIGHT))
    ground = np.clip(ground + rng.normal(0, 4, ground.shape), 0, 255).astype(np.uint8)
    cloth = cv2.GaussianBlur(rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8), (0, 0), 1.5)
    sizes = {"layers": LAYERS + 1, "T": CLIP_FRAMES, "H": HEIGHT, "W": WIDTH, "N": LAYERS}
    with Camera.create(
        folder / "camera.h5",
        parameters={},
        sizes=sizes,
        mode="still",
        reference=0,
        canvas=[0, 0, WIDTH, HEIGHT],
        **common,
    ) as camera:
        camera.homographies[...] = np.eye(3)
    with Layers.create(
        folder / "layers.h5",
        parameters={},
        sizes=sizes | {"Hc": HEIGHT, "Wc": WIDTH},
        names=[f"person {n}" for n in range(1, LAYERS + 1)],
        people=[[n] for n in range(1, LAYERS + 1)],
        canvas_bounds=[0, 0, WIDTH, HEIGHT],
        **common,
    ) as layers:
        layers.homographies[...] = np.eye(3)
        layers.order[...] = np.arange(1, LAYERS + 1)
        for t in range(CLIP_FRAMES):
            layers.rgba[0, t] = np.dstack([ground, np.full((HEIGHT, WIDTH), 255, np.uint8)])
            for n in range(1, LAYERS + 1):
                layers.rgba[n, t] = _figure(cloth, n, t)
    return common


def _figure(cloth: np.ndarray, n: int, t: int) -> np.ndarray:
    x = int(WIDTH * n / (LAYERS + 1) + 60 * np.sin(t / 9 + n))
    y = int(HEIGHT * 0.5 - 40 * abs(np.sin(t / 7 + n)))
    shadow = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(shadow, (x + 40, int(HEIGHT * 0.9)), (110, 22), 0, 0, 360, 120, -1)
    shadow = cv2.GaussianBlur(shadow, (0, 0), 9)
    body = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(body, (x, y), (52, 170), 0, 0, 360, 255, -1)
    body = cv2.GaussianBlur(body, (0, 0), 1.2)
    rgba = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    rgba[..., :3] = np.where(body[..., None] > 0, np.roll(cloth, (y, x), (0, 1)), 0)
    rgba[..., 3] = np.maximum(body, shadow)
    rgba[rgba[..., 3] == 0] = 0
    return rgba


def make_timemap(path: Path, common: dict, length: int, between: str) -> None:
    """Write a time map in which all play back and forth at unequal speeds."""
    output = np.arange(length)
    last = CLIP_FRAMES - 1
    with TimeMap.create(
        path,
        parameters={},
        sizes={"M": LAYERS, "T_out": length},
        names=[f"person {n}" for n in range(1, LAYERS + 1)],
        between=[between] * (LAYERS + 1),
        edit={"name": "benchmark"},
        **common,
    ) as made:
        made.layer[...] = np.arange(1, LAYERS + 1)
        for m in range(LAYERS):
            made.source_time[m] = last - np.abs((0.6 + 0.3 * m) * output % (2 * last) - last)
        made.opacity[...] = 1
        made.depth[...] = np.arange(LAYERS)[:, None]
        made.background_time[...] = output % CLIP_FRAMES
        made.sound_time[...] = np.nan


def measure(folder: str, threads: int, out: "multiprocessing.Queue") -> None:
    """Render once in this process; put seconds, CPU seconds and peak memory (MiB) into ``out``."""
    from retime.render.stage import run_render

    place = Path(folder)
    files = (place / "layers.h5", place / "camera.h5")
    run_render(
        *files, place / "warmup.h5", None, place / "a.mp4", RenderSettings(), threads=threads
    )
    wall, cpu = time.perf_counter(), time.process_time()
    run_render(
        *files, place / "timemap.h5", None, place / "a.mp4", RenderSettings(), threads=threads
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.put((time.perf_counter() - wall, time.process_time() - cpu, peak))


def run(threads: int, between: str, lengths: tuple[int, ...] = LENGTHS) -> list[dict]:
    """Return one row for each length."""
    rows = []
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        common = make_clip(folder)
        make_timemap(folder / "warmup.h5", common, 3, between)  # compiles what is compiled
        for length in lengths:
            make_timemap(folder / "timemap.h5", common, length, between)
            queue = context.Queue()
            process = context.Process(target=measure, args=(name, threads, queue))
            process.start()
            wall, cpu, peak = queue.get()
            process.join()
            rows.append(
                {
                    "between": between,
                    "threads": threads,
                    "frames": length,
                    "fps": length / wall,
                    "cpu_ms": 1000 * cpu / length,
                    "peak_mib": peak,
                }
            )
    return rows


def table(rows: list[dict]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        f"{WIDTH} x {HEIGHT}, {LAYERS} layers, H.264 at its default settings; "
        f"{platform.machine()}, {os.cpu_count()} cores.",
        "",
        "| between frames | threads | frames | frames a second | CPU ms a frame | peak MiB |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['between']} | {row['threads']} | {row['frames']} | {row['fps']:.1f} | "
            f"{row['cpu_ms']:.1f} | {row['peak_mib']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--between", nargs="+", default=["nearest", "blend", "flow"])
    parser.add_argument("--lengths", nargs="+", type=int, default=list(LENGTHS), help="of nearest")
    parser.add_argument("--out", type=Path, help="Markdown file with the markers")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = []
    for between in given.between:
        lengths = given.lengths if between == "nearest" else given.lengths[:1]
        rows += run(given.threads, between, tuple(lengths))
    print(table(rows))
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    if given.out:
        write_between(given.out, BEGIN, END, table(rows))


if __name__ == "__main__":
    main()
