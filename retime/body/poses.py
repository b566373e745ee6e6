"""Random poses by family.

Every family draws joint angles (radians, names of ``kinematics.ANGLES``) from ranges read off how
people move; nothing is taken from motion capture. A pose is one moment: families that cycle (gait,
run) draw the phase at random.
"""

from collections.abc import Callable

import numpy as np

from retime.body.kinematics import ANGLES

Angles = dict[str, float]
SIDES = ("left", "right")


def _relaxed(rng: np.random.Generator) -> Angles:
    """Standing at ease, with the small differences between any two moments of a person."""
    n = rng.normal
    pose = {
        "root_lean": n(0.03, 0.06),
        "root_roll": n(0, 0.05),
        "spine_twist": n(0, 0.18),
        "spine_bend": n(0.07, 0.14),
        "spine_side": n(0, 0.1),
        "head_yaw": n(0, 0.4),
        "head_pitch": n(0.05, 0.22),
        "head_roll": n(0, 0.12),
    }
    for side in SIDES:
        pose |= {
            f"{side}_shoulder_abduction": abs(n(0.14, 0.12)),
            f"{side}_shoulder_flexion": n(0.05, 0.25),
            f"{side}_shoulder_twist": n(0, 0.4),
            f"{side}_elbow": abs(n(0.3, 0.3)),
            f"{side}_wrist": n(0, 0.2),
            f"{side}_hip_abduction": n(0.06, 0.08),
            f"{side}_hip_flexion": n(0.03, 0.1),
            f"{side}_hip_twist": n(0.1, 0.15),
            f"{side}_knee": abs(n(0.05, 0.12)),
            f"{side}_ankle": n(0, 0.12),
        }
    return pose


def _gesture(pose: Angles, rng: np.random.Generator, probability: float) -> None:
    """Move each arm, with the given probability, anywhere that arms go in front of a body."""
    for side in SIDES:
        if rng.uniform() < probability:
            pose[f"{side}_shoulder_abduction"] = rng.uniform(-0.2, 2.7)
            pose[f"{side}_shoulder_flexion"] = rng.uniform(-0.5, 2.0)
            pose[f"{side}_shoulder_twist"] = rng.uniform(-1.0, 1.0)
            pose[f"{side}_elbow"] = rng.uniform(0, 2.4)


def _stand(rng):
    pose = _relaxed(rng)
    _gesture(pose, rng, 0.35)
    return pose


def _stride(rng, run: bool):
    """One phase of walking or running: legs half a cycle apart, each arm against its leg."""
    u = rng.uniform
    pose = _relaxed(rng)
    phase, swing = u(0, 2 * np.pi), u(0.2, 0.9)
    amplitude = u(0.5, 1.0) if run else u(0.2, 0.6)
    fold = u(1.2, 2.1) if run else u(0.6, 1.2)
    for side, offset in (("left", 0.0), ("right", np.pi)):
        angle = phase + offset  # the heel strikes at 0, the knee folds most at three quarters
        lift = np.exp((np.cos(angle - 2 * np.pi * 0.73) - 1) / 0.25)
        pose[f"{side}_hip_flexion"] = amplitude * np.cos(angle) + (0.25 if run else 0.12)
        pose[f"{side}_hip_flexion"] += rng.normal(0, 0.06)
        pose[f"{side}_knee"] = abs(0.12 + 0.15 * run + fold * lift + rng.normal(0, 0.08))
        pose[f"{side}_ankle"] = 0.4 * np.exp((np.cos(angle - 3.9) - 1) / 0.1) + rng.normal(0, 0.15)
        pose[f"{side}_shoulder_flexion"] = -swing * np.cos(angle) + rng.normal(0, 0.1)
        pose[f"{side}_elbow"] = u(0.9, 2.0) if run else u(0.05, 0.8)
    pose["spine_twist"] = 0.15 * np.sin(phase) + rng.normal(0, 0.08)
    if run:
        pose["root_lean"] += u(0, 0.3)
    _gesture(pose, rng, 0.08)
    return pose


