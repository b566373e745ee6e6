"""Walking, as a function of time; see ``stance.py``."""

from dataclasses import dataclass

import numpy as np

from retime.demo.shod import Shod
from retime.demo.stance import SIDES, Stance, ease, turned


@dataclass(frozen=True)
class Walk(Shod):
    """Walking straight on at a steady pace; a carried ball is held with both arms."""

    start: tuple[float, float]
    yaw: float = np.pi / 2  # faces +x
    speed: float = 1.1  # metres per second
    period: float = 1.06  # seconds of two steps
    phase: float = 0.0  # share of the period at time 0; the left heel strikes at 0
    hold: tuple[float, float] | None = None  # the ball's centre, ahead of and above the pelvis
    grip: float = 0.4  # distance of the wrists from that centre
    elbows_out: float = 0.8  # turn of the upper arms when holding, radians

    STANCE = 0.62  # share of the period that a foot bears weight
    STRIKE, OFF = -0.30, 0.80  # pitch of the foot at heel strike and as the toes leave

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        cycle = time / self.period + self.phase
        turn = 2 * np.pi * cycle
        scale = self._scale
        loaded = 0.0 if self.hold is None else 1.0
        # Lowest just after each heel strike, when both feet bear weight.
        bob = -0.017 * scale * np.cos(2 * turn - 0.9)
        sway = 0.018 * scale * np.sin(turn - 0.25)
        along = self.speed * time + 0.012 * scale * np.sin(2 * turn)
        pelvis = self._ground(along, sway, self._upright - 0.030 * scale + bob)
        angles = {
            "root_yaw": self.yaw + 0.07 * np.cos(turn),
            "root_lean": 0.035 - 0.075 * loaded,
            "root_roll": -0.025 * np.sin(turn - 0.3),
            "spine_twist": -0.12 * np.cos(turn) * (1 - 0.5 * loaded),
            "spine_bend": 0.03 - 0.02 * loaded,
            "head_yaw": 0.04 * np.cos(turn),
            "head_pitch": 0.02,
        }
        for side, sign in SIDES:
            along, height, pitch = self._foot(cycle, 0.0 if side == "left" else 0.5)
            target = self._ground(along, sign * 0.085 * scale, height) - pelvis
            start = {**angles, f"{side}_hip_flexion": 0.35, f"{side}_knee": 0.6}
            start[f"{side}_hip_twist"] = 0.06
            angles = self._limbs.reach(start, side, "ankle", target)
            angles = self._limbs.level_foot(angles, side, pitch)
        if self.hold is None:
            return Stance(angles | self._arms(turn), pelvis)
        centre = np.array([0.0, -self.hold[0], self.hold[1]])
        for side, sign in SIDES:
            grasp = np.array([0.95 * sign, 0.70, 0.0])
            target = centre + self.grip * grasp / np.linalg.norm(grasp)
            start = {
                **angles,
                f"{side}_shoulder_flexion": 0.6,
                f"{side}_shoulder_abduction": 0.35,
                f"{side}_elbow": 0.7,
                f"{side}_wrist": -0.7,
                f"{side}_shoulder_twist": self.elbows_out,
            }
            target = turned(target, self.yaw)
            angles = self._limbs.reach(start, side, "wrist", target)
        return Stance(angles, pelvis, pelvis + turned(centre, self.yaw))

    def _ground(self, along: float, left: float, height: float) -> np.ndarray:
        """World position from the distance walked, the distance to the left, and the height."""
        return np.array([*self.start, 0.0]) + turned(np.array([left, -along, height]), self.yaw)

    def _foot(self, cycle: float, start: float) -> tuple[float, float, float]:
        """Ankle's distance along the path and height in metres, and the foot's pitch.

        ``start`` is the share of the period at which this foot's heel strikes.
        """
        step = np.floor(cycle - start)
        t = cycle - start - step
        stride = self.speed * self.period
        # Where the ankle stands while the foot is flat: the hips pass over it in mid-stance.
        middle = step + start + self.STANCE / 2 - self.phase
        stand = middle * stride - 0.03 * self._scale
        if t < self.STANCE:
            share = t / self.STANCE
            pitch = self.STRIKE * (1 - ease(share, -0.05, 0.2)) + self.OFF * ease(
                share, 0.50, 1.25
            ) / ease(1, 0.50, 1.25)
            forward, height = self._limbs.foot.rolled(pitch)
            return stand + forward, height + self.sole, pitch
        share = (t - self.STANCE) / (1 - self.STANCE)
        off, strike = (self._limbs.foot.rolled(p) for p in (self.OFF, self.STRIKE))
        gone = 0.3 * share + 0.7 * ease(share, 0, 1)
        along = stand + off[0] + (stride + strike[0] - off[0]) * gone
        height = off[1] + (strike[1] - off[1]) * ease(share, 0, 1)
        height += 0.035 * self._scale * np.sin(np.pi * share) ** 2
        pitch = self.OFF + (self.STRIKE - self.OFF) * ease(share, -0.1, 0.9)
        return along, height + self.sole, pitch

    def _arms(self, turn: float) -> dict[str, float]:
        """Each arm swings with the other side's leg."""
        angles = {}
        for side, sign in SIDES:
            swing = -sign * np.cos(turn)
            angles[f"{side}_shoulder_flexion"] = 0.04 + 0.38 * swing
            angles[f"{side}_shoulder_abduction"] = 0.10
            angles[f"{side}_elbow"] = 0.40 + 0.16 * swing
        return angles
