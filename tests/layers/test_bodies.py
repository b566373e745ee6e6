from types import SimpleNamespace

import numpy as np

from retime.layers.bodies import Bodies

# Persons 3 and 7 overlap in the middle column; an object is on the second layer.
MAPS = np.zeros((1, 2, 1, 3, 3), np.uint8)
MAPS[0, 0, 0, :2] = 2, 10, 20
MAPS[0, 1, 0, 1:] = 4, 30, 40
BALL = np.array([[[True, False, False]]])


def test_the_nearer_of_two_on_one_layer_is_drawn_over_the_other():
    for ground, middle in (([5.0, 9.0], 7), ([9.0, 5.0], 3)):
        uv = SimpleNamespace(iuv=MAPS)
        bodies = Bodies(uv, [3, 7], [[0, 1], []], np.array([ground]), {1: BALL}, [[3, 7], [255]])
        iuv, person = bodies.lay(0)
        assert person.tolist() == [[[3, middle, 7]], [[255, 0, 0]]]
        assert iuv[0, 0, 1].tolist() == ([4, 30, 40] if middle == 7 else [2, 10, 20])
        assert (iuv[1, ..., 0] > 0).tolist() == [[True, False, False]]
