"""One instant of a motion, and how motions are made.

A pose is made the way an animator makes it: the pelvis follows its path, the feet keep to theirs
(a foot that bears weight stays where it stands), and the legs' angles follow by inverse kinematics.
Times are in seconds; lengths are in metres for a person of 1.7 m and scale with the person.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from retime.body.model import ShapedBody
from retime.demo.trampoline import Pressed

SIDES = (("left", 1.0), ("right", -1.0))


@dataclass(frozen=True)
class Stance:
    """One instant of a motion."""

    angles: dict[str, float]
    pelvis: np.ndarray  # [3] world position, metres; the floor is z = 0
    carried: np.ndarray | None = None  # [3] centre of what is carried
    pressed: Pressed | None = None  # what gives way under the feet


class Motion(Protocol):
    """How a person moves."""

    @property
    def shape(self) -> ShapedBody:
        """The person's body."""

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""


def turned(vector: np.ndarray, yaw: float) -> np.ndarray:
    """Turn a vector given as (left, back, up) of the body to the world."""
    c, s = np.cos(yaw), np.sin(yaw)
    x, y, z = vector
    return np.array([c * x - s * y, s * x + c * y, z])


def ease(x: float, low: float, high: float) -> float:
    """Smooth step from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return float(t * t * (3 - 2 * t))
