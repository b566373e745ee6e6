"""Which of a clip's frames a foreign file means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retime.artifacts import Frames
from retime.errors import InputError
from retime.video.pictures import list_pictures


@dataclass(frozen=True)
class ClipFrames:
    """The frames of a clip, as foreign files call them.

    Foreign files are made from the video, of which a clip may be a part: frame t of the clip is
    frame ``index[t]`` of the video.
    """

    index: np.ndarray  # int [T]
    pictures: tuple[str, ...] = ()  # stems of the pictures' names, where the video is a folder

    @classmethod
    def of(cls, frames: Frames) -> "ClipFrames":
        """Read them from a clip's open ``Frames``."""
        source = Path(frames.source)
        pictures = list_pictures(source) if source.is_dir() else []
        return cls(frames.index[:], tuple(picture.stem for picture in pictures))

    @property
    def count(self) -> int:
        """Return the number of frames of the clip, T."""
        return len(self.index)

    def choose(self, given: int, what: str) -> np.ndarray:
        """Return for each frame of the clip which of ``given`` things belongs to it, int [T].

        There is one for each frame of the clip, or one for each of the video.

        Args:
            given: how many there are.
            what: names them in the error.

        Raises:
            InputError: there are neither as many as the clip has frames nor as the video.
        """
        if given == self.count:
            return np.arange(given)
        if given <= self.index.max():
            raise InputError(
                f"{what}: {given}, but the clip has {self.count} frames and ends with the video's "
                f"frame {self.index.max()}, counted from 0; give one for each frame"
            )
        return self.index

    def find(self, names: Iterable[str | int]) -> dict[str | int, np.ndarray]:
        """Return the frames of the clip that each name stands for; none if it lies outside.

        Names are those of the pictures, where the video is a folder of them. Else the last number
        in a name is that of the video's frame, from 0; or from 1, if 0 does not occur and the
        number of the clip's last frame counted so does. Whole numbers count from 0.

        Raises:
            InputError: a name holds no number.
        """
        names = list(names)
        numbers = {name: self._number(name) for name in names}
        counted = [numbers[name] for name in names if isinstance(name, str)]
        if not self._are_pictures(names) and 0 not in counted and self.index.max() + 1 in counted:
            numbers = {n: k - isinstance(n, str) for n, k in numbers.items()}
        return {name: np.flatnonzero(self.index == number) for name, number in numbers.items()}

    def _are_pictures(self, names: list[str | int]) -> bool:
        return any(isinstance(name, str) and Path(name).stem in self.pictures for name in names)

    def _number(self, name: str | int) -> int:
        if isinstance(name, int):
            return name
        stem = Path(name).stem
        if stem in self.pictures:
            return self.pictures.index(stem)
        digits = re.findall(r"\d+", stem)
        if not digits:
            raise InputError(f"'{name}' is no frame's name: it holds no number")
        return int(digits[-1])
