"""Encounters: where two tracked people meet, did each go on as who they were?

While two people hide one another, motion alone may confuse them. Before and after they can be told
apart by their looks; where exchanging the two afterwards fits the looks clearly better, it is done.
Where a clip ends before they part there is no after; but who is in front shows their looks all the
while.
"""

from itertools import combinations

import numpy as np

from retime.people.appearance import difference
from retime.people.linking import CLEAN_OVERLAP, WITNESSES, looks_of
from retime.people.similarity import box_iou
from retime.people.tracking import Detections, Tracklet

# Encounters closer together than this are one.
PAUSE_SECONDS = 0.3
# By how much the summed looks' distances (two in 0..1) must fall for an exchange.
SMALLEST_GAIN = 0.25
# The same of each frame's looks, on average, in a meeting that does not end, over so many frames.
SMALLEST_STEADY_GAIN, STEADY_FRAMES = 0.3, 4


def meetings(
    detections: Detections, first: Tracklet, second: Tracklet, pause: int
) -> list[tuple[int, int]]:
    """Return the first and last frame of each encounter of two tracks.

    They meet while their boxes overlap, and while one of them is unseen. Only what lies between
    frames that show both apart counts.
    """
    start = max(first.frames[0], second.frames[0])
    end = min(first.frames[-1], second.frames[-1])
    runs = _close_runs(detections, first, second, pause)
    return [(a, b) for a, b in runs if a > start and b < end]


def _close_runs(
    detections: Detections, first: Tracklet, second: Tracklet, pause: int
) -> list[tuple[int, int]]:
    """Return the first and last frame of each time in which two tracks are not seen apart."""
    entries = [dict(zip(t.frames, t.entries, strict=True)) for t in (first, second)]
    start = max(first.frames[0], second.frames[0])
    end = min(first.frames[-1], second.frames[-1])
    close = []
    for frame in range(start, end + 1):
        seen = [entry.get(frame) for entry in entries]
        if None in seen:
            close.append(frame)
        else:
            boxes = detections.boxes[frame, seen]
            if box_iou(boxes[0], boxes[1]) >= CLEAN_OVERLAP:
                close.append(frame)
    runs: list[tuple[int, int]] = []
    for frame in close:
        if runs and frame - runs[-1][1] <= pause:
            runs[-1] = runs[-1][0], frame
        else:
            runs.append((frame, frame))
    return runs


def _exchanged(first: Tracklet, second: Tracklet, frame: int) -> tuple[Tracklet, Tracklet]:
    """Return the tracks with what follows ``frame`` exchanged."""
    split = [int(np.searchsorted(t.frames, frame)) for t in (first, second)]
    a, b = split
    return (
        Tracklet(first.frames[:a] + second.frames[b:], first.entries[:a] + second.entries[b:]),
        Tracklet(second.frames[:b] + first.frames[a:], second.entries[:b] + first.entries[a:]),
    )


def settle(
    detections: Detections, looks: np.ndarray, tracks: list[Tracklet], fps: float
) -> list[Tracklet]:
    """Exchange tracks after encounters where their looks ``[T, P, 2, bins]`` demand it."""
    tracks = list(tracks)
    pause = round(PAUSE_SECONDS * fps)
    for i, j in combinations(range(len(tracks)), 2):
        for low, high in meetings(detections, tracks[i], tracks[j], pause):
            before, after = [], []
            for track in (tracks[i], tracks[j]):
                a, b = np.searchsorted(track.frames, [low, high + 1])
                earlier = track.frames[:a][::-1], track.entries[:a][::-1]
                later = track.frames[b:], track.entries[b:]
                before.append(looks_of(detections, looks, *earlier, WITNESSES))
                after.append(looks_of(detections, looks, *later, WITNESSES))
            keep = difference(before[0], after[0]) + difference(before[1], after[1])
            change = difference(before[0], after[1]) + difference(before[1], after[0])
            # A comparison with NaN (looks unknown) is false: nothing is exchanged.
            if keep - change > SMALLEST_GAIN:
                tracks[i], tracks[j] = _exchanged(tracks[i], tracks[j], (low + high + 1) // 2)
        frame = _confused_from(detections, looks, tracks[i], tracks[j], pause)
        if frame is not None:
            tracks[i], tracks[j] = _exchanged(tracks[i], tracks[j], frame)
    return tracks


def _confused_from(
    detections: Detections, looks: np.ndarray, first: Tracklet, second: Tracklet, pause: int
) -> int | None:
    """Return the frame of a meeting that does not end from which each looks like the other.

    A hidden person's pose may be one in front, and shows their looks; then both look like that
    one, which speaks as much for an exchange as against it.
    """
    runs = _close_runs(detections, first, second, pause)
    ends = first.frames[-1], second.frames[-1]
    if not runs or runs[-1][0] <= max(first.frames[0], second.frames[0]) or runs[-1][1] < min(ends):
        return None
    low = runs[-1][0]
    pair = first, second
    before = []
    for track in pair:
        a = int(np.searchsorted(track.frames, low))
        earlier = track.frames[:a][::-1], track.entries[:a][::-1]
        before.append(looks_of(detections, looks, *earlier, WITNESSES))
    gains = np.zeros(max(ends) + 1 - low)
    for k, track in enumerate(pair):
        for frame, entry in zip(track.frames, track.entries, strict=True):
            if frame >= low:
                seen = looks[frame, entry]
                gain = difference(before[k], seen) - difference(before[1 - k], seen)
                gains[frame - low] += np.nan_to_num(gain)  # nothing is known: nothing is said
    suffix = gains[::-1].cumsum()[::-1]
    at = int(suffix.argmax())
    told = np.count_nonzero(gains[at:])
    if told < STEADY_FRAMES or suffix[at] <= SMALLEST_STEADY_GAIN * told:
        return None
    return low + at
