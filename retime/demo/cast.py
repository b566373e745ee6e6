"""People of a scene: who they are, what they wear and carry, how they move."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from retime.body.model import Body, ShapedBody, load_body
from retime.demo.clothing import Dressed, Outfit
from retime.demo.footwear import SOLE
from retime.demo.mesh import Mesh, join, sphere
from retime.demo.paint import Landmarks, Material
from retime.demo.stance import Motion, Stance
from retime.demo.trailing import Balloon, Skirt
from retime.demo.trampoline import Pressed


def person_of_height(height: float, seed: int) -> ShapedBody:
    """A person about ``height`` metres tall; the seed chooses the build."""
    body = load_body()
    return body.shaped(body.betas_of_height(height, np.random.default_rng(seed)))


def sole_of(shape: ShapedBody) -> float:
    """Thickness of the person's soles, metres."""
    return SOLE * shape.height / 1.7


@dataclass(frozen=True)
class Appearance:
    """An actor at one instant."""

    mesh: Mesh  # dressed, with what is carried, in the world
    bare: np.ndarray  # [V, 3] float32 vertices of the body alone
    keypoints: np.ndarray  # [17, 3] in the world
    pressed: Pressed | None = None  # what gives way under the feet


@dataclass(frozen=True)
class Actor:
    """A person of the scene."""

    name: str
    outfit: Outfit
    motion: Motion
    ball: float = 0.0  # radius of the carried ball, metres; 0 carries nothing
    balloon: Balloon | None = None  # on a string in the left hand
    skirt: Skirt | None = None

    @property
    def shape(self) -> ShapedBody:
        """The person's body."""
        return self.motion.shape

    @property
    def body(self) -> Body:
        """The mesh and its atlas."""
        return self.shape.body

    @cached_property
    def landmarks(self) -> Landmarks:
        """Places that paint goes by."""
        points = self.body.keypoints(self.shape.rest_vertices)
        eyes = np.linalg.norm(points[1] - points[2])
        sole = float(self.shape.rest_vertices[:, 2].min())
        sock = sole + 0.115 * self.shape.height
        return Landmarks(points[1], points[2], points[0], float(eyes) / 0.064, sock, sole)

    @cached_property
    def _dressed(self) -> Dressed:
        return Dressed(self.shape, self.outfit)

    def at(self, time: float) -> Appearance:
        """The actor at ``time`` seconds."""
        stance = self.motion.at(time)
        shift = self._shift(stance)
        dressed = self._dressed.pose(stance.angles)
        mesh = replace(dressed, vertices=dressed.vertices + shift)
        if stance.carried is not None and self.ball:
            ball = sphere(self.ball, Material.BALL)
            centre = stance.carried.astype(np.float32)
            mesh = join([mesh, replace(ball, vertices=ball.vertices + centre)])
        if self.balloon is not None:
            mesh = join([mesh, self.balloon.at(time, self._left_wrist)])
        if self.skirt is not None:
            mesh = join([mesh, self.skirt.at(time, lambda t: self.motion.at(t).pelvis)])
        bare = self.shape.pose(stance.angles) + shift
        return Appearance(mesh, bare, self.body.keypoints(bare), stance.pressed)

    def _shift(self, stance: Stance) -> np.ndarray:
        """From where the body model puts the person to their place in the world. [3] float32"""
        pelvis = self.shape.joints[self.body.joint_names.index("pelvis")]
        return (stance.pelvis - pelvis).astype(np.float32)

    def _left_wrist(self, time: float) -> np.ndarray:
        stance = self.motion.at(time)
        wrist = self.body.joint_names.index("left_wrist")
        turn = self.shape.transforms(stance.angles)[wrist]
        return turn[:3, :3] @ self.shape.joints[wrist] + turn[:3, 3] + self._shift(stance)
