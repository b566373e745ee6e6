"""The scenes by which detection and tracking are measured: who crosses whom, and how.

They are made to be hard where videos are hard: people hide one another wholly, some dress alike,
run, turn over, leave and come back, and the camera turns. They are small and lit by few lamps:
they are to be measured, not looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from retime.demo.cartwheel import Cartwheel
from retime.demo.cast import Actor, person_of_height, sole_of
from retime.demo.clothing import Outfit
from retime.demo.dancing import Dance
from retime.demo.filming import Filming
from retime.demo.jumping import Jump
from retime.demo.light import Lighting
from retime.demo.paint import Colours
from retime.demo.running import Run
from retime.demo.scenario import Scenario
from retime.demo.sitting import Sit
from retime.demo.stance import Motion
from retime.demo.succession import Succession
from retime.demo.walking import Walk

SIZE = (480, 270)
FPS = Fraction(24)
LIGHTING = Lighting(key_samples=5, room_samples=9)
BLUR = Filming(shutter=0.5, instants=4)
RIGHT, LEFT = np.pi / 2, -np.pi / 2

OUTFITS = {
    "ochre": Outfit(
        Colours(shirt=(0.66, 0.36, 0.055), trousers=(0.030, 0.042, 0.085)),
        hair_nape=0.05, hair_volume=0.022, sleeve=0.5,
    ),
    "striped": Outfit(
        Colours(
            skin=(0.34, 0.185, 0.115), hair=(0.018, 0.013, 0.011), shirt=(0.60, 0.56, 0.48),
            stripe=(0.40, 0.075, 0.06), trousers=(0.06, 0.10, 0.15), shoe=(0.50, 0.09, 0.06),
        ),
        leg=0.86, hair_volume=0.020,
    ),
    "dark": Outfit(
        Colours(
            skin=(0.52, 0.30, 0.20), hair=(0.03, 0.02, 0.014), shirt=(0.055, 0.080, 0.125),
            trousers=(0.30, 0.245, 0.175), shoe=(0.16, 0.075, 0.04),
        ),
        sleeve=1.72, shirt_ease=0.020, leg_ease=0.018,
    ),
    "green": Outfit(
        Colours(
            skin=(0.64, 0.40, 0.30), hair=(0.30, 0.17, 0.06), shirt=(0.06, 0.22, 0.09),
            trousers=(0.05, 0.05, 0.055),
        ),
        hair_nape=0.12, bun=0.045, sleeve=0.3, leg=1.4,
    ),
    "red": Outfit(
        Colours(
            skin=(0.20, 0.105, 0.065), hair=(0.012, 0.010, 0.009), shirt=(0.42, 0.03, 0.035),
            trousers=(0.42, 0.42, 0.40),
        ),
        sleeve=1.0, leg=1.1, hair_volume=0.012,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A scenario, how it is filmed, and what it is there to measure."""

    scenario: Scenario
    filming: Filming
    shows: str
    crossing: bool = True  # people pass before one another


def _actor(
    name: str,
    outfit: str,
    tall: float,
    seed: int,
    motion: Callable[..., Motion],
    /,
    *args,
    ball: float = 0.0,
    **more,
) -> Actor:
    """An actor ``tall`` metres high who moves so; ``args`` and ``more`` go to the motion."""
    shape = person_of_height(tall, seed)
    return Actor(name, OUTFITS[outfit], motion(shape, sole_of(shape), *args, **more), ball)


def _scene(
    name: str, frames: int, shows: str, actors: tuple[Actor, ...], filming: Filming = Filming(),
    crossing: bool = True,
) -> Scene:  # fmt: skip
    scenario = Scenario(name, actors, lighting=LIGHTING, size=SIZE, frames=frames, fps=FPS)
    return Scene(scenario, filming, shows, crossing)


def _crossing() -> Scene:
    return _scene("crossing", 60, "two walk towards each other; the adult hides the child", (
        _actor("child", "striped", 1.15, 5, Walk, (1.55, 2.4), yaw=LEFT, speed=0.95, period=0.9),
        _actor("adult", "ochre", 1.75, 3, Walk, (-1.75, -0.8), speed=1.15),
    ))  # fmt: skip


def _hidden() -> Scene:
    return _scene("hidden", 120, "one with a ball overtakes a child, out of sight for a second", (
        _actor("child", "red", 1.05, 31, Walk, (-1.4, 2.4), speed=0.60, period=0.95),
        _actor(
            "carrier", "dark", 1.82, 8, Walk, (-1.95, -1.6), speed=0.68, period=1.2,
            hold=(0.45, 0.20), grip=0.39, ball=0.37,
        ),
    ))  # fmt: skip


def _screened() -> Scene:
    return _scene("screened", 96, "one with a ball hides two others, one after the other", (
        _actor("jumper", "green", 1.10, 32, Jump, (-0.6, 2.6), yaw=0.2, period=0.9, height=0.2),
        _actor("dancer", "ochre", 1.15, 33, Dance, (1.0, 2.3), count=0.5, yaw=-0.2, step=0.3),
        _actor(
            "carrier", "striped", 1.84, 34, Walk, (1.95, -1.5), yaw=LEFT, speed=0.85, period=1.15,
            hold=(0.45, 0.18), grip=0.39, ball=0.37,
        ),
    ))  # fmt: skip


