"""How people move: jumping on the spot and walking, as functions of time.

A pose is made the way an animator makes it: the pelvis follows its path, the feet keep to theirs
(a foot that bears weight stays where it stands), and the legs' angles follow by inverse kinematics.
Times are in seconds; lengths are in metres for a person of 1.7 m and scale with the person.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from retime.body.model import ShapedBody
from retime.demo.limbs import Limbs

GRAVITY = 9.81
SIDES = (("left", 1.0), ("right", -1.0))


@dataclass(frozen=True)
class Stance:
    """One instant of a motion."""

    angles: dict[str, float]
    pelvis: np.ndarray  # [3] world position, metres; the floor is z = 0
    carried: np.ndarray | None = None  # [3] centre of what is carried


def _turned(vector: np.ndarray, yaw: float) -> np.ndarray:
    """Turn a vector given as (left, back, up) of the body to the world."""
    c, s = np.cos(yaw), np.sin(yaw)
    x, y, z = vector
    return np.array([c * x - s * y, s * x + c * y, z])


def _ease(x: float, low: float, high: float) -> float:
    t = np.clip((x - low) / (high - low), 0, 1)
    return float(t * t * (3 - 2 * t))


@dataclass(frozen=True)
class Jump:
    """Jumping on the spot again and again.

    One period runs from landing to landing: give way, push off, fly. The flight is the parabola
    of a thrown body, so its length follows from ``height``; the pelvis leaves the ground and comes
    back to it at that parabola's speed.
    """

    shape: ShapedBody
    sole: float  # thickness of the shoes' soles, metres
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
            pitch = self.LANDING * (1 - _ease(share, 0, 0.22)) + self.TAKE_OFF * _ease(
                share, 0.70, 1
            )
            forward, ankle = self._limbs.foot.rolled(pitch)
            pelvis = float(self._path(t))
            below = pelvis - ankle - self.sole
            arms = share - 1.0
        else:
            air = t - self._contact
            share = air / (self.period - self._contact)
            pelvis = self._heights[1] + self._speed * air - GRAVITY * air**2 / 2
            pitch = self.TAKE_OFF + (self.LANDING - self.TAKE_OFF) * _ease(share, 0.5, 1)
            ends = [
                (fore, height - ankle - self.sole)
                for (fore, ankle), height in (
                    (self._limbs.foot.rolled(self.TAKE_OFF), self._heights[1]),
                    (self._limbs.foot.rolled(self.LANDING), self._heights[0]),
                )
            ]
            blend = _ease(share, 0.1, 0.9)
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
            angles = self._limbs.reach(start, side, "ankle", _turned(local, self.yaw))
            angles = self._limbs.level_foot(angles, side, pitch)
        ground = np.array([*self.place, pelvis])
        return Stance(angles, ground + _turned(np.array([0.0, back, 0.0]), self.yaw))

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

    @cached_property
    def _limbs(self) -> Limbs:
        return Limbs(self.shape)

    @property
    def _scale(self) -> float:
        return self.shape.height / 1.7

    @property
    def _speed(self) -> float:
        """Of the pelvis as it leaves the ground, m/s."""
        return float(np.sqrt(2 * GRAVITY * self.height))

    @cached_property
    def _upright(self) -> float:
        """Height of the pelvis of a person standing straight."""
        foot = self._limbs.shape.joints[self._limbs.index["left_ankle"]][2] - self._limbs.foot.ankle
        return float(self._limbs.pelvis[2] - foot) + self.sole

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


@dataclass(frozen=True)
class Walk:
    """Walking straight on at a steady pace; a carried ball is held with both arms."""

    shape: ShapedBody
    sole: float  # thickness of the shoes' soles, metres
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
            target = _turned(target, self.yaw)
            angles = self._limbs.reach(start, side, "wrist", target)
        return Stance(angles, pelvis, pelvis + _turned(centre, self.yaw))

    def _ground(self, along: float, left: float, height: float) -> np.ndarray:
        """World position from the distance walked, the distance to the left, and the height."""
        return np.array([*self.start, 0.0]) + _turned(np.array([left, -along, height]), self.yaw)

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
            pitch = self.STRIKE * (1 - _ease(share, -0.05, 0.2)) + self.OFF * _ease(
                share, 0.50, 1.25
            ) / _ease(1, 0.50, 1.25)
            forward, height = self._limbs.foot.rolled(pitch)
            return stand + forward, height + self.sole, pitch
        share = (t - self.STANCE) / (1 - self.STANCE)
        off, strike = (self._limbs.foot.rolled(p) for p in (self.OFF, self.STRIKE))
        ease = 0.3 * share + 0.7 * _ease(share, 0, 1)
        along = stand + off[0] + (stride + strike[0] - off[0]) * ease
        height = off[1] + (strike[1] - off[1]) * _ease(share, 0, 1)
        height += 0.035 * self._scale * np.sin(np.pi * share) ** 2
        pitch = self.OFF + (self.STRIKE - self.OFF) * _ease(share, -0.1, 0.9)
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

    @cached_property
    def _limbs(self) -> Limbs:
        return Limbs(self.shape)

    @property
    def _scale(self) -> float:
        return self.shape.height / 1.7

    @cached_property
    def _upright(self) -> float:
        foot = self._limbs.shape.joints[self._limbs.index["left_ankle"]][2] - self._limbs.foot.ankle
        return float(self._limbs.pelvis[2] - foot) + self.sole
