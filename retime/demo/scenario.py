"""A scene with its cast, and the demo's own."""

from dataclasses import dataclass, field
from fractions import Fraction

from retime.demo.camera import Pinhole
from retime.demo.cast import Actor, person_of_height, sole_of
from retime.demo.clothing import Outfit
from retime.demo.jumping import Jump
from retime.demo.light import Lighting
from retime.demo.paint import Colours
from retime.demo.room import Room
from retime.demo.walking import Walk


@dataclass(frozen=True)
class Scenario:
    """Everything a clip is rendered from. Actors stand back to front."""

    name: str
    actors: tuple[Actor, ...]
    camera: Pinhole = field(default_factory=Pinhole)
    room: Room = field(default_factory=Room)
    lighting: Lighting = field(default_factory=Lighting)
    size: tuple[int, int] = (640, 360)  # width, height
    frames: int = 60
    first: int = 0  # number of the frame that the clip begins with
    fps: Fraction = Fraction(15)

    def time(self, frame: int) -> float:
        """Seconds on the actors' clocks at a frame of the clip."""
        return float((self.first + frame) / self.fps)


def demo() -> Scenario:
    """Two people jump out of step; a third walks past with a gym ball and hides one of them."""
    ann = person_of_height(1.68, seed=3)
    ben = person_of_height(1.08, seed=5)
    walker = person_of_height(1.78, seed=8)
    return Scenario(
        name="demo",
        actors=(
            Actor(
                "ben",
                Outfit(
                    Colours(
                        skin=(0.34, 0.185, 0.115),
                        hair=(0.018, 0.013, 0.011),
                        shirt=(0.60, 0.56, 0.48),
                        stripe=(0.40, 0.075, 0.06),
                        trousers=(0.06, 0.10, 0.15),
                        shoe=(0.50, 0.09, 0.06),
                    ),
                    leg=0.86,
                    hair_volume=0.020,
                ),
                Jump(
                    ben, sole_of(ben), (1.30, 2.9), yaw=-0.35, period=0.94, phase=0.73,
                    height=0.18, crouch=0.24,
                ),
            ),
            Actor(
                "ann",
                Outfit(
                    Colours(
                        skin=(0.62, 0.37, 0.265),
                        hair=(0.085, 0.042, 0.020),
                        shirt=(0.66, 0.36, 0.055),
                        trousers=(0.030, 0.042, 0.085),
                        shoe=(0.58, 0.56, 0.53),
                        sock=(0.60, 0.36, 0.26),
                    ),
                    hair_nape=0.05,
                    hair_volume=0.022,
                    sleeve=0.5,
                ),
                Jump(
                    ann, sole_of(ann), (-0.98, 0.9), yaw=0.30, period=1.12, phase=1.04, height=0.29
                ),
            ),
            Actor(
                "walker",
                Outfit(
                    Colours(
                        skin=(0.52, 0.30, 0.20),
                        hair=(0.03, 0.02, 0.014),
                        shirt=(0.055, 0.080, 0.125),
                        trousers=(0.30, 0.245, 0.175),
                        shoe=(0.16, 0.075, 0.04),
                    ),
                    sleeve=1.72,
                    shirt_ease=0.020,
                    leg_ease=0.018,
                ),
                Walk(
                    walker, sole_of(walker), (-2.02, -0.75), speed=1.03, period=1.12, phase=0.1,
                    hold=(0.47, 0.06), grip=0.39,
                ),
                ball=0.37,
            ),
        ),
    )  # fmt: skip
