"""What became of each clip: done, or what failed and why; how long, how much memory, how good.

Read from what a run leaves behind: results, ``logs/CLIP/`` and ``benchmarks/CLIP/``. So it can be
asked for at any time, also after a run that broke off.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from retime.lacking import OUT_OF_MEMORY
from retime.progress import clock

# The outputs of a clip, in the order in which they are made: log, and file below results/CLIP.
STAGES = (
    ("frames", "frames.h5"),
    ("poses", "poses.h5"),
    ("tracks", "tracks.h5"),
    ("camera", "camera.h5"),
    ("uv", "uv.h5"),
    ("seeds", "seeds.h5"),
    ("train", "decomposition.h5"),
    ("upsample", "layers.h5"),
    *((f"preview-{name}", f"report/{name}.png") for name in ("tracks", "uv", "losses", "layers")),
)
OF_EDITS = (
    ("cast", "cast.h5"),
    ("warp-{edit}", "edits/{edit}/timemap.h5"),
    ("preview-timing-{edit}", "edits/{edit}/timing.png"),
    ("render-{edit}", "edits/{edit}/{edit}.mp4"),
)
QUALITY = re.compile(r"^train  PSNR ([\d.]+) dB", re.MULTILINE)
SIZE = re.compile(r"^train  (\d+) frames, (\d+) layers", re.MULTILINE)
SILENT = "ended without a word: killed, perhaps for its memory or time"


@dataclass(frozen=True)
class Trouble:
    """A stage whose output is not there although it was started."""

    stage: str
    reason: str
    log: Path


@dataclass(frozen=True)
class ClipSummary:
    """What became of a clip."""

    clip: str
    missing: int  # outputs that are not there
    troubles: list[Trouble]
    seconds: float  # of all jobs, one after the other
    peak_mib: float  # of the job that took most
    frames: int | None
    layers: int | None
    psnr: float | None  # dB, of the composited layers against the frames, at working size

    @property
    def state(self) -> str:
        """Return ``done``, ``failed`` or ``not finished``."""
        if not self.missing:
            return "done"
        return "failed" if self.troubles else "not finished"


def _outputs(edits: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from STAGES
    made = dict.fromkeys(
        (log.format(edit=edit), file.format(edit=edit)) for edit in edits for log, file in OF_EDITS
    )
    yield from made


def _reason(log: Path) -> str:
    """Return why a stage ended: the message for its user, or its last words."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    said = [line.removeprefix("retime: ") for line in lines if line.startswith("retime: ")]
    if said:
        return said[-1]
    if any(OUT_OF_MEMORY.search(line) for line in lines):
        return "memory ran out"
    crashed = any(line.startswith("Traceback") for line in lines)
    return lines[-1] if crashed else SILENT


