"""Joint angles to transforms, and skinning: the mechanics under ``model.py``."""

import numba
import numpy as np

_SIDE_ANGLES = (
    "shoulder_flexion",
    "shoulder_abduction",
    "shoulder_twist",
    "elbow",
    "wrist",
    "hip_flexion",
    "hip_abduction",
    "hip_twist",
    "knee",
    "ankle",
)
ANGLES = (
    *("root_yaw", "root_lean", "root_roll"),
    *("spine_twist", "spine_bend", "spine_side"),
    *("head_yaw", "head_pitch", "head_roll"),
    *(f"{side}_{angle}" for side in ("left", "right") for angle in _SIDE_ANGLES),
)
"""Every joint angle that a pose may name; those left out are 0, a person standing, arms hanging.

``root_*`` turn the whole body about its pelvis: lean forward (pi is upside down), roll to its left
(pi / 2 lies on the left side), then yaw to its left. ``spine_*`` are spread over three joints, and
``head_*`` over neck and head: bend and pitch go forward, side and roll to the left, twist and yaw
turn to the left. Flexion lifts arm or thigh to the front, abduction to the outside, positive twist
turns outwards. Elbow and knee bend by their angle from straight; a positive ankle points the toes
down.
"""

COLLAR_SHARE = 0.35
"""Share of an arm's abduction beyond 1 rad that the collar bone takes."""


def _turn(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rotation matrix [3, 3] about the unit vector ``axis`` (Rodrigues' formula)."""
    x, y, z = axis
    c, s = np.cos(angle), np.sin(angle)
    k = 1 - c
    return np.array(
        [
            [c + x * x * k, x * y * k - z * s, x * z * k + y * s],
            [y * x * k + z * s, c + y * y * k, y * z * k - x * s],
            [z * x * k - y * s, z * y * k + x * s, c + z * z * k],
        ]
    )


_X, _Y, _Z = np.eye(3)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    # For single vectors np.cross spends ten times as long on its arguments as on the product.
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


def _hanging(direction: np.ndarray, hinge: np.ndarray, hinge_when_hanging: np.ndarray):
    """Rotation that lets a limb hang straight down with its hinge along a given axis. [3, 3]"""
    rest = np.array([direction, hinge, _cross(direction, hinge)]).T
    goal = np.array([-_Z, hinge_when_hanging, _cross(-_Z, hinge_when_hanging)]).T
    return goal @ rest.T


def forward_kinematics(
    joints: np.ndarray,
    joint_names: tuple[str, ...],
    parents: tuple[int, ...],
    angles: dict[str, float],
) -> np.ndarray:
    """World transforms [J, 4, 4] that take each joint's part from rest to the pose.

    Args:
        joints: [J, 3] joint heads at rest, metres; ``joint_names`` [J] says which is which.
        parents: [J] index of each joint's parent, which comes before it; -1 for the pelvis.
        angles: radians, by names of :data:`ANGLES`.

    Raises:
        ValueError: an angle's name is none of :data:`ANGLES`.
    """
    unknown = set(angles) - set(ANGLES)
    if unknown:
        raise ValueError(f"unknown joint angles: {', '.join(sorted(unknown))}")

    def angle(name: str) -> float:
        return float(angles.get(name, 0.0))

    def triple(prefix: str, turn: str, forward: str, side: str, share: float) -> np.ndarray:
        return (
            _turn(_Z, angle(f"{prefix}_{turn}") * share)
            @ _turn(_X, angle(f"{prefix}_{forward}") * share)
            @ _turn(_Y, angle(f"{prefix}_{side}") * share)
        )

    index = {name: position for position, name in enumerate(joint_names)}
    local = np.tile(np.eye(3), (len(index), 1, 1))
    local[index["pelvis"]] = triple("root", "yaw", "lean", "roll", 1.0)
    for joint in ("spine_lower", "spine_middle", "spine_upper"):
        local[index[joint]] = triple("spine", "twist", "bend", "side", 1 / 3)
    for joint in ("neck", "head"):
        local[index[joint]] = triple("head", "yaw", "pitch", "roll", 1 / 2)
    for side, outwards in (("left", -1.0), ("right", 1.0)):
        shoulder, elbow, wrist = (
            joints[index[f"{side}_{n}"]] for n in ("shoulder", "elbow", "wrist")
        )
        upper, fore = _unit(elbow - shoulder), _unit(wrist - elbow)
        hinge = _unit(_cross(upper, fore))
        rest_bend = np.arccos(np.clip(upper @ fore, -1, 1))
        abduction = angle(f"{side}_shoulder_abduction")
        lift = max(0.0, abduction - 1.0) * COLLAR_SHARE
        local[index[f"{side}_collar"]] = _turn(_Y, outwards * lift)
        local[index[f"{side}_shoulder"]] = (
            _turn(_Y, outwards * (abduction - lift))
            @ _turn(_X, -angle(f"{side}_shoulder_flexion"))
            @ _turn(_Z, -outwards * angle(f"{side}_shoulder_twist"))
            @ _hanging(upper, hinge, -_X)
        )
        local[index[f"{side}_elbow"]] = _turn(hinge, angle(f"{side}_elbow") - rest_bend)
        local[index[f"{side}_wrist"]] = _turn(hinge, angle(f"{side}_wrist"))

        hip, knee = joints[index[f"{side}_hip"]], joints[index[f"{side}_knee"]]
        thigh = _unit(knee - hip)
        hinge = _unit(_X - thigh * (_X @ thigh))
        local[index[f"{side}_hip"]] = (
            _turn(_Y, outwards * angle(f"{side}_hip_abduction"))
            @ _turn(_X, -angle(f"{side}_hip_flexion"))
            @ _turn(_Z, -outwards * angle(f"{side}_hip_twist"))
            @ _hanging(thigh, hinge, _X)
        )
        local[index[f"{side}_knee"]] = _turn(hinge, angle(f"{side}_knee"))
        local[index[f"{side}_ankle"]] = _turn(hinge, angle(f"{side}_ankle"))

    transforms = np.tile(np.eye(4), (len(index), 1, 1))
    for joint, parent in enumerate(parents):
        transforms[joint, :3, :3] = local[joint]
        transforms[joint, :3, 3] = joints[joint] - local[joint] @ joints[joint]
        if parent >= 0:
            transforms[joint] = transforms[parent] @ transforms[joint]
    return transforms


@numba.njit(cache=True, fastmath=True)
def blend_skin(vertices, transforms, skin_joints, skin_weights):
    """Move each vertex by the weighted mean of its joints' transforms (linear blend skinning).

    Args:
        vertices: [V, 3] float32 at rest.
        transforms: [J, 4, 4] float32.
        skin_joints, skin_weights: [V, 4] joints of each vertex and their weights, summing to 1.

    Returns:
        [V, 3] float32.
    """
    posed = np.empty_like(vertices)
    for v in range(vertices.shape[0]):
        for row in range(3):
            value = np.float32(0)
            for slot in range(skin_joints.shape[1]):
                matrix = transforms[skin_joints[v, slot]]
                value += skin_weights[v, slot] * (
                    matrix[row, 0] * vertices[v, 0]
                    + matrix[row, 1] * vertices[v, 1]
                    + matrix[row, 2] * vertices[v, 2]
                    + matrix[row, 3]
                )
            posed[v, row] = value
    return posed
