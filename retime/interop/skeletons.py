"""People as foreign files give them: a list of skeletons, and the arrays that stages work with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retime.errors import InputError
from retime.interop.clip_frames import ClipFrames
from retime.people.skeleton import INDEX, JOINTS


@dataclass(frozen=True)
class Skeleton:
    """One person in one frame.

    Attributes:
        frame: name of the picture, or number of the video's frame from 0.
        person: id of the person, None where the file tracks nobody.
        joints: ``[17, 3]``: x, y in pixels ((0, 0) the centre of the top-left one) and a score
            0..1; NaN where unknown.
        score: of the person as a whole, 0..1.
        place: where in the file it stands, for errors.
    """

    frame: str | int
    person: int | None
    joints: np.ndarray
    score: float
    place: str


def joints_from_triples(values: Sequence[float], place: str) -> np.ndarray:
    """Turn ``x1, y1, s1, x2, ...`` of the 17 joints into ``[17, 3]``; scores above 1 count as 1.

    Raises:
        InputError: there are not 51 finite numbers.
    """
    joints = np.array(values, np.float64)
    if joints.size != 3 * len(JOINTS) or not np.isfinite(joints).all():
        raise InputError(
            f"{place}: {joints.size} numbers; x, y and a score of COCO's 17 joints are 51"
        )
    joints = joints.reshape(-1, 3)
    joints[:, 2] = joints[:, 2].clip(0, 1)
    return joints


def joint_numbers(names: Sequence[str], place: str) -> dict[str, int]:
    """Return which of COCO's joints each name means (``Left Ankle``, ``left-ankle``).

    Names of other joints are left out.

    Args:
        names: as a file has them.
        place: in the file, for the error.

    Raises:
        InputError: there are names, but none is that of a joint of COCO.
    """
    called = {name: name.strip().lower().replace(" ", "_").replace("-", "_") for name in names}
    found = {name: INDEX[joint] for name, joint in called.items() if joint in INDEX}
    if called and not found:
        raise InputError(f"{place}: none of COCO's 17 joints is among {', '.join(names)}")
    return found


def box_of(joints: np.ndarray) -> np.ndarray:
    """Return x0, y0, x1, y1 around the known joints of ``[17, 3]``."""
    places = joints[np.isfinite(joints[:, 0]), :2]
    return np.concatenate([places.min(0), places.max(0)])


def as_detections(
    skeletons: Sequence[Skeleton], frames: ClipFrames
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay skeletons out as the stage ``poses`` does: unordered, by frame.

    Returns:
        Joints ``[T, P, 17, 3]``, boxes ``[T, P, 4]`` and scores ``[T, P]``; NaN where fewer than P.
    """
    found = frames.find(s.frame for s in skeletons)
    at: list[list[Skeleton]] = [[] for _ in range(frames.count)]
    for skeleton in skeletons:
        for t in found[skeleton.frame]:
            at[t].append(skeleton)
    most = max(map(len, at), default=0)
    joints = np.full((frames.count, most, len(JOINTS), 3), np.nan)
    boxes, scores = np.full((frames.count, most, 4), np.nan), np.full((frames.count, most), np.nan)
    for t, people in enumerate(at):
        for p, skeleton in enumerate(people):
            joints[t, p], scores[t, p] = skeleton.joints, skeleton.score
            boxes[t, p] = box_of(skeleton.joints)
    return joints, boxes, scores


def as_people(
    skeletons: Sequence[Skeleton], frames: ClipFrames, where: str
) -> tuple[np.ndarray, list[int]]:
    """Lay skeletons out by person.

    Args:
        skeletons: of tracked people.
        frames: of the clip.
        where: the file, for errors.

    Returns:
        Joints ``[P, T, 17, 3]``, NaN where unknown; and the file's ids of the P people, ascending.

    Raises:
        InputError: a skeleton is nobody's, or one person is in two places of a frame.
    """
    nobody = next((s for s in skeletons if s.person is None), None)
    if nobody is not None:
        raise InputError(
            f"{where}: {nobody.place} has no id of a person; give the file as poses, and the "
            "workflow tracks them"
        )
    found = frames.find(s.frame for s in skeletons)
    seen = {int(s.person or 0) for s in skeletons if len(found[s.frame])}
    ids = sorted(seen)
    joints = np.full((len(ids), frames.count, len(JOINTS), 3), np.nan)
    for skeleton in skeletons:
        for t in found[skeleton.frame]:
            place = ids.index(int(skeleton.person or 0)), t
            if np.isfinite(joints[place]).any():
                raise InputError(
                    f"{where}: {skeleton.place}: person {skeleton.person} is in frame "
                    f"'{skeleton.frame}' twice"
                )
            joints[place] = skeleton.joints
    return joints, ids
