"""From tracks to people whose every joint is known in every frame in which they are present."""

from dataclasses import dataclass

import numpy as np

from retime.config import TracksSettings
from retime.errors import InputError
from retime.people.body_size import HEIGHT_SECONDS, steady_height
from retime.people.corrections import CorrectionFile
from retime.people.interpolation import (
    ABSENT,
    CORRECTED,
    INTERPOLATED,
    OBSERVED,
    complete_never_seen,
    interpolate,
    smooth,
)
from retime.people.joint_repair import (
    drop_half_hidden,
    drop_slips,
    drop_stretched,
    drop_weak,
    repair_exchanged,
)
from retime.people.limb_looks import return_limbs
from retime.people.limb_theft import drop_stolen, drop_stolen_from_hidden
from retime.people.linking import clean
from retime.people.periodicity import continue_period
from retime.people.presence import presence
from retime.people.regrouping import Clip, People, Person, apply_corrections
from retime.people.tracking import Detections, Tracklet

# Fewer joints than this, after the wrong ones are dropped, say nothing about a person.
FEWEST_JOINTS = 4


@dataclass(frozen=True)
class TrackedPeople:
    """All people of a clip.

    Attributes:
        ids: ``[P]``, the numbers people are called by, rising.
        places: ``[P, T, 17, 2]`` in source pixels, NaN where the person is absent.
        scores: ``[P, T, 17]``: the detector's where observed, 1 where corrected, else 0.
        state: ``[P, T, 17]``, absent, observed, interpolated or corrected (`interpolation.py`).
        present: ``[P, T]``, in the picture, seen or hidden.
    """

    ids: np.ndarray
    places: np.ndarray
    scores: np.ndarray
    state: np.ndarray
    present: np.ndarray


@dataclass(frozen=True)
class Sightings:
    """What is seen of each person.

    Attributes:
        poses: ``[P, T, 17, 3]``, NaN where the person is not found.
        limbs: the colours of their limbs, ``[P, T, 4, 2, S, 3]`` (see ``limb_looks``), or None.
        alone: bool ``[P, T]``, found, and apart from all others.
    """

    poses: np.ndarray
    limbs: np.ndarray | None
    alone: np.ndarray


def gather(
    detections: Detections,
    limbs: np.ndarray | None,
    tracks: list[Tracklet],
    settings: TracksSettings,
    fps: float,
) -> Sightings:
    """Return what is seen of all but bystanders.

    Those are seen in a small share of the frames, and not for long either: somebody who crosses a
    long clip once is no bystander. ``limbs`` are those of each detection, ``[T, P, 4, 2, S, 3]``.
    """
    count = len(detections.scores)
    enough = min(settings.min_presence * count, settings.min_seconds * fps)
    kept = [track for track in tracks if len(track.frames) >= enough]
    alone = np.zeros((len(kept), count), bool)
    for person, track in enumerate(kept):
        found = zip(track.frames, track.entries, strict=True)
        alone[person, track.frames] = [clean(detections, *each) for each in found]
    colours = None if limbs is None else _along(kept, limbs)
    return Sightings(_along(kept, detections.keypoints), colours, alone)


def _along(tracks: list[Tracklet], found: np.ndarray) -> np.ndarray:
    """Return what was ``found`` [T, any, ...] of each person, ``[P, T, ...]``, NaN elsewhere."""
    result = np.full((len(tracks), len(found), *found.shape[2:]), np.nan, found.dtype)
    for person, track in enumerate(tracks):
        result[person, track.frames] = found[track.frames, track.entries]
    return result


def heights_of(poses: np.ndarray, fps: float) -> np.ndarray:
    """Return the body heights ``[P, T]`` of poses ``[P, T, 17, 3]``; NaN: no limb was seen."""
    window = max(1, round(HEIGHT_SECONDS * fps))
    heights = [steady_height(person[..., :2], window) for person in poses]
    return np.array(heights).reshape(poses.shape[:2])


