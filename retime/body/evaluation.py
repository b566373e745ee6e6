"""Figures of the keypoint-to-UV network on pairs it was not trained on."""

from dataclasses import dataclass

import numpy as np
import torch

from retime.body.network import KeypointToUV, choose_parts, skeleton_tensor, uv_under
from retime.body.poses import FAMILIES, FAMILY_SHARES
from retime.body.synthesis import Pairs, synthesise
from retime.body.training import HELD_OUT_STREAM
from retime.progress import Progress

BATCH = 16
OFF_THE_FEET = ("inverted", "floor")

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
    uv_error: float = 0.0  # sum over the true body of the mean of |u error| and |v error|

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

    def plus(self, other: "Tally", weight: float) -> "Tally":
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
            "uv_l1": self.uv_error / self.body,
        }

    def _values(self) -> tuple[float, ...]:
        return self.body, self.right, self.both, self.either, self.uv_error


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
        in training; ``heldout_errors``: the same with a detector's simulated errors; ``inverted``:
        those of inverted and floor poses together; ``families``: per family; ``pairs``.
    """
    each = max(1, round(count / len(FAMILIES)))
    progress = Progress("evaluate", 2 * each * len(FAMILIES))
    exact = {family: Tally() for family in FAMILIES}
    disturbed = {family: Tally() for family in FAMILIES}
    for number, family in enumerate(FAMILIES):
        for errors, tally in ((False, exact[family]), (True, disturbed[family])):
            for start in range(0, each, BATCH):
                stream = (seed, HELD_OUT_STREAM, number, int(errors), start)
                pairs = synthesise(stream, min(BATCH, each - start), size, errors, family)
                with torch.inference_mode():
                    logits, uv = network(skeleton_tensor(pairs.skeletons))
                tally.add(logits, uv, pairs)
                progress.advance(len(pairs.parts))
    progress.finish()
    off_the_feet = Tally()
    for family in OFF_THE_FEET:
        off_the_feet = off_the_feet.plus(exact[family], 1.0)
    return {
        "heldout": _weighted(exact).figures(),
        "heldout_errors": _weighted(disturbed).figures(),
        "inverted": off_the_feet.figures(),
        "families": {family: tally.figures() for family, tally in exact.items()},
        "pairs": each * len(FAMILIES),
    }


def _weighted(tallies: dict[str, Tally]) -> Tally:
    total = Tally()
    for family, tally in tallies.items():
        total = total.plus(tally, FAMILY_SHARES[family])
    return total


def sheet(pairs: Pairs, network: KeypointToUV | None = None, columns: int = 2) -> np.ndarray:
    """Draw pairs side by side for people to judge: skeleton, true parts, true UV.

    Args:
        pairs: B pairs of side S.
        network: if given, its parts and UV stand right of the truth.
        columns: pairs beside each other.

    Returns:
        [rows * S, columns * panels * S, 3] uint8 RGB.
    """
    panels = [pairs.skeletons, colour_parts(pairs.parts), _colour_uv(pairs.parts, pairs.uv)]
    if network:
        with torch.inference_mode():
            logits, uv = network(skeleton_tensor(pairs.skeletons))
        part = choose_parts(logits)
        chosen = uv_under(part, uv).clamp(0, 1).permute(0, 2, 3, 1).numpy()
        panels += [colour_parts(part.numpy()), _colour_uv(part.numpy(), chosen)]
    strips = np.concatenate(panels, axis=2)  # [B, S, panels * S, 3]
    rows = -(-len(strips) // columns)
    filled = np.zeros((rows * columns, *strips.shape[1:]), np.uint8)
    filled[: len(strips)] = strips
    grid = filled.reshape(rows, columns, *strips.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * strips.shape[1], columns * strips.shape[2], 3)


def colour_parts(parts: np.ndarray) -> np.ndarray:
    """Show part labels [...] 0..24 in distinct colours [..., 3] uint8 on black."""
    number = np.arange(25)
    # Steps of the golden ratio keep the hues of neighbouring numbers apart.
    hue = (number * 0.618034 % 1)[:, None] + np.array([0, 1 / 3, 2 / 3])
    palette = 0.5 + 0.5 * np.cos(2 * np.pi * hue)
    palette = (palette * (150 + 105 * (number % 2))[:, None]).astype(np.uint8)
    palette[0] = 0
    return palette[parts]


def _colour_uv(parts: np.ndarray, uv: np.ndarray) -> np.ndarray:
    blue = parts[..., None] * (255 / 24)
    shown = np.concatenate([uv * 255, blue], axis=-1) * (parts > 0)[..., None]
    return shown.astype(np.uint8)
