"""A textured plane seen by a camera whose true homographies are known, and people before it."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Frames, Tracks

SIZE = (320, 180)


def plane(width: int, height: int, seed: int = 3) -> np.ndarray:
    """Return a grey wall with texture of several sizes, uint8 [height, width]."""
    rng = np.random.default_rng(seed)
    wall = np.zeros((height, width), np.float32)
    for grain, strength in ((4, 18), (11, 30), (37, 30)):
        cells = rng.normal(0, strength, (height // grain + 2, width // grain + 2))
        wall += cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(wall + 128, 0, 255).astype(np.uint8)


def camera_pose(
    x: float, y: float, turn: float = 0.0, zoom: float = 1.0, tilt: float = 0.0
) -> np.ndarray:
    """Return the homography from frame to plane of a camera that looks at plane point (x, y).

    ``turn`` in degrees, ``zoom`` > 1 sees less of the plane, ``tilt`` is the perspective in
    1/1000 per pixel.
    """
    middle = np.array([[1, 0, -(SIZE[0] - 1) / 2], [0, 1, -(SIZE[1] - 1) / 2], [0, 0, 1]])
    c, s = np.cos(np.radians(turn)) / zoom, np.sin(np.radians(turn)) / zoom
    pose = np.array([[c, -s, x], [s, c, y], [0, 0, 1]])
    perspective = np.array([[1, 0, 0], [0, 1, 0], [tilt / 1000, tilt / 2000, 1]])
    return pose @ perspective @ middle


@dataclass
class Scene:
    """Frames [T, H, W, 3] of a plane with one person before it, and what is true of them."""

    rgb: np.ndarray
    keypoints: np.ndarray  # [T, 1, 17, 2]
    poses: list[np.ndarray]  # frame to plane

    def true(self, reference: int) -> np.ndarray:
        """Return the true homographies to frame ``reference``, [T, 3, 3]."""
        found = np.linalg.inv(self.poses[reference]) @ np.stack(self.poses)
        return found / found[:, 2:, 2:]

    def write(self, folder: Path, source_size: tuple[int, int] = SIZE) -> tuple[Path, Path]:
        """Write ``frames.h5`` and ``tracks.h5``; return their paths."""
        frames, height, width, _ = self.rgb.shape
        common = {
            "clip": "scene",
            "source_size": list(source_size),
            "working_size": [width // 2, height // 2],
            "fps": [25, 1],
            "start_seconds": 0.0,
            "parameters": {},
        }
        with Frames.create(
            folder / "frames.h5",
            sizes={"T": frames, "H": height, "W": width},
            source="scene.mp4",
            has_sound=False,
            **common,
        ) as file:
            file.rgb[:], file.index[:] = self.rgb, np.arange(frames)
            file.time[:] = np.arange(frames) / 25
        scale = np.array(source_size) / (width, height)
        with Tracks.create(folder / "tracks.h5", sizes={"T": frames, "P": 1}, **common) as file:
            file.keypoints[:] = (self.keypoints + 0.5) * scale - 0.5
            file.state[:], file.present[:], file.ids[:] = 1, True, [1]
        return folder / "frames.h5", folder / "tracks.h5"


def scene(poses: list[np.ndarray], wall: np.ndarray, seed: int = 5) -> Scene:
    """Film ``wall`` from ``poses``, with a textured person who walks to and fro, and noise."""
    rng = np.random.default_rng(seed)
    person = plane(60, 110, seed=9)
    frames, keypoints = [], []
    for t, pose in enumerate(poses):
        grey = cv2.warpPerspective(
            wall, np.linalg.inv(pose), SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        left = round(130 + 70 * np.sin(t / 5))
        grey[40:150, left : left + 60] = person
        noisy = grey + rng.normal(0, 1.5, grey.shape)
        frames.append(np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[..., None], 3, axis=2))
        # 17 joints within the person's box, which they reach nearly to the edge of.
        x, y = np.meshgrid(np.linspace(left + 5, left + 55, 4), np.linspace(45, 145, 5))
        keypoints.append(np.column_stack([x.ravel(), y.ravel()])[None, :17])
    return Scene(np.stack(frames), np.stack(keypoints).astype(np.float32), poses)
