"""A pinhole camera in the demo's world: x right, y away from the viewer, z up, metres."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pinhole:
    """A camera that looks along +y, turned right by ``yaw`` and then down by ``tilt``."""

    position: tuple[float, float, float] = (0.0, -7.2, 2.0)
    yaw: float = 0.0  # radians
    tilt: float = 0.135  # radians
    focal: float = 1.38  # focal length over the picture's width

    @property
    def axes(self) -> np.ndarray:
        """Unit vectors right, down and forward of the picture, as rows. [3, 3]"""
        cy, sy = np.cos(self.yaw), np.sin(self.yaw)
        ct, st = np.cos(self.tilt), np.sin(self.tilt)
        right = np.array([cy, -sy, 0.0])
        forward = np.array([sy * ct, cy * ct, -st])
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: np.ndarray, width: int, height: int) -> np.ndarray:
        """Pixel x, pixel y and depth along the viewing axis of world ``points``. Both [..., 3].

        (0, 0) is the centre of the top-left pixel; ``width`` and ``height`` are the picture's.
        """
        local = (points - np.asarray(self.position)) @ self.axes.T
        depth = local[..., 2]
        scale = self.focal * width / depth
        x = (width - 1) / 2 + scale * local[..., 0]
        y = (height - 1) / 2 + scale * local[..., 1]
        return np.stack([x, y, depth], axis=-1)

    def rays(self, width: int, height: int) -> np.ndarray:
        """World directions through the pixel centres, of unit length. [height, width, 3]"""
        x = (np.arange(width) - (width - 1) / 2) / (self.focal * width)
        y = (np.arange(height) - (height - 1) / 2) / (self.focal * width)
        local = np.stack(np.broadcast_arrays(x[None, :], y[:, None], 1.0), axis=-1)
        directions = local @ self.axes
        return directions / np.linalg.norm(directions, axis=-1, keepdims=True)
