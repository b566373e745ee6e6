"""A posable human body: shape, forward kinematics, linear blend skinning and COCO keypoints.

World axes: Z up, the rest body faces -Y, +X is the body's left. Metres and radians throughout.
Loaded from the baked asset alone (see ``bake.py``).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numba
import numpy as np

from retime.body.atlas import build_atlas

ASSET = Path(__file__).parent / "assets" / "body.npz"

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


@dataclass(frozen=True)
class Body:
    """The mesh, skeleton and shape space. Make one with :func:`load_body`."""

    faces: np.ndarray  # [F, 3] int32
    parts: np.ndarray  # [F] uint8, DensePose part 1..24
    face_uv: np.ndarray  # [F, 3, 2] float32 in [0, 1], per corner of each face
    joint_names: tuple[str, ...]
    parents: tuple[int, ...]
    shape_samples: np.ndarray  # [S, 16] float32, coefficients of plausible people
    _template: np.ndarray  # [V, 3]
    _joints: np.ndarray  # [J, 3]
    _shape_vertices: np.ndarray  # [16, V * 3]
    _shape_joints: np.ndarray  # [16, J, 3]
    _skin_joints: np.ndarray  # [V, 4]
    _skin_weights: np.ndarray  # [V, 4]
    _keypoint_vertices: np.ndarray  # [17, 64]
    _keypoint_weights: np.ndarray  # [17, 64]

    def shaped(self, betas: np.ndarray) -> "ShapedBody":
        """The body of one person.

        Args:
            betas: [16] coefficients in standard deviations; zeros give the mean. Realistic ones
                come from :meth:`sample_betas`.
        """
        betas = np.asarray(betas, np.float32)
        vertices = self._template + (betas @ self._shape_vertices).reshape(-1, 3)
        joints = self._joints + np.tensordot(betas, self._shape_joints, 1)
        return ShapedBody(self, vertices, joints.astype(np.float64))

    def sample_betas(self, generator: np.random.Generator) -> np.ndarray:
        """Shape coefficients [16] of a random person, child or adult."""
        return self._mixture(int(generator.integers(len(self.shape_samples))), 40, generator)

    def betas_of_height(self, height: float, generator: np.random.Generator) -> np.ndarray:
        """Shape coefficients [16] of a random person about ``height`` metres tall (1.0 to 2.1)."""
        heights = np.sort(self._sample_heights)
        rank = int(np.searchsorted(heights, height) + generator.integers(-4, 5))
        return self._mixture(rank, 4, generator)

    def _mixture(self, rank: int, spread: int, generator: np.random.Generator) -> np.ndarray:
        """A mixture [16] of two sampled people at and near a rank by height.

        Plausible shapes are not a Gaussian cloud (children lie apart from adults), so coefficients
        are drawn between two sampled people of similar height.
        """
        order = np.argsort(self._sample_heights, kind="stable")
        ranks = np.array([rank, rank + generator.integers(-spread, spread + 1)])
        first, second = self.shape_samples[order[np.clip(ranks, 0, len(order) - 1)]]
        share = generator.uniform()
        return share * first + (1 - share) * second

    @property
    def _sample_heights(self) -> np.ndarray:
        """Rest height of each sampled person in metres, to first order. [S]"""
        crown, sole = self._template[:, 2].argmax(), self._template[:, 2].argmin()
        growth = self._shape_vertices[:, 3 * crown + 2] - self._shape_vertices[:, 3 * sole + 2]
        return float(np.ptp(self._template[:, 2])) + self.shape_samples @ growth

    def keypoints(self, vertices: np.ndarray) -> np.ndarray:
        """COCO-17 keypoints [17, 3] float32 of posed ``vertices`` [V, 3]."""
        support = vertices[self._keypoint_vertices]  # [17, 64, 3]
        return (support * self._keypoint_weights[..., None]).sum(1, dtype=np.float32)


@dataclass(frozen=True)
class ShapedBody:
    """One person's body at rest, ready to pose."""

    body: Body
    rest_vertices: np.ndarray  # [V, 3] float32
    joints: np.ndarray  # [J, 3] float64, heads of the joints at rest

    @property
    def height(self) -> float:
        """Height at rest from soles to crown, metres."""
        return float(np.ptp(self.rest_vertices[:, 2]))

    def transforms(self, angles: dict[str, float]) -> np.ndarray:
        """World transforms [J, 4, 4] that take each joint's part from rest to the pose.

        The pelvis stays where it is at rest; nothing is put on the ground.

        Raises:
            ValueError: an angle's name is none of :data:`ANGLES`.
        """
        return _forward_kinematics(self.body, self.joints, angles)

    def pose(self, angles: dict[str, float]) -> np.ndarray:
        """Posed vertices [V, 3] float32 by linear blend skinning; see :meth:`transforms`."""
        body = self.body
        return _blend_skin(
            self.rest_vertices,
            self.transforms(angles).astype(np.float32),
            body._skin_joints,
            body._skin_weights,
        )

    def pose_keypoints(self, angles: dict[str, float]) -> np.ndarray:
        """COCO-17 keypoints [17, 3] of a pose, skinning only the vertices that they depend on."""
        body = self.body
        used = body._keypoint_vertices.ravel()
        posed = _blend_skin(
            self.rest_vertices[used],
            self.transforms(angles).astype(np.float32),
            body._skin_joints[used],
            body._skin_weights[used],
        ).reshape(*body._keypoint_vertices.shape, 3)
        return (posed * body._keypoint_weights[..., None]).sum(1, dtype=np.float32)


