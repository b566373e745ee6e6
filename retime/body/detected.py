"""Figures of whole clips: the pipeline's UV maps against the true ones of a rendered clip.

What :mod:`evaluation` measures on single pairs with known keypoints is measured here on what went
through a real detector and tracker: people missed count as wrong, and so do people who are not
there.
"""

from collections.abc import Iterable

import numpy as np
from scipy.optimize import linear_sum_assignment

from retime.body.evaluation import Tally


def measure_clip(true: Iterable[np.ndarray], predicted: Iterable[np.ndarray]) -> Tally:
    """Count the pixels of a clip.

    In every frame, true and predicted people are matched so that their bodies overlap best. The
    error of u, v is counted where the predicted part is the true one: a map says nothing of others.

    Args:
        true: of each frame, [N, H, W, 3] uint8: part, u, v of every person's whole body, hidden
            or not (``Truth.iuv`` of the demo).
        predicted: of each frame, [P, h, w, 3] uint8 (``Uv.iuv``), of any smaller or equal size.

    Raises:
        ValueError: one has more frames than the other.
    """
    tally = Tally()
    for all_true, maps in zip(true, predicted, strict=True):
        bodies = _at_size(all_true, *maps.shape[1:3])
        overlap = np.array([[_overlap(a, b) for b in maps] for a in bodies])
        overlap = overlap.reshape(len(bodies), len(maps))
        rows, columns = linear_sum_assignment(-overlap)
        partner = {r: c for r, c in zip(rows, columns, strict=True) if overlap[r, c] > 0}
        for row, body in enumerate(bodies):
            nobody = np.zeros_like(body)
            tally = tally.plus(_compare(body, maps[partner[row]] if row in partner else nobody))
        for extra in set(range(len(maps))) - set(partner.values()):
            tally = tally.plus(_compare(np.zeros_like(maps[extra]), maps[extra]))
    return tally


def _at_size(iuv: np.ndarray, height: int, width: int) -> np.ndarray:
    """[N, H, W, 3] at the pixels nearest to those of a smaller picture. [N, h, w, 3]"""
    rows = np.rint((np.arange(height) + 0.5) * iuv.shape[1] / height - 0.5).astype(int)
    columns = np.rint((np.arange(width) + 0.5) * iuv.shape[2] / width - 0.5).astype(int)
    return iuv[:, rows[:, None], columns]


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    a, b = one[..., 0] > 0, other[..., 0] > 0
    return float((a & b).sum() / max(1, (a | b).sum()))


def _compare(truth: np.ndarray, answer: np.ndarray) -> Tally:
    body, found = truth[..., 0] > 0, answer[..., 0] > 0
    right = body & (truth[..., 0] == answer[..., 0])
    error = np.abs(truth[right, 1:].astype(float) - answer[right, 1:]).mean(-1) / 255
    return Tally(
        body=float(body.sum()),
        right=float(right.sum()),
        both=float((body & found).sum()),
        either=float((body | found).sum()),
        uv_error=float(error.sum()),
        uv_pixels=float(right.sum()),
    )
