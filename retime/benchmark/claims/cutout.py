"""A person cut out of their surroundings: a picture, a UV map and keypoints."""

from dataclasses import dataclass, replace

import numpy as np

from retime.body.raster import rasterise_uv
from retime.demo.camera import Pinhole
from retime.demo.cast import Actor
from retime.demo.drawing import draw
from retime.demo.light import Lighting, depth_maps, light_vertices
from retime.demo.room import develop

LIGHTING = Lighting(key_samples=5, room_samples=9)
DISTANCE = 8.0
"""Of the camera, metres."""
AIR = 1.12
"""Height of the cut-out over the person's."""


@dataclass(frozen=True)
class Cutout:
    """A person at one instant, as if nobody stood in front and nothing were around."""

    rgba: np.ndarray  # uint8 [h, w, 4], straight alpha
    iuv: np.ndarray  # uint8 [h, w, 3]
    keypoints: np.ndarray  # float64 [17, 2], pixels of the cut-out

    def flipped(self) -> "Cutout":
        """Return the picture upside down, as a floor would mirror it; UV map and keypoints stay."""
        return replace(self, rgba=np.ascontiguousarray(self.rgba[::-1]))


def cut_out(actor: Actor, time: float, height: int) -> Cutout:
    """Draw a person, the camera following them sideways.

    Args:
        actor: who, and how they move.
        time: in seconds.
        height: of the cut-out, pixels; it is as wide as it is high.
    """
    look, tall = actor.at(time), actor.shape.height
    middle = float(look.bare[:, 0].mean())
    camera = Pinhole((middle, -DISTANCE, 0.5 * tall), tilt=0.0, focal=DISTANCE / (AIR * tall))
    maps = depth_maps(look.mesh.vertices, look.mesh.faces, LIGHTING)
    received = light_vertices(look.mesh.vertices, look.mesh.normals, maps, LIGHTING)
    seen = draw(
        look.mesh, received, camera, LIGHTING, actor.outfit.colours, actor.landmarks, height, height
    )
    colour = develop(seen.light / np.maximum(seen.coverage, 1e-6)[..., None])
    rgba = np.concatenate([colour, seen.coverage[..., None]], -1)
    bare = camera.project(look.bare, height, height)
    body = actor.body
    part, uv = rasterise_uv(bare, body.faces, body.parts, body.face_uv, height, height)
    keypoints = camera.project(look.keypoints.astype(np.float64), height, height)[:, :2]
    return Cutout(
        np.rint(255 * rgba.clip(0, 1)).astype(np.uint8),
        np.concatenate([part[..., None], np.rint(255 * uv).astype(np.uint8)], -1),
        keypoints,
    )
