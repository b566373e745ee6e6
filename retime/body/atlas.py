"""The UV atlas of the body: 24 parts numbered as DensePose numbers them, each a unit square.

Limbs are unrolled about their bone and split into front and back, the torso likewise about the
vertical, the head about the vertical with one half a part, hands and feet flattened with their two
faces side by side. u, v belong to corners of faces, not to vertices: a vertex on a seam has
another u, v on either side.
"""

import numpy as np

PART_NAMES = (
    "none",
    "torso back",
    "torso front",
    "right hand",
    "left hand",
    "left foot",
    "right foot",
    "right thigh back",
    "left thigh back",
    "right thigh front",
    "left thigh front",
    "right shin back",
    "left shin back",
    "right shin front",
    "left shin front",
    "left upper arm front",
    "right upper arm front",
    "left upper arm back",
    "right upper arm back",
    "left forearm front",
    "right forearm front",
    "left forearm back",
    "right forearm back",
    "right head",
    "left head",
)
"""Name of each part, indexed by its number 0..24."""

_LIMBS = {
    # segment: (joint above, joint, joint below or None; the first two give the limb's front)
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}


def build_atlas(
    vertices: np.ndarray,
    faces: np.ndarray,
    joints: np.ndarray,
    joint_names: tuple[str, ...],
    skin_joints: np.ndarray,
    skin_weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Give every face a part and every corner of it u, v.

    Args:
        vertices: [V, 3] the rest body, Z up, facing -Y, +X its left.
        faces: [F, 3] vertex indices.
        joints: [J, 3] joint positions at rest; ``joint_names`` [J] says which is which.
        skin_joints, skin_weights: [V, 4] the joints that move each vertex, and how much.

    Returns:
        parts [F] uint8 in 1..24, and u, v [F, 3, 2] float32 in [0, 1].
    """
    where = {name: joints[index] for index, name in enumerate(joint_names)}
    segments = [_segment_of(name) for name in joint_names]
    names = sorted(set(segments))
    weight = np.zeros((len(vertices), len(names)))
    rows = np.arange(len(vertices))
    column = np.array([names.index(segment) for segment in segments])
    for slot in range(skin_joints.shape[1]):
        np.add.at(weight, (rows, column[skin_joints[:, slot]]), skin_weights[:, slot])
    owner = weight[faces].sum(1).argmax(1)  # [F]

    corners = vertices[faces]  # [F, 3, 3]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    parts = np.zeros(len(faces), np.uint8)
    uv = np.zeros((len(faces), 3, 2))
    for index, segment in enumerate(names):
        mine = owner == index
        side, _, kind = segment.partition(" ")
        if segment == "torso":
            parts[mine], uv[mine] = _torso(corners[mine], normals[mine])
        elif segment == "head":
            parts[mine], uv[mine] = _head(corners[mine])
        elif kind == "hand":
            parts[mine] = PART_NAMES.index(segment)
            uv[mine] = _hand(corners[mine], normals[mine], where[f"{side}_wrist"])
        elif kind == "foot":
            parts[mine] = PART_NAMES.index(segment)
            uv[mine] = _flat(corners[mine], normals[mine], _X, -_Y, _Z)
        else:
            upper, lower = _LIMBS[kind]
            start, end = where[f"{side}_{upper}"], where[f"{side}_{lower}"]
            front, uv[mine] = _limb(corners[mine], start, end)
            numbers = [PART_NAMES.index(f"{segment} {half}") for half in ("back", "front")]
            parts[mine] = np.where(front, numbers[1], numbers[0])
    return parts, uv.astype(np.float32)


_X, _Y, _Z = np.eye(3)


def _segment_of(joint: str) -> str:
    """The body segment that moves with a joint."""
    if joint in ("neck", "head"):
        return "head"
    side, _, name = joint.partition("_")
    segment = {
        "shoulder": "upper arm",
        "elbow": "forearm",
        "wrist": "hand",
        "hip": "thigh",
        "knee": "shin",
        "ankle": "foot",
    }.get(name)
    return f"{side} {segment}" if segment else "torso"


def _spread(values: np.ndarray) -> np.ndarray:
    """Scale to [0, 1], a few outliers clipped."""
    low, high = np.percentile(values, [0.2, 99.8])
    return np.clip((values - low) / (high - low), 0, 1)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _half_turn(across: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """Angle around an axis in [0, 1] over the half turn that looks along ``facing``."""
    return np.clip(np.arctan2(across, facing) / np.pi + 0.5, 0, 1)


def _torso(corners, normals):
    front = normals[:, 1] < 0
    centre = 0.5 * (corners[..., 1].min() + corners[..., 1].max())
    facing = np.where(front[:, None], centre - corners[..., 1], corners[..., 1] - centre)
    uv = np.stack([_half_turn(corners[..., 0], facing), _spread(corners[..., 2])], axis=-1)
    names = [PART_NAMES.index("torso back"), PART_NAMES.index("torso front")]
    return np.where(front, names[1], names[0]), uv


def _head(corners):
    centre = 0.5 * (corners[..., 1].min() + corners[..., 1].max())
    right = corners[..., 0].mean(1) < 0
    # u runs from the face (0) to the back of the head (1) on either half.
    u = np.arctan2(np.abs(corners[..., 0]), centre - corners[..., 1]) / np.pi
    names = [PART_NAMES.index("left head"), PART_NAMES.index("right head")]
    return np.where(right, names[1], names[0]), np.stack([u, _spread(corners[..., 2])], axis=-1)


def _limb(corners, start, end):
    """Which faces are in front, and u around and v along the bone from start to end."""
    along = _unit(end - start)
    forward = _unit(-_Y - along * (-_Y @ along))
    across = np.cross(along, forward)
    offset = corners - start
    front = offset.mean(1) @ forward > 0
    sign = np.where(front, 1.0, -1.0)[:, None]
    u = _half_turn(sign * (offset @ across), sign * (offset @ forward))
    return front, np.stack([u, _spread(offset @ along)], axis=-1)


def _hand(corners, normals, wrist):
    """The hand lies in the plane of its two longest axes; the back of it faces up at rest."""
    centre = corners.mean((0, 1))
    along = _unit(centre - wrist)
    offset = corners.reshape(-1, 3) - centre
    offset = offset - np.outer(offset @ along, along)
    _, axes = np.linalg.eigh(offset.T @ offset)  # columns by rising spread
    across, normal = axes[:, 2], axes[:, 1]
    # eigh leaves signs open: u grows towards the front of the body, the normal points upwards.
    across = across if across[1] < 0 else -across
    normal = normal if normal[2] > 0 else -normal
    return _flat(corners, normals, across, along, normal)


def _flat(corners, normals, across, along, normal):
    """Two sides of a flat part next to each other: u in [0, 1/2] below, [1/2, 1] above."""
    above = normals @ normal > 0
    u = 0.5 * _spread(corners @ across) + 0.5 * above[:, None]
    return np.stack([u, _spread(corners @ along)], axis=-1)