def _gait(rng):
    return _stride(rng, run=False)


def _run(rng):
    return _stride(rng, run=True)


def _jump(rng):
    """From the crouch before a jump to the stretch or tuck in the air."""
    u = rng.uniform
    pose = _relaxed(rng)
    fold, swing, spread = u(0, 1) ** 1.5, u(-0.8, 3.0), abs(rng.normal(0.1, 0.25))
    for side in SIDES:
        pose[f"{side}_hip_flexion"] = 1.5 * fold + rng.normal(0, 0.12)
        pose[f"{side}_knee"] = abs(1.9 * fold + rng.normal(0.05, 0.2))
        pose[f"{side}_hip_abduction"] = spread + rng.normal(0, 0.05)
        pose[f"{side}_ankle"] = u(-0.3, 0.9) if fold < 0.5 else u(-0.6, 0.3)
        pose[f"{side}_shoulder_flexion"] = swing + rng.normal(0, 0.15)
        pose[f"{side}_shoulder_abduction"] = abs(rng.normal(0.2, 0.3))
        pose[f"{side}_elbow"] = u(0, 1.2)
    if u() < 0.25:  # star jump
        for side in SIDES:
            pose[f"{side}_shoulder_flexion"] = rng.normal(0, 0.2)
            pose[f"{side}_shoulder_abduction"] = u(1.0, 2.8)
    pose["root_lean"] += 0.5 * fold + rng.normal(0, 0.1)
    return pose


def _dance(rng):
    u, n = rng.uniform, rng.normal
    pose = _relaxed(rng)
    _gesture(pose, rng, 0.85)
    for side in SIDES:
        if u() < 0.6:
            pose[f"{side}_hip_abduction"] = n(0.25, 0.3)
            pose[f"{side}_hip_flexion"] = u(-0.5, 1.3)
            pose[f"{side}_knee"] = abs(n(0.5, 0.6))
            pose[f"{side}_hip_twist"] = n(0.2, 0.35)
            pose[f"{side}_ankle"] = n(0.2, 0.35)
    pose["root_lean"], pose["root_roll"] = n(0.08, 0.2), n(0, 0.18)
    pose["spine_twist"], pose["spine_side"] = n(0, 0.4), n(0, 0.25)
    pose["spine_bend"] = n(0.05, 0.3)
    return pose


def _wide(rng):
    """Anything that joints allow, on a body more or less upright."""
    u, n = rng.uniform, rng.normal
    pose = _dance(rng)
    for side in SIDES:
        if u() < 0.6:
            pose[f"{side}_hip_flexion"] = u(-0.6, 2.0)
            pose[f"{side}_hip_abduction"] = u(-0.2, 1.0)
            pose[f"{side}_knee"] = u(0, 2.2)
    pose["root_lean"], pose["root_roll"] = n(0.1, 0.4), n(0, 0.3)
    pose["spine_bend"], pose["head_pitch"] = n(0.2, 0.4), n(0, 0.35)
    return pose


def _sit(rng):
    u, n = rng.uniform, rng.normal
    pose = _relaxed(rng)
    knee, hip, spread = u(0.1, 1.9), u(1.1, 1.9), abs(n(0.12, 0.2))
    for side in SIDES:
        pose[f"{side}_knee"] = abs(knee + n(0, 0.2))
        pose[f"{side}_hip_flexion"] = hip + n(0, 0.12)
        pose[f"{side}_hip_abduction"] = spread + n(0, 0.08)
        pose[f"{side}_hip_twist"] = n(0.15, 0.3)
        pose[f"{side}_shoulder_flexion"] = u(-0.4, 1.2)
        pose[f"{side}_elbow"] = u(0, 1.7)
    pose["root_lean"], pose["spine_bend"] = u(-0.5, 0.3), u(-0.1, 0.5)
    _gesture(pose, rng, 0.2)
    return pose