def _jobs(folder: Path) -> Iterator[tuple[float, float]]:
    """Yield seconds and peak memory, MiB, of each job of a clip."""
    for file in folder.glob("*.tsv"):
        with file.open(newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                memory = row["max_rss"]  # "-" of a job too short to be measured
                yield float(row["s"]), 0.0 if memory in ("-", "NA") else float(memory)


def summarise(clip: str, edits: Sequence[str], root: Path = Path()) -> ClipSummary:
    """Look at what there is of a clip.

    Args:
        clip: its name.
        edits: the names of its edits.
        root: the folder in which snakemake runs.
    """
    results, logs = root / "results" / clip, root / "logs" / clip
    missing = [(log, f) for log, f in _outputs(edits) if not (results / f).exists()]
    started = [(stage, log) for stage, _ in missing if (log := logs / f"{stage}.log").is_file()]
    # Of a job that never began to speak there is an empty log; so there is of those after it.
    spoke = [(stage, log) for stage, log in started if log.stat().st_size]
    troubles = [Trouble(stage, _reason(log), log) for stage, log in spoke or started[:1]]
    jobs = list(_jobs(root / "benchmarks" / clip))
    log = logs / "train.log"
    words = log.read_text(errors="replace") if log.is_file() else ""
    size, quality = SIZE.search(words), QUALITY.search(words)
    return ClipSummary(
        clip,
        len(missing),
        troubles,
        sum(seconds for seconds, _ in jobs),
        max((memory for _, memory in jobs), default=0.0),
        int(size[1]) if size else None,
        int(size[2]) if size else None,
        float(quality[1]) if quality else None,
    )


HEADINGS = ("clip", "state", "frames", "layers", "time", "peak memory", "PSNR")


def _row(clip: ClipSummary) -> tuple[str, ...]:
    """Return a clip's cells under ``HEADINGS``."""

    def known(value: float | None, form: str) -> str:
        return "" if not value else form.format(value)

    return (
        clip.clip,
        clip.state,
        known(clip.frames, "{}"),
        known(clip.layers, "{}"),
        clock(clip.seconds) if clip.seconds else "",
        known(clip.peak_mib, "{:.0f} MiB"),
        known(clip.psnr, "{:.1f} dB"),
    )


def _total(clips: Sequence[ClipSummary]) -> str:
    states = [clip.state for clip in clips]
    counts = (
        (n, state) for state in ("done", "failed", "not finished") if (n := states.count(state))
    )
    return f"{len(clips)} clips: " + ", ".join(f"{n} {state}" for n, state in counts)


def text(clips: Sequence[ClipSummary]) -> str:
    """Return the summary for a terminal: a table, and below a clip what went wrong with it."""
    rows = [HEADINGS, *map(_row, clips)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    parts = [lines[0]]
    for clip, line in zip(clips, lines[1:], strict=True):
        parts.append(line)
        parts += [f"    {t.stage}: {t.reason} ({t.log})" for t in clip.troubles]
    return "\n".join([*parts, _total(clips)])


STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff }
table { border-collapse: collapse } th, td { padding: .3rem .8rem; text-align: left }
th { border-bottom: 2px solid #999 } td { border-top: 1px solid #ddd; vertical-align: top }
.figure { text-align: right; font-variant-numeric: tabular-nums }
.done { color: #1c6b3a } .failed { color: #a11; font-weight: 600 } .not { color: #8a6100 }
.why td { color: #444; border-top: 0; padding-top: 0; max-width: 50rem }
"""


def page(clips: Sequence[ClipSummary]) -> str:
    """Return the summary as a page of HTML that needs nothing else."""
    rows = []
    for clip in clips:
        name, state, *figures = map(escape, _row(clip))
        cells = "".join(f'<td class="figure">{cell}</td>' for cell in figures)
        kind = state.split()[0]
        rows.append(f'<tr><td>{name}</td><td class="{kind}">{state}</td>{cells}</tr>')
        rows += [
            f'<tr class="why"><td></td><td colspan="{len(HEADINGS) - 1}"><b>{escape(t.stage)}</b>: '
            f"{escape(t.reason)} (<code>{escape(str(t.log))}</code>)</td></tr>"
            for t in clip.troubles
        ]
    heads = "".join(f"<th>{heading}</th>" for heading in HEADINGS[:2])
    heads += "".join(f'<th class="figure">{heading}</th>' for heading in HEADINGS[2:])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Clips</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>Clips</h1><p>{_total(clips)}</p>\n"
        f"<table><tr>{heads}</tr>\n" + "\n".join(rows) + "\n</table>\n"
        "<p>Time is that of all jobs, one after the other. PSNR is that of the layers composited "
        "as in the source, at working size.</p></body></html>\n"
    )


def summarise_all(edits: Mapping[str, Sequence[str]], root: Path = Path()) -> list[ClipSummary]:
    """Return the summaries of clips, given each clip's edits; those that failed first."""
    rank = {"failed": 0, "not finished": 1, "done": 2}
    found = [summarise(clip, names, root) for clip, names in edits.items()]
    return sorted(found, key=lambda summary: (rank[summary.state], summary.clip))
