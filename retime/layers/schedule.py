"""How the learning rate and the losses' weights change in the course of a training (Eq. 8)."""

import math
from typing import NamedTuple

from retime.config import TrainSettings

CLEARING = 0.3  # share of the steps in which pressure on haze rises after the bootstrap


class Weights(NamedTuple):
    """Weights of the losses in one step, as far as they change."""

    mask: float  # gamma_m of Eq. 7; where it is 0, the parts of the mask loss that stay count
    l1: float  # beta gamma of Eq. 6 and 7
    haze: float
    cover_faint: float  # share of the weight of cover, where little is demanded


def learning_rate(settings: TrainSettings, progress: float, step: int) -> float:
    """Return the factor on the learning rate: a warm-up, a plateau, a cosine down to 0.

    Args:
        settings: of the training.
        progress: share of the steps done.
        step: number of the step, from 0.
    """
    falling = max(0.0, (progress - 1 + settings.decay) / max(settings.decay, 1e-9))
    risen = min(1.0, (step + 1) / max(settings.warm_up, 1))
    return risen * 0.5 * (1 + math.cos(math.pi * falling))


def printed_mask_weight(settings: TrainSettings, epoch: int, bootstrap: int | None) -> float:
    """Return gamma_m of Eq. 8.

    Args:
        settings: of the training.
        epoch: from 1.
        bootstrap: e_b, the first epoch with a mask loss below ``mask_met``; None: not yet.
    """
    if bootstrap is None or epoch <= bootstrap:
        return settings.mask_weight
    return settings.mask_weight_after if epoch <= 2 * bootstrap else 0.0


def weights(settings: TrainSettings, progress: float, epoch: int, bootstrap: int | None) -> Weights:
    """Return the losses' weights for a step.

    Args:
        settings: of the training.
        progress: share of the steps done.
        epoch: of the step, from 1.
        bootstrap: the bootstrap epoch e_b if it was reached.
    """
    s = settings
    if s.mask_schedule == "measured":
        mask = printed_mask_weight(s, epoch, bootstrap)
    else:
        mask = s.mask_weight if progress < s.bootstrap else 0.0
    # What is faint is first found, then cleared of what need not be there.
    clearing = min(max((progress - s.bootstrap) / CLEARING, 0.05), 1.0)
    over = s.l1_epochs is not None and epoch > s.l1_epochs
    # Two weights on too little and on too much find a quantile of what frames demand: at first a
    # high one, so that nothing is missed, in the end one near the median.
    balanced = min(max((progress - s.bootstrap) / CLEARING, 0.0), 1.0)
    cover_faint = 1 + (s.cover_faint - 1) * balanced
    return Weights(mask, 0.0 if over else s.l1, s.haze * clearing, cover_faint)
