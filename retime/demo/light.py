"""The light of a scene as a few dozen directions, and what a mesh keeps from them.

One table of directions lights everything: a soft key light (a disc of directions) and the light
that walls, ceiling and floor give off (directions over the whole sphere). For every direction a
depth map of the people's mesh says what the mesh hides: from its own vertices (soft self-shadow
and ambient occlusion in one) and from the floor and walls (the soft shadow).
"""

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

TEXEL = 0.016
"""Side of a depth map's cell, metres."""
BIAS = 0.025
"""A point must lie this much behind the map's surface to be in its shadow, metres."""
NEAR = 0.9
"""Light from the room is kept away only by what is nearer than this, metres: its few directions
would draw outlines of things farther off, where the true shadow is too soft to be seen."""


@dataclass(frozen=True)
class Lighting:
    """Where light comes from and how strong it is, linear RGB."""

    key_direction: tuple[float, float, float] = (-0.62, -0.50, 0.86)  # towards the light
    key_radius: float = 0.13  # radians; larger is softer
    key_colour: tuple[float, float, float] = (1.42, 1.30, 1.12)
    window_direction: tuple[float, float, float] = (-0.85, -0.30, 0.42)
    key_samples: int = 24
    room_samples: int = 28

    @cached_property
    def directions(self) -> np.ndarray:
        """Unit vectors towards the light, key samples first. [K, 3] float32"""
        turn = np.pi * (3 - np.sqrt(5))  # golden angle: an even spread without a lattice
        axis = _unit(np.array(self.key_direction))
        side = _unit(np.cross(axis, [0.0, 0.0, 1.0]))
        i = np.arange(self.key_samples) + 0.5
        radius = self.key_radius * np.sqrt(i / self.key_samples)
        disc = radius[:, None] * (
            np.cos(i * turn)[:, None] * side + np.sin(i * turn)[:, None] * np.cross(axis, side)
        )
        j = np.arange(self.room_samples) + 0.5
        z = 1 - 2 * j / self.room_samples
        ring = np.sqrt(1 - z * z)
        sphere = np.stack([ring * np.cos(j * turn), ring * np.sin(j * turn), z], axis=1)
        return np.concatenate([_unit(axis + disc), sphere]).astype(np.float32)

    @cached_property
    def colours(self) -> np.ndarray:
        """Light that each direction sends, its share of the whole included. [K, 3] float32"""
        key = np.tile(np.array(self.key_colour) / self.key_samples, (self.key_samples, 1))
        room = self._room(self.directions[self.key_samples :]) * (4 / self.room_samples)
        return np.concatenate([key, room]).astype(np.float32)

    def _room(self, towards: np.ndarray) -> np.ndarray:
        """Light from the room by direction: pale ceiling, window side, wooden floor. [n, 3]"""
        up = towards[:, 2:3]
        window = np.clip(towards @ _unit(np.array(self.window_direction)), 0, 1)[:, None] ** 2
        above = 0.30 * np.array([0.98, 1.0, 1.06]) + 0.55 * window * np.array([1.06, 1.0, 0.92])
        below = 0.26 * np.array([1.0, 0.76, 0.52])
        share = np.clip(0.5 + 1.2 * up, 0, 1)  # soft horizon
        return share * above + (1 - share) * below

    def ground_weights(self, normal: np.ndarray) -> np.ndarray:
        """Share of a surface's light that comes from each direction, summing to 1. [K]"""
        light = self.light_on(normal[None])[0]
        return light / light.sum()

    def light_on(self, normals: np.ndarray) -> np.ndarray:
        """Light that surfaces with these normals [n, 3] get from each direction. [n, K]"""
        return np.clip(normals @ self.directions.T, 0, None) * self.colours.mean(1)


@dataclass(frozen=True)
class DepthMaps:
    """How far from the light a mesh's nearest surface lies, for each direction."""

    axes: np.ndarray  # [K, 3, 3] rows: map x, map y, away from the light
    origins: np.ndarray  # [K, 2] of the maps' first cell
    depth: np.ndarray  # [K, h, w] along the third axis, infinite where the mesh is not
    reach: np.ndarray  # [K] distance at which the shadow has faded away, metres
    centre: np.ndarray  # [3] of a ball round the mesh
    radius: float  # of that ball, metres
    key: np.ndarray  # [3] towards the key light
    key_radius: float  # of the key light, radians


