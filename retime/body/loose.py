"""Loose hair and skirts as geometry on the baked body, for a share of the training pairs.

Real people's outlines are not those of a bare body. Hair and skirt are simple open surfaces built
around the body at rest and skinned to the same joints, so that they follow any pose. Their part
and u, v are those of the skin nearest to them: what hangs in front of a thigh samples the texture
of that thigh.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from retime.body.atlas import PART_NAMES
from retime.body.kinematics import blend_skin
from retime.body.model import Body, ShapedBody

COLUMNS = 24
_HEAD = [PART_NAMES.index(f"{side} head") for side in ("left", "right")]
_THIGHS = [number for number, name in enumerate(PART_NAMES) if "thigh" in name]
_LEGS = [number for number, name in enumerate(PART_NAMES) if "thigh" in name or "shin" in name]
_TORSO = [PART_NAMES.index(f"torso {face}") for face in ("back", "front")]


@dataclass(frozen=True)
class Attachment:
    """A surface that moves with the body; arrays as in ``model.Body``."""

    rest_vertices: np.ndarray  # [V, 3] float32
    faces: np.ndarray  # [F, 3] int32, of these vertices
    parts: np.ndarray  # [F] uint8
    face_uv: np.ndarray  # [F, 3, 2] float32
    skin_joints: np.ndarray  # [V, 4] int32
    skin_weights: np.ndarray  # [V, 4] float32

    def pose(self, transforms: np.ndarray) -> np.ndarray:
        """Posed vertices [V, 3] from a body's ``transforms`` [J, 4, 4]."""
        return blend_skin(
            self.rest_vertices, transforms.astype(np.float32), self.skin_joints, self.skin_weights
        )


def sample_attachments(shaped: ShapedBody, rng: np.random.Generator) -> list[Attachment]:
    """Loose hair, a skirt, or both for one person."""
    kind = rng.uniform()
    worn = []
    if kind < 0.65:
        length = rng.uniform(0.0, 0.55) ** 1.3 * shaped.height / 1.7
        worn.append(hair(shaped, length, rng.uniform(0.01, 0.045)))
    if kind > 0.45:
        worn.append(skirt(shaped, rng.uniform(0.5, 1.7), rng.uniform(0.05, 0.35)))
    return worn


def hair(shaped: ShapedBody, length: float, thickness: float) -> Attachment:
    """Open hair, from the crown over the back of the head and straight down.

    Args:
        length: of what hangs below the ears, metres.
        thickness: distance from the scalp, metres.
    """
    body = shaped.body
    head = shaped.rest_vertices[np.unique(body.faces[np.isin(body.parts, _HEAD)])]
    top = float(head[:, 2].max())
    skull = head[head[:, 2] > top - 0.1 * shaped.height]
    centre = 0.5 * (skull.min(0) + skull.max(0))
    radii = 0.5 * np.ptp(skull, axis=0) + thickness
    level = centre[2]  # of the ears, about
    # From straight up (0) to level (pi / 2) over the skull, then down; the face stays free.
    polar = np.linspace(0.05, np.pi / 2, 5)
    drops = np.linspace(0, length + 0.06 * shaped.height, 6)[1:]
    azimuth = np.linspace(np.radians(55), np.radians(305), COLUMNS)  # 0 looks forward, to -Y
    ring = np.stack([np.sin(azimuth) * radii[0], -np.cos(azimuth) * radii[1]], axis=1)
    rows = [
        np.column_stack(
            [
                centre[:2] + ring * np.sin(p),
                np.full(COLUMNS, level + (top + thickness - level) * np.cos(p)),
            ]
        )
        for p in polar
    ]
    for drop in drops:
        narrow = 1 - 0.25 * drop / (drops[-1] + 0.1)
        rows.append(np.column_stack([centre[:2] + ring * narrow, np.full(COLUMNS, level - drop)]))
    grid = np.array(rows)  # [R, COLUMNS, 3]
    hanging = np.repeat(np.concatenate([np.zeros(len(polar)), drops]), COLUMNS)
    back = np.clip(hanging / (0.25 * shaped.height), 0, 0.7)
    weights = {"head": 1 - back, "spine_upper": back}
    return _attach(shaped, grid, closed=False, weights=weights, onto=tuple(_HEAD))


