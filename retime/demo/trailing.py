"""What hangs on a person and follows late: a balloon on a string, a swinging skirt.

No keypoint knows of them. They are driven by where the person was a moment ago.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from retime.demo.mesh import Mesh, join, sphere
from retime.demo.paint import Material

Course = Callable[[float], np.ndarray]
"""Place in the world [3] at a time in seconds."""

AROUND, ALONG = 48, 16


@dataclass(frozen=True)
class Balloon:
    """A balloon that floats above a hand and is pulled along."""

    radius: float = 0.13
    string: float = 0.55  # length, metres
    late: float = 0.35  # seconds by which it follows
    thickness: float = 0.005  # of the string, metres

    def at(self, time: float, hand: Course) -> Mesh:
        """The balloon and its string at ``time``."""
        now = hand(time)
        pulled = hand(time - self.late) - now
        direction = np.array([pulled[0], pulled[1], self.string])
        knot = now + self.string * direction / np.linalg.norm(direction)
        ball = sphere(self.radius, Material.BALL, AROUND, 28)
        middle = knot + np.array([0, 0, self.radius])
        ball = replace(ball, vertices=ball.vertices + middle.astype(np.float32))
        sides = np.linspace(now, knot, ALONG)
        return join([ball, _rings(sides, np.full(ALONG, self.thickness), Material.BALL, 6)])


@dataclass(frozen=True)
class Skirt:
    """A skirt whose hem lags behind the hips: it swings, and billows as the person comes down."""

    length: float = 0.44  # metres
    waist: float = 0.155  # radius there, metres
    hem: float = 0.30
    above: float = 0.10  # of the waist over the pelvis, metres
    late: float = 0.12  # seconds by which the hem follows

    def at(self, time: float, pelvis: Course) -> Mesh:
        """The skirt at ``time``."""
        share = np.linspace(0, 1, ALONG)
        was = np.stack([pelvis(time - self.late * s) for s in share])  # [n, 3]
        fall = np.clip(was[:, 2] - was[0, 2], -0.08, 0.25)
        centres = was.copy()
        centres[:, 2] = was[0, 2] + self.above - self.length * share + fall
        # What rises goes outwards: the cloth keeps its length.
        radii = self.waist + (self.hem - self.waist) * share**0.8 + 0.5 * np.abs(fall)
        return _rings(centres, radii, Material.TROUSERS, AROUND)


def _rings(centres: np.ndarray, radii: np.ndarray, material: int, around: int) -> Mesh:
    """A tube of level rings [n] about ``centres`` [n, 3]; ``rest`` is the tube drawn straight."""
    angle = 2 * np.pi * np.arange(around) / around
    circle = np.stack([np.cos(angle), np.sin(angle), 0 * angle], -1)
    vertices = centres[:, None] + radii[:, None, None] * circle  # [n, around, 3]
    down = np.linalg.norm(np.diff(centres, axis=0, prepend=centres[:1]), axis=1).cumsum()
    rest = radii[:, None, None] * circle - down[:, None, None] * np.array([0, 0, 1.0])
    i, j = np.meshgrid(np.arange(len(centres) - 1), np.arange(around), indexing="ij")
    here, beside = i * around + j, i * around + (j + 1) % around
    quads = np.stack([here, here + around, beside + around, beside], -1).reshape(-1, 4)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Mesh(
        vertices=vertices.reshape(-1, 3).astype(np.float32),
        faces=faces.astype(np.int32),
        material=np.full(len(faces), material, np.uint8),
        rest=rest.reshape(-1, 3).astype(np.float32),
        margin=np.ones(vertices.size // 3, np.float32),  # far from any hem's seam
    )
