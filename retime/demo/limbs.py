"""Inverse kinematics: joint angles that bring ankles and wrists to places in the world."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retime.body.model import ShapedBody

LEG = ("hip_flexion", "hip_abduction", "knee")
ARM = ("shoulder_flexion", "shoulder_abduction", "elbow")
_LIMITS = {
    "hip_flexion": (-0.7, 2.2), "hip_abduction": (-0.3, 0.8), "knee": (-0.05, 2.6),
    "shoulder_flexion": (-1.2, 2.8), "shoulder_abduction": (-0.2, 1.6), "elbow": (0.05, 2.5),
}  # fmt: skip
LEFT_FOOT, RIGHT_FOOT = 5, 6  # DensePose parts
DAMPING = 2e-4
TOLERANCE = 4e-4  # metres
STEP = 1e-4
"""Angle by which derivatives are taken, radians."""


@dataclass(frozen=True)
class Foot:
    """A stiff foot, metres."""

    ankle: float  # height of the ankle above the sole
    heel: float  # how far the heel reaches behind the ankle
    toe: float  # how far the toes reach before it

    def rolled(self, pitch: float) -> tuple[float, float]:
        """Ankle's (forward shift, height) when the toes point ``pitch`` down.

        The foot rolls on the floor about its toes (positive pitch) or its heel (negative).
        """
        pivot = self.toe if pitch > 0 else -self.heel
        c, s = np.cos(pitch), np.sin(pitch)
        # From the pivot the flat foot's ankle lies ``pivot`` behind and ``ankle`` up.
        return pivot * (1 - c) + self.ankle * s, self.ankle * c + pivot * s


@dataclass(frozen=True)
class Limbs:
    """Reaches of one shaped body. Positions are relative to the pelvis unless said otherwise."""

    shape: ShapedBody

    @cached_property
    def index(self) -> dict[str, int]:
        """Number of each joint by name."""
        return {name: i for i, name in enumerate(self.shape.body.joint_names)}

    @property
    def pelvis(self) -> np.ndarray:
        """The pelvis at rest, where posing leaves it. [3]"""
        return self.shape.joints[self.index["pelvis"]]

    @cached_property
    def foot(self) -> "Foot":
        """Where the ankle stands on the sole, of the bare left foot at rest."""
        points = self.foot_points("left")
        ankle = self.shape.joints[self.index["left_ankle"]]
        return Foot(
            float(ankle[2] - points[:, 2].min()),
            float(points[:, 1].max() - ankle[1]),
            float(ankle[1] - points[:, 1].min()),
        )

    @cached_property
    def upright(self) -> float:
        """Height of the pelvis above the bare soles of the person standing straight, metres."""
        ground = self.shape.joints[self.index["left_ankle"]][2] - self.foot.ankle
        return float(self.pelvis[2] - ground)

    def foot_points(self, side: str) -> np.ndarray:
        """Rest vertices of a bare foot. [n, 3]"""
        body = self.shape.body
        part = LEFT_FOOT if side == "left" else RIGHT_FOOT
        return self.shape.rest_vertices[np.unique(body.faces[body.parts == part])]

    def joint(self, name: str, angles: dict[str, float]) -> np.ndarray:
        """Position of a joint in a pose, relative to the pelvis. [3]"""
        i = self.index[name]
        world = self.shape.transforms(angles)[i]
        return world[:3, :3] @ self.shape.joints[i] + world[:3, 3] - self.pelvis

    def reach(
        self, angles: dict[str, float], side: str, end: str, target: np.ndarray, rounds: int = 12
    ) -> dict[str, float]:
        """Return ``angles`` changed so that ``end`` (ankle or wrist) lies at ``target`` [3].

        Broyden's method with damped steps from the given angles, within the joints' limits; a
        target out of reach is approached as far as they allow.
        """
        names = [f"{side}_{n}" for n in (LEG if end == "ankle" else ARM)]
        limits = np.array([_LIMITS[name.split("_", 1)[1]] for name in names]).T
        joint = f"{side}_{end}"
        turned = np.array([angles.get(name, 0.0) for name in names])

        def place(turned: np.ndarray) -> np.ndarray:
            return self.joint(joint, {**angles, **dict(zip(names, turned, strict=True))})

        at = place(turned)
        slopes = np.stack([(place(turned + step) - at) / STEP for step in STEP * np.eye(3)], 1)
        for _ in range(rounds):
            miss = target - at
            if np.abs(miss).max() < TOLERANCE:
                break
            change = np.linalg.solve(slopes.T @ slopes + DAMPING * np.eye(3), slopes.T @ miss)
            change = np.clip(turned + np.clip(change, -0.6, 0.6), *limits) - turned
            if np.abs(change).max() < 1e-6:
                break
            turned = turned + change
            moved = place(turned)
            slopes += np.outer(moved - at - slopes @ change, change) / (change @ change)
            at = moved
        return {**angles, **dict(zip(names, map(float, turned), strict=True))}

    def level_foot(self, angles: dict[str, float], side: str, pitch: float) -> dict[str, float]:
        """Return ``angles`` with the ankle turned so that the toes point ``pitch`` down."""
        index = self.index[f"{side}_ankle"]
        name = f"{side}_ankle"
        flat = {**angles, name: 0.0}
        forward = self.shape.transforms(flat)[index][:3, :3] @ [0.0, -1.0, 0.0]
        down = np.arctan2(-forward[2], np.hypot(forward[0], forward[1]))
        return {**angles, name: float(pitch - down)}
