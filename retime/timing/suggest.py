"""Propose edits of a clip: what its motions lend themselves to (section 6.2)."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from retime.artifacts import Seeds, Tracks
from retime.atomic import write_text
from retime.timing.alignment import Alignment, NothingToAlignError, align_motions
from retime.timing.placing import SourceLayers
from retime.timing.signals import period
from retime.timing.stage import read_source

GOOD, GAIN = 0.85, 0.1  # correlation after an alignment worth proposing, and what it must win
SMOOTH_SECONDS = 0.08
MOMENTS = 3
MOST_UNLIKE = 3.0  # how much stronger one motion may be than another aligned to it
LIMBS = ("shoulder", "wrist", "hip", "knee", "ankle")


@dataclass(frozen=True)
class Pair:
    """One layer aligned to another."""

    layer: str
    to: str
    found: Alignment


def run_suggest(tracks: Path, seeds: Path, out: Path | None = None) -> str:
    """Return, and write to ``out`` if given, proposals for a clip as a YAML file with comments.

    The file is a valid edit that changes nothing: each proposal is a comment to be uncommented.

    Raises:
        InputError: artifacts that cannot be read.
    """
    with Tracks.open(tracks) as tracked, Seeds.open(seeds) as seeded:
        source = read_source(tracked, seeded)
        clip = tracked.clip
    text = "\n".join(
        [
            f"# Proposals for '{clip}'. Take the # off what you like.",
            "layers: {}",
            *("", "# Who repeats a motion on the spot:", *_loops(source)),
            *("", "# Who could be aligned to whom (correlation before and after):"),
            *_alignments(source),
            *("", "# Where a freeze would look natural:", *_freezes(source), ""),
        ]
    )
    if out is not None:
        write_text(out, text)
    return text


def find_pairs(source: SourceLayers) -> list[Pair]:
    """Return the alignments worth proposing, best first; of two directions the better one.

    Who hardly moves up and down is not aligned to who jumps.
    """
    assert source.motion is not None
    numbers = range(1, len(source.names) + 1)
    signals = [source.motion(n, "centre_y") for n in numbers]
    strength = [source.motion(n, "centre_y", False).std() for n in numbers]
    pairs = []
    for one, other in itertools.combinations(range(len(signals)), 2):
        less, more = sorted((strength[one], strength[other]))
        if less * MOST_UNLIKE < more:
            continue
        found = []
        for mine, theirs in ((one, other), (other, one)):
            try:
                made = align_motions(signals[theirs], signals[mine], source.fps)
            except NothingToAlignError:
                continue
            found.append(Pair(source.names[mine], source.names[theirs], made))
        best = max(found, key=_merit, default=None)
        if best and best.found.after >= max(GOOD, best.found.before + GAIN):
            pairs.append(best)
    return sorted(pairs, key=_merit, reverse=True)


def freeze_moments(still: np.ndarray, fps: float) -> list[int]:
    """Return the frames at which a freeze looks natural: where a motion comes to rest or turns.

    Args:
        still: [T], larger where less moves.
        fps: frames per second.
    """
    peaks, found = find_peaks(still, prominence=0.25, distance=max(1, round(0.4 * fps)))
    best = peaks[np.argsort(-found["prominences"], kind="stable")[:MOMENTS]]
    return sorted(int(frame) for frame in best)


def _merit(pair: Pair) -> float:
    first, last = pair.found.span
    return pair.found.after + 1e-3 * (last - first)


def stillness(source: SourceLayers, number: int) -> np.ndarray:
    """Return how still a layer's people stand, all joints together; [T] of deviation 1."""
    assert source.motion is not None
    sigma = max(0.5, SMOOTH_SECONDS * source.fps)
    speed = np.zeros(source.length)
    for side, joint, axis in itertools.product(("left", "right"), LIMBS, "xy"):
        place = source.motion(number, f"{side}_{joint}_{axis}", False)
        speed += np.gradient(gaussian_filter1d(place, sigma)) ** 2
    speed = np.sqrt(speed)
    return -speed / speed.std() if speed.std() > 1e-9 else np.zeros(len(speed))


def _loops(source: SourceLayers) -> list[str]:
    assert source.motion is not None
    lines = []
    for number, name in enumerate(source.names, start=1):
        signal = source.motion(number, "centre_y")
        repeats = period(signal)
        if not repeats:
            continue
        frames, likeness = repeats
        # Go round where it is slowest to go wrong: at the lowest point.
        start = int(np.argmin(signal[: max(1, int(len(signal) - 1 - frames))]))
        end = round(start + frames)
        across = source.motion(number, "centre_x", False)
        if abs(across[end] - across[start]) > source.motion(number, "centre_y", False).std():
            continue  # on the way somewhere
        lines.append(
            f"#   {name}: every {frames:.1f} frames ({frames / source.fps:.2f} s), "
            f"likeness {likeness:.2f}; could go on for ever:"
        )
        lines.append(f"# layers: {{{name}: {{loop: {{from: {start}, to: {end}}}}}}}")
    return lines or ["#   nobody"]


def _alignments(source: SourceLayers) -> list[str]:
    lines = []
    for pair in find_pairs(source):
        first, last = pair.found.span
        lines.append(
            f"#   {pair.layer} to {pair.to}: {pair.found.before:.2f} to {pair.found.after:.2f}, "
            f"from output frame {first:.0f} to {last:.0f}"
        )
        lines.append(f"# layers: {{{pair.layer}: {{align: {{to: {pair.to}, auto: true}}}}}}")
    return lines or ["#   nobody"]


def _freezes(source: SourceLayers) -> list[str]:
    lines = []
    for number, name in enumerate(source.names, start=1):
        moments = freeze_moments(stillness(source, number), source.fps)
        if moments:
            lines.append(f"#   {name}: {', '.join(map(str, moments))}")
            lines.append(f"# layers: {{{name}: {{freeze: {moments[0]}}}}}")
    return lines or ["#   nowhere"]
