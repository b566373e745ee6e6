"""What a person does to the room: a soft shadow on floor and wall, a reflection in the floor."""

from dataclasses import dataclass

import cv2
import numpy as np

from retime.demo.camera import Pinhole
from retime.demo.drawing import Drawing
from retime.demo.light import DepthMaps, Lighting, shadow_on
from retime.demo.room import FLOOR, Room, mirror_share, surfaces

SHADOW_STRENGTH = 0.80
"""Alpha of a shadow that keeps all light away; the rest is light from other people and walls."""
SHADOW_COLOUR = (0.075, 0.05, 0.035)
"""sRGB in 0..1: shadows in a wooden room are warm."""
REFLECTION_BLUR = 2.2
"""Blur of the reflection of what is a metre above the floor, pixels of a 640 wide picture."""


@dataclass(frozen=True)
class Ground:
    """The room's surfaces as a camera sees them; made once for a still camera."""

    points: np.ndarray  # [H, W, 3] float32
    floor: np.ndarray  # [H, W] bool
    mirror: np.ndarray  # [H, W] float32, share of light mirrored; 0 on the wall
    weights: np.ndarray  # [2, K] share of light from each direction: on the wall, on the floor
    room: Room


def view_ground(camera: Pinhole, room: Room, lighting: Lighting, width: int, height: int) -> Ground:
    """Look at the room's surfaces."""
    points, kind = surfaces(camera, room, width, height)
    floor = kind == FLOOR
    glossy = floor.copy()
    for trampoline in room.trampolines:  # of cloth
        glossy &= ~trampoline.covers(points)
    normals = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    return Ground(
        points.astype(np.float32),
        floor,
        np.where(glossy, mirror_share(camera, points), 0).astype(np.float32),
        np.stack([lighting.ground_weights(normal) for normal in normals]),
        room,
    )


def shadow(ground: Ground, maps: DepthMaps) -> np.ndarray:
    """Alpha of the shadow that the mesh of ``maps`` casts on the room. [H, W] float32"""
    alpha = np.zeros(ground.floor.shape, np.float32)
    for surface, weights in zip((~ground.floor, ground.floor), ground.weights, strict=True):
        alpha[surface] = SHADOW_STRENGTH * shadow_on(ground.points[surface], weights, maps)
    return alpha


def reflection(ground: Ground, mirrored: Drawing) -> tuple[np.ndarray, np.ndarray]:
    """Light and alpha of the floor's reflection, of the drawing of the mirrored mesh.

    What stands higher is mirrored more blurred, as in a floor that is not quite flat.

    Returns:
        Linear light [H, W, 3] premultiplied, and alpha [H, W], both float32.
    """
    height, width = mirrored.coverage.shape
    light, alpha = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    rows, columns = (np.flatnonzero(mirrored.coverage.any(axis)) for axis in (1, 0))
    if not len(rows):
        return light, alpha
    sigma = REFLECTION_BLUR * width / 640
    margin = int(np.ceil(7 * sigma))
    window = (
        slice(max(rows[0] - margin, 0), rows[-1] + margin + 1),
        slice(max(columns[0] - margin, 0), columns[-1] + margin + 1),
    )
    stack = np.concatenate([mirrored.light[window], mirrored.coverage[window][..., None]], axis=-1)
    soft = cv2.GaussianBlur(stack, (0, 0), sigma)
    softer = cv2.GaussianBlur(stack, (0, 0), 2 * sigma)
    tall = cv2.GaussianBlur(mirrored.height[window] * stack[..., 3], (0, 0), 2 * sigma)
    tall = (tall / np.maximum(softer[..., 3], 1e-4))[..., None]
    near = np.clip(tall / 0.5, 0, 1)
    far = np.clip((tall - 0.5) / 0.9, 0, 1)
    mixed = (stack * (1 - near) + soft * near) * (1 - far) + softer * far
    mixed *= ground.mirror[window][..., None]
    light[window], alpha[window] = mixed[..., :3], mixed[..., 3]
    return light, alpha
