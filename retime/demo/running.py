"""Running, as a function of time; see ``stance.py``."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from retime.demo.shod import Shod
from retime.demo.stance import SIDES, Stance, ease, turned


@dataclass(frozen=True)
class Run(Shod):
    """Running straight on at a steady pace, both feet in the air between the steps."""

    start: tuple[float, float]
    yaw: float = np.pi / 2  # faces +x
    speed: float = 3.0  # metres per second
    period: float = 0.70  # seconds of two steps
    phase: float = 0.0  # share of the period at time 0; the left foot lands at 0

    CONTACT = 0.34  # share of the period that a foot is on the ground
    STRIKE, OFF = -0.10, 0.85  # pitch of the foot as it lands and as the toes leave

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        cycle = time / self.period + self.phase
        turn = 2 * np.pi * cycle
        scale = self._scale
        # Lowest in the middle of each contact, highest between the steps.
        bob = -0.035 * scale * np.cos(2 * (turn - np.pi * self.CONTACT))
        pelvis = self._ground(self.speed * time, 0.0, self._upright - 0.055 * scale + bob)
        swing = np.cos(turn - np.pi * self.CONTACT / 2)
        angles = {
            "root_yaw": self.yaw + 0.12 * swing,
            "root_lean": 0.13,
            "root_roll": -0.03 * np.sin(turn),
            "spine_twist": -0.26 * swing,
            "spine_bend": 0.06,
            "head_yaw": 0.12 * swing,
            "head_pitch": -0.10,
        }
        for side, sign in SIDES:
            along, height, pitch = self._foot(cycle - (0.0 if side == "left" else 0.5))
            target = self._ground(self.speed * time + along, sign * 0.07 * scale, height) - pelvis
            start = {**angles, f"{side}_hip_flexion": 0.4, f"{side}_knee": 0.9}
            angles = self._limbs.reach(start, side, "ankle", target)
            angles = self._limbs.level_foot(angles, side, pitch)
            # Each arm swings with the other side's leg, the elbow bent.
            angles[f"{side}_shoulder_flexion"] = -0.10 - 0.72 * sign * swing
            angles[f"{side}_shoulder_abduction"] = 0.22
            angles[f"{side}_shoulder_twist"] = -0.35
            angles[f"{side}_elbow"] = 1.55 - 0.25 * sign * swing
        return Stance(angles, pelvis)

    def _ground(self, along: float, left: float, height: float) -> np.ndarray:
        return np.array([*self.start, 0.0]) + turned(np.array([left, -along, height]), self.yaw)

    def _foot(self, cycle: float) -> tuple[float, float, float]:
        """Ankle's distance before the pelvis and height in metres, and the foot's pitch.

        ``cycle`` counts this foot's landings.
        """
        t = cycle % 1.0
        if t < self.CONTACT:
            share = t / self.CONTACT
            pitch = self.STRIKE * (1 - ease(share, 0, 0.25)) + self.OFF * ease(share, 0.4, 1)
            forward, height = self._limbs.foot.rolled(pitch)
            return self._stand(t) + forward, height + self.sole, pitch
        share = (t - self.CONTACT) / (1 - self.CONTACT)
        along, height = self._swing(share)
        pitch = self.OFF + 0.5 * np.sin(np.pi * min(share / 0.8, 1)) ** 2
        pitch += (self.STRIKE - self.OFF) * ease(share, 0.25, 0.95)
        return float(along), float(height) + self.sole, pitch

    def _stand(self, t: float) -> float:
        """How far before the pelvis the flat foot's ankle stands at a share of the period."""
        return self.speed * self.period * (self.CONTACT / 2 - t) - 0.02 * self._scale

    @cached_property
    def _swing(self) -> CubicHermiteSpline:
        """Ankle before and above the ground under the pelvis over the shares of the swing."""
        scale, foot = self._scale, self._limbs.foot
        off, strike = foot.rolled(self.OFF), foot.rolled(self.STRIKE)
        seconds = self.period * (1 - self.CONTACT)
        # The heel goes up behind, passes under the seat folded, and reaches out.
        points = [
            (self._stand(self.CONTACT) + off[0], off[1]),
            (-0.46 * scale, 0.44 * scale),
            (0.06 * scale, 0.42 * scale),
            (0.40 * scale, 0.24 * scale),
            (self._stand(0.0) + strike[0], strike[1]),
        ]
        back = -self.speed * seconds
        slopes = [
            (0.8 * back, 1.2 * scale),
            (0.6 * scale, 0.7 * scale),
            (2.2 * scale, -0.35 * scale),
            (0.6 * scale, -0.9 * scale),
            (0.5 * back, -0.7 * scale),
        ]
        return CubicHermiteSpline([0, 0.26, 0.54, 0.78, 1], points, slopes)
