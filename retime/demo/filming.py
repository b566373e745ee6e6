"""Film a scene with a camera that may turn and a shutter that stays open for a while.

The demo's own clip is filmed by a still camera in no time (``clip.py``). Here the layers of one
frame are the means of several instants, so that what moves fast is blurred, and who stands nearer
to the camera hides who stands farther away, whoever that is at the moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from retime.demo.camera import Pinhole
from retime.demo.cast import Appearance
from retime.demo.clip import RenderedFrame, flag_hidden, keypoints_in_picture, true_iuv
from retime.demo.effects import Ground, view_ground
from retime.demo.layer import Layer, draw_layer
from retime.demo.room import render_room
from retime.demo.scenario import Scenario
from retime.layers.composite import over_pictures


@dataclass(frozen=True)
class Filming:
    """How a scenario is filmed."""

    pan: tuple[float, float] = (0.0, 0.0)  # the camera's yaw at the first and the last frame
    shutter: float = 0.0  # share of the time between frames for which the shutter is open
    instants: int = 1  # that make up one frame


def camera_at(scenario: Scenario, filming: Filming, frame: int) -> Pinhole:
    """The camera at a frame: it turns evenly."""
    share = frame / max(scenario.frames - 1, 1)
    yaw = filming.pan[0] + (filming.pan[1] - filming.pan[0]) * share
    return replace(scenario.camera, yaw=scenario.camera.yaw + yaw)


def film(scenario: Scenario, filming: Filming) -> Iterator[RenderedFrame]:
    """Render the frames one by one; the same arguments give the same bytes.

    Keypoints and UV maps are those of the middle of the time the shutter is open.
    """
    width, height = scenario.size
    still = filming.pan[0] == filming.pan[1]
    view: tuple[np.ndarray, Ground] | None = None
    for number in range(scenario.frames):
        camera = camera_at(scenario, filming, number)
        if view is None or not still:
            view = (
                render_room(camera, scenario.room, width, height),
                view_ground(camera, scenario.room, scenario.lighting, width, height),
            )
        background, ground = view
        now = replace(scenario, camera=camera)
        looks = [actor.at(scenario.time(number)) for actor in scenario.actors]
        layers = [_expose(now, filming, number, n, ground) for n in range(len(scenario.actors))]
        order = _back_to_front(looks, camera)
        frame = over_pictures(background, [layer.rgba for layer in layers], order)
        keypoints = np.stack([keypoints_in_picture(now, look) for look in looks])
        flag_hidden(keypoints, layers, order)
        iuv = np.stack([true_iuv(now, look) for look in looks])
        yield RenderedFrame(frame, background, layers, order, keypoints, iuv)


def _expose(scenario: Scenario, filming: Filming, number: int, actor: int, ground: Ground) -> Layer:
    """One person's layer, the mean over the instants for which the shutter is open."""
    person = scenario.actors[actor]
    middle = (np.arange(filming.instants) + 0.5) / filming.instants - 0.5
    exposed = []
    for share in middle * filming.shutter:
        look = person.at(scenario.time(number) + float(share / scenario.fps))
        exposed.append(
            draw_layer(
                look, person.outfit, person.landmarks, scenario.camera, scenario.lighting,
                ground,
            )
        )  # fmt: skip
    if len(exposed) == 1:
        return exposed[0]
    return Layer(
        _mean_of_pictures([layer.rgba for layer in exposed]),
        *(
            np.rint(np.mean([getattr(layer, part) for layer in exposed], axis=0)).astype(np.uint8)
            for part in ("body", "carried", "shadow", "reflection", "deformation")
        ),
    )


def _mean_of_pictures(pictures: list[np.ndarray]) -> np.ndarray:
    """Mean of straight-alpha pictures [H, W, 4] uint8: of colours by their alphas."""
    stack = np.stack(pictures).astype(np.float32)
    alpha = stack[..., 3:].sum(0)
    colour = (stack[..., :3] * stack[..., 3:]).sum(0) / np.maximum(alpha, 1)
    mean = np.concatenate([colour, alpha / len(pictures)], axis=-1)
    return np.rint(mean).astype(np.uint8)


def _back_to_front(looks: list[Appearance], camera: Pinhole) -> np.ndarray:
    """Layer numbers from the farthest to the nearest person. [N]"""
    towards = [float((look.bare.mean(0) - camera.position) @ camera.axes[2]) for look in looks]
    return 1 + np.argsort(-np.array(towards), kind="stable")
