"""The empty scene: a sports hall with a lacquered plank floor before a panelled, painted wall.

Everything is evaluated point by point from formulas, so that any camera sees the same room.
Colours are linear RGB until :func:`develop` makes them sRGB.
"""

from dataclasses import dataclass

import numba
import numpy as np

from retime.demo.camera import Pinhole
from retime.demo.noise import fractal, lattice
from retime.demo.trampoline import Trampoline

SUPERSAMPLING = 3
GLOSS = 0.60
"""Share of the mirror reflection that the lacquer keeps."""
FACING = 0.05
"""Share of light mirrored straight back; as for most dielectrics."""
MIRROR_RAYS = 4
FLOOR, WALL = 1, 2


@dataclass(frozen=True)
class Room:
    """Sizes in metres, colours linear RGB."""

    wall: float = 5.2  # distance of the wall beyond the origin
    panel: float = 1.18  # height of the wall's painted panel
    wood: tuple[float, float, float] = (0.45, 0.25, 0.10)
    paint: tuple[float, float, float] = (0.70, 0.66, 0.59)
    panel_paint: tuple[float, float, float] = (0.155, 0.245, 0.245)
    bars_left: float = -4.25  # left end of the wall bars
    trampolines: tuple[Trampoline, ...] = ()
    grain: float = 1.1  # standard deviation of the picture's grain, of 255
    seed: int = 4


def develop(linear: np.ndarray) -> np.ndarray:
    """Display-referred sRGB in 0..1 of linear light: a soft shoulder, then the sRGB curve."""
    x = np.clip(linear, 0, None)
    x = np.where(x > 0.6, 0.6 + 0.4 * np.tanh((x - 0.6) / 0.55), x)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-8) ** (1 / 2.4) - 0.055)


