"""The drawn clips of Fig. 6 and 7: people with squares that move with them, or do not."""

import numpy as np

from retime.benchmark.claims.drawn import DrawnClip, DrawnLayer
from retime.benchmark.claims.people import empty_room, square, steps, walker

FRAMES, TALL, SIDE = 16, 26, 7
GREEN, YELLOW = (40, 170, 60), (235, 205, 40)
SEED = 6


def random_square() -> DrawnClip:
    """Fig. 6, video 1: one square follows the person, one is anywhere about them."""
    size = (64, 32)
    clip, layer = _one_person("random-square", size)
    random, people = np.random.default_rng(SEED), steps(walker("red", 14, yaw=0.5), FRAMES, TALL)
    for t, person in enumerate(people):
        middle = _across(t, 18, 50)
        layer.put("random", t, square(SIDE, GREEN), *_elsewhere(random, middle, size))
        layer.put("following", t, square(SIDE, GREEN), middle - 15, 13)
        layer.stand(t, person, middle - TALL // 2, 4)
    return clip


def two_squares() -> DrawnClip:
    """Fig. 6, video 2: two squares follow the person, one nearer than the other."""
    clip, layer = _one_person("two-squares", (64, 32))
    for t, person in enumerate(steps(walker("red", 14, yaw=0.5), FRAMES, TALL)):
        middle = _across(t, 31, 58)
        layer.put("far", t, square(SIDE, GREEN), middle - 31, 13)
        layer.put("near", t, square(SIDE, GREEN), middle - 12, 13)
        layer.stand(t, person, middle - TALL // 2, 4)
    return clip


def two_people() -> DrawnClip:
    """Fig. 7: one goes to the right with a green square, one up and down with a yellow one."""
    clip = DrawnClip("two-people", empty_room((64, 64), FRAMES))
    man = steps(walker("dark", 8, yaw=0.0), FRAMES, TALL)
    woman = steps(walker("red", 14, yaw=0.5), FRAMES, TALL)
    behind, before = clip.layer("man"), clip.layer("woman")
    for t in range(FRAMES):
        y = round(20 + 15 * np.sin(2 * np.pi * 1.5 * t / FRAMES))
        behind.put("square", t, square(SIDE, YELLOW), 41, y + 9)
        behind.stand(t, man[t], 18, y)
        middle = _across(t, 10, 62)
        before.put("square", t, square(SIDE, GREEN), middle - 15, 32)
        before.stand(t, woman[t], middle - TALL // 2, 23)
    return clip


def _one_person(name: str, size: tuple[int, int]) -> tuple[DrawnClip, DrawnLayer]:
    clip = DrawnClip(name, empty_room(size, FRAMES))
    return clip, clip.layer("person")


def _across(frame: int, first: int, last: int) -> int:
    """Where something is that goes evenly through the picture."""
    return round(first + (last - first) * frame / (FRAMES - 1))


def _elsewhere(random: np.random.Generator, middle: int, size: tuple[int, int]) -> tuple[int, int]:
    """Draw a place about a person for a square that touches neither them nor the other square."""
    while True:
        x = int(random.integers(max(0, middle - 26), min(size[0] - SIDE, middle + 20)))
        y = int(random.integers(1, size[1] - SIDE))
        person = middle - 6 - SIDE < x < middle + 6
        following = abs(x - (middle - 15)) <= SIDE and abs(y - 13) <= SIDE
        if not person and not following:
            return x, y
