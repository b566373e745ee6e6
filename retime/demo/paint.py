"""Surface colours of people and what they carry, as functions of the place on the thing."""

from dataclasses import dataclass
from enum import IntEnum

import numba
import numpy as np

from retime.demo.noise import fractal

Colour = tuple[float, float, float]


class Material(IntEnum):
    """What a face is made of."""

    SKIN = 0
    HAIR = 1
    SHIRT = 2
    TROUSERS = 3
    SHOE = 4
    BALL = 5


GLOSSINESS = {  # strength and exponent of the highlight
    Material.SKIN: (0.06, 18.0),
    Material.HAIR: (0.10, 22.0),
    Material.SHIRT: (0.0, 1.0),
    Material.TROUSERS: (0.0, 1.0),
    Material.SHOE: (0.05, 20.0),
    Material.BALL: (0.22, 34.0),
}


@dataclass(frozen=True)
class Colours:
    """Linear RGB."""

    skin: Colour = (0.62, 0.36, 0.25)
    hair: Colour = (0.05, 0.028, 0.016)
    shirt: Colour = (0.55, 0.42, 0.10)
    stripe: Colour | None = None
    trousers: Colour = (0.05, 0.07, 0.13)
    shoe: Colour = (0.60, 0.58, 0.54)
    sock: Colour = (0.55, 0.55, 0.54)
    ball: Colour = (0.72, 0.15, 0.085)
    stripe_width: float = 0.045  # metres


@dataclass(frozen=True)
class Landmarks:
    """Places on one person at rest that paint goes by, metres."""

    left_eye: np.ndarray  # [3]
    right_eye: np.ndarray  # [3]
    nose: np.ndarray  # [3]
    size: float  # of the head, 1 for an adult's head
    sock: float  # height at which the socks end at rest, metres
    sole: float  # height of the bare soles at rest, metres


def albedo(
    material: np.ndarray,
    rest: np.ndarray,
    margin: np.ndarray,
    colours: Colours,
    landmarks: Landmarks,
) -> np.ndarray:
    """Linear RGB [n, 3] float32 of points of ``material`` [n] at ``rest`` [n, 3].

    ``margin`` [n] is the distance from the garment's hem in metres.
    """
    result = np.zeros((len(material), 3), np.float32)
    for kind, paint in (
        (Material.SKIN, _skin), (Material.HAIR, _hair), (Material.SHIRT, _shirt),
        (Material.TROUSERS, _trousers), (Material.SHOE, _shoe), (Material.BALL, _ball),
    ):  # fmt: skip
        here = material == kind
        if here.any():
            result[here] = paint(rest[here], margin[here], colours, landmarks)
    return result


def _spot(rest: np.ndarray, centre: np.ndarray, wide: float, high: float) -> np.ndarray:
    """A soft ellipse on the front of the head, 0..1. [n]"""
    x, y, z = ((rest - centre) / (wide, 0.05, high)).T
    return np.exp(-((x * x + z * z) ** 2)) * (np.abs(y) < 1)


def _blend(base: np.ndarray, colour, share: np.ndarray) -> np.ndarray:
    return base + share[:, None] * (np.asarray(colour) - base)


def _skin(rest, margin, colours, landmarks):
    skin = np.asarray(colours.skin)
    base = np.broadcast_to(skin, (len(rest), 3)).astype(np.float64)
    s = landmarks.size
    for eye in (landmarks.left_eye, landmarks.right_eye):
        base = _blend(
            base,
            skin * (1.05, 0.82, 0.8),
            0.5 * _spot(rest, eye - (0, 0, 0.05 * s), 0.028 * s, 0.024 * s),
        )
        base = _blend(base, (0.70, 0.68, 0.65), 0.75 * _spot(rest, eye, 0.016 * s, 0.008 * s))
        base = _blend(base, (0.02, 0.015, 0.012), 0.95 * _spot(rest, eye, 0.0085 * s, 0.0095 * s))
        brow = eye + np.array([0, 0, 0.023 * s])
        base = _blend(
            base, np.asarray(colours.hair), 0.8 * _spot(rest, brow, 0.021 * s, 0.0055 * s)
        )
    base = np.where((rest[:, 2] < landmarks.sock)[:, None], np.asarray(colours.sock), base)
    mouth = landmarks.nose - np.array([0, 0, 0.040 * s])
    base = _blend(base, skin * (0.78, 0.42, 0.42), 0.8 * _spot(rest, mouth, 0.026 * s, 0.008 * s))
    return base


def _hair(rest, margin, colours, landmarks):
    x, y, z = rest.T
    strands = fractal_at(95 * x, 14 * (y + z), 3, 5)
    return np.asarray(colours.hair) * (1 + 0.5 * strands)[:, None]


def _folds(rest: np.ndarray, seed: int) -> np.ndarray:
    """Brightness of soft creases, about 1. [n]"""
    x, y, z = rest.T
    return 1 + 0.075 * fractal_at(9 * (x + y), 6 * z + 3 * x, 3, seed)


def _shirt(rest, margin, colours, landmarks):
    base = np.broadcast_to(np.asarray(colours.shirt), (len(rest), 3)).astype(np.float64)
    if colours.stripe is not None:
        phase = rest[:, 2] / colours.stripe_width
        wave = np.abs(phase - np.round(phase)) * 2  # 0 on a stripe's middle
        base = _blend(base, colours.stripe, np.clip((0.46 - wave) / 0.12, 0, 1))
    rib = np.clip((0.019 - margin) / 0.003, 0, 1)  # collar, cuffs and hem
    seam = np.exp(-(((margin - 0.020) / 0.0022) ** 2))
    base = _blend(base, np.asarray(colours.shirt) * 0.78, rib)
    return base * (_folds(rest, 7) * (1 - 0.30 * seam))[:, None]


def _trousers(rest, margin, colours, landmarks):
    seam = np.exp(-((rest[:, 1] / 0.004) ** 2)) * (np.abs(rest[:, 0]) > 0.1)
    hem = np.exp(-(((margin - 0.022) / 0.0025) ** 2))
    light = _folds(rest, 17) * (1 - 0.25 * seam) * (1 - 0.25 * hem)
    return np.asarray(colours.trousers) * light[:, None]


def _shoe(rest, margin, colours, landmarks):
    sole = np.clip((landmarks.sole + 0.004 * landmarks.size - rest[:, 2]) / 0.003, 0, 1)
    base = np.broadcast_to(np.asarray(colours.shoe), (len(rest), 3)).astype(np.float64)
    return _blend(base, (0.70, 0.69, 0.66), sole)


def _ball(rest, margin, colours, landmarks):
    ring = np.abs(rest[:, 0]) * 7.5
    groove = np.exp(-(((ring - np.round(ring)) / 0.10) ** 2)) * (ring > 0.5)
    return np.asarray(colours.ball) * (1 - 0.30 * groove)[:, None]


@numba.njit(cache=True)
def fractal_at(x, y, octaves, seed):
    """:func:`retime.demo.noise.fractal` at each of the points ``x``, ``y`` [n]."""
    result = np.empty(len(x))
    for i in range(len(x)):
        result[i] = fractal(np.float64(x[i]), np.float64(y[i]), octaves, seed)
    return result
