"""A tiny clip of 4 frames, 32 x 16 at its source, 16 x 8 at work."""

from pathlib import Path

import numpy as np
import pytest

from retime.artifacts import Frames
from retime.interop.clip_frames import ClipFrames
from retime.interop.found_tracks import FoundTracks
from retime.people.interpolation import OBSERVED

SOURCE, WORKING = (32, 16), (16, 8)


def write_frames(
    path: Path, source: str = "tiny.mp4", index: tuple[int, ...] = (0, 1, 2, 3)
) -> Path:
    with Frames.create(
        path,
        sizes={"T": len(index), "H": 16, "W": 32},
        parameters={},
        clip="tiny",
        source=source,
        source_size=list(SOURCE),
        working_size=list(WORKING),
        fps=[10, 1],
        start_seconds=0.0,
        has_sound=False,
    ) as frames:
        frames.rgb[:] = np.random.default_rng(0).integers(0, 255, frames.rgb.shape, np.uint8)
        frames.index[:], frames.time[:] = index, np.array(index) / 10
    return path


@pytest.fixture
def frames_file(tmp_path: Path) -> Path:
    return write_frames(tmp_path / "frames.h5")


@pytest.fixture
def clip_frames() -> ClipFrames:
    return ClipFrames(np.arange(4))


def found_tracks(
    keypoints: np.ndarray, present: np.ndarray, ids: list[int], state: np.ndarray | None = None
) -> FoundTracks:
    """People of the tiny clip; without ``state`` all joints were observed."""
    if state is None:
        state = np.full(keypoints.shape[:-1], OBSERVED, np.uint8)
    return FoundTracks(keypoints, state, present, ids, SOURCE)


def standing(x: float, y: float = 0.0) -> np.ndarray:
    """Return joints ``[17, 2]`` of a small figure that faces the camera; its nose is at x, y."""
    # fmt: off
    places = np.array([
        (0, 0), (0.5, -0.5), (-0.5, -0.5), (1, 0), (-1, 0), (2, 2), (-2, 2), (3, 4), (-3, 4),
        (3, 6), (-3, 6), (1, 6), (-1, 6), (1, 9), (-1, 9), (1, 12), (-1, 12),
    ], float)
    # fmt: on
    return places + np.array([x, y])
