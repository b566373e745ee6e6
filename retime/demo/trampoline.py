"""A trampoline let into the floor: what it looks like and how it gives way."""

from dataclasses import dataclass

import numba
import numpy as np

from retime.demo.noise import fractal

SHEET = 0.80
"""Radius of the sheet over that of the whole; the rest is a pad that does not give way."""
LINE = 0.032
"""Width of the lines painted on the sheet, metres."""


@dataclass(frozen=True)
class Trampoline:
    """A round black sheet with painted lines and a blue pad about it; metres."""

    place: tuple[float, float]  # of its middle, on the floor
    radius: float = 0.75  # pad included
    seed: int = 7

    @property
    def sheet(self) -> float:
        """Radius of what gives way."""
        return SHEET * self.radius

    def covers(self, points: np.ndarray) -> np.ndarray:
        """Whether points [..., 3] of the floor lie on it, pad included. [...] bool"""
        return np.hypot(*self._from_middle(points)) < self.radius

    def albedo(self, points: np.ndarray) -> np.ndarray:
        """Share of light that it gives back at points [n, 3], linear RGB. [n, 3]"""
        colours = np.zeros((len(points), 3))
        _paint(*self._from_middle(points), self.radius, self.sheet, self.seed, colours)
        return colours

    def dip(self, points: np.ndarray, depth: float) -> np.ndarray:
        """How far below the floor the sheet lies at points [..., 3], metres; only x and y count.

        ``depth`` is that of its middle. The sheet leaves the pad and meets its middle level.
        """
        share = np.minimum(np.hypot(*self._from_middle(points)) / self.sheet, 1)
        return depth * (1 + np.cos(np.pi * share)) / 2

    def normal(self, points: np.ndarray, depth: float) -> np.ndarray:
        """Unit normals of the sheet at points [..., 3], upwards. [..., 3]"""
        x, y = self._from_middle(points)
        away = np.hypot(x, y)
        share = np.minimum(away / self.sheet, 1)
        # The surface is z = -dip: its normal leans towards the middle by the slope of the dip.
        slope = -depth * np.pi / (2 * self.sheet) * np.sin(np.pi * share)
        lean = slope / np.maximum(away, 1e-9)
        normal = np.stack([lean * x, lean * y, np.ones_like(x)], axis=-1)
        return normal / np.linalg.norm(normal, axis=-1, keepdims=True)

    def _from_middle(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return points[..., 0] - self.place[0], points[..., 1] - self.place[1]


@dataclass(frozen=True)
class Pressed:
    """A trampoline that somebody stands on."""

    trampoline: Trampoline
    depth: float  # of its middle below the floor, metres


@numba.njit(cache=True)
def _paint(x, y, radius, sheet, seed, colours):
    for i in range(len(x)):
        away = np.sqrt(x[i] * x[i] + y[i] * y[i])
        if away > sheet:
            stuffed = np.sin(np.pi * (away - sheet) / (radius - sheet))
            light = 0.72 + 0.28 * stuffed + 0.04 * fractal(9 * x[i], 9 * y[i], 2, seed)
            colours[i, 0], colours[i, 1], colours[i, 2] = 0.035 * light, 0.11 * light, 0.36 * light
            continue
        ring = min(abs(away - 0.5 * sheet), abs(away - 0.94 * sheet))
        line = min(abs(x[i]), abs(y[i]), ring) < LINE / 2
        weave = 1 + 0.22 * fractal(40 * x[i], 40 * y[i], 3, seed + 5)
        for c in range(3):
            colours[i, c] = 0.52 if line else (0.040 + 0.003 * c) * weave
