"""Clothes made of the body itself: loose shells over parts of its surface, cut at smooth hems.

A garment is the body's rest surface, smoothed so that cloth bridges what lies under it, pushed
outwards and kept where a field (its margin: the distance from its hems, positive inside) is
positive. It keeps the body's vertices, hence its skin weights: posing it is posing the body.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from retime.body.model import ShapedBody, vertex_normals
from retime.demo.footwear import make_shoe
from retime.demo.mesh import Mesh, join
from retime.demo.paint import Colours, Material, fractal_at

HIDDEN_MARGIN = 0.035
"""Skin farther than this inside a garment is left out, metres."""


@dataclass(frozen=True)
class Outfit:
    """Cut and colours of one person's clothes. Lengths are shares of the limb or metres."""

    colours: Colours
    sleeve: float = 0.62  # along the arm: 1 the elbow, 2 the wrist
    leg: float = 1.86  # along the leg: 1 the knee, 2 the ankle
    shirt_ease: float = 0.016  # width of cloth beyond the body, metres
    leg_ease: float = 0.013
    hair_volume: float = 0.016
    hair_nape: float = 0.0  # how much lower than the nape hair hangs at the back, metres
    bun: float = 0.0  # radius of a knot of hair, metres


class Dressed:
    """A person in clothes, ready to pose."""

    def __init__(self, shape: ShapedBody, outfit: Outfit) -> None:
        self.shape, self.outfit = shape, outfit
        self._cut_garments()
        self._shoes = {f"{side}_ankle": make_shoe(shape, side) for side in ("left", "right")}

    def pose(self, angles: dict[str, float]) -> Mesh:
        """The clothed mesh in a pose, where the body model puts it (see ``ShapedBody.pose``)."""
        pieces = []
        for layer in self._layers:
            posed = ShapedBody(self.shape.body, layer.vertices, self.shape.joints).pose(angles)
            pieces.append(
                Mesh(
                    posed[layer.used], layer.faces, layer.material,
                    layer.vertices[layer.used], layer.margin[layer.used],
                )
            )  # fmt: skip
        transforms = self.shape.transforms(angles).astype(np.float32)
        for joint, shoe in self._shoes.items():
            turn = transforms[self.shape.body.joint_names.index(joint)]
            pieces.append(replace(shoe, vertices=shoe.vertices @ turn[:3, :3].T + turn[:3, 3]))
        return join(pieces)

    def _cut_garments(self) -> None:
        body, rest = self.shape.body, self.shape.rest_vertices
        normals = vertex_normals(rest, body.faces)
        spread = _neighbour_mean(body.faces, len(rest))
        fields = _Fields(self.shape, self.outfit)
        outfit, scale = self.outfit, self.shape.height / 1.7
        shirt, trousers, shoes, hair = fields.shirt, fields.trousers, fields.shoes, fields.hair

        low = np.clip(1 - fields.shirt_height, 0, 1)
        shirt_at = _shell(rest, normals, spread, scale * (outfit.shirt_ease + 0.006 * low**1.5), 30)
        trousers_at = _shell(
            rest, normals, spread, scale * (outfit.leg_ease + 0.006 * fields.leg_depth), 6
        )
        tufts = 1 + 0.45 * fractal_at(24 * rest[:, 0], 24 * (rest[:, 1] + rest[:, 2]), 2, 3)
        hair_at = _shell(rest, normals, spread, outfit.hair_volume * fields.hair_volume * tufts, 4)

        covered = np.maximum.reduce([shirt, trousers, shoes, hair])
        bare = covered < HIDDEN_MARGIN
        faces = body.faces[bare[body.faces].any(1)]
        self._layers = [
            _layer(rest, faces, np.zeros(len(rest), np.float32), Material.SKIN),
            _cut(trousers_at, body.faces, trousers, Material.TROUSERS),
            _cut(shirt_at, body.faces, shirt, Material.SHIRT),
            _cut(hair_at, body.faces, hair, Material.HAIR),
        ]


