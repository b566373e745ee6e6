"""Cameras that bodies are seen from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at a point from the -Y side, above or below it.

    Image coordinates are in focal lengths, x right and y down, (0, 0) the centre of view.
    """

    target: np.ndarray  # [3] metres
    distance: float  # metres from the target
    pitch: float  # radians, positive looks down
    roll: float = 0.0  # radians, how far the picture is turned clockwise

    def project(self, points: np.ndarray) -> np.ndarray:
        """Map world points [N, 3] to x, y in focal lengths and depth in metres [N, 3]."""
        offset = points - self.target
        c, s = np.cos(self.pitch), np.sin(self.pitch)
        depth = self.distance + c * offset[:, 1] - s * offset[:, 2]
        up = s * offset[:, 1] + c * offset[:, 2]
        x, y = offset[:, 0] / depth, -up / depth
        c, s = np.cos(self.roll), np.sin(self.roll)
        return np.stack([c * x - s * y, s * x + c * y, depth], axis=1)


def sample_camera(rng: np.random.Generator, target: np.ndarray, size: float) -> Camera:
    """A camera at a random distance and a pitch of -20 to 60 degrees, most near eye level.

    Args:
        target: [3] the point looked at, metres.
        size: the person's height, metres; the camera is 1.4 to 9 times as far.
    """
    pitch = rng.normal(0.12, 0.16) if rng.uniform() < 0.75 else rng.uniform(-0.35, 1.05)
    distance = size * np.exp(rng.uniform(np.log(1.4), np.log(9)))
    return Camera(target, distance, float(np.clip(pitch, -0.35, 1.05)), rng.normal(0, 0.04))
