"""Apply what a person says of who is who, and where their joints are (`corrections.py`)."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from retime.errors import InputError
from retime.people.body_size import HEIGHT_SECONDS, steady_height
from retime.people.corrections import (
    CorrectionFile,
    Draw,
    Drop,
    Joints,
    Merge,
    Regrouping,
    Rename,
    Split,
    Swap,
)
from retime.people.presence import presence
from retime.people.skeleton import INDEX, JOINTS


@dataclass
class Person:
    """One person of a clip of T frames."""

    poses: np.ndarray  # [T, 17, 3]: x, y in source pixels, score; NaN where unknown
    height: np.ndarray  # [T], of the body, source pixels
    present: np.ndarray  # bool [T]
    corrected: np.ndarray  # bool [T, 17]

    @classmethod
    def unseen(cls, frames: int) -> "Person":
        """Return somebody of whom nothing is known."""
        return cls(
            np.full((frames, len(JOINTS), 3), np.nan),
            np.full(frames, np.nan),
            np.zeros(frames, bool),
            np.zeros((frames, len(JOINTS)), bool),
        )

    @property
    def seen(self) -> np.ndarray:
        """In which frames anything of them is known, bool [T]."""
        return np.isfinite(self.poses[..., 0]).any(1)

    def over_time(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return all that is known of them before joints are corrected; axis 0 is time."""
        return self.poses, self.height, self.present

    def cut(self, frame: int) -> tuple["Person", "Person"]:
        """Return two people: one as before ``frame``, one as from it on."""
        before, after = deepcopy(self), deepcopy(self)
        before.poses[frame:], before.present[frame:] = np.nan, False
        after.poses[:frame], after.present[:frame] = np.nan, False
        return before, after

    def joined(self, other: "Person", clip: "Clip") -> "Person":
        """Return one person who is seen where either is; where both are, ``self`` counts."""
        mine = self.seen
        poses = np.where(mine[:, None, None], self.poses, other.poses)
        height = np.where(mine, self.height, other.height)
        there = presence(poses[..., :2], height, clip.picture, clip.fps)
        present = self.present | other.present | there
        return Person(poses, height, present, self.corrected)

    def reach_corrected(self) -> None:
        """Be present in corrected frames, and on the way to them."""
        touched = np.flatnonzero(self.corrected.any(1))
        if len(touched):
            there = np.flatnonzero(self.present)
            begin, end = (there[0], there[-1]) if len(there) else (touched[-1], touched[0])
            self.present[touched[0] : begin + 1] = True
            self.present[end : touched[-1] + 1] = True
            self.present[touched] = True


People = dict[int, Person]


@dataclass(frozen=True)
class Clip:
    """What corrections have to fit."""

    frames: int
    picture: tuple[int, int]  # width and height of the source video
    fps: float


