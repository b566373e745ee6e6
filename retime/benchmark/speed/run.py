"""Measure what is asked for, and keep it: a page can be made anew from single tables."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retime.atomic import write_text
from retime.benchmark.speed.growth import growth
from retime.benchmark.speed.overhead import overhead_row
from retime.benchmark.speed.quality import quality_row
from retime.benchmark.speed.stages import stage_row
from retime.benchmark.speed.steps import CHANNELS, SIZES, step_row
from retime.benchmark.speed.timing import machine
from retime.config import ClipConfig, Config, resolve
from retime.errors import InputError
from retime.layers.repeatable import repeatable

Row = dict[str, Any]


@dataclass(frozen=True)
class Measures:
    """What can be measured on this machine, by name."""

    video: Path | None  # on which stages are timed
    benchmarks: Path  # Snakemake's notes of the demo's jobs
    folder: Path  # where a scene to train on is kept
    presets: Path
    threads: int

    def by_name(self) -> dict[str, Callable[[], Row | list[Row]]]:
        """Return each measure under its name; those of steps are one for each row."""
        steps = {
            f"step-{width}x{height}-{channels}": (
                lambda size=(width, height), channels=channels: step_row(size, channels)
            )
            for width, height in SIZES
            for channels in CHANNELS
        }
        return steps | {
            "growth": growth,
            "stages": self._stages,
            "workflow": lambda: overhead_row(self.benchmarks),
            "quality": self._quality,
        }

    def _stages(self) -> Row:
        if self.video is None:
            raise InputError("stages are timed on a video of yours: give --video")
        return stage_row(self.video, self.threads)

    def _quality(self) -> Row:
        names = ("standard", "paper")
        chosen = {n: resolve(Config(preset=n), ClipConfig(), self.presets) for n in names}
        return quality_row(self.folder, chosen, self.threads)


def measure_speed(folder: Path, measures: Measures, only: list[str]) -> dict[str, Row]:
    """Measure and keep, one by one; return all that is kept.

    Args:
        folder: where results are kept, a file each.
        measures: what there is.
        only: names or beginnings of names; nothing: what is not kept yet.

    Raises:
        InputError: there is no measure of that name, or one lacks what it needs.
    """
    known = measures.by_name()
    for name in only:
        if not any(each.startswith(name) for each in known):
            raise InputError(f"--only {name}: there are {', '.join(known)}")
    repeatable(measures.threads)
    for name, measure in known.items():
        path = folder / f"{name}.json"
        wanted = any(name.startswith(one) for one in only) if only else not path.exists()
        if wanted:
            held = {"machine": machine(), "found": measure()}
            write_text(path, json.dumps(held, indent=2) + "\n")
    return {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name in known
        if (path := folder / f"{name}.json").exists()
    }
