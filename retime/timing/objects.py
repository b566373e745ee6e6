"""Objects in the place of people: what edits ask of a layer's people, answered from its mask.

Motions and the floor are those of 17 joints. An object stands in for a person whose ankles are at
the lowest edge of its mask and whose other joints are all in the middle of its box.
"""

import numpy as np

from retime.artifacts import Seeds
from retime.timing.depth import ANKLES


def stand_ins(seeds: Seeds) -> tuple[np.ndarray, np.ndarray]:
    """Return joints of the layers that show no people, in the order of the layers.

    Returns:
        float64 [T, M, 17, 2], source pixels, NaN where the object is absent; and where it is
        there, bool [T, M].
    """
    layers = [n for n, people in enumerate(seeds.people) if not people]
    count = len(seeds.order)
    joints = np.full((count, len(layers), 17, 2), np.nan)
    scale = np.array(seeds.source_size) / np.array(seeds.working_size)
    for t in range(count):
        for m, n in enumerate(layers):
            rows, columns = np.nonzero(seeds.iuv[t, n, :, :, 0])
            if not len(rows):
                continue
            centre = [(columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2]
            joints[t, m] = (np.array(centre) + 0.5) * scale - 0.5
            joints[t, m, ANKLES, 1] = (rows.max() + 0.5) * scale[1] - 0.5
    return joints, np.isfinite(joints).all((2, 3))
