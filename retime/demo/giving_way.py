"""A trampoline that somebody presses down, as a camera sees it."""

from dataclasses import dataclass

import numpy as np

from retime.demo.camera import Pinhole
from retime.demo.light import Lighting
from retime.demo.room import SUPERSAMPLING, Room, floor_light
from retime.demo.trampoline import Pressed

SEEN = 0.004
"""Depth, metres, from which a sheet counts as wholly other than the flat one; less of it fades."""
HALVINGS = 20


@dataclass(frozen=True)
class Bent:
    """The pressed sheet in place of the flat one."""

    light: np.ndarray  # [H, W, 3] float32 linear, premultiplied by alpha
    alpha: np.ndarray  # [H, W] float32, 0 where the floor is as it was
    points: np.ndarray  # [H, W, 3] float32 of the surface seen, where alpha is not 0


def bend(
    camera: Pinhole, room: Room, lighting: Lighting, pressed: Pressed, width: int, height: int
) -> Bent:
    """Look at the sheet that ``pressed`` presses down."""
    s = SUPERSAMPLING
    fine = _hit(camera, pressed, width * s, height * s)
    trampoline, depth = pressed.trampoline, pressed.depth
    down = trampoline.dip(fine, depth)  # [s H, s W]
    down[~np.isfinite(fine).all(-1)] = 0
    share = np.clip(down / SEEN, 0, 1)
    light = np.zeros(fine.shape)
    seen = share > 0
    points = fine[seen]
    up = np.array([[0.0, 0.0, 1.0]])
    turned = lighting.light_on(trampoline.normal(points, depth)).sum(1)
    turned /= lighting.light_on(up).sum()
    lit = (turned * floor_light(points[:, 0], points[:, 1], room.wall))[:, None]
    light[seen] = trampoline.albedo(points) * lit * share[seen][:, None]
    return Bent(
        light.reshape(height, s, width, s, 3).mean((1, 3)).astype(np.float32),
        share.reshape(height, s, width, s).mean((1, 3)).astype(np.float32),
        _hit(camera, pressed, width, height).astype(np.float32),
    )


def _hit(camera: Pinhole, pressed: Pressed, width: int, height: int) -> np.ndarray:
    """Where the ray through each pixel meets the sheet or the floor; NaN above the horizon.

    The sheet must be less steep than the view, so that no part of it hides another and each ray
    goes through it once.
    """
    rays, position = camera.rays(width, height), np.asarray(camera.position)
    falling = np.where(rays[..., 2] < -1e-6, rays[..., 2], np.nan)
    points = position - (position[2] / falling)[..., None] * rays
    near = pressed.trampoline.covers(points)
    ray, floor = rays[near], points[near]
    above, below = np.zeros(len(ray)), np.full(len(ray), pressed.depth)  # depths about the surface
    for _ in range(HALVINGS):
        middle = (above + below) / 2
        on = floor - (middle / falling[near])[:, None] * ray
        higher = middle < pressed.trampoline.dip(on, pressed.depth)
        above, below = np.where(higher, middle, above), np.where(higher, below, middle)
    points[near] = floor - (above / falling[near])[:, None] * ray
    return points
