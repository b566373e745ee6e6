"""When a training has learned enough: by frames that it is not shown."""

import copy
from typing import Any

EACH = 8  # one frame in so many is held out, and no more than so many in all
LOWER = 0.01  # a loss has fallen if it is lower by this share


def held_out(frames: int) -> list[int]:
    """Return the frames of a clip that training is not shown, evenly spread; none of very few."""
    count = min(frames // EACH, EACH)
    return [(2 * k + 1) * frames // (2 * count) for k in range(count)]


class Plateau:
    """Tells when a validation loss has not fallen for a while, and keeps what did best.

    Args:
        patience: for how many steps.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.fell_at: int | None = None  # the step at which it last fell, and to what
        self.fell_to = float("inf")
        self.least = float("inf")
        self.best: dict[str, Any] = {}  # the weights with the least loss

    def judge(self, step: int, loss: float, weights: dict[str, Any]) -> bool:
        """Note the loss of ``weights`` at ``step``; return whether it is time to stop."""
        if loss < self.least:
            self.least, self.best = loss, copy.deepcopy(weights)
        if self.fell_at is None or loss < (1 - LOWER) * self.fell_to:
            self.fell_at, self.fell_to = step, loss
        return step - self.fell_at >= self.patience

    def state(self) -> dict[str, Any]:
        """Return what a resumed training needs."""
        return {name: value for name, value in vars(self).items() if name != "patience"}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        vars(self).update(state)
