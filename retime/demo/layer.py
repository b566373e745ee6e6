"""One person's layer: body, carried thing, effects on the room as straight-alpha RGBA."""

from dataclasses import dataclass, replace

import numpy as np

from retime.demo.camera import Pinhole
from retime.demo.cast import Appearance
from retime.demo.clothing import Outfit
from retime.demo.drawing import draw
from retime.demo.effects import SHADOW_COLOUR, Ground, reflection, shadow
from retime.demo.giving_way import bend
from retime.demo.light import Lighting, depth_maps, light_vertices
from retime.demo.paint import Landmarks
from retime.demo.room import develop


@dataclass(frozen=True)
class Layer:
    """A layer and the share that each of its parts has alone, all uint8."""

    rgba: np.ndarray  # [H, W, 4] straight alpha, sRGB
    body: np.ndarray  # [H, W] alpha of the person's own visible body and clothes
    carried: np.ndarray  # [H, W] alpha of the visible part of what the person carries
    shadow: np.ndarray  # [H, W] alpha of the shadow, as if nothing stood on it
    reflection: np.ndarray  # [H, W] alpha of the reflection, as if nothing stood before it
    deformation: np.ndarray  # [H, W] alpha of ground that gives way, as if nothing stood on it


def draw_layer(
    look: Appearance,
    outfit: Outfit,
    landmarks: Landmarks,
    camera: Pinhole,
    lighting: Lighting,
    ground: Ground,
) -> Layer:
    """Draw the layer of one person, with what they carry and what they do to the room."""
    height, width = ground.floor.shape
    mesh = look.mesh
    bent_light = np.zeros((height, width, 3), np.float32)
    bent = np.zeros((height, width), np.float32)
    if look.pressed is not None:
        sheet = bend(camera, ground.room, lighting, look.pressed, width, height)
        bent_light, bent = sheet.light, sheet.alpha
        points = np.where((bent > 0)[..., None], sheet.points, ground.points)
        ground = replace(ground, points=points)
    maps = depth_maps(mesh.vertices, mesh.faces, lighting)
    received = light_vertices(mesh.vertices, mesh.normals, maps, lighting)
    seen = draw(mesh, received, camera, lighting, outfit.colours, landmarks, width, height)
    mirrored = draw(
        mesh.mirrored(), received, camera, lighting, outfit.colours, landmarks, width, height,
        glossy=False,
    )  # fmt: skip
    shade = shadow(ground, maps)
    mirror_light, mirror = reflection(ground, mirrored)

    # Over, back to front within the layer, on premultiplied sRGB: ground, shadow, reflection,
    # person.
    rgba = np.zeros((height, width, 4), np.float32)
    touched = (bent > 0) | (shade > 0) | (mirror > 0) | (seen.coverage > 0)
    alpha = colour = np.float32(0)
    for light, cover in (
        (bent_light, bent), (None, shade), (mirror_light, mirror), (seen.light, seen.coverage),
    ):  # fmt: skip
        share = cover[touched][:, None]
        if light is None:  # a shadow has no light of its own
            mine = np.float32(SHADOW_COLOUR)
        else:
            mine = develop(light[touched] / np.maximum(share, 1e-6))
        colour = mine * share + colour * (1 - share)
        alpha = share + alpha * (1 - share)
    rgba[touched] = np.concatenate([colour / np.maximum(alpha, 1e-6), alpha], axis=1)
    return Layer(
        _bytes(rgba), _bytes(seen.coverage - seen.carried), _bytes(seen.carried), _bytes(shade),
        _bytes(mirror), _bytes(bent),
    )  # fmt: skip


def _bytes(share: np.ndarray) -> np.ndarray:
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)
