"""Drawn clips with what belongs to people: reflections, a splash, a bicycle, lights behind."""

import cv2
import numpy as np

from retime.benchmark.claims.drawn import DrawnClip
from retime.benchmark.claims.people import empty_room, running_child, steps, walker
from retime.demo.tracking_scenes import OUTFITS
from retime.layers.composite import over_pictures

SIZE, FRAMES = (96, 64), 16
REFLECTED = 0.55
"""Alpha of a reflection in the window."""
SHADE = 0.5
DIVE = range(7, 12)
"""Frames in which the child of ``splash`` is under water."""
LIGHTS = (
    ((18, 15), (225, 60, 205), 7, 0),
    ((40, 20), (70, 110, 250), 5, 2),
    ((58, 14), (250, 120, 40), 8, 5),
    ((80, 19), (60, 215, 130), 6, 3),
)
"""Of ``lights``: where, colour, frames of a period, and the first of them."""
LIT_SHARE = 1 / 3
"""Of a period; a light that is on most of the time is the background."""
PUDDLE = range(4, 13)
"""Frames in which the rider's wheel throws up water."""


def reflections() -> DrawnClip:
    """Fig. 8 and 11: two pass one another; each is mirrored in a window beside them.

    The far one is a child, out of sight for some frames while their reflection is not.
    """
    ground = empty_room(SIZE, FRAMES)
    ground[:, 3:45, 40:] = np.rint(0.8 * ground[:, 3:45, 40:] + (26, 30, 36)).astype(np.uint8)
    clip = DrawnClip("reflections", ground)
    child = steps(walker("ochre", 2, yaw=-np.pi / 2 + 0.5), FRAMES, 28)
    adult = steps(walker("dark", 8, yaw=np.pi / 2 - 0.5), FRAMES, 50)
    for name, people, first, last, y, beside in (
        ("child", child, 54, 22, 28, 20), ("adult", adult, 28, 42, 11, 38),
    ):  # fmt: skip
        layer = clip.layer(name)
        for t, person in enumerate(people):
            x = round(first + (last - first) * t / (FRAMES - 1)) - len(person.rgba) // 2
            mirrored = person.rgba[:, ::-1].copy()
            mirrored[..., 3] = np.rint(REFLECTED * mirrored[..., 3]).astype(np.uint8)
            layer.put("reflection", t, mirrored, x + beside, y - 12)
            layer.stand(t, person, x, y)
    return clip


def splash() -> DrawnClip:
    """Fig. 12: a child dives beside someone who stands; the splash rises between them."""
    ground = empty_room(SIZE, FRAMES)
    ground[:, 46:] = (0.3 * ground[:, 46:] + (20, 70, 105)).astype(np.uint8)  # water
    clip = DrawnClip("splash", ground)
    child = steps(walker("ochre", 2, yaw=0.6), FRAMES, 30)
    other = steps(walker("striped", 5, yaw=-0.4), FRAMES, 40)
    diver, stands = clip.layer("child"), clip.layer("other")
    for t in range(FRAMES):
        under = t in DIVE
        y = 22 + (14 if under else round(2 * np.sin(t)))
        if under:
            diver.put("splash", t, _drops(26, 30, _rise(t, DIVE)), 45, 18)
        kept = child[t]
        above = np.arange(len(kept.rgba)) + y < 47  # what is under water is out of sight
        kept.rgba[~above, :, 3] = 0
        diver.stand(t, kept, 14, y)
        stands.stand(t, other[t], 56 + round(3 * np.sin(t / 2)), 12)
    return clip


def bicycle() -> DrawnClip:
    """Fig. 10: one rides a bicycle, with a shadow, through a puddle that splashes."""
    clip = DrawnClip("bicycle", empty_room((128, 64), FRAMES))
    rider = steps(walker("red", 14, yaw=1.2), FRAMES, 40)
    layer = clip.layer("rider")
    for t, person in enumerate(rider):
        middle = round(8 + 112 * t / (FRAMES - 1))
        layer.put("shadow", t, _ellipse(40, 8, SHADE), middle - 20, 54)
        layer.put("bicycle", t, _bicycle(t), middle - 22, 36)
        layer.stand(t, person, middle - 20, 10)
        if t in PUDDLE:
            layer.put("splash", t, _drops(16, 16, _rise(t, PUDDLE)), middle - 38, 42)
    return clip


def lights() -> DrawnClip:
    """6.5, Ballroom: two walk before a wall on which coloured lights blink, each in its rhythm."""
    frames = 24
    clip = DrawnClip("lights", empty_room(SIZE, frames))
    for (x, y), colour, period, phase in LIGHTS:
        glow = _glow(26, colour)
        for t in range(frames):
            if (t + phase) % period < LIT_SHARE * period:
                place = slice(y - 13, y + 13), slice(x - 13, x + 13)
                clip.ground[t][place] = over_pictures(clip.ground[t][place], [glow])
    for name, outfit, seed, yaw, first, last, y in (
        ("far", "ochre", 2, -np.pi / 2 + 0.5, 82, 14, 18),
        ("near", "dark", 8, np.pi / 2 - 0.5, 12, 84, 22),
    ):  # fmt: skip
        layer = clip.layer(name)
        for t, person in enumerate(steps(walker(outfit, seed, yaw=yaw), frames, 40)):
            layer.stand(t, person, round(first + (last - first) * t / (frames - 1)) - 20, y)
    return clip


