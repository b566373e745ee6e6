"""Figures of the keypoint-to-UV network on pairs it was not trained on."""

from dataclasses import dataclass

import torch

from retime.body.network import KeypointToUV, choose_parts, skeleton_tensor, uv_under
from retime.body.poses import FAMILIES, FAMILY_SHARES
from retime.body.synthesis import Pairs, synthesise
from retime.body.training import HELD_OUT_STREAM
from retime.progress import Progress

BATCH = 16
STEADY_STREAM = 2
"""First number of a slow motion's seed, as ``training.HELD_OUT_STREAM`` is of a pair's."""
OFF_THE_FEET = ("inverted", "floor")

_CONDITIONS = {
    "heldout": (False, 0.0),
    "heldout_errors": (True, 0.0),
    "heldout_loose": (False, 1.0),
}
"""Whether keypoints suffer errors, and the share of people with loose hair or a skirt."""

Figures = dict[str, float]


@dataclass
class Tally:
    """Counts of pixels from which the figures follow; weights let pixels of some pairs count more.

    All figures are over pixels of all pairs together, so that large bodies count more than small.
    """

    body: float = 0.0  # pixels of the true body
    right: float = 0.0  # of those, the ones given the true part
    both: float = 0.0  # pixels of true and predicted body
    either: float = 0.0
    uv_error: float = 0.0  # sum of the mean of |u error| and |v error|
    uv_pixels: float = 0.0  # over so many

    def add(self, logits: torch.Tensor, uv: torch.Tensor, pairs: Pairs) -> None:
        """Count a batch.

        Args:
            logits: [B, 25, S, S] and ``uv`` [B, 24, 2, S, S], the network's answer.
            pairs: the truth.
        """
        truth = torch.from_numpy(pairs.parts).long()
        true_uv = torch.from_numpy(pairs.uv).permute(0, 3, 1, 2)
        part = choose_parts(logits)
        body, predicted = truth > 0, part > 0
        error = (uv_under(truth, uv).clamp(0, 1) - true_uv).abs().mean(1)  # [B, S, S]
        self.body += float(body.sum())
        self.right += float(((part == truth) & body).sum())
        self.both += float((body & predicted).sum())
        self.either += float((body | predicted).sum())
        self.uv_error += float((error * body).sum())
        self.uv_pixels += float(body.sum())

    def plus(self, other: "Tally", weight: float = 1.0) -> "Tally":
        """This tally and ``weight`` times another."""
        return Tally(
            *(a + weight * b for a, b in zip(self._values(), other._values(), strict=True))
        )

    def figures(self) -> Figures:
        """Return ``part_accuracy`` and ``uv_l1`` over the true body, and ``foreground_iou``.

        ``uv_l1`` is in units of a part's side and taken under the true part, also where the network
        answers another.
        """
        return {
            "part_accuracy": self.right / self.body,
            "foreground_iou": self.both / self.either,
            "uv_l1": self.uv_error / max(1.0, self.uv_pixels),
        }

    def _values(self) -> tuple[float, ...]:
        return self.body, self.right, self.both, self.either, self.uv_error, self.uv_pixels


def predict(network: KeypointToUV, pairs: Pairs) -> tuple[torch.Tensor, torch.Tensor]:
    """Part logits [B, 25, S, S] and u, v [B, 24, 2, S, S] of a batch of pairs."""
    return network(skeleton_tensor(pairs.skeletons), torch.from_numpy(pairs.joints))


def evaluate(
    network: KeypointToUV, count: int = 2000, size: int = 128, seed: int = 0
) -> dict[str, object]:
    """Measure a network on held-out synthetic pairs, the same number of every pose family.

    Args:
        network: in evaluation mode.
        count: pairs in all, rounded to the same number for every family.
        size: side of the pictures in pixels.
        seed: of the held-out pairs; they never coincide with training pairs.

    Returns:
        ``heldout``: figures (see :meth:`Tally.figures`) with exact keypoints, families weighted as
        in training; ``heldout_errors``: the same with a detector's simulated errors;
        ``heldout_loose``: exact keypoints of people with loose hair or skirts; ``inverted``: those
        of inverted and floor poses together; ``families``: per family; ``pairs``.
    """
    each = max(1, round(count / len(FAMILIES)))
    progress = Progress("evaluate", len(_CONDITIONS) * each * len(FAMILIES))
    tallies = {name: {family: Tally() for family in FAMILIES} for name in _CONDITIONS}
    for number, family in enumerate(FAMILIES):
        for condition, (name, (errors, loose)) in enumerate(_CONDITIONS.items()):
            for start in range(0, each, BATCH):
                stream = (seed, HELD_OUT_STREAM, number, condition, start)
                pairs = synthesise(
                    stream, min(BATCH, each - start), size, errors, family, loose=loose
                )
                with torch.inference_mode():
                    logits, uv = predict(network, pairs)
                tallies[name][family].add(logits, uv, pairs)
                progress.advance(len(pairs.parts))
    progress.finish()
    exact = tallies["heldout"]
    off_the_feet = Tally()
    for family in OFF_THE_FEET:
        off_the_feet = off_the_feet.plus(exact[family])
    return {
        **{name: _weighted(families).figures() for name, families in tallies.items()},
        "inverted": off_the_feet.figures(),
        "families": {family: tally.figures() for family, tally in exact.items()},
        "pairs": each * len(FAMILIES),
    }


def _weighted(tallies: dict[str, Tally]) -> Tally:
    total = Tally()
    for family, tally in tallies.items():
        total = total.plus(tally, FAMILY_SHARES[family])
    return total
