"""Two motions of one person, one after the other."""

from dataclasses import dataclass

from retime.body.model import ShapedBody
from retime.demo.stance import Motion, Stance


@dataclass(frozen=True)
class Succession:
    """One motion until an instant, another from then on, both on the clip's clock.

    The person is meant to be out of the picture at that instant, or in one pose in both.
    """

    first: Motion
    then: Motion
    instant: float  # seconds

    @property
    def shape(self) -> ShapedBody:
        """The person's body."""
        return self.first.shape

    def at(self, time: float) -> Stance:
        """The stance at ``time`` seconds."""
        return (self.first if time < self.instant else self.then).at(time)
