"""Encounters: where two tracked people meet, did each go on as who they were?

While two people hide one another, motion alone may confuse them. Before and after they can be told
apart by their looks; where exchanging the two afterwards fits the looks clearly better, it is done.
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


def meetings(
    detections: Detections, first: Tracklet, second: Tracklet, pause: int
) -> list[tuple[int, int]]:
    """Return the first and last frame of each encounter of two tracks.

    They meet while their boxes overlap, and while one of them is unseen. Only what lies between
    frames that show both apart counts.
    """
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
    return [(a, b) for a, b in runs if a > start and b < end]


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
    return tracks
