"""Linking: tracklets of one person, broken by occlusion, joined into one track.

A tracklet's end may be followed by any tracklet that starts later, within the longest gap allowed.
What a link costs is how many squared standard deviations its parts are off: the place where the
person comes back, their size, and what they look like. One assignment over all ends and starts
finds the cheapest set of links.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from scipy.optimize import linear_sum_assignment

from retime.people.appearance import difference, typical
from retime.people.body_size import body_height
from retime.people.similarity import box_iou
from retime.people.tracking import (
    FADE_SECONDS,
    TRUSTED_JOINT,
    Detections,
    Tracklet,
    displacement,
    faded_travel,
)

# How far off, in body heights, the place of return is at once, and per second unseen.
PLACE_DEVIATION, PLACE_DEVIATION_PER_SECOND = 0.25, 0.6
# How much the velocity changes at once, in body heights per second, and per second unseen.
TURN_DEVIATION, TURN_DEVIATION_PER_SECOND = 1.5, 2.0
# The same person's size differs by about this factor (as a logarithm) between two detections.
SIZE_DEVIATION = 0.35
# Two descriptions of one person are 0.3 to 0.45 apart, of two people 0.5 to 0.75.
LOOKS_DEVIATION = 0.2
# What a deviation of one person costs on average (half its square, in standard deviations). Taken
# where it is not known, too: a lone detection, of which neither speed nor looks are known, must not
# fit better than a person of whom both are.
EXPECTED_COST = 0.5
# Half squared deviations from which a link is worse than none.
DEAREST_LINK = 6.0
# The same for a short piece of a track that is put into the gap of a longer one, at least so many
# seconds from either side: nearer to them it tells little, and is mostly half another person.
DEAREST_GLIMPSE, GLIMPSE_SECONDS = 2.0, 0.3
# Seconds over which the speed and size of a tracklet's end are judged.
END_SECONDS = 0.3
# Frames from which looks are taken: the nearest to the end that show nobody else.
WITNESSES = 20
# A person whose box overlaps another's this much (IoU) shows the other's colours.
CLEAN_OVERLAP = 0.1


@dataclass(frozen=True)
class _End:
    """One end of a tracklet: where and when it is, its velocity (pixels per frame), size, looks.

    Velocity and looks are NaN where they are not known.
    """

    frame: int
    pose: np.ndarray  # [17, 3]
    velocity: np.ndarray  # [2]
    height: float
    looks: np.ndarray  # [2, bins]


def clean(detections: Detections, frame: int, entry: int) -> bool:
    """Say whether the person's box is apart from all others in the frame."""
    others = [other for other in detections.found(frame) if other != entry]
    boxes = detections.boxes[frame]
    return not len(others) or bool((box_iou(boxes[entry], boxes[others]) < CLEAN_OVERLAP).all())


def looks_of(
    detections: Detections, looks: np.ndarray, frames: list[int], entries: list[int], most: int
) -> np.ndarray:
    """Return the typical description ``[2, bins]`` over frames that show the person alone.

    The first ``most`` of them are taken, in the order given.
    """
    pairs = zip(frames, entries, strict=True)
    alone = (looks[f, e] for f, e in pairs if clean(detections, f, e))
    return typical(np.array(list(islice(alone, most))).reshape(-1, *looks.shape[2:]))


def _end(
    detections: Detections, looks: np.ndarray, tracklet: Tracklet, window: int, last: bool
) -> _End:
    part = slice(-window, None) if last else slice(None, window)
    frames, entries = tracklet.frames[part], tracklet.entries[part]
    poses = np.nan_to_num(detections.keypoints[frames, entries])  # [n, 17, 3]
    span = frames[-1] - frames[0]
    heights = body_height(np.where(poses[..., 2:] >= TRUSTED_JOINT, poses[..., :2], np.nan))
    boxes = detections.boxes[frames, entries]
    # Where no limb is seen whole, the box must do.
    heights = np.where(np.isfinite(heights), heights, boxes[:, 3] - boxes[:, 1])
    at, way = (-1, -1) if last else (0, 1)
    return _End(
        frames[at],
        poses[at],
        displacement(poses[0], poses[-1]) / span if span else np.full(2, np.nan),
        float(np.median(heights)),
        looks_of(detections, looks, tracklet.frames[::way], tracklet.entries[::way], WITNESSES),
    )


