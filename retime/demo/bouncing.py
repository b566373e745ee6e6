"""Jumping on a trampoline: the ground sinks under the feet; see ``jumping.py``."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from retime.demo.jumping import Jump
from retime.demo.stance import Stance
from retime.demo.trampoline import Pressed, Trampoline


@dataclass(frozen=True)
class Bounce(Jump):
    """Jumping again and again in the middle of a trampoline, which gives way with each landing."""

    radius: float = 0.75  # of the trampoline, metres
    give: float = 0.08  # by which its middle sinks at most, metres

    @cached_property
    def trampoline(self) -> Trampoline:
        """Where the person jumps."""
        return Trampoline(self.place, self.radius)

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        stance = super().at(time)
        share = ((time + self.phase) % self.period) / self._contact
        if share >= 1:
            return stance
        # It begins and ends at rest, so that the body's speed at both ends stays the jump's own.
        sunk = self.give * np.sin(np.pi * share) ** 2
        lower = stance.pelvis - np.array([0.0, 0.0, sunk])
        return replace(stance, pelvis=lower, pressed=Pressed(self.trampoline, float(sunk)))
