"""Sitting down on a gym ball and getting up, as a function of time; see ``stance.py``."""

from dataclasses import dataclass

import numpy as np

from retime.demo.shod import Shod
from retime.demo.stance import SIDES, Stance, ease, turned

SEAT = 0.085
"""How high the pelvis lies above what somebody of 1.7 m sits on, metres."""


@dataclass(frozen=True)
class Sit(Shod):
    """Standing before a gym ball, sitting on it for a while and gesturing, getting up.

    The actor's ``ball`` must have the radius said here.
    """

    place: tuple[float, float]  # of the ball
    radius: float = 0.30  # of the ball, metres
    yaw: float = 0.0  # 0 faces the camera
    down: float = 0.3  # seconds at which the person begins to sit down
    up: float = 2.0  # seconds at which they begin to get up
    move: float = 0.9  # seconds that either takes

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        scale = self._scale
        low = ease(time, self.down, self.down + self.move)
        low -= ease(time, self.up, self.up + self.move)
        seat = 2 * self.radius - 0.03 + SEAT * scale
        # A seated person rocks a little, the ball under them.
        seat += 0.012 * low * np.sin(2 * np.pi * time / 0.8)
        feet = self.radius + 0.14 * scale  # before the ball's centre
        standing = self._upright - 0.02 * scale
        pelvis = np.array([0.0, -feet * (1 - low) - 0.04 * low, standing + (seat - standing) * low])
        bow = 4 * low * (1 - low)  # the trunk leans forward on the way
        angles = {
            "root_yaw": self.yaw,
            "root_lean": 0.62 * bow + 0.05 * low,
            "spine_bend": 0.12 * bow + 0.10 * low,
            "head_pitch": -0.35 * bow,
            "head_yaw": 0.30 * low * np.sin(2.1 * time),
        }
        for side, sign in SIDES:
            wave = low * (0.5 + 0.5 * np.sin(3.7 * time + sign))
            angles |= {
                f"{side}_shoulder_flexion": 0.05 + 0.55 * low + 0.45 * wave,
                f"{side}_shoulder_abduction": 0.14 + 0.12 * low,
                f"{side}_elbow": 0.30 + 0.55 * low + 0.55 * wave,
            }
            local = np.array([sign * 0.12 * scale, -feet, self._limbs.foot.ankle + self.sole])
            start = {
                **angles,
                f"{side}_hip_flexion": 0.2 + 1.1 * low + 0.4 * bow,
                f"{side}_knee": 0.2 + 1.2 * low,
                f"{side}_hip_twist": 0.1,
            }
            target = turned(local - pelvis, self.yaw)
            angles = self._limbs.reach(start, side, "ankle", target)
            angles = self._limbs.level_foot(angles, side, 0.0)
        ground = np.array([*self.place, 0.0])
        ball = ground + np.array([0.0, 0.0, self.radius])
        return Stance(angles, ground + turned(pelvis, self.yaw), ball)