def _abreast() -> Scene:
    return _scene("abreast", 96, "an adult and a child walk abreast, the child half hidden", (
        _actor("child", "green", 1.10, 6, Walk, (-2.35, 2.4), speed=1.12, period=0.86),
        _actor("adult", "dark", 1.82, 8, Walk, (-2.05, -0.6), speed=1.0, period=1.12),
    ))  # fmt: skip


def _runners() -> Scene:
    return _scene("runners", 60, "two runners dressed alike meet before a walker; motion blur", (
        _actor("walker", "striped", 1.70, 4, Walk, (-1.3, 3.0), speed=1.2),
        _actor("far", "red", 1.72, 11, Run, (3.6, 1.7), yaw=LEFT, speed=3.0, period=0.68),
        _actor("near", "red", 1.78, 12, Run, (-3.3, 0.2), speed=2.9, period=0.72, phase=0.3),
    ), BLUR)  # fmt: skip


def _jumpers() -> Scene:
    return _scene("jumpers", 72, "two jump, a walker hides one after the other", (
        _actor("small", "ochre", 1.20, 2, Jump, (0.75, 2.6), yaw=-0.3, period=0.9, height=0.2),
        _actor("tall", "dark", 1.70, 9, Jump, (-0.85, 1.2), yaw=0.4, period=1.15, phase=0.5),
        _actor("walker", "green", 1.78, 7, Walk, (1.9, -0.7), yaw=LEFT, speed=1.2, phase=0.2),
    ))  # fmt: skip


def _dancers() -> Scene:
    return _scene("dancers", 84, "two dance; one turns about, the other passes behind", (
        _actor(
            "wanderer", "red", 1.62, 14, Dance, (-1.5, 1.5), yaw=0.2, wander=(0.8, 0.0), phase=1.0,
            count=0.5,
        ),
        _actor("spinner", "green", 1.74, 15, Dance, (0.15, -0.2), spin=0.28),
    ))  # fmt: skip


def _cartwheel() -> Scene:
    return _scene("cartwheel", 60, "a cartwheel behind a walker; motion blur", (
        _actor("acrobat", "ochre", 1.60, 16, Cartwheel, (-1.9, 1.3), begin=0.5, seconds=1.3),
        _actor("walker", "dark", 1.76, 17, Walk, (1.5, -0.3), yaw=LEFT, speed=0.9, phase=0.4),
    ), BLUR)  # fmt: skip


def _sitting() -> Scene:
    return _scene("sitting", 84, "one sits down and gets up; one walks before, one behind", (
        _actor("behind", "striped", 1.72, 18, Walk, (2.3, 2.9), yaw=LEFT, speed=1.15),
        _actor("sitter", "red", 1.68, 19, Sit, (0.1, 1.1), radius=0.3, ball=0.3, yaw=0.45, up=2.3),
        _actor("before", "ochre", 1.74, 20, Walk, (-1.75, -0.7), speed=1.05, phase=0.6),
    ))  # fmt: skip


def _five() -> Scene:
    return _scene("five", 84, "five people, four ways of moving", (
        _actor("jumper", "ochre", 1.30, 21, Jump, (-1.9, 3.3), yaw=0.2, period=0.95, height=0.22),
        _actor("dancer", "green", 1.66, 22, Dance, (1.75, 2.6), yaw=-0.3, count=0.45),
        _actor("walker", "dark", 1.80, 23, Walk, (2.5, 1.2), yaw=LEFT, speed=1.25),
        _actor("runner", "red", 1.70, 24, Run, (-4.3, 0.3), speed=2.6, period=0.72),
        _actor("child", "striped", 1.15, 25, Walk, (-1.7, -0.9), speed=0.95, period=0.88),
    ), Filming(shutter=0.5, instants=3))  # fmt: skip


def _pan() -> Scene:
    return _scene("pan", 60, "the camera turns with a runner past two others; motion blur", (
        _actor("dancer", "striped", 1.60, 26, Dance, (0.9, 2.6), yaw=-0.2, count=0.46),
        _actor("jumper", "ochre", 1.25, 27, Jump, (-0.9, 2.2), yaw=0.3, period=0.92, height=0.2),
        _actor("runner", "dark", 1.80, 28, Run, (-2.9, 0.1), speed=2.4, period=0.74),
    ), Filming(pan=(-0.30, 0.30), shutter=0.5, instants=4))  # fmt: skip


def _return() -> Scene:
    child = person_of_height(1.25, 29)
    sole = sole_of(child)
    leaves = Walk(child, sole, (0.9, 0.5), speed=1.5, period=0.85)
    returns = Walk(child, sole, (6.6, 0.9), yaw=LEFT, speed=1.5, period=0.85, phase=0.3)
    return _scene("return", 96, "one leaves the picture and comes back after a second", (
        _actor("jumper", "green", 1.70, 30, Jump, (-0.9, 1.6), yaw=0.2, period=1.1),
        Actor("leaver", OUTFITS["striped"], Succession(leaves, returns, 2.0)),
    ), crossing=False)  # fmt: skip


SCENES: dict[str, Callable[[], Scene]] = {
    "crossing": _crossing,
    "hidden": _hidden,
    "screened": _screened,
    "abreast": _abreast,
    "runners": _runners,
    "jumpers": _jumpers,
    "dancers": _dancers,
    "cartwheel": _cartwheel,
    "sitting": _sitting,
    "five": _five,
    "pan": _pan,
    "return": _return,
}
"""Every scene by its name, made when called."""
