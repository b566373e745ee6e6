"""Draw a lit mesh: coverage and linear light at each pixel, smoothed by supersampling."""

from dataclasses import dataclass

import numba
import numpy as np

from retime.body.raster import rasterise
from retime.demo.camera import Pinhole
from retime.demo.light import Lighting
from retime.demo.mesh import Mesh
from retime.demo.paint import GLOSSINESS, Colours, Landmarks, Material, albedo

SUPERSAMPLING = 3
INSIDE_LIGHT = 0.35
"""Light on the inner side of cloth, as a share of that on its outer side."""


@dataclass(frozen=True)
class Drawing:
    """A mesh as it appears, on nothing."""

    light: np.ndarray  # [H, W, 3] float32 linear, premultiplied by coverage
    coverage: np.ndarray  # [H, W] float32, of the whole mesh
    carried: np.ndarray  # [H, W] float32, of carried things alone; part of coverage
    height: np.ndarray  # [H, W] float32, mean |z| of what is seen, metres; 0 where nothing is


def draw(
    mesh: Mesh,
    received: np.ndarray,
    camera: Pinhole,
    lighting: Lighting,
    colours: Colours,
    landmarks: Landmarks,
    width: int,
    height: int,
    glossy: bool = True,
) -> Drawing:
    """Draw ``mesh`` lit by ``received`` [V, 3] (see ``light_vertices``).

    ``glossy`` adds highlights, which depend on the viewer.
    """
    s = SUPERSAMPLING
    drawing = Drawing(
        np.zeros((height, width, 3), np.float32),
        *(np.zeros((height, width), np.float32) for _ in range(3)),
    )
    points = camera.project(mesh.vertices, width, height)
    low = np.maximum(np.floor(points[:, :2].min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(points[:, :2].max(0)).astype(int) + 2, [width, height])
    if (low >= high).any():
        return drawing
    fine = points.copy()
    fine[:, :2] = (points[:, :2] - low + 0.5) * s - 0.5
    across, down = high - low
    _, faces, weights = rasterise(fine, mesh.faces, int(down) * s, int(across) * s)

    seen = np.flatnonzero(faces >= 0)
    hit = faces.ravel()[seen]
    corner = weights.reshape(-1, 2)[seen]
    normals = mesh.normals if glossy else np.zeros_like(mesh.vertices)
    columns = (received, normals, mesh.vertices, mesh.rest, mesh.margin[:, None])
    values = _interpolate(np.concatenate(columns, axis=1), mesh.faces, hit, corner)
    light, normal, place, rest, margin = np.split(values, [3, 6, 9, 12], axis=1)
    material = mesh.material[hit]
    view = np.asarray(camera.position, np.float32) - place
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    if glossy:
        normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
        facing = (normal * view).sum(1)
        light = light * np.where(facing < -0.05, INSIDE_LIGHT, 1.0)[:, None]
    colour = albedo(material, rest, margin[:, 0], colours, landmarks) * light
    if glossy:
        colour += _highlights(material, normal, view, light, facing, lighting)

    def spread(values: np.ndarray) -> np.ndarray:
        """Mean over each pixel's samples; nothing counts as 0."""
        whole = np.zeros((faces.size, *values.shape[1:]), np.float32)
        whole[seen] = values
        return whole.reshape(down, s, across, s, *values.shape[1:]).mean((1, 3))

    window = slice(low[1], high[1]), slice(low[0], high[0])
    drawing.light[window] = spread(colour)
    drawing.coverage[window] = spread(np.ones(len(seen), np.float32))
    drawing.carried[window] = spread((material == Material.BALL).astype(np.float32))
    drawing.height[window] = spread(np.abs(place[:, 2])) / np.maximum(
        drawing.coverage[window], 1e-6
    )
    return drawing


def _highlights(material, normal, view, light, facing, lighting: Lighting) -> np.ndarray:
    """Blinn-Phong highlight of the key light and a faint sheen at grazing view. [n, 3]"""
    table = np.array([GLOSSINESS[Material(m)] for m in range(len(Material))], np.float32)
    strength, exponent = table[material].T
    towards = np.asarray(lighting.key_direction) / np.linalg.norm(lighting.key_direction)
    half = view + towards.astype(np.float32)
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = strength * np.clip((normal * half).sum(1), 0, 1) ** exponent
    sheen = 0.05 * (1 - np.clip(facing, 0, 1)) ** 4
    return (shine + sheen)[:, None] * light


@numba.njit(cache=True)
def _interpolate(attributes, faces, hit, corner):
    """Attributes [V, C] at points given by face [n] and two barycentric weights [n, 2]. [n, C]"""
    result = np.empty((len(hit), attributes.shape[1]), np.float32)
    for i in range(len(hit)):
        a, b, c = faces[hit[i], 0], faces[hit[i], 1], faces[hit[i], 2]
        wa, wb = corner[i, 0], corner[i, 1]
        wc = 1 - wa - wb
        for k in range(attributes.shape[1]):
            result[i, k] = wa * attributes[a, k] + wb * attributes[b, k] + wc * attributes[c, k]
    return result