def skirt(shaped: ShapedBody, length: float, flare: float) -> Attachment:
    """A skirt from the waist around both legs.

    Args:
        length: in lengths of the thigh.
        flare: by how much its radius grows, metres in a metre.
    """
    body = shaped.body
    joint = {name: shaped.joints[index] for index, name in enumerate(body.joint_names)}
    knee, hip = joint["left_knee"][2], joint["left_hip"][2]
    waist = 0.6 * joint["spine_lower"][2] + 0.4 * joint["pelvis"][2]
    heights = waist - np.linspace(0, waist - hip + length * (hip - knee), 9)
    around = shaped.rest_vertices[np.unique(body.faces[np.isin(body.parts, _LEGS + _TORSO)])]
    angle = np.arange(COLUMNS) * 2 * np.pi / COLUMNS
    reach, middle, rows = np.zeros(2), None, []
    for height in heights:
        slab = around[np.abs(around[:, 2] - height) < 0.02 * shaped.height, :2]
        if middle is None:
            middle = 0.5 * (slab.min(0) + slab.max(0))
        reach = np.maximum(reach, np.abs(slab - middle).max(0) + 0.01)  # cloth hangs, never tapers
        radii = reach + flare * (waist - height)
        ring = middle + np.stack([np.sin(angle), -np.cos(angle)], axis=1) * radii
        rows.append(np.column_stack([ring, np.full(COLUMNS, height)]))
    grid = np.array(rows)
    flat = grid.reshape(-1, 3)
    free = np.clip((waist - flat[:, 2]) / (waist - hip) - 0.5, 0, 1)  # what the hips no longer hold
    side = (flat[:, 0] - middle[0]) / radii[0]
    left = np.clip(0.5 + 0.6 * side, 0, 1)
    weights = {"pelvis": 1 - free, "left_hip": free * left, "right_hip": free * (1 - left)}
    return _attach(shaped, grid, closed=True, weights=weights, onto=tuple(_THIGHS + _TORSO))


@dataclass(frozen=True)
class _Skin:
    """Nearest-neighbour trees of some parts of the mean body."""

    centres: cKDTree  # of faces
    parts: np.ndarray  # [K] of those faces
    corners: dict[int, tuple[cKDTree, np.ndarray]]  # per part, and u, v [N, 2] of each corner


@lru_cache(maxsize=4)
def _skin(body: Body, onto: tuple[int, ...]) -> _Skin:
    chosen = np.flatnonzero(np.isin(body.parts, onto))
    where = body._template[body.faces[chosen]]  # [K, 3, 3]
    corners = {}
    for part in onto:
        mine = body.parts[chosen] == part
        uv = body.face_uv[chosen[mine]].reshape(-1, 2)
        corners[part] = cKDTree(where[mine].reshape(-1, 3)), uv
    return _Skin(cKDTree(where.mean(1)), body.parts[chosen], corners)


def _attach(shaped, grid, closed, weights, onto) -> Attachment:
    """Triangles of a grid [R, C, 3], with the part and u, v of the nearest skin among ``onto``."""
    body = shaped.body
    rows, columns = grid.shape[:2]
    number = np.arange(rows * columns).reshape(rows, columns)
    if closed:
        number = np.column_stack([number, number[:, 0]])
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([b, d, c], -1)]).reshape(-1, 3)
    vertices = grid.reshape(-1, 3).astype(np.float32)

    skin = _skin(body, onto)
    # Skin is looked up on the mean body, whose trees are built once: shapes differ less than
    # cloth hangs off.
    there = vertices * (float(np.ptp(body._template[:, 2])) / shaped.height)
    _, nearest = skin.centres.query(there[faces].mean(1))
    parts = skin.parts[nearest]
    face_uv = np.zeros((len(faces), 3, 2), np.float32)
    for part in np.unique(parts):
        mine = parts == part
        tree, uv = skin.corners[int(part)]
        face_uv[mine] = uv[tree.query(there[faces[mine]])[1]]

    skin_joints = np.zeros((len(vertices), 4), np.int32)
    skin_weights = np.zeros((len(vertices), 4), np.float32)
    for slot, (name, weight) in enumerate(weights.items()):
        skin_joints[:, slot] = body.joint_names.index(name)
        skin_weights[:, slot] = weight
    return Attachment(vertices, faces.astype(np.int32), parts, face_uv, skin_joints, skin_weights)
