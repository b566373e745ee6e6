"""A person drawn by hand: standing, 100 units high, seen from the front."""

import numpy as np

# x, y of each COCO joint; (0, 0) is the ground between the feet, y points down. Segment lengths are
# those of retime.people.body_size, so that the body height is exactly 100.
STANDING = np.array(
    [
        [0, -94],  # nose
        [2, -96],
        [-2, -96],
        [4.5, -95],
        [-4.5, -95],
        [12, -80],  # shoulders; the person's left is right in the picture
        [-12, -80],
        [12, -61.4],
        [-12, -61.4],
        [12, -46.8],
        [-12, -46.8],
        [12, -51.2],  # hips below the shoulders: segments are vertical and of full length
        [-12, -51.2],
        [12, -26.7],
        [-12, -26.7],
        [12, -2.1],
        [-12, -2.1],
    ]
)


def standing(x: float, y: float, height: float = 100.0, score: float = 0.9) -> np.ndarray:
    """Return a pose ``[17, 3]``: a person ``height`` high whose feet stand at (x, y)."""
    return np.column_stack([STANDING * height / 100 + [x, y], np.full(17, score)])


def box_of(pose: np.ndarray) -> np.ndarray:
    """Return the box of a pose's joints."""
    return np.concatenate([pose[:, :2].min(axis=0), pose[:, :2].max(axis=0)])
