"""A triangle mesh with what its paint needs, and the sphere that people may carry."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from retime.body.model import vertex_normals


@dataclass(frozen=True)
class Mesh:
    """Triangles in the world, each of one material."""

    vertices: np.ndarray  # [V, 3] float32, metres
    faces: np.ndarray  # [F, 3] int32
    material: np.ndarray  # [F] uint8, see paint.py
    rest: np.ndarray  # [V, 3] float32, where the vertex lies on the thing at rest: for patterns
    margin: np.ndarray  # [V] float32, distance from the garment's hem, metres

    @cached_property
    def normals(self) -> np.ndarray:
        """Unit normals [V, 3] float32."""
        return vertex_normals(self.vertices, self.faces)

    def mirrored(self) -> "Mesh":
        """The mesh as the floor (z = 0) mirrors it."""
        return replace(self, vertices=self.vertices * np.float32([1, 1, -1]))


def join(meshes: list[Mesh]) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        faces=np.concatenate([m.faces + np.int32(s) for m, s in zip(meshes, starts, strict=True)]),
        material=np.concatenate([mesh.material for mesh in meshes]),
        rest=np.concatenate([mesh.rest for mesh in meshes]),
        margin=np.concatenate([mesh.margin for mesh in meshes]),
    )


def sphere(radius: float, material: int, around: int = 96, along: int = 56) -> Mesh:
    """A ball about the origin; its poles lie on the x axis. ``rest`` is on the unit sphere."""
    angle = 2 * np.pi * np.arange(around) / around
    slope = np.pi * (np.arange(along) + 0.5) / along
    a, s = np.meshgrid(angle, slope)  # [along, around]
    rest = np.stack([np.cos(s), np.sin(s) * np.cos(a), np.sin(s) * np.sin(a)], axis=-1)
    rest = np.concatenate([rest.reshape(-1, 3), [[1.0, 0, 0], [-1.0, 0, 0]]])
    i, j = np.meshgrid(np.arange(along - 1), np.arange(around), indexing="ij")
    here, beside = i * around + j, i * around + (j + 1) % around
    quads = np.stack([here, here + around, beside + around, beside], axis=-1).reshape(-1, 4)
    ring = np.arange(around)
    last, pole = (along - 1) * around, along * around
    faces = np.concatenate(
        [
            quads[:, [0, 1, 2]],
            quads[:, [0, 2, 3]],
            np.stack([np.full(around, pole), ring, (ring + 1) % around], axis=1),
            np.stack([np.full(around, pole + 1), last + (ring + 1) % around, last + ring], axis=1),
        ]
    )
    return Mesh(
        vertices=(radius * rest).astype(np.float32),
        faces=faces.astype(np.int32),
        material=np.full(len(faces), material, np.uint8),
        rest=rest.astype(np.float32),
        margin=np.zeros(len(rest), np.float32),
    )