def link_cost(tail: _End, head: _End, fps: float) -> float:
    """Return the cost of ``head`` being the person who was last seen as ``tail``."""
    gap = head.frame - tail.frame
    fade = FADE_SECONDS * fps
    # Half of the way is foretold from before the gap, half from after it.
    half = max(gap / 2, 1)
    foretold = [faded_travel(np.nan_to_num(end.velocity), half, fade) for end in (tail, head)]
    way = displacement(tail.pose, head.pose) - sum(foretold) * (gap / 2 / half)
    height, seconds = (tail.height + head.height) / 2, gap / fps
    off = float(np.linalg.norm(way)) / height
    turn = float(np.linalg.norm(head.velocity - tail.velocity)) * fps / height
    deviations = [
        off / (PLACE_DEVIATION + PLACE_DEVIATION_PER_SECOND * seconds),
        turn / (TURN_DEVIATION + TURN_DEVIATION_PER_SECOND * seconds),
        float(np.log(tail.height / head.height)) / SIZE_DEVIATION,
        difference(tail.looks, head.looks) / LOOKS_DEVIATION,
    ]
    return sum(EXPECTED_COST if np.isnan(d) else d**2 / 2 for d in deviations)


def link(
    detections: Detections,
    looks: np.ndarray,
    tracklets: list[Tracklet],
    fps: float,
    longest_gap: float,
) -> list[Tracklet]:
    """Join tracklets of one person into one track each.

    Args:
        detections: the people of each frame.
        looks: their descriptions, ``[T, P, 2, bins]``, NaN where unknown.
        tracklets: as ``build_tracklets`` gives them.
        fps: frames per second.
        longest_gap: seconds a person may be unseen; longer unseen, they are another person.

    Returns:
        The tracks, in order of their first frame.
    """
    window = max(2, round(END_SECONDS * fps))
    tails = [_end(detections, looks, t, window, last=True) for t in tracklets]
    heads = [_end(detections, looks, t, window, last=False) for t in tracklets]
    # Links are worth what they are cheaper than none, and more the more frames speak for both.
    worth = np.zeros((len(tails), len(heads)))
    for i, tail in enumerate(tails):
        for j, head in enumerate(heads):
            if 0 < head.frame - tail.frame <= longest_gap * fps:
                evidence = min(len(tracklets[i].frames), len(tracklets[j].frames), window) / window
                worth[i, j] = (DEAREST_LINK - link_cost(tail, head, fps)) * evidence
    follower = {
        int(i): int(j)
        for i, j in zip(*linear_sum_assignment(np.maximum(worth, 0), maximize=True), strict=True)
        if worth[i, j] > 0
    }
    chains = []
    for start in sorted(set(range(len(tracklets))) - set(follower.values())):
        chain = [start]
        while chain[-1] in follower:
            chain.append(follower[chain[-1]])
        chains.append(chain)
    chains = _place_glimpses(chains, tracklets, tails, heads, fps, longest_gap)
    tracks = [
        Tracklet(
            [frame for i in chain for frame in tracklets[i].frames],
            [entry for i in chain for entry in tracklets[i].entries],
        )
        for chain in chains
    ]
    return sorted(tracks, key=lambda track: (track.frames[0], track.entries[0]))


def _place_glimpses(
    chains: list[list[int]],
    tracklets: list[Tracklet],
    tails: list[_End],
    heads: list[_End],
    fps: float,
    longest_gap: float,
) -> list[list[int]]:
    """Put short chains into the gaps of long ones where they fit on both sides.

    They were worth little while links were chosen, so that they lead nobody astray; but in a long
    gap they are all that tells where the person was. Those that fit nowhere stay as they are.
    """
    length = [sum(len(tracklets[i].frames) for i in chain) for chain in chains]
    enough = max(2, round(END_SECONDS * fps))
    long = [chain for chain, frames in zip(chains, length, strict=True) if frames > enough]
    short = [chain for chain, frames in zip(chains, length, strict=True) if frames <= enough]
    glimpses = sorted((i for chain in short for i in chain), key=lambda i: heads[i].frame)
    placed = set()
    for glimpse in glimpses:
        best, home = DEAREST_GLIMPSE, None
        for chain in long:
            before = [i for i in chain if tails[i].frame < heads[glimpse].frame]
            after = chain[len(before) :]
            if after and heads[after[0]].frame <= tails[glimpse].frame:
                continue
            sides = [(tails[i], heads[glimpse]) for i in before[-1:]]
            sides += [(tails[glimpse], heads[i]) for i in after[:1]]
            away = [head.frame - tail.frame for tail, head in sides]
            if min(away) < GLIMPSE_SECONDS * fps or max(away) > longest_gap * fps:
                continue
            cost = max(link_cost(tail, head, fps) for tail, head in sides)
            if cost < best:
                best, home = cost, (chain, len(before))
        if home is not None:
            home[0].insert(home[1], glimpse)
            placed.add(glimpse)
    rest = ([i for i in chain if i not in placed] for chain in short)
    return long + [chain for chain in rest if chain]
