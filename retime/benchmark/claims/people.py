"""The people of the drawn clips, and the ground they stand before."""

import numpy as np

from retime.benchmark.claims.cutout import Cutout, cut_out
from retime.demo.camera import Pinhole
from retime.demo.cast import Actor, person_of_height, sole_of
from retime.demo.room import Room, render_room
from retime.demo.running import Run
from retime.demo.tracking_scenes import OUTFITS
from retime.demo.walking import Walk


def walker(outfit: str, seed: int, yaw: float = np.pi / 2) -> Actor:
    """Someone who walks to the right, or by ``yaw`` (0 faces the camera)."""
    shape = person_of_height(1.7, seed)
    return Actor("walker", OUTFITS[outfit], Walk(shape, sole_of(shape), (0.0, 0.0), yaw=yaw))


def running_child(outfit: str, seed: int, phase: float) -> Actor:
    """A child who runs to the right; ``phase`` is a share of two steps."""
    shape = person_of_height(1.25, seed)
    run = Run(shape, sole_of(shape), (0.0, 0.0), yaw=np.pi / 2 - 0.5, phase=phase)
    return Actor("child", OUTFITS[outfit], run)


def steps(actor: Actor, frames: int, height: int, per_second: float = 12.0) -> list[Cutout]:
    """Cut out a person in every frame."""
    return [cut_out(actor, t / per_second, height) for t in range(frames)]


def empty_room(size: tuple[int, int], frames: int) -> np.ndarray:
    """The demo's room without anybody, uint8 [T, H, W, 3]."""
    return np.repeat(render_room(Pinhole(), Room(), *size)[None], frames, 0)


def square(side: int, colour: tuple[int, int, int]) -> np.ndarray:
    """An opaque square, uint8 [side, side, 4]."""
    return np.full((side, side, 4), (*colour, 255), np.uint8)
