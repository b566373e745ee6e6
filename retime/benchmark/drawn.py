"""Drawn clips of any length and number of people, for where what people look like is no matter.

Standing figures sway before a textured wall. The detector takes them for no people, so where they
are is written as ``poses`` and ``tracks`` would.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Frames, Poses, Tracks
from retime.people.interpolation import OBSERVED
from retime.video.encoding import VideoWriter

# Of the 17 joints of someone who stands: sideways from their middle and down from their top, as
# shares of their height.
STANDING = np.array(
    [
        *[(0, 0.06), (0.02, 0.05), (-0.02, 0.05), (0.04, 0.06), (-0.04, 0.06)],
        *[(0.11, 0.2), (-0.11, 0.2), (0.15, 0.35), (-0.15, 0.35), (0.16, 0.5), (-0.16, 0.5)],
        *[(0.07, 0.52), (-0.07, 0.52), (0.08, 0.75), (-0.08, 0.75), (0.08, 0.97), (-0.08, 0.97)],
    ]
)  # [17, 2]


@dataclass(frozen=True)
class Drawn:
    """A clip to draw."""

    frames: int
    people: int
    working: tuple[int, int]  # width, height

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the video: twice the working size, as of the layers."""
        return 2 * self.working[0], 2 * self.working[1]

    def keypoints(self) -> np.ndarray:
        """Return float32 [T, P, 17, 2], source pixels: people side by side who sway."""
        width, height = self.size
        t, p = np.arange(self.frames)[:, None], np.arange(self.people)
        middle = (p + 0.5) / self.people * width + 0.04 * width * np.sin(t / 9 + p)  # [T, P]
        top = np.stack([middle, np.full_like(middle, 0.2 * height)], -1)  # [T, P, 2]
        return (top[:, :, None] + 0.7 * height * STANDING).astype(np.float32)


def draw_video(clip: Drawn, path: Path) -> None:
    """Draw the clip in H.264, 25 frames a second."""
    width, height = clip.size
    random = np.random.default_rng(0)
    coarse = random.integers(60, 200, (height // 8, width // 8, 3), np.uint8)
    wall = cv2.resize(coarse, clip.size)
    colours = random.integers(0, 255, (clip.people, 3)).tolist()
    with VideoWriter(path, clip.size, Fraction(25), crf=20) as writer:
        for people in clip.keypoints():
            picture = wall.copy()
            for joints, colour in zip(people, colours, strict=True):
                cv2.fillConvexPoly(picture, cv2.convexHull(joints.round().astype(int)), colour)
            writer.write(picture)


def write_people(clip: Drawn, frames: Path, poses: Path, tracks: Path) -> None:
    """Write ``poses.h5`` and ``tracks.h5`` as if everyone had been seen in every frame.

    Args:
        clip: that was drawn.
        frames: its ``frames.h5``.
        poses: file to write.
        tracks: file to write.
    """
    places, sizes = clip.keypoints(), {"T": clip.frames, "P": clip.people}
    with Frames.open(frames) as held:
        common = held.clip_attributes()
    with Poses.create(poses, sizes=sizes, parameters={}, **common) as found:
        found.keypoints[:] = np.concatenate([places, np.ones_like(places[..., :1])], -1)
        found.box[:] = np.concatenate([places.min(2), places.max(2)], -1)
        found.score[:] = 1
    with Tracks.create(tracks, sizes=sizes, parameters={}, **common) as known:
        known.keypoints[:], known.score[:], known.state[:] = places, 1, OBSERVED
        known.present[:], known.ids[:] = True, np.arange(clip.people) + 1
