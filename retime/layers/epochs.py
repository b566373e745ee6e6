"""Which frames a training step shows: epochs, batches and the curriculum (A.1)."""

from itertools import combinations

import numpy as np


def _box_centre(mask: np.ndarray) -> np.ndarray:
    """Return the centre (x, y) of the bounding box of a bool [h, w] mask that is not empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2


def difficulty(positive: np.ndarray) -> np.ndarray:
    """Measure by how much people overlap in each frame, and how close they come (A.1).

    Args:
        positive: bool [T, N, h, w], the trimaps' opaque regions.

    Returns:
        float64 [T, 2]: the mean over all pairs of layers of the intersection over union of their
        regions; and minus the mean distance of their bounding boxes' centres, pixels, over
        pairs of which both are in the frame (minus infinity without any such pair).
    """
    pairs = list(combinations(range(positive.shape[1]), 2))
    measured = []
    for frame in positive:
        overlaps, distances = [], []
        for one, other in ((frame[i], frame[j]) for i, j in pairs):
            overlaps.append((one & other).sum() / max((one | other).sum(), 1))
            if one.any() and other.any():
                distances.append(np.linalg.norm(_box_centre(one) - _box_centre(other)))
        apart = np.mean(distances) if distances else np.inf
        measured.append((np.mean(overlaps) if overlaps else 0.0, -apart))
    return np.array(measured, np.float64).reshape(-1, 2)


def easier_half(positive: np.ndarray) -> list[int]:
    """Return the easier half of the frames in their order, all where there is one layer only.

    Frames are ranked by ``difficulty``'s overlap, ties by its distance, then by time. Of an odd
    number of frames the one in the middle is easy.
    """
    frames, layers = positive.shape[:2]
    if layers < 2:
        return list(range(frames))
    overlap, closeness = difficulty(positive).T
    ranked = np.lexsort((np.arange(frames), closeness, overlap))
    return sorted(ranked[: (frames + 1) // 2].tolist())


class Epochs:
    """Passes over the frames, each in a new order; drawn by number, so that resuming is exact.

    Args:
        frames: number of frames, T.
        batch: frames per step; the last step of an epoch shows what is left.
        seed: of the orders.
        easy: the frames that the first epochs go through, with the curriculum.
        easy_epochs: how many these are.
    """

    def __init__(
        self,
        frames: int,
        batch: int,
        seed: int,
        easy: list[int] | None = None,
        easy_epochs: int = 0,
    ) -> None:
        self.batch, self.seed, self.easy_epochs = batch, seed, easy_epochs
        self.all = list(range(frames))
        self.easy = self.all if easy is None else easy

    def pool(self, epoch: int) -> list[int]:
        """Return the frames that ``epoch``, from 0, goes through."""
        return self.easy if epoch < self.easy_epochs else self.all

    def length(self, epoch: int) -> int:
        """Return the number of steps of ``epoch``."""
        return -(-len(self.pool(epoch)) // self.batch)

    def steps(self, epochs: int) -> int:
        """Return the number of steps of the first ``epochs`` epochs together."""
        easy = min(epochs, self.easy_epochs)
        return easy * self.length(0) + (epochs - easy) * self.length(self.easy_epochs)

    def locate(self, step: int) -> tuple[int, int]:
        """Return the epoch of ``step`` and its place in it, both from 0."""
        before = self.steps(self.easy_epochs)
        if step < before:
            return divmod(step, self.length(0))
        epoch, place = divmod(step - before, self.length(self.easy_epochs))
        return self.easy_epochs + epoch, place

    def elapsed(self, step: int) -> float:
        """Return the epochs before ``step``, with their fraction."""
        epoch, place = self.locate(step)
        length = self.length(epoch)
        return (epoch * length + place) / length

    def frames(self, step: int) -> list[int]:
        """Return the frames of ``step``."""
        epoch, place = self.locate(step)
        pool = self.pool(epoch)
        shuffled = np.random.default_rng((self.seed, epoch)).permutation(len(pool))
        chosen = shuffled[place * self.batch : (place + 1) * self.batch]
        return [pool[k] for k in chosen]
