"""Render a scenario: the video, and the truth beside it.

Layers are rounded to 8 bits first and frames composited from them, so that the stored layers give
the frames exactly.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from retime.body.raster import rasterise_uv
from retime.demo.cast import Appearance
from retime.demo.effects import view_ground
from retime.demo.layer import Layer, draw_layer
from retime.demo.room import render_room
from retime.demo.scenario import Scenario
from retime.demo.truth import HIDDEN, VISIBLE, Truth, truth_path
from retime.layers.composite import over_pictures
from retime.progress import track
from retime.video.encoding import VideoWriter

CRF = 12
"""Quality of the demo's video: good enough that compression is not what limits the result."""


@dataclass(frozen=True)
class RenderedFrame:
    """One frame of a scenario with all that is true of it."""

    frame: np.ndarray  # [H, W, 3] uint8
    background: np.ndarray  # [H, W, 3] uint8
    layers: list[Layer]  # of the actors
    order: np.ndarray  # [N] layer numbers back to front
    keypoints: np.ndarray  # [N, 17, 3] x, y, flag
    iuv: np.ndarray  # [N, H, W, 3] uint8


def render_frames(scenario: Scenario) -> Iterator[RenderedFrame]:
    """Render the frames of a scenario one by one; the same scenario gives the same bytes."""
    width, height = scenario.size
    background = render_room(scenario.camera, scenario.room, width, height)
    ground = view_ground(scenario.camera, scenario.room, scenario.lighting, width, height)
    order = np.arange(1, len(scenario.actors) + 1)
    for number in range(scenario.frames):
        seen = [actor.at(scenario.time(number)) for actor in scenario.actors]
        layers = [
            draw_layer(
                look, actor.outfit, actor.landmarks, scenario.camera, scenario.lighting, ground
            )
            for actor, look in zip(scenario.actors, seen, strict=True)
        ]
        frame = over_pictures(background, [layer.rgba for layer in layers], order)
        keypoints = np.stack([keypoints_in_picture(scenario, look) for look in seen])
        flag_hidden(keypoints, layers, order)
        iuv = np.stack([true_iuv(scenario, look) for look in seen])
        yield RenderedFrame(frame, background, layers, order, keypoints, iuv)


def render_clip(scenario: Scenario, video: Path) -> None:
    """Write the video of ``scenario`` and, beside it, its truth (see ``truth_path``)."""
    write_clip(scenario, render_frames(scenario), video)


def write_clip(scenario: Scenario, frames: Iterable[RenderedFrame], video: Path) -> None:
    """Write frames rendered of ``scenario`` as a video and, beside it, the truth."""
    width, height = scenario.size
    count = len(scenario.actors)
    sizes = {"layers": count + 1, "N": count, "T": scenario.frames, "H": height, "W": width}
    common = {
        "clip": scenario.name,
        "source_size": [width, height],
        "working_size": [width, height],
        "fps": [scenario.fps.numerator, scenario.fps.denominator],
        "start_seconds": 0.0,
    }
    names = [actor.name for actor in scenario.actors]
    cv2.setNumThreads(1)
    with (
        Truth.create(truth_path(video), parameters={}, sizes=sizes, names=names, **common) as truth,
        VideoWriter(video, scenario.size, scenario.fps, crf=CRF) as writer,
    ):
        rendering = track(frames, f"render {scenario.name}", scenario.frames)
        for t, rendered in enumerate(rendering):
            _store(truth, t, rendered)
            writer.write(rendered.frame)


def _store(truth: Truth, t: int, rendered: RenderedFrame) -> None:
    truth.rgba[0, t, ..., :3] = rendered.background
    truth.rgba[0, t, ..., 3] = 255
    truth.order[t] = rendered.order
    truth.keypoints[t] = rendered.keypoints
    truth.iuv[t] = rendered.iuv
    truth.area[t] = (rendered.iuv[..., 0] > 0).sum((1, 2))
    for n, layer in enumerate(rendered.layers):
        truth.rgba[n + 1, t] = layer.rgba
        truth.body[t, n] = layer.body
        truth.carried[t, n] = layer.carried
        truth.shadow[t, n] = layer.shadow
        truth.reflection[t, n] = layer.reflection
        truth.deformation[t, n] = layer.deformation


def keypoints_in_picture(scenario: Scenario, look: Appearance) -> np.ndarray:
    """Keypoints in pixels, flagged visible where they lie in the picture. [17, 3]"""
    width, height = scenario.size
    points = scenario.camera.project(look.keypoints.astype(np.float64), width, height)
    x, y, depth = points.T
    inside = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5) & (depth > 0)
    return np.stack([x, y, np.where(inside, VISIBLE, 0)], axis=1)


def flag_hidden(keypoints: np.ndarray, layers: list[Layer], order: np.ndarray) -> None:
    """Flag as hidden, in place, the keypoints [N, 17, 3] that other people or things cover.

    A person's own body does not hide their joints; what they carry does where it is seen.
    """
    cover = np.zeros(layers[0].body.shape, bool)
    for number in order[::-1]:  # front to back
        layer, mine = layers[number - 1], keypoints[number - 1]
        own = cover | (layer.carried > 127)
        x, y = np.rint(mine[:, :2]).astype(int).T
        inside = mine[:, 2] > 0
        mine[inside, 2] = np.where(own[y[inside], x[inside]], HIDDEN, VISIBLE)
        cover |= layer.body.astype(int) + layer.carried > 127


def true_iuv(scenario: Scenario, look: Appearance) -> np.ndarray:
    """Part, u, v of the bare body, as if nobody stood in front. [H, W, 3] uint8"""
    width, height = scenario.size
    body = scenario.actors[0].body
    points = scenario.camera.project(look.bare, width, height)
    part, uv = rasterise_uv(points, body.faces, body.parts, body.face_uv, height, width)
    return np.concatenate([part[..., None], np.rint(255 * uv).astype(np.uint8)], axis=-1)
