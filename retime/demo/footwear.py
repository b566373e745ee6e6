"""Shoes: lofted from the foot's size, moving rigidly with the ankle."""

import numpy as np

from retime.body.model import ShapedBody
from retime.demo.limbs import Limbs
from retime.demo.mesh import Mesh
from retime.demo.paint import Material

SOLE = 0.016
"""Thickness of the soles of a person 1.7 m tall, metres."""

# The outline of a plimsoll from heel (0) to toe (1): half its width, the height of its top, and how
# far the sole's edge rises, all as shares of its length.
_PLACE = np.array([0.0, 0.03, 0.10, 0.22, 0.36, 0.50, 0.66, 0.80, 0.91, 0.97, 1.0])
_WIDTH = np.array([0.03, 0.08, 0.118, 0.128, 0.124, 0.135, 0.160, 0.165, 0.135, 0.085, 0.02])
_TOP = np.array([0.26, 0.30, 0.335, 0.335, 0.325, 0.285, 0.235, 0.200, 0.165, 0.120, 0.05])
_SPRING = np.array([0.015, 0.006, 0.0, 0.0, 0.0, 0.0, 0.0, 0.004, 0.018, 0.030, 0.038])
ALONG, AROUND = 28, 24


def make_shoe(shape: ShapedBody, side: str) -> Mesh:
    """A shoe round the resting foot of ``side`` ("left" or "right"), in the body's rest space."""
    limbs = Limbs(shape)
    ankle = shape.joints[limbs.index[f"{side}_ankle"]]
    points = limbs.foot_points(side)
    toe = points[points[:, 1] < np.quantile(points[:, 1], 0.05)].mean(0)
    ahead = (toe - ankle) * (1, 1, 0)
    ahead /= np.linalg.norm(ahead)
    across = np.array([-ahead[1], ahead[0], 0.0])
    along = (points - ankle) @ ahead
    sideways = (points - ankle) @ across
    margin = 0.010 * shape.height / 1.7
    start, length = along.min() - margin, np.ptp(along) + 2 * margin
    ball = np.abs(along - (start + 0.72 * length)) < 0.08 * length
    middle = 0.5 * (sideways[ball].min() + sideways[ball].max())
    width = max(0.5 * np.ptp(sideways[ball]) + 0.5 * margin, 0.15 * length) / 0.163
    bottom = points[:, 2].min() - SOLE * shape.height / 1.7

    place = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, ALONG))  # denser at heel and toe
    half, top, spring = (np.interp(place, _PLACE, table) for table in (_WIDTH, _TOP, _SPRING))
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    # A section is flat below and rounded above: a superellipse with its lower half pressed down.
    round_x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.65
    round_z = np.where(np.sin(turn) > 0, np.abs(np.sin(turn)) ** 0.9, 0.0)
    lean = middle * np.clip((place - 0.2) / 0.5, 0, 1)  # the ball lies to the inside of the heel
    x = half[:, None] * width * round_x + lean[:, None]
    low = np.where(np.sin(turn) < -0.3, 0.0, 0.035 * length)
    low = np.where(np.abs(np.cos(turn)) > 0.93, 0.02 * length, low)
    z = spring[:, None] * length + low + (top[:, None] * length - low) * round_z
    y = start + length * np.broadcast_to(place[:, None], x.shape)
    base = np.array([ankle[0], ankle[1], bottom])
    rest = base + x[..., None] * across + y[..., None] * ahead + z[..., None] * [0, 0, 1.0]

    i, j = np.meshgrid(np.arange(ALONG - 1), np.arange(AROUND), indexing="ij")
    here, beside = i * AROUND + j, i * AROUND + (j + 1) % AROUND
    quads = np.stack([here, beside, beside + AROUND, here + AROUND], axis=-1).reshape(-1, 4)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    rest = rest.reshape(-1, 3).astype(np.float32)
    return Mesh(
        vertices=rest,
        faces=faces.astype(np.int32),
        material=np.full(len(faces), Material.SHOE, np.uint8),
        rest=rest,
        margin=np.zeros(len(rest), np.float32),
    )
