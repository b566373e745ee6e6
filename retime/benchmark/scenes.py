"""The scenes on which the decomposition is measured.

Each is small and short, and hard in one way: what hides whom, what casts shadows on whose ground,
what no keypoint knows, how the camera moves.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from retime.demo.bouncing import Bounce
from retime.demo.cast import Actor, person_of_height, sole_of
from retime.demo.dancing import Dance
from retime.demo.filming import Filming
from retime.demo.jumping import Jump
from retime.demo.room import Room
from retime.demo.scenario import Scenario
from retime.demo.stance import Motion
from retime.demo.tracking_scenes import OUTFITS
from retime.demo.trailing import Balloon, Skirt
from retime.demo.walking import Walk

SIZE = (448, 252)
"""Width and height of the videos; layers are found at half of it."""
FRAMES, FPS = 24, Fraction(10)
RIGHT, LEFT = np.pi / 2, -np.pi / 2


@dataclass(frozen=True)
class Scene:
    """A scenario, how it is filmed, and what is hard in it."""

    scenario: Scenario
    filming: Filming
    shows: str


def _person(
    name: str, outfit: str, tall: float, seed: int, motion: Callable[..., Motion], *args, **more
) -> Actor:
    """An actor ``tall`` metres high; ``args`` and ``more`` go to the motion."""
    shape = person_of_height(tall, seed)
    return Actor(name, OUTFITS[outfit], motion(shape, sole_of(shape), *args, **more))


def _scene(
    name: str, shows: str, actors: tuple[Actor, ...], filming: Filming = Filming(),
    room: Room = Room(),
) -> Scene:  # fmt: skip
    scenario = Scenario(name, actors, room=room, size=SIZE, frames=FRAMES, fps=FPS)
    return Scene(scenario, filming, shows)


def _crossing() -> Scene:
    return _scene("crossing", "two walk past each other, with shadows and reflections", (
        _person("far", "green", 1.62, 3, Walk, (1.35, 1.6), yaw=LEFT, speed=1.05, period=1.0),
        _person("near", "dark", 1.76, 8, Walk, (-1.35, -0.4), speed=1.10, period=1.1, phase=0.2),
    ))  # fmt: skip


def _jumping() -> Scene:
    adult = _person("adult", "ochre", 1.68, 2, Jump, (-0.75, 0.3), yaw=0.3, period=1.1, phase=0.5)
    shows = "two jump on the spot out of step, one in a skirt that swings; motion blur"
    return _scene("jumping", shows, (
        _person("child", "striped", 1.15, 5, Jump, (0.75, 1.9), yaw=-0.3, period=0.9, height=0.2),
        replace(adult, skirt=Skirt()),
    ), Filming(shutter=0.5, instants=3))  # fmt: skip


def _trampoline() -> Scene:
    adult = _person("adult", "ochre", 1.68, 2, Bounce, (-0.75, 0.3), yaw=0.3, period=1.1, phase=0.5)
    child = _person(
        "child", "striped", 1.15, 5, Bounce, (0.75, 1.9), yaw=-0.3, period=0.9, height=0.2,
        radius=0.65, give=0.06,
    )  # fmt: skip
    return _scene(
        "trampoline",
        "two jump out of step on trampolines that give way, one in a skirt; motion blur",
        (child, replace(adult, skirt=Skirt())),
        Filming(shutter=0.5, instants=3),
        Room(trampolines=(child.motion.trampoline, adult.motion.trampoline)),
    )


def _carrying() -> Scene:
    carrier = _person(
        "carrier", "dark", 1.78, 8, Walk, (-1.55, -0.5), speed=1.1, period=1.12,
        hold=(0.47, 0.06), grip=0.39,
    )  # fmt: skip
    dancer = _person("dancer", "red", 1.64, 14, Dance, (0.55, 1.8), yaw=-0.2, count=0.5)
    return _scene("carrying", "one carries a ball past one who dances, a balloon on a string", (
        replace(dancer, balloon=Balloon()),
        replace(carrier, ball=0.37),
    ))  # fmt: skip


def _panning() -> Scene:
    return _scene("panning", "the camera turns with one who walks past one who jumps", (
        _person("jumper", "ochre", 1.40, 2, Jump, (0.35, 2.2), yaw=-0.2, period=0.95, height=0.2),
        _person("walker", "dark", 1.78, 8, Walk, (-1.5, -0.2), speed=1.15, period=1.1),
    ), Filming(pan=(-0.16, 0.16)))  # fmt: skip


def _three() -> Scene:
    return _scene("three", "two walk about a third and change who is in front", (
        _person("middle", "red", 1.66, 14, Dance, (0.0, 1.3), count=0.55, step=0.1),
        _person("coming", "green", 1.70, 7, Walk, (-1.25, 2.5), yaw=0.62, speed=1.1, period=1.05),
        _person("going", "striped", 1.60, 4, Walk, (1.3, -0.2), yaw=-2.45, speed=1.1, period=1.0),
    ))  # fmt: skip


SCENES: dict[str, Callable[[], Scene]] = {
    "crossing": _crossing,
    "jumping": _jumping,
    "trampoline": _trampoline,
    "carrying": _carrying,
    "panning": _panning,
    "three": _three,
}
"""By name; made when asked for, since bodies are loaded for it."""
