"""Dancing from side to side, as a function of time; see ``stance.py``."""

from dataclasses import dataclass

import numpy as np

from retime.demo.shod import Shod
from retime.demo.stance import SIDES, Stance, ease, turned


@dataclass(frozen=True)
class Dance(Shod):
    """Step to the right, close, step to the left, close: four counts, with the arms sweeping.

    Over the bars the dancer may wander, as partners do who change places, and turn about.
    """

    place: tuple[float, float]
    yaw: float = 0.0  # 0 faces the camera
    count: float = 0.48  # seconds of one count
    phase: float = 0.0  # counts at time 0
    step: float = 0.38  # width of a step, metres
    wander: tuple[float, float] = (0.0, 0.0)  # metres per second
    spin: float = 0.0  # turns per second

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        beat = time / self.count + self.phase
        bar, scale = beat % 4, self._scale
        yaw = self.yaw + 2 * np.pi * self.spin * time + 0.22 * np.sin(np.pi * beat / 2)
        # The weight follows the feet: right in counts 0 to 2, back in counts 2 to 4.
        aside = -self.step * scale * (ease(bar, 0.1, 1.1) - ease(bar, 2.1, 3.1))
        dip = 0.05 + 0.035 * np.cos(2 * np.pi * beat)  # lowest on the count
        pelvis_local = np.array([aside, 0.0, self._upright - dip * scale])
        ground = np.array([*self.place, 0.0]) + time * np.array([*self.wander, 0.0])
        sway = np.sin(np.pi * beat / 2)
        angles = {
            "root_yaw": yaw,
            "root_lean": 0.05,
            "root_roll": -0.10 * sway,
            "spine_side": 0.20 * sway,
            "spine_twist": 0.28 * np.cos(np.pi * beat),
            "spine_bend": 0.05,
            "head_roll": 0.10 * sway,
            "head_yaw": -0.2 * np.cos(np.pi * beat),
        }
        angles |= self._arms(beat)
        for side, sign in SIDES:
            outward, lift = self._foot(bar, side)
            local = np.array([sign * 0.115 * scale + outward, 0.0, self.sole])
            pitch = 0.7 * np.sin(np.pi * lift) if lift else 0.0
            local[2] += self._limbs.foot.rolled(pitch)[1] + 0.05 * scale * np.sin(np.pi * lift)
            start = {
                **angles,
                f"{side}_hip_flexion": 0.25,
                f"{side}_knee": 0.45,
                f"{side}_hip_twist": 0.2,
            }
            target = turned(local - pelvis_local, yaw)
            angles = self._limbs.reach(start, side, "ankle", target)
            angles = self._limbs.level_foot(angles, side, pitch)
        return Stance(angles, ground + turned(pelvis_local, yaw))

    def _foot(self, bar: float, side: str) -> tuple[float, float]:
        """How far left of its place a foot stands, and how far it is through its step (0..1)."""
        there, back = (0.0, 3.0) if side == "right" else (1.0, 2.0)
        outward = (
            -self.step
            * self._scale
            * (ease(bar, there + 0.1, there + 0.8) - ease(bar, back + 0.1, back + 0.8))
        )
        for begin in (there, back):
            share = (bar - begin - 0.1) / 0.7
            if 0 < share < 1:
                return outward, share
        return outward, 0.0

    def _arms(self, beat: float) -> dict[str, float]:
        """One arm sweeps up to the side while the other crosses the body; then they change."""
        angles = {}
        for side, sign in SIDES:
            up = 0.5 - 0.5 * np.cos(np.pi * beat / 2 - (0.0 if sign < 0 else np.pi))
            angles[f"{side}_shoulder_abduction"] = 0.25 + 1.95 * up
            angles[f"{side}_shoulder_flexion"] = 0.75 * (1 - up) + 0.25 * np.sin(np.pi * beat)
            angles[f"{side}_shoulder_twist"] = -0.5 * (1 - up)
            angles[f"{side}_elbow"] = 1.25 - 0.75 * up + 0.2 * np.sin(np.pi * beat + sign)
        return angles
