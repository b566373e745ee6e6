"""Jumping on the spot, as a function of time; see ``stance.py``."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from retime.demo.shod import Shod
from retime.demo.stance import SIDES, Stance, ease, turned

GRAVITY = 9.81


@dataclass(frozen=True)
class Jump(Shod):
    """Jumping on the spot again and again.

    One period runs from landing to landing: give way, push off, fly. The flight is the parabola
    of a thrown body, so its length follows from ``height``; the pelvis leaves the ground and comes
    back to it at that parabola's speed.
    """

    place: tuple[float, float]
    yaw: float = 0.0  # 0 faces the camera, positive turns to the person's left
    period: float = 1.1
    phase: float = 0.0  # seconds since a landing at time 0
    height: float = 0.30  # rise of the pelvis above where it leaves the ground, metres
    crouch: float = 0.27  # depth of the knee bend, metres
    tuck: float = 0.06  # how far the feet are drawn up in flight, metres
    swing: float = 1.0  # of the arms to the back and front
    spread: float = 1.0  # of the arms to the sides

    TAKE_OFF, LANDING = 0.72, 0.42  # pitch of the feet, radians

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        t = (time + self.phase) % self.period
        if t < self._contact:
            share = t / self._contact
            pitch = self.LANDING * (1 - ease(share, 0, 0.22)) + self.TAKE_OFF * ease(share, 0.70, 1)
            forward, ankle = self._limbs.foot.rolled(pitch)
            pelvis = float(self._path(t))
            below = pelvis - ankle - self.sole
            arms = share - 1.0
        else:
            air = t - self._contact
            share = air / (self.period - self._contact)
            pelvis = self._heights[1] + self._speed * air - GRAVITY * air**2 / 2
            pitch = self.TAKE_OFF + (self.LANDING - self.TAKE_OFF) * ease(share, 0.5, 1)
            ends = [
                (fore, height - ankle - self.sole)
                for (fore, ankle), height in (
                    (self._limbs.foot.rolled(self.TAKE_OFF), self._heights[1]),
                    (self._limbs.foot.rolled(self.LANDING), self._heights[0]),
                )
            ]
            blend = ease(share, 0.1, 0.9)
            forward = ends[0][0] + blend * (ends[1][0] - ends[0][0])
            below = ends[0][1] + blend * (ends[1][1] - ends[0][1])
            below -= self.tuck * self._scale * np.sin(np.pi * share) ** 2
            arms = share
        return self._stance(pelvis, below, forward, pitch, arms)

    def _stance(self, pelvis, below, forward, pitch, arms) -> Stance:
        """Pose with the pelvis at that height and the ankles ``below`` it, ``forward`` of place."""
        depth = np.clip((self._upright - pelvis) / (0.27 * self._scale), 0, 1.4)
        lean = 0.46 * depth + 0.02
        back = 0.11 * depth * self._scale  # the hips go back as the trunk leans forward
        angles = {
            "root_yaw": self.yaw,
            "root_lean": lean,
            "spine_bend": 0.10 * depth - 0.05,
            "head_pitch": -0.55 * lean + 0.02,
        }
        angles |= self._arms(arms)
        for side, sign in SIDES:
            local = np.array([sign * 0.112 * self._scale, -back - 0.015 - forward, -below])
            start = {
                **angles,
                f"{side}_hip_flexion": 0.25 + 1.1 * depth,
                f"{side}_knee": 0.25 + 1.2 * depth,
                f"{side}_hip_twist": 0.12,
            }
            angles = self._limbs.reach(start, side, "ankle", turned(local, self.yaw))
            angles = self._limbs.level_foot(angles, side, pitch)
        ground = np.array([*self.place, pelvis])
        return Stance(angles, ground + turned(np.array([0.0, back, 0.0]), self.yaw))

    def _arms(self, at: float) -> dict[str, float]:
        """Arms at -1..0 through the contact and 0..1 through the flight.

        They swing back as the knees bend, forward in the push, up to the sides in the flight.
        """
        times = [-1, -0.55, -0.34, 0, 0.35, 0.7, 1]
        flexion = np.interp(at, times, [0.45, -0.45, -0.60, 0.85, 0.60, 0.50, 0.45])
        abduction = np.interp(at, times, [0.60, 0.26, 0.24, 0.80, 1.40, 1.15, 0.60])
        abduction = 0.25 + self.spread * (abduction - 0.25)
        elbow = np.interp(at, times, [0.60, 0.45, 0.38, 0.55, 0.40, 0.45, 0.60])
        return {
            f"{side}_{name}": float(angle)
            for side, _ in SIDES
            for name, angle in (
                ("shoulder_flexion", self.swing * flexion),
                ("shoulder_abduction", abduction),
                ("elbow", elbow),
            )
        }

    @property
    def _speed(self) -> float:
        """Of the pelvis as it leaves the ground, m/s."""
        return float(np.sqrt(2 * GRAVITY * self.height))

    @cached_property
    def _heights(self) -> tuple[float, float]:
        """Height of the pelvis at landing and at take-off, the knees a little bent."""
        rise = [
            self._limbs.foot.rolled(pitch)[1] - self._limbs.foot.ankle
            for pitch in (self.LANDING, self.TAKE_OFF)
        ]
        return (
            self._upright + rise[0] - 0.035 * self._scale,
            self._upright + rise[1] - 0.020 * self._scale,
        )

    @cached_property
    def _contact(self) -> float:
        """Seconds that the feet are on the ground.

        Raises:
            ValueError: the flight leaves less than 0.25 s of the period.
        """
        drop = self._heights[1] - self._heights[0]
        flight = (self._speed + np.sqrt(self._speed**2 + 2 * GRAVITY * drop)) / GRAVITY
        if self.period - flight < 0.25:
            raise ValueError(f"a jump of {self.height} m needs a period of {flight + 0.25:.2f} s")
        return float(self.period - flight)

    @cached_property
    def _path(self) -> CubicHermiteSpline:
        """Height of the pelvis over the seconds of the contact."""
        low = self._upright - self.crouch * self._scale
        landing = np.sqrt(self._speed**2 + 2 * GRAVITY * (self._heights[1] - self._heights[0]))
        return CubicHermiteSpline(
            np.array([0, 0.5, 1]) * self._contact,
            [self._heights[0], low, self._heights[1]],
            [-landing, 0.0, self._speed],
        )
