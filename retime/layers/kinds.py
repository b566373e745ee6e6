"""Kinds of ground, told apart by their colours, whatever light they lie in."""

import numpy as np

# Ground is of one kind whose red and blue, each as a logarithm over green, lie this near together.
ALIKE = 0.3
# So many kinds at most, each of them more of the ground than this share.
MOST, LEAST = 6, 0.02
# The commonest colour is looked for among colours rounded to this.
STEP = 0.05


def kinds_of_ground(log: np.ndarray, sample: np.ndarray) -> tuple[np.ndarray, int]:
    """Tell what is of one kind from what is of another: boards from paint from cloth.

    Light changes how bright ground is, hardly the proportions of its colours.

    Args:
        log: float [h, w, 3], logarithms of the colours, without grain.
        sample: bool [h, w], the ground that the kinds are found on; all of it gets a number.

    Returns:
        int [h, w], the number of each pixel's kind, and how many there are; the commonest is 0.
    """
    colours = np.stack([log[..., 0] - log[..., 1], log[..., 2] - log[..., 1]], axis=-1)
    left = colours[sample]
    enough = LEAST * len(left)
    centres: list[np.ndarray] = []
    while len(left) > enough and len(centres) < MOST:
        steps, count = np.unique(np.rint(left / STEP), axis=0, return_counts=True)
        apart = STEP * np.linalg.norm(steps[:, None] - steps[None], axis=-1)
        commonest = STEP * steps[((apart < ALIKE / 2) * count).sum(1).argmax()]
        alike = np.linalg.norm(left - commonest, axis=-1) < ALIKE
        centres.append(left[alike].mean(0))
        left = left[~alike]
    if not centres:
        return np.zeros(log.shape[:2], int), 0
    distance = [np.linalg.norm(colours - centre, axis=-1) for centre in centres]
    return np.argmin(distance, axis=0), len(centres)
