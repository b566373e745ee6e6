"""Plain dynamic time warping (Sakoe and Chiba 1978), the baseline."""

import numpy as np


def dtw(target: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Return the sample index shown at each target index, under squared differences."""
    n, m = len(target), len(sample)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            before = min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
            cost[i, j] = (target[i - 1] - sample[j - 1]) ** 2 + before
    shown = np.zeros(n)
    i, j = n, m
    while i > 0 and j > 0:
        shown[i - 1] = j - 1
        steps = {
            (i - 1, j - 1): cost[i - 1, j - 1],
            (i - 1, j): cost[i - 1, j],
            (i, j - 1): cost[i, j - 1],
        }
        i, j = min(steps, key=steps.__getitem__)
    return shown
