"""The tracked people of a clip, as other people's formats are written from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from retime.artifacts import Tracks


@dataclass(frozen=True)
class FoundTracks:
    """P people over T frames.

    Attributes:
        keypoints: ``[T, P, 17, 2]``, pixels of the source video, NaN where absent.
        state: ``[T, P, 17]``, as in ``Tracks``.
        present: ``[T, P]``, in the picture, seen or hidden.
        ids: of the P people.
        size: width and height of the source video.
    """

    keypoints: np.ndarray
    state: np.ndarray
    present: np.ndarray
    ids: Sequence[int]
    size: tuple[int, int]

    @classmethod
    def of(cls, tracks: Tracks) -> Self:
        """Read all of an open file."""
        width, height = tracks.source_size
        return cls(
            tracks.keypoints[:],
            tracks.state[:],
            tracks.present[:],
            tracks.ids[:].tolist(),
            (width, height),
        )