def lights_alone(clip: DrawnClip) -> np.ndarray:
    """Return by how much the lights change the ground, float32 [T, H, W] in 0..1."""
    room = empty_room(clip.size, 1).astype(np.float32)
    return np.abs(clip.ground.astype(np.float32) - room).max(-1) / 255


def eight_runners() -> DrawnClip:
    """6.2, Kids Running: eight children run to the right, each at their own pace."""
    size = (128, 64)
    clip, outfits = DrawnClip("eight-runners", empty_room(size, FRAMES)), tuple(OUTFITS)
    for n in range(8):
        child = running_child(outfits[n % len(outfits)], 40 + n, n / 8)
        layer, start, way = clip.layer(f"child{n + 1}"), 4 + 29 * n % 64, 40 + 17 * n % 38
        for t, person in enumerate(steps(child, FRAMES, 32)):
            x = round(start + way * t / (FRAMES - 1)) - 16
            layer.put("shadow", t, _ellipse(18, 4, 0.4), x + 7, 28 + 3 * n)
            layer.stand(t, person, x, 3 * n)
    return clip


def _rise(frame: int, during: range) -> float:
    """How high a splash is, 0..1: it rises and falls."""
    return float(np.sin(np.pi * (frame - during.start + 1) / (len(during) + 1)))


def _bicycle(frame: int) -> np.ndarray:
    """Draw a bicycle, uint8 [24, 44, 4]; its wheels turn."""
    fine, scale = np.zeros((96, 176), np.uint8), 4
    for x in (9, 35):
        centre = np.array([x, 14]) * scale
        cv2.circle(fine, tuple(centre.tolist()), 8 * scale, 255, 6)
        for spoke in range(3):
            angle = 0.9 * frame + np.pi * spoke / 3
            arm = (7.5 * scale * np.array([np.cos(angle), np.sin(angle)])).astype(int)
            cv2.line(fine, tuple((centre - arm).tolist()), tuple((centre + arm).tolist()), 255, 2)
    for start, end in (
        ((9, 14), (17, 2)),
        ((17, 2), (32, 2)),
        ((32, 2), (35, 14)),
        ((21, 14), (32, 2)),
        ((9, 14), (21, 14)),
        ((17, 2), (21, 14)),
        ((32, 2), (30, -2)),
    ):
        cv2.line(fine, tuple(scale * c for c in start), tuple(scale * c for c in end), 255, 5)
    alpha = cv2.resize(fine, (44, 24), interpolation=cv2.INTER_AREA)
    return np.dstack([np.full((24, 44, 3), (25, 30, 95), np.uint8), alpha])


def _ellipse(width: int, height: int, strength: float) -> np.ndarray:
    """Draw a soft black ellipse, uint8 [height, width, 4]."""
    y, x = np.mgrid[0:height, 0:width]
    far = ((x + 0.5) / width * 2 - 1) ** 2 + ((y + 0.5) / height * 2 - 1) ** 2
    rgba = np.zeros((height, width, 4), np.uint8)
    rgba[..., 3] = np.rint(255 * strength * np.clip((1 - far) / 0.4, 0, 1)).astype(np.uint8)
    return rgba


def _glow(side: int, colour: tuple[int, int, int]) -> np.ndarray:
    """Draw a soft round light, uint8 [side, side, 4]."""
    y, x = (np.mgrid[0:side, 0:side] + 0.5) / side * 2 - 1
    alpha = 0.8 * np.clip(1 - x**2 - y**2, 0, 1) ** 0.7
    light = np.full((side, side, 3), colour, np.uint8)
    return np.dstack([light, np.rint(255 * alpha).astype(np.uint8)])


def _drops(width: int, height: int, rise: float) -> np.ndarray:
    """Draw spray that has risen to a share of ``height``, uint8 [height, width, 4]."""
    random, fine = np.random.default_rng(3), np.zeros((4 * height, 4 * width), np.uint8)
    for _ in range(70):
        up = rise * random.random() ** 1.5
        x = 4 * width * (0.5 + (0.12 + 0.33 * up) * random.uniform(-1, 1))
        y = 4 * (height - 2 - (height - 4) * up)
        cv2.circle(fine, (int(x), int(y)), int(random.integers(3, 9)), 255, -1)
    alpha = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    return np.dstack([np.full((height, width, 3), (236, 244, 250), np.uint8), alpha])
