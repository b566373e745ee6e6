"""What every motion needs to know of the person who makes it."""

from dataclasses import dataclass
from functools import cached_property

from retime.body.model import ShapedBody
from retime.demo.limbs import Limbs

REFERENCE_HEIGHT = 1.7  # metres; motions are written for a person of this height


@dataclass(frozen=True)
class Shod:
    """A person in shoes; motions derive from it."""

    shape: ShapedBody
    sole: float  # thickness of the shoes' soles, metres

    @cached_property
    def _limbs(self) -> Limbs:
        return Limbs(self.shape)

    @property
    def _scale(self) -> float:
        return self.shape.height / REFERENCE_HEIGHT

    @cached_property
    def _upright(self) -> float:
        """Height of the pelvis of the person standing straight, metres."""
        return self._limbs.upright + self.sole
