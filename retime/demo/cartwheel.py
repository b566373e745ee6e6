"""A cartwheel, as a function of time; see ``stance.py``."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from retime.demo.shod import Shod
from retime.demo.stance import SIDES, Stance, ease, turned

SAMPLES = 240
"""Instants of the turn at which the rolling is worked out."""
_TIPS = (5, 6, 3, 4)  # DensePose parts that touch the ground: feet and hands


@dataclass(frozen=True)
class Cartwheel(Shod):
    """Standing, one turn over the left hand, standing again.

    Limbs are the spokes of a wheel that rolls without slipping: what touches the ground stays
    where it is, and the pelvis moves on over it.
    """

    place: tuple[float, float]  # under the pelvis before the turn
    yaw: float = 0.0  # 0 faces the camera and rolls to +x
    begin: float = 0.4  # seconds
    seconds: float = 1.25  # of the turn

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        share = float(np.clip((time - self.begin) / self.seconds, 0, 1))
        # The push-off is slow, the middle fast.
        share = 0.35 * share + 0.65 * ease(share, 0, 1)
        ready = 1 - ease(time, self.begin - 0.45, self.begin)
        after = ease(time, self.begin + self.seconds, self.begin + self.seconds + 0.45)
        angles = self._angles(share, max(ready, after))
        along, height = self._path(share)
        # Arms that hang change nothing about where the feet stand.
        local = np.array([along, 0.0, height])
        return Stance(angles, np.array([*self.place, 0.0]) + turned(local, self.yaw))

    def _angles(self, share: float, at_ease: float = 0.0) -> dict[str, float]:
        """Joint angles after a share of the turn; ``at_ease`` 1 lets the arms hang."""
        open_ = ease(share, 0.0, 0.28) - ease(share, 0.72, 1.0)
        angles = {
            "root_yaw": self.yaw,
            "root_roll": 2 * np.pi * share,
            "root_lean": 0.10 * np.sin(2 * np.pi * share),
            "spine_bend": 0.05,
            "spine_side": 0.25 * np.sin(2 * np.pi * share),
            "head_pitch": -0.35 * open_,
        }
        for side, sign in SIDES:
            angles |= {
                f"{side}_shoulder_abduction": 0.12 + (2.55 - 0.12) * (1 - at_ease),
                f"{side}_elbow": 0.12 + 0.2 * at_ease,
                f"{side}_hip_abduction": 0.08 + 0.62 * open_,
                f"{side}_hip_flexion": 0.06 + 0.10 * open_ * sign,
                f"{side}_knee": 0.06 + 0.10 * open_,
                f"{side}_ankle": 0.5 * open_,
            }
        return angles

    @cached_property
    def _path(self) -> PchipInterpolator:
        """Pelvis along the ground and above it, metres, over the shares of the turn."""
        body, shares = self.shape.body, np.linspace(0, 1, SAMPLES)
        used = np.unique(body.faces[np.isin(body.parts, _TIPS)])
        tips = np.stack(
            [
                self.shape.pose({**self._angles(share), "root_yaw": 0.0})[used] - self._limbs.pelvis
                for share in shares
            ]
        )  # [S, n, 3] relative to the pelvis
        height = -tips[..., 2].min(axis=1)
        along = np.zeros(SAMPLES)
        for k in range(1, SAMPLES):
            touching = tips[k - 1, :, 2].argmin()
            along[k] = along[k - 1] + tips[k - 1, touching, 0] - tips[k, touching, 0]
        # Arms and legs give: the body does not change its course in an instant.
        soft = [gaussian_filter1d(values, 6, mode="nearest") for values in (along, height)]
        soft[1] += self.sole * (1 - ease_array(shares))
        return PchipInterpolator(shares, np.stack(soft, axis=1))


def ease_array(shares: np.ndarray) -> np.ndarray:
    """1 while the hands bear the body, 0 while the feet do, over the shares of a turn."""
    return np.array([ease(s, 0.2, 0.35) - ease(s, 0.65, 0.8) for s in shares])