@lru_cache(maxsize=1)
def load_body() -> Body:
    """The body that ships with the package."""
    with np.load(ASSET) as stored:
        baked = {name: stored[name] for name in stored.files}
    faces = baked["faces"].astype(np.int32)
    weights = baked["skin_weights"].astype(np.float32)
    weights /= weights.sum(1, keepdims=True)
    skin_joints = baked["skin_joints"].astype(np.int32)
    names = tuple(str(name) for name in baked["joint_names"])
    parts, face_uv = build_atlas(
        baked["template"], faces, baked["joints"], names, skin_joints, weights
    )
    components = len(baked["shape_vertices"])
    return Body(
        faces=faces,
        parts=parts,
        face_uv=face_uv,
        joint_names=names,
        parents=tuple(int(parent) for parent in baked["parents"]),
        shape_samples=baked["shape_samples"].astype(np.float32),
        _template=baked["template"],
        _joints=baked["joints"],
        _shape_vertices=baked["shape_vertices"].astype(np.float32).reshape(components, -1),
        _shape_joints=baked["shape_joints"],
        _skin_joints=skin_joints,
        _skin_weights=weights,
        _keypoint_vertices=baked["keypoint_vertices"].astype(np.int64),
        _keypoint_weights=baked["keypoint_weights"],
    )


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals [V, 3] float32: area-weighted means of the adjoining faces' normals."""
    edges = vertices[faces[:, 1:]] - vertices[faces[:, :1]]
    face_normals = np.cross(edges[:, 0], edges[:, 1])
    normals = np.zeros((len(vertices), 3))
    for axis in range(3):
        for corner in range(3):
            normals[:, axis] += np.bincount(
                faces[:, corner], weights=face_normals[:, axis], minlength=len(vertices)
            )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return (normals / np.maximum(length, 1e-12)).astype(np.float32)


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


def _forward_kinematics(body: Body, joints: np.ndarray, angles: dict[str, float]) -> np.ndarray:
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

    index = {name: position for position, name in enumerate(body.joint_names)}
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
    for joint, parent in enumerate(body.parents):
        transforms[joint, :3, :3] = local[joint]
        transforms[joint, :3, 3] = joints[joint] - local[joint] @ joints[joint]
        if parent >= 0:
            transforms[joint] = transforms[parent] @ transforms[joint]
    return transforms


@numba.njit(cache=True, fastmath=True)
def _blend_skin(vertices, transforms, skin_joints, skin_weights):
    """Each vertex moved by the weighted mean of its joints' transforms. [V, 3] float32"""
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