def repair(seen: Sightings, min_score: float, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Forget or put right the joints that the detector placed wrongly.

    Returns the poses ``[P, T, 17, 3]`` without the people of whom no limb is ever seen, and the
    others' heights ``[P, T]``.
    """
    poses = drop_weak(seen.poses, min_score)
    poses = np.array([drop_half_hidden(person, fps) for person in poses]).reshape(poses.shape)
    heights = heights_of(poses, fps)
    whole = np.isfinite(heights).all(axis=1)
    poses, heights = poses[whole], heights[whole]
    returned = np.full(poses.shape, np.nan)
    if seen.limbs is not None:
        poses, returned = return_limbs(poses, seen.limbs[whole], seen.alone[whole], heights)
    poses = drop_stolen(poses, heights, fps)
    poses = drop_stolen_from_hidden(poses, heights, fps)
    heights = heights_of(poses, fps)
    for person, height in enumerate(heights):
        pose = drop_slips(drop_stretched(poses[person], height), height, fps)
        pose = repair_exchanged(pose, height, fps)
        few = np.isfinite(pose[..., 0]).sum(axis=1) < FEWEST_JOINTS
        poses[person] = np.where(few[:, None, None], np.nan, pose)
    # An arm that was given back counts though all else of the person is hidden.
    poses = np.where(np.isfinite(poses), poses, returned)
    found = np.isfinite(poses[..., 0]).any(axis=(1, 2))
    return poses[found], heights[found]


def find_people(
    detections: Detections,
    tracks: list[Tracklet],
    settings: TracksSettings,
    picture: tuple[int, int],
    fps: float,
    limbs: np.ndarray | None = None,
) -> People:
    """Return the people of a clip as they are found, before anybody corrects them.

    They are numbered from 1 in order of the first frame in which they are present, those of one
    frame from left to right. Arguments are those of ``complete``.
    """
    seen = gather(detections, limbs, tracks, settings, fps)
    poses, heights = repair(seen, settings.min_joint_score, fps)
    present = np.array(
        [
            presence(pose[..., :2], height, picture, fps)
            for pose, height in zip(poses, heights, strict=True)
        ]
    ).reshape(poses.shape[:2])
    filled = [interpolate(pose[..., :2]) for pose in poses]
    first = present.argmax(axis=1)
    order = sorted(
        range(len(poses)), key=lambda p: (first[p], float(np.nanmean(filled[p][first[p], :, 0])))
    )
    return {
        number: Person(poses[p], heights[p], present[p], np.zeros(poses.shape[1:3], bool))
        for number, p in enumerate(order, start=1)
    }


def complete(
    detections: Detections,
    tracks: list[Tracklet],
    corrections: list[CorrectionFile],
    settings: TracksSettings,
    picture: tuple[int, int],
    fps: float,
    limbs: np.ndarray | None = None,
) -> TrackedPeople:
    """Complete the people of a clip.

    Corrections come after all repairs, and before hidden joints are filled in.

    Args:
        detections: the people of each frame.
        tracks: one per person.
        corrections: what somebody put right by hand.
        settings: see ``TracksSettings``.
        picture: width and height of the source video in pixels.
        fps: frames per second.
        limbs: the colours of detected people's limbs, ``[T, P, 4, 2, S, 3]`` (see ``limb_looks``);
            None where there are none, then movement alone tells whose a limb is.

    Raises:
        InputError: a correction does not fit the clip.
    """
    found = find_people(detections, tracks, settings, picture, fps, limbs)
    clip = Clip(len(detections.scores), picture, fps)
    return _fill_in(found, corrections, settings, clip)


def complete_given(
    poses: np.ndarray,
    ids: list[int],
    corrections: list[CorrectionFile],
    settings: TracksSettings,
    picture: tuple[int, int],
    fps: float,
    origin: str,
) -> TrackedPeople:
    """Complete people whose tracks were given: nobody is dropped, and joints stay where they are.

    A person is there from the first frame given to the last; joints below the least score are
    filled in as those that are not given. People are numbered from 1 in the order given.

    Args:
        poses: ``[P, T, 17, 3]`` in source pixels with scores, NaN where not known.
        ids: what the file calls the P people.
        corrections, settings, picture, fps: as of ``complete``.
        origin: the file, for errors.

    Raises:
        InputError: of a person no limb is ever known, so that nothing can be filled in; or a
            correction does not fit the clip.
    """
    poses = drop_weak(poses, settings.min_joint_score)
    heights = heights_of(poses, fps)
    people: People = {}
    for number, (name, pose, height) in enumerate(zip(ids, poses, heights, strict=True), start=1):
        if not np.isfinite(height).all():
            raise InputError(f"{origin}: of person {name} no two joints of a limb are ever known")
        known = np.flatnonzero(np.isfinite(pose[..., 0]).any(axis=1))
        given = slice(known[0], known[-1] + 1)
        present = np.zeros(len(pose), bool)
        present[given] = presence(pose[..., :2], height, picture, fps)[given]
        people[number] = Person(pose, height, present, np.zeros(pose.shape[:2], bool))
    clip = Clip(poses.shape[1], picture, fps)
    return _fill_in(people, corrections, settings, clip, keep=True)


def _fill_in(
    found: People,
    corrections: list[CorrectionFile],
    settings: TracksSettings,
    clip: Clip,
    keep: bool = False,
) -> TrackedPeople:
    """Correct people in place, and complete them; with ``keep``, known joints stay."""
    apply_corrections(found, corrections, clip)
    people = [found[number] for number in sorted(found)]
    places = np.array([p.poses[..., :2] for p in people]).reshape(len(people), clip.frames, 17, 2)
    scores = np.array([p.poses[..., 2] for p in people]).reshape(places.shape[:3])
    present = np.array([p.present for p in people]).reshape(places.shape[:2])
    corrected = np.array([p.corrected for p in people]).reshape(scores.shape)
    observed = np.isfinite(places[..., 0])
    scores = np.where(observed, np.nan_to_num(scores), 0.0)
    for person, known in enumerate(people):
        whole = interpolate(continue_period(places[person]))
        whole = complete_never_seen(whole, known.height)
        fixed = corrected[person] | (observed[person] & keep)
        whole = smooth(whole, present[person], fixed, settings.smoothing)
        places[person] = np.where(present[person][:, None, None], whole, np.nan)
    there = np.broadcast_to(present[..., None], scores.shape)
    state = np.where(observed, OBSERVED, INTERPOLATED)
    state = np.where(corrected, CORRECTED, state)
    state = np.where(there, state, ABSENT).astype(np.uint8)
    ids = np.array(sorted(found), np.int64)
    return TrackedPeople(ids, places, np.where(there, scores, 0.0), state, present)