def surfaces(camera: Pinhole, room: Room, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """What the empty room shows at each pixel: the point [H, W, 3] and FLOOR or WALL [H, W]."""
    rays = camera.rays(width, height)
    position = np.asarray(camera.position)
    down = np.where(rays[..., 2] < -1e-6, -position[2] / np.minimum(rays[..., 2], -1e-6), np.inf)
    ahead = (room.wall - position[1]) / np.maximum(rays[..., 1], 1e-6)
    on_floor = down < ahead
    distance = np.where(on_floor, down, ahead)
    return position + distance[..., None] * rays, np.where(on_floor, FLOOR, WALL)


def mirror_share(camera: Pinhole, points: np.ndarray) -> np.ndarray:
    """Share of light that the floor mirrors towards the camera, by Schlick's formula. [...]"""
    view = np.asarray(camera.position) - points
    cosine = np.clip(view[..., 2] / np.linalg.norm(view, axis=-1), 0, 1)
    return GLOSS * (FACING + (1 - FACING) * (1 - cosine) ** 5)


def render_room(camera: Pinhole, room: Room, width: int, height: int) -> np.ndarray:
    """The empty scene as an sRGB picture, with the picture's grain. [height, width, 3] uint8"""
    s = SUPERSAMPLING
    points, kind = surfaces(camera, room, width * s, height * s)
    linear = np.zeros((*kind.shape, 3))
    position = np.asarray(camera.position)
    _paint(
        points, kind, position, room.wall, room.panel, np.array(room.wood),
        np.array(room.paint), np.array(room.panel_paint), room.bars_left, room.seed, linear,
    )  # fmt: skip
    for trampoline in room.trampolines:
        on = (kind == FLOOR) & trampoline.covers(points)
        lit = floor_light(points[on][:, 0], points[on][:, 1], room.wall)
        linear[on] = trampoline.albedo(points[on]) * lit[:, None]
    picture = develop(linear.reshape(height, s, width, s, 3).mean((1, 3)))
    grain = np.random.default_rng(room.seed).normal(0, room.grain / 255, (height, width, 1))
    return np.rint(255 * np.clip(picture + grain, 0, 1)).astype(np.uint8)


@numba.njit(cache=True)
def _step(x, low, high):
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@numba.njit(cache=True)
def _floor(x, y, wood, seed, colour):
    """Planks along y with a tone each, a grain along them, and thin dark joints."""
    wide, long = 0.135, 2.1
    row = np.floor(x / wide)
    shifted = y + long * lattice(np.int64(row), 11, seed)
    column = np.floor(shifted / long)
    tone = lattice(np.int64(row), np.int64(column), seed + 1)
    hue = lattice(np.int64(row), np.int64(column), seed + 2)
    bend = 0.25 * fractal(3 * x, 0.8 * y + 9 * tone, 2, seed + 3)
    grain = fractal(55 * x + 40 * tone + 3 * bend, 2.2 * y + 31 * hue, 4, seed + 4)
    pores = fractal(160 * x, 7 * y, 2, seed + 9)
    light = 1 + 0.16 * (tone - 0.5) + 0.085 * grain + 0.03 * pores
    edge = min(x / wide - row, 1 - x / wide + row) * wide
    end = min(shifted / long - column, 1 - shifted / long + column) * long
    light *= 1 - 0.5 * (1 - _step(min(edge, end), 0.0008, 0.0042))
    colour[0] = wood[0] * light
    colour[1] = wood[1] * light * (1 + 0.06 * (hue - 0.5))
    colour[2] = wood[2] * light * (1 + 0.16 * (hue - 0.5))


@numba.njit(cache=True)
def _wall(x, z, panel, paint, panel_paint, bars_left, seed, colour):
    """Plaster above, painted boards below, a rail between, a skirting board, wall bars."""
    plaster = 1 + 0.025 * fractal(0.9 * x, 0.9 * z, 4, seed + 20)
    plaster += 0.02 * fractal(24 * x, 24 * z, 2, seed + 30)
    for c in range(3):
        colour[c] = paint[c] * plaster
    if z < panel:
        board = 0.62
        at = x / board - np.floor(x / board)
        groove = min(at, 1 - at) * board
        shade = (
            1 - 0.32 * (1 - _step(groove, 0.004, 0.014)) + 0.02 * fractal(3 * x, 30 * z, 2, seed)
        )
        for c in range(3):
            colour[c] = panel_paint[c] * shade * plaster
    under_rail = panel - z
    if 0 < under_rail < 0.12:  # the rail's own shadow
        for c in range(3):
            colour[c] *= 0.62 + 0.38 * _step(under_rail, 0.0, 0.11)
    if -0.075 < under_rail < 0 or z < 0.13:
        top = (z - panel) / 0.075 if z > 0.13 else z / 0.13
        tone = 0.86 + 0.2 * _step(top, 0.55, 1.0)
        if z < 0.13:
            for c in range(3):
                colour[c] = 0.92 * paint[c] * tone
        else:
            grain = 1 + 0.07 * fractal(2 * x, 60 * z, 3, seed + 40)
            colour[0], colour[1], colour[2] = 0.36 * tone * grain, 0.20 * tone * grain, 0.1 * grain
    _bars(x - bars_left, z, seed, colour)


@numba.njit(cache=True)
def _bars(x, z, seed, colour):
    """Two bays of Swedish wall bars with their shadow, standing 10 cm off the wall."""
    bay, post, rung, pitch, low, high = 0.95, 0.05, 0.042, 0.19, 0.30, 2.62
    if x < -0.2 or x > 2 * bay + 0.4 or z > high + 0.1:
        return
    for solid in (False, True):
        # The key light comes from the upper left: shadows fall down and to the right.
        u, v = (x, z) if solid else (x - 0.11, z + 0.10)
        wood, height = 0.0, 0.0
        inside = -post / 2 < u < 2 * bay + post / 2
        if inside and low - 0.1 < v < high:
            near = abs(u - bay * np.round(u / bay))
            ring = (v - low) / pitch
            over = abs(ring - np.round(ring)) * pitch
            if near < post / 2:
                wood, height = 1.0, 1 - 0.25 * abs(near) / post
            elif over < rung / 2 and low - 0.03 < v < high - 0.05:
                across = (v - low - np.round(ring) * pitch) / rung  # -0.5..0.5
                wood, height = 1.0, 0.62 + 0.8 * np.sqrt(max(0.25 - (across - 0.16) ** 2, 0.0))
        if wood > 0 and solid:
            grain = 1 + 0.08 * fractal(30 * u, 5 * v, 3, seed + 50)
            colour[0] = 0.52 * height * grain
            colour[1] = 0.315 * height * grain
            colour[2] = 0.165 * height * grain
        elif wood > 0:
            for c in range(3):
                colour[c] *= 0.68


@numba.njit(cache=True)
def _light(x, y, z, wall, on_wall):
    """Brightness of the empty room: a pool of window light, darker corners."""
    pool = np.exp(-(((x + 1.1) / 5.2) ** 2) - ((y - 0.9) / 5.5) ** 2)
    if on_wall:
        corner = 0.60 + 0.40 * _step(z, -0.15, 0.75)
        rise = 0.86 + 0.20 * np.exp(-(((x + 1.4) / 3.6) ** 2) - ((z - 2.2) / 1.9) ** 2)
        aside = 1 - 0.10 * _step(x, 0.5, 6.0)
        return corner * rise * aside
    return (0.66 + 0.42 * pool) * (0.62 + 0.38 * _step(wall - y, 0.0, 1.1))


@numba.njit(cache=True)
def floor_light(x, y, wall):
    """Brightness of the empty room at places [n] of the floor. [n]"""
    light = np.empty(len(x))
    for i in range(len(x)):
        light[i] = _light(x[i], y[i], 0.0, wall, False)
    return light


@numba.njit(cache=True)
def _window(x, z):
    """Window light on the wall: a leaning grid of panes with soft edges, 0..1."""
    u, v = x - 1.75 - 0.34 * (z - 2.1), z - 2.35 + 0.10 * x
    soft = 0.07
    column = _step(u, 0, soft) - _step(u, 0.78, 0.78 + soft)
    column += _step(u, 0.92, 0.92 + soft) - _step(u, 1.70, 1.70 + soft)
    row = _step(v, -0.72, -0.72 + soft) - _step(v, 0.0, soft)
    row += _step(v, 0.12, 0.12 + soft) - _step(v, 0.95, 0.95 + soft)
    return column * row


@numba.njit(cache=True)
def _lit_wall(x, z, wall, panel, paint, panel_paint, bars_left, seed, colour):
    _wall(x, z, panel, paint, panel_paint, bars_left, seed, colour)
    light = _light(x, wall, z, wall, True)
    pane = 0.30 * _window(x, z)
    colour[0] *= light + 1.05 * pane
    colour[1] *= light + 0.95 * pane
    colour[2] *= light + 0.72 * pane


@numba.njit(cache=True)
def _paint(points, kind, eye, wall, panel, wood, paint, panel_paint, bars_left, seed, linear):
    colour, mirrored = np.zeros(3), np.zeros(3)
    for i in range(points.shape[0]):
        for j in range(points.shape[1]):
            x, y, z = points[i, j]
            if kind[i, j] == WALL:
                _lit_wall(x, z, wall, panel, paint, panel_paint, bars_left, seed, colour)
                linear[i, j] = colour
                continue
            _floor(x, y, wood, seed, colour)
            light = _light(x, y, 0.0, wall, False)
            vx, vy, vz = x - eye[0], y - eye[1], -eye[2]
            length = np.sqrt(vx * vx + vy * vy + vz * vz)
            share = GLOSS * (FACING + (1 - FACING) * (1 + vz / length) ** 5)
            # The lacquer is not quite flat: mirrored rays lean a little, at random.
            reflected = np.zeros(3)
            for ray in range(MIRROR_RAYS):
                lean = 0.035 * (lattice(i, MIRROR_RAYS * j + ray, seed + 60) - 0.5)
                aside = 0.04 * (lattice(i, MIRROR_RAYS * j + ray, seed + 61) - 0.5)
                reach = (wall - y) * max((-vz / length + lean) / (vy / length), 0.0)
                across = x + (wall - y) * (vx / vy + aside)
                _lit_wall(across, reach, wall, panel, paint, panel_paint, bars_left, seed, mirrored)
                reflected += mirrored / MIRROR_RAYS
            for c in range(3):
                linear[i, j, c] = (1 - share) * colour[c] * light + share * reflected[c]