def depth_maps(vertices: np.ndarray, faces: np.ndarray, lighting: Lighting) -> DepthMaps:
    """Render the mesh once for each direction of the light, as seen from there."""
    away = -lighting.directions.astype(np.float64)
    helper = np.where(np.abs(away[:, 2:3]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    side = _unit(np.cross(away, helper))
    axes = np.stack([side, np.cross(away, side), away], axis=1).astype(np.float32)
    seen, low, high = _see(np.ascontiguousarray(vertices, np.float32), axes)
    size = np.ceil((high - low).max(0) / TEXEL).astype(int) + 3
    origins = low - np.float32(TEXEL)
    depth = np.full((len(axes), size[1], size[0]), np.inf, np.float32)
    _nearest(seen, origins, faces, depth)
    reach = np.full(len(axes), NEAR, np.float32)
    reach[: lighting.key_samples] = np.inf
    centre = (vertices.min(0) + vertices.max(0)) / 2
    radius = np.linalg.norm(vertices - centre, axis=1).max()
    return DepthMaps(
        axes, origins, depth, reach, centre.astype(np.float32), float(radius),
        _unit(np.array(lighting.key_direction)).astype(np.float32), lighting.key_radius,
    )  # fmt: skip


def light_vertices(
    vertices: np.ndarray, normals: np.ndarray, maps: DepthMaps, lighting: Lighting
) -> np.ndarray:
    """Light that reaches each vertex of the mesh that ``maps`` were made of. [V, 3] float32"""
    received = np.zeros((len(vertices), 3), np.float32)
    _gather(
        vertices, normals, lighting.directions, lighting.colours,
        maps.axes, maps.origins, maps.depth, maps.reach, received,
    )  # fmt: skip
    return received


def shadow_on(points: np.ndarray, weights: np.ndarray, maps: DepthMaps) -> np.ndarray:
    """Share of the light kept from each of ``points`` [n, 3] behind the mesh. [n] float32

    ``weights`` [K] are each direction's share of the surface's light.
    """
    shade = np.zeros(len(points), np.float32)
    _shade(
        points, weights.astype(np.float32), maps.axes, maps.origins, maps.depth, maps.reach,
        maps.centre, np.float32(maps.radius), maps.key, np.float32(maps.key_radius), shade,
    )  # fmt: skip
    return shade


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


@numba.njit(cache=True)
def _see(vertices, axes):
    """Vertices [V, 3] along the axes of each map [K, 3, 3]: [K, V, 3], and their bounds [K, 2]."""
    count = axes.shape[0]
    seen = np.empty((count, vertices.shape[0], 3), np.float32)
    low = np.full((count, 2), np.inf, np.float32)
    high = np.full((count, 2), -np.inf, np.float32)
    for k in range(count):
        for v in range(vertices.shape[0]):
            for axis in range(3):
                seen[k, v, axis] = (
                    axes[k, axis, 0] * vertices[v, 0]
                    + axes[k, axis, 1] * vertices[v, 1]
                    + axes[k, axis, 2] * vertices[v, 2]
                )
            for axis in range(2):
                low[k, axis] = min(low[k, axis], seen[k, v, axis])
                high[k, axis] = max(high[k, axis], seen[k, v, axis])
    return seen, low, high


@numba.njit(cache=True, fastmath=True)
def _nearest(seen, origins, faces, depth):
    """Keep the smallest depth at each cell centre of each map [K, h, w]."""
    texel = np.float32(TEXEL)
    height, width = depth.shape[1:]
    for k in range(depth.shape[0]):
        ox, oy = origins[k]
        points = seen[k]
        for t in range(faces.shape[0]):
            a, b, c = faces[t, 0], faces[t, 1], faces[t, 2]
            xa, ya = (points[a, 0] - ox) / texel, (points[a, 1] - oy) / texel
            xb, yb = (points[b, 0] - ox) / texel, (points[b, 1] - oy) / texel
            xc, yc = (points[c, 0] - ox) / texel, (points[c, 1] - oy) / texel
            left, right = int(np.ceil(min(xa, xb, xc))), int(np.floor(max(xa, xb, xc)))
            top, bottom = int(np.ceil(min(ya, yb, yc))), int(np.floor(max(ya, yb, yc)))
            if left > right or top > bottom:
                continue
            area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
            if area == 0:
                continue
            for y in range(max(top, 0), min(bottom, height - 1) + 1):
                for x in range(max(left, 0), min(right, width - 1) + 1):
                    wa = ((xb - x) * (yc - y) - (xc - x) * (yb - y)) / area
                    wb = ((xc - x) * (ya - y) - (xa - x) * (yc - y)) / area
                    wc = 1 - wa - wb
                    if wa < 0 or wb < 0 or wc < 0:
                        continue
                    z = wa * points[a, 2] + wb * points[b, 2] + wc * points[c, 2]
                    depth[k, y, x] = min(depth[k, y, x], z)


@numba.njit(cache=True, fastmath=True)
def _hidden(px, py, pz, axes, origin, depth, reach):
    """Share of the four cells round a point that hide it, by bilinear weights."""
    u = (axes[0, 0] * px + axes[0, 1] * py + axes[0, 2] * pz - origin[0]) / np.float32(TEXEL)
    v = (axes[1, 0] * px + axes[1, 1] * py + axes[1, 2] * pz - origin[1]) / np.float32(TEXEL)
    if u < 0 or v < 0 or u >= depth.shape[1] - 1 or v >= depth.shape[0] - 1:
        return np.float32(0)
    w = axes[2, 0] * px + axes[2, 1] * py + axes[2, 2] * pz
    x, y = int(u), int(v)
    fx, fy = u - x, v - y
    share = np.float32(0)
    for dy in range(2):
        for dx in range(2):
            before = w - depth[y + dy, x + dx]
            if before > np.float32(BIAS):
                weight = (fx if dx else 1 - fx) * (fy if dy else 1 - fy)
                share += weight * max(1 - (before / reach) ** 2, np.float32(0))
    return share


@numba.njit(cache=True)
def _gather(vertices, normals, directions, colours, axes, origins, depth, reach, received):
    for i in range(vertices.shape[0]):
        x, y, z = (
            vertices[i, 0] + np.float32(0.008) * normals[i, 0],
            vertices[i, 1] + np.float32(0.008) * normals[i, 1],
            vertices[i, 2] + np.float32(0.008) * normals[i, 2],
        )
        for k in range(directions.shape[0]):
            facing = (
                normals[i, 0] * directions[k, 0]
                + normals[i, 1] * directions[k, 1]
                + normals[i, 2] * directions[k, 2]
            )
            if facing <= 0:
                continue
            lit = facing * (1 - _hidden(x, y, z, axes[k], origins[k], depth[k], reach[k]))
            for channel in range(3):
                received[i, channel] += lit * colours[k, channel]


@numba.njit(cache=True)
def _shade(points, weights, axes, origins, depth, reach, centre, radius, key, key_radius, shade):
    near = radius + np.float32(NEAR)
    offset = np.zeros(3, np.float32)
    for i in range(points.shape[0]):
        along, squared = np.float32(0), np.float32(0)
        for axis in range(3):
            offset[axis] = centre[axis] - points[i, axis]
            along += offset[axis] * key[axis]
            squared += offset[axis] * offset[axis]
        aside = np.sqrt(max(squared - along * along, np.float32(0)))
        # Out of every shadow: far from the mesh, and not behind it as seen from the key light.
        if squared > near * near and aside > radius + 2 * key_radius * max(along, np.float32(0)):
            continue
        for k in range(axes.shape[0]):
            if weights[k] > 0:
                shade[i] += weights[k] * _hidden(
                    points[i, 0], points[i, 1], points[i, 2], axes[k], origins[k], depth[k],
                    reach[k],
                )  # fmt: skip