def _crouch(rng):
    u, n = rng.uniform, rng.normal
    pose = _relaxed(rng)
    depth = u(0.4, 1)
    for side in SIDES:
        pose[f"{side}_knee"] = 2.4 * depth + n(0, 0.2)
        pose[f"{side}_hip_flexion"] = 2.0 * depth + n(0, 0.2)
        pose[f"{side}_hip_abduction"] = abs(n(0.2, 0.2))
        pose[f"{side}_ankle"] = u(-0.7, 0.5)
        pose[f"{side}_shoulder_flexion"] = u(0, 1.6)
        pose[f"{side}_elbow"] = u(0, 2)
    if u() < 0.3:  # kneeling on one knee
        pose["left_hip_flexion"], pose["left_knee"] = n(0, 0.15), u(1.3, 1.9)
    pose["root_lean"], pose["spine_bend"] = u(0, 0.8), u(0, 0.6)
    return pose


def _lean(rng):
    """Bending over, reaching down, kicking: the trunk far from upright, legs carrying it."""
    u, n = rng.uniform, rng.normal
    pose = _relaxed(rng)
    lean, roll = u(-0.6, 1.7), n(0, 0.35)
    pose["root_lean"], pose["root_roll"] = lean, roll
    pose["spine_bend"], pose["head_pitch"] = n(0.25, 0.35), n(-0.1, 0.4)
    for side, outwards in (("left", -1), ("right", 1)):
        # Legs stay below the hips: they undo most of the lean, unless one kicks.
        pose[f"{side}_hip_flexion"] = lean * u(0.6, 1.1) + n(0, 0.2)
        pose[f"{side}_hip_abduction"] = -outwards * roll * u(0.3, 1) + n(0.1, 0.15)
        pose[f"{side}_knee"] = abs(n(0.15, 0.3))
        pose[f"{side}_shoulder_flexion"] = u(-0.3, 2.2)
        pose[f"{side}_elbow"] = u(0, 1.6)
    if u() < 0.4:
        kicking = SIDES[int(u() < 0.5)]
        pose[f"{kicking}_hip_flexion"] = u(-0.8, 2.0)
        pose[f"{kicking}_hip_abduction"] = u(-0.1, 1.2)
        pose[f"{kicking}_knee"] = u(0, 1.6)
    _gesture(pose, rng, 0.3)
    return pose


def _inverted(rng):
    """Cartwheels, handstands and somersaults: the whole circle of roll or lean."""
    u, n = rng.uniform, rng.normal
    pose = _relaxed(rng)
    if u() < 0.55:  # cartwheel: stretched, limbs spread, turning sideways
        pose["root_roll"], pose["root_lean"] = u(-np.pi, np.pi), n(0.05, 0.25)
        spread = abs(n(0.55, 0.3))
        for side in SIDES:
            pose[f"{side}_shoulder_abduction"] = u(2.0, 3.0)
            pose[f"{side}_elbow"] = abs(n(0.1, 0.2))
            pose[f"{side}_hip_abduction"] = spread + n(0, 0.15)
            pose[f"{side}_hip_flexion"] = n(0, 0.35)
            pose[f"{side}_knee"] = abs(n(0.15, 0.3))
    else:  # somersault or handstand: turning forwards or backwards, tucked or stretched
        pose["root_lean"], pose["root_roll"] = u(-np.pi, np.pi), n(0, 0.15)
        tuck = u(0, 1)
        for side in SIDES:
            pose[f"{side}_hip_flexion"] = 2.1 * tuck + n(0, 0.2)
            pose[f"{side}_knee"] = abs(2.2 * tuck + n(0, 0.25))
            pose[f"{side}_shoulder_flexion"] = u(0.2, 3.1)
            pose[f"{side}_elbow"] = u(0, 1.8)
        pose["spine_bend"] = 0.8 * tuck + n(0, 0.15)
    return pose