class _Fields:
    """Margins of the garments at the body's vertices, metres, positive inside. All [V]."""

    def __init__(self, shape: ShapedBody, outfit: Outfit) -> None:
        body, rest, joints = shape.body, shape.rest_vertices, shape.joints
        at = {name: joints[i] for i, name in enumerate(body.joint_names)}
        x, y, z = rest.T.astype(np.float64)
        part = np.zeros(len(rest), np.uint8)
        part[body.faces.ravel()] = np.repeat(body.parts, 3)
        arm = np.isin(part, (3, 4, *range(15, 23)))
        head = np.isin(part, (23, 24))

        along = np.zeros(len(rest))
        for side, mine in (("left", x >= 0), ("right", x < 0)):
            shoulder, elbow, wrist = (at[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist"))
            along[mine] = _along(rest[mine], shoulder, elbow, wrist)
        reach = np.linalg.norm(at["left_elbow"] - at["left_shoulder"])

        hip, knee, ankle = (at[f"left_{n}"][2] for n in ("hip", "knee", "ankle"))
        leg = hip - ankle
        # Above the thighs: cloth there would follow them when the person crouches.
        hem = hip + 0.035 * leg
        waist = hip + 0.10 * leg
        neck = at["neck"]
        slope = np.array([0.0, -0.45, 0.9])
        collar = -(rest - neck - np.array([0, 0, 0.006])) @ (slope / np.linalg.norm(slope))
        self.shirt = np.minimum(collar, np.where(arm, (outfit.sleeve - along) * reach, z - hem))
        self.shirt_height = (z - hem) / (at["spine_upper"][2] - hem)

        bottom = np.interp(outfit.leg, [0, 1, 2], [hip, knee, ankle])
        self.trousers = np.where(arm, -1.0, np.minimum(waist - z, z - bottom))
        self.leg_depth = np.clip((hip - z) / (hip - ankle), 0, 1)
        self.shoes = np.where(arm, -1.0, ankle + 0.030 * shape.height / 1.7 - z)

        top = z.max()
        size = (top - neck[2]) / 0.235  # 1 for an adult's head
        self.head = (at["head"], top, size)
        ragged = 0.006 * size * fractal_at(60 * x, 60 * y, 2, 1)
        front = y[head & (z > top - 0.12 * size)].min()
        line = (
            top - 0.062 * size - 0.80 * (y - front) - outfit.hair_nape * (y > front + 0.07 * size)
        )
        self.hair = np.where(head, z - line - ragged, -1.0)
        self.hair_volume = np.clip(self.hair / (0.03 * size), 0.25, 1) * size


@dataclass(frozen=True)
class _Layer:
    vertices: np.ndarray  # [V, 3], all of the body's, at rest
    used: np.ndarray  # indices of the vertices that the faces use
    faces: np.ndarray  # [F, 3] into ``used``
    material: np.ndarray  # [F]
    margin: np.ndarray  # [V]


def _layer(vertices: np.ndarray, faces: np.ndarray, margin: np.ndarray, material: int) -> _Layer:
    used, packed = np.unique(faces, return_inverse=True)
    return _Layer(
        vertices.astype(np.float32), used, packed.reshape(faces.shape).astype(np.int32),
        np.full(len(faces), material, np.uint8), margin.astype(np.float32),
    )  # fmt: skip


def _cut(vertices: np.ndarray, faces: np.ndarray, margin: np.ndarray, material: int) -> _Layer:
    """Keep the faces that reach inside, their outer corners drawn back to the hem."""
    inside = margin > 0
    kept = faces[inside[faces].any(1)]
    edges = np.concatenate([kept[:, [0, 1]], kept[:, [1, 2]], kept[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    edges = edges[~inside[edges[:, 0]] & inside[edges[:, 1]]]
    outer, inner = edges.T
    share = margin[inner] / (margin[inner] - margin[outer])
    crossing = vertices[inner] + share[:, None] * (vertices[outer] - vertices[inner])
    total, count = np.zeros_like(vertices), np.zeros(len(vertices))
    np.add.at(total, outer, crossing)
    np.add.at(count, outer, 1)
    moved = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], vertices)
    return _layer(moved, kept, np.maximum(margin, 0), material)


def _neighbour_mean(faces: np.ndarray, count: int) -> sparse.csr_array:
    """Matrix that replaces each vertex by the mean of its neighbours. [V, V]"""
    rows = np.concatenate([faces[:, i] for i in (0, 1, 2, 1, 2, 0)])
    columns = np.concatenate([faces[:, i] for i in (1, 2, 0, 0, 1, 2)])
    links = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    links.data[:] = 1.0
    degree = np.maximum(links.sum(axis=1), 1)
    return sparse.diags_array(1 / degree) @ links


def _shell(rest, normals, spread, ease, rounds) -> np.ndarray:
    """The surface smoothed ``rounds`` times but never nearer to the body than ``ease`` [V]."""
    shell = rest.astype(np.float64)
    for _ in range(rounds):
        shell = spread @ shell
    for _ in range(3):
        short = ease - ((shell - rest) * normals).sum(1)
        shell = shell + normals * np.maximum(short, 0)[:, None]
        shell = 0.5 * shell + 0.5 * (spread @ shell)
    return shell


def _along(points: np.ndarray, first: np.ndarray, middle: np.ndarray, last: np.ndarray):
    """Place along a bent limb: 0 at ``first``, 1 at ``middle``, 2 at ``last``. [n]"""
    upper, lower = middle - first, last - middle
    one = (points - first) @ upper / (upper @ upper)
    two = (points - middle) @ lower / (lower @ lower)
    return np.where(one < 1, np.minimum(one, 1), 1 + np.maximum(two, 0))
