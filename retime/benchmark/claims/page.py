"""The page of claims, in Markdown with pictures."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retime.atomic import replacing_folder, write_text
from retime.benchmark.claims.claim import Mark
from retime.benchmark.claims.registry import CLAIMS
from retime.benchmark.claims.run import Result

INTRODUCTION = """# The paper's claims, checked

Made by `retime benchmark claims`; not written by hand. Claims of Lu et al. (2020) that rest on a
figure are put to the test on small clips of which everything is known, with the project's own
training: preset `paper` for the order of learning and for the renderer without layers, `standard`
with fewer updates for the layers that come out. People, UV maps and trimaps are exact; clips have
16 or 24 frames of about 96x64 pixels, networks 16 channels. Of preset `paper`, objective, schedule
and networks are as printed; there are 4 frames an update, three times the rate, no jitter, and
trimaps that leave the whole picture open. One seed; seconds are of one core.
"""


def page(results: Sequence[Result], pictures: str) -> str:
    """Return the page.

    Args:
        results: of claims.
        pictures: folder of the pictures, as the page is to link it.
    """
    parts = [INTRODUCTION, _overview(results)]
    for result in results:
        claim = CLAIMS[result.name]
        parts += [
            f"## {result.name}\n",
            f"{claim.source}: {claim.says}.\n",
            f"{claim.why}\n",
            _marks(result.marks),
            f"![{claim.source}: {claim.says}]({pictures}/{result.name}.png)\n",
        ]
    return "\n".join(parts)


def write_page(path: Path, results: Sequence[Result], pictures: Path) -> None:
    """Write the page, and its pictures to the folder ``pictures``."""
    with replacing_folder(pictures) as partial:
        for result in results:
            shutil.copyfile(result.picture, partial / f"{result.name}.png")
    link = Path(os.path.relpath(pictures, path.parent)).as_posix()
    write_text(path, page(results, link))


def _overview(results: Sequence[Result]) -> str:
    lines = ["| claim | source | holds | figures kept | seconds |", "|---" * 5 + "|"]
    for result in results:
        kept = sum(mark.met for mark in result.marks)
        holds = "yes" if result.holds else "**no**"
        lines.append(
            f"| [{result.name}](#{result.name}) | {CLAIMS[result.name].source} | {holds} | "
            f"{kept} of {len(result.marks)} | {result.seconds:.0f} |"
        )
    return "\n".join(lines) + "\n"


def _marks(marks: Sequence[Mark]) -> str:
    lines = ["| figure | measured | mark | |", "|---" * 4 + "|"]
    for mark in marks:
        lines.append(
            f"| {mark.figure} | {_number(mark.value)} | {bound(mark)} | "
            f"{'kept' if mark.met else '**missed**'} |"
        )
    return "\n".join(lines) + "\n"


def bound(mark: Mark) -> str:
    """Return a mark's bound as text."""
    return f"at least {mark.at_least:g}" if mark.at_most is None else f"at most {mark.at_most:g}"


def _number(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "never"
