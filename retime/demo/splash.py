"""Water beside the wrong person: what Fig. 12 of the paper is about.

One person jumps on a pump; each time they land, a fountain springs up beside another, who dances.
The water comes and goes with the jumper, who is far from it, and stands beside the dancer, who has
nothing to do with it: the clip of ``docs/corrections.md``.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np

from retime.demo.cast import Actor, person_of_height, sole_of
from retime.demo.clip import RenderedFrame
from retime.demo.dancing import Dance
from retime.demo.filming import Filming, film
from retime.demo.jumping import GRAVITY, Jump
from retime.demo.layer import Layer
from retime.demo.scenario import Scenario
from retime.demo.tracking_scenes import OUTFITS
from retime.layers.composite import over_pictures

PUMP, NOZZLE = (-0.85, 0.35), (1.45, 0.65)  # where the jumper lands and the water rises, metres
LANDS, PERIOD = 0.6, 1.7  # seconds of the first landing, and between two
DROPS = 420
SPURT = 0.2  # seconds for which water comes after a landing
VELOCITY = ((0.0, 0.16), (0.0, 0.10), (3.2, 0.28))  # mean and deviation by axis, metres a second
RADII = (0.012, 0.035)  # metres
WATER = (214, 230, 240)  # sRGB
CLEARNESS = 0.18  # what goes through a drop
BIT = 4  # drops are drawn at a sixteenth of a pixel


def splash() -> Scenario:
    """Return the scene: a dancer, and in front a jumper on a pump."""
    dancer, jumper = person_of_height(1.64, 14), person_of_height(1.66, 2)
    jump = Jump(jumper, sole_of(jumper), PUMP, yaw=0.35, period=PERIOD, phase=PERIOD - LANDS)
    dance = Dance(dancer, sole_of(dancer), (0.95, 0.7), yaw=-0.2, count=0.6, step=0.05)
    actors = (Actor("dancer", OUTFITS["red"], dance), Actor("jumper", OUTFITS["ochre"], jump))
    return Scenario("splash", actors, size=(448, 252), frames=32, fps=Fraction(10))


def film_splash(scenario: Scenario) -> Iterator[RenderedFrame]:
    """Film the scene, the water on the layer of the jumper, who is the last of the actors."""
    for number, rendered in enumerate(film(scenario, Filming())):
        water = _water(scenario, scenario.time(number))
        layers = [*rendered.layers[:-1], _wetted(rendered.layers[-1], water)]
        pictures = [layer.rgba for layer in layers]
        frame = over_pictures(rendered.background, pictures, rendered.order)
        yield replace(rendered, frame=frame, layers=layers)


def _water(scenario: Scenario, time: float) -> np.ndarray:
    """Return how much of each pixel the water in the air covers, [H, W] in 0..1."""
    width, height = scenario.size
    cover = np.zeros((height, width), np.uint8)
    landing = np.floor((time - LANDS) / PERIOD)
    since = time - LANDS - landing * PERIOD
    if landing < 0:
        return cover.astype(np.float32)
    random = np.random.default_rng((12, int(landing)))
    mean, deviation = np.array(VELOCITY).T
    velocity = random.normal(mean, deviation, (DROPS, 3))
    radius = random.uniform(*RADII, DROPS)
    age = since - random.uniform(0, SPURT, DROPS)  # seconds that each drop is in the air
    places = np.array([*NOZZLE, 0.02]) + velocity * age[:, None]
    places[:, 2] -= GRAVITY * age**2 / 2
    flying = (age > 0) & (places[:, 2] > 0)
    x, y, depth = scenario.camera.project(places, width, height).T
    beside = scenario.camera.project(places + np.array([0.1, 0, 0]), width, height)[:, 0]
    size = np.abs(beside - x) * 10 * radius  # pixels
    scaled = (np.stack([x, y, size], 1) * (1 << BIT)).round().astype(int)
    for (cx, cy, r), near in zip(scaled, flying & (depth > 0), strict=True):
        if near:
            cv2.circle(cover, (int(cx), int(cy)), int(r), 255, -1, cv2.LINE_AA, BIT)
    spray = cv2.GaussianBlur(cover, (0, 0), 2.0 * width / 448)
    return np.maximum(cover, spray).astype(np.float32) / 255


def _wetted(layer: Layer, water: np.ndarray) -> Layer:
    """Lay water, [H, W] in 0..1, over a person's layer; it counts as what they carry."""
    share = ((1 - CLEARNESS) * water)[..., None]
    colour, alpha = layer.rgba[..., :3] / 255, layer.rgba[..., 3:] / 255
    total = share + alpha * (1 - share)
    mixed = share * np.array(WATER) / 255 + (1 - share) * alpha * colour
    rgba = np.concatenate([mixed / np.maximum(total, 1e-6), total], -1)
    body = layer.body * (1 - share[..., 0])
    return replace(
        layer,
        rgba=np.rint(255 * rgba.clip(0, 1)).astype(np.uint8),
        body=np.rint(body).astype(np.uint8),
        carried=np.rint(255 * share[..., 0]).astype(np.uint8),
    )