class _Entry:
    """One entry of a file, its people and frames checked."""

    def __init__(self, people: People, clip: Clip, file: CorrectionFile, number: int) -> None:
        self.people, self.clip, self.file, self.number = people, clip, file, number

    def error(self, key: str, message: str) -> InputError:
        return self.file.error(self.number, key, message)

    def known(self, key: str, *numbers: int) -> list[Person]:
        for number in numbers:
            if number not in self.people:
                there = ", ".join(map(str, sorted(self.people))) or "none"
                raise self.error(key, f"{number} is not tracked; people are {there}")
        if len(set(numbers)) < len(numbers):
            raise self.error(key, "somebody is named twice")
        return [self.people[number] for number in numbers]

    def free(self, key: str, number: int) -> int:
        if number in self.people:
            raise self.error(key, f"{number} is somebody already; choose a number that is free")
        return number

    def inside(self, key: str, frame: int) -> int:
        if frame >= self.clip.frames:
            last = self.clip.frames - 1
            raise self.error(key, f"the clip has frames 0 to {last}, not {frame}")
        return frame

    def regroup(self, entry: Regrouping) -> None:
        """Apply an entry that says who is who."""
        people = self.people
        match entry:
            case Split(split=number):
                (person,) = self.known("split", number)
                before, after = person.cut(self.inside("frame", entry.frame))
                if not (before.seen.any() and after.seen.any()):
                    side = "from" if before.seen.any() else "before"
                    raise self.error("frame", f"{number} is not seen {side} frame {entry.frame}")
                people[number], people[self.free("into", entry.into)] = before, after
            case Merge(merge=numbers):
                first, *others = self.known("merge", *numbers)
                for other in others:
                    first = first.joined(other, self.clip)
                for number in numbers[1:]:
                    del people[number]
                people[numbers[0]] = first
            case Swap(swap=numbers):
                one, other = self.known("swap", *numbers)
                begin = self.inside("frame", entry.frame)
                for a, b in zip(one.over_time(), other.over_time(), strict=True):
                    a[begin:], b[begin:] = b[begin:].copy(), a[begin:].copy()
            case Rename(rename=number, to=to):
                self.known("rename", number)
                people[self.free("to", to)] = people.pop(number)
            case Drop(drop=number, frames=None):
                self.known("drop", number)
                del people[number]
            case Drop(drop=number, frames=(first, last)):
                (person,) = self.known("drop", number)
                here = slice(first, self.inside("frames", last) + 1)
                person.poses[here], person.present[here] = np.nan, False
                if not person.seen.any():
                    raise self.error("frames", f"nothing is left of {number}: leave out 'frames'")
            case Draw(draw=number):
                people[self.free("draw", number)] = Person.unseen(self.clip.frames)

    def place(self, entry: Joints) -> None:
        """Put joints where an entry says."""
        said = entry.said()
        if not said:
            return
        (person,) = self.known("person", entry.person)
        first, last = entry.span
        self.inside("frame" if entry.frames is None else "frames", last)
        width, height = self.clip.picture
        for name, place in said.items():
            here = slice(first, last + 1), INDEX[name]
            person.corrected[here] = place is not None
            if place is None:
                person.poses[here] = np.nan
                continue
            x, y = place
            if not (entry.outside or (-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5)):
                raise self.error(
                    f"keypoints.{name}",
                    f"({x:g}, {y:g}) lies outside the picture, {width}x{height}; if the body "
                    'reaches beyond its edge, say "outside": true in this entry',
                )
            # As it is stored, so that an export of it says the same to the last bit.
            person.poses[here] = (np.float32(x), np.float32(y), 1.0)


def apply_corrections(people: People, files: Sequence[CorrectionFile], clip: Clip) -> None:
    """Apply corrections in place: first all that say who is who, then those of joints.

    Args:
        people: by number.
        files: in their order.
        clip: what they have to fit.

    Raises:
        InputError: somebody who is not there, a number that is taken, a frame outside the clip, a
            joint outside the picture, somebody of whom too little is known; the message names the
            file and the entry.
    """
    entries = [
        (_Entry(people, clip, file, number), entry)
        for file in files
        for number, entry in enumerate(file.corrections)
    ]
    for at, entry in entries:
        if not isinstance(entry, Joints):
            at.regroup(entry)
    last: dict[int, _Entry] = {e.draw: at for at, e in entries if isinstance(e, Draw)}
    for at, entry in entries:
        if isinstance(entry, Joints):
            at.place(entry)
            last[entry.person] = at
    for number, person in people.items():
        person.reach_corrected()
        if not person.seen.any():
            at = last.get(number, entries[-1][0])
            raise at.error("person", f"no joint of {number} is known in any frame; place some")
        if np.isnan(person.height).any():
            window = max(1, round(HEIGHT_SECONDS * clip.fps))
            person.height = steady_height(person.poses[..., :2], window)
        if np.isnan(person.height).any():
            raise last[number].error(
                "person",
                f"the size of {number} is not known: place both ends of a limb in some frame, such "
                "as left_shoulder and left_hip",
            )
