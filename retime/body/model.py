"""A posable human body: shape, forward kinematics, linear blend skinning and COCO keypoints.

World axes: Z up, the rest body faces -Y, +X is the body's left. Metres and radians throughout.
Loaded from the baked asset alone (see ``bake.py``).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from retime.body.atlas import build_atlas
from retime.body.kinematics import blend_skin, forward_kinematics

ASSET = Path(__file__).parent / "assets" / "body.npz"


@dataclass(frozen=True, eq=False)
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
            ValueError: an angle's name is none of ``kinematics.ANGLES``.
        """
        body = self.body
        return forward_kinematics(self.joints, body.joint_names, body.parents, angles)

    def pose(self, angles: dict[str, float]) -> np.ndarray:
        """Posed vertices [V, 3] float32 by linear blend skinning; see :meth:`transforms`."""
        body = self.body
        return blend_skin(
            self.rest_vertices,
            self.transforms(angles).astype(np.float32),
            body._skin_joints,
            body._skin_weights,
        )

    def pose_keypoints(self, angles: dict[str, float]) -> np.ndarray:
        """COCO-17 keypoints [17, 3] of a pose, skinning only the vertices that they depend on."""
        body = self.body
        used = body._keypoint_vertices.ravel()
        posed = blend_skin(
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