def _floor(rng):
    """Lying on any side, crawling on hands and knees, push-ups, sitting with legs stretched."""
    u, n = rng.uniform, rng.normal
    pose = _relaxed(rng)
    kind = rng.integers(4)
    if kind == 0:  # lying: prone, supine or on a side
        pose["root_lean"] = rng.choice([-1, 1]) * np.pi / 2 + n(0, 0.15)
        pose["root_roll"] = n(0, 0.25)
        if u() < 0.35:
            pose["root_lean"], pose["root_roll"] = n(0, 0.2), rng.choice([-1, 1]) * np.pi / 2
        for side in SIDES:
            pose[f"{side}_hip_flexion"] = abs(n(0.1, 0.5))
            pose[f"{side}_knee"] = abs(n(0.1, 0.6))
            pose[f"{side}_ankle"] = n(0.4, 0.3)
        _gesture(pose, rng, 0.7)
    elif kind == 1:  # on hands and knees
        pose["root_lean"] = n(1.45, 0.2)
        for side in SIDES:
            pose[f"{side}_hip_flexion"] = 1.45 + n(0, 0.35)
            pose[f"{side}_knee"] = 1.5 + n(0, 0.3)
            pose[f"{side}_shoulder_flexion"] = 1.5 + n(0, 0.35)
            pose[f"{side}_elbow"] = abs(n(0.1, 0.25))
            pose[f"{side}_ankle"] = u(0, 0.9)
        pose["head_pitch"] = u(-0.9, 0.2)
    elif kind == 2:  # plank, push-up or bear walk
        pose["root_lean"] = n(1.35, 0.2)
        for side in SIDES:
            pose[f"{side}_hip_flexion"] = u(0, 0.9)
            pose[f"{side}_shoulder_flexion"] = 1.5 + n(0, 0.3)
            pose[f"{side}_elbow"] = u(0, 1.5)
            pose[f"{side}_ankle"] = n(-0.3, 0.3)
        pose["head_pitch"] = u(-0.8, 0.2)
    else:  # on the seat, legs stretched or drawn up, leaning back on the arms or not
        pose["root_lean"] = u(-0.8, 0.3)
        for side in SIDES:
            pose[f"{side}_knee"] = u(0, 2.3)
            pose[f"{side}_hip_flexion"] = 1.5 + 0.35 * pose[f"{side}_knee"] + n(0, 0.15)
            pose[f"{side}_hip_abduction"] = abs(n(0.15, 0.25))
            pose[f"{side}_hip_twist"] = n(0.2, 0.4)
            pose[f"{side}_shoulder_flexion"] = u(-0.9, 1.2)
            pose[f"{side}_elbow"] = u(0, 1.4)
    return pose


FAMILIES: dict[str, Callable[[np.random.Generator], Angles]] = {
    "stand": _stand,
    "gait": _gait,
    "run": _run,
    "jump": _jump,
    "dance": _dance,
    "wide": _wide,
    "sit": _sit,
    "crouch": _crouch,
    "lean": _lean,
    "inverted": _inverted,
    "floor": _floor,
}

FAMILY_SHARES = {
    "stand": 0.14,
    "gait": 0.16,
    "run": 0.1,
    "jump": 0.12,
    "dance": 0.12,
    "wide": 0.1,
    "sit": 0.06,
    "crouch": 0.05,
    "lean": 0.05,
    "inverted": 0.06,
    "floor": 0.04,
}
"""How often training draws each family: most of what people do in videos is done upright."""


def sample_pose(rng: np.random.Generator, family: str) -> Angles:
    """Joint angles in radians of a random pose of one of :data:`FAMILIES`, facing anywhere."""
    pose = FAMILIES[family](rng)
    pose["root_yaw"] = rng.uniform(-np.pi, np.pi)
    return pose


def sample_drift(rng: np.random.Generator) -> Angles:
    """A change of every joint angle, as over some tenths of a second of movement."""
    speed = rng.uniform(0.05, 0.3)
    return {name: rng.normal(0, speed) for name in ANGLES}
