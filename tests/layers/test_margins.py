import numpy as np

from retime.layers.margins import deep_inside, near

# A frame of 100 pixels' width, of which UV maps may be 1 off.
BODIES = np.zeros((1, 2, 8, 100), bool)
BODIES[0, 0, :, 20:30] = True
BODIES[0, 1, :, 50:52] = True


def columns(body):
    return np.flatnonzero(body[4]).tolist()


def test_a_rim_of_a_hundredth_of_the_width_is_not_deep_inside():
    inner = deep_inside(BODIES)
    assert columns(inner[0, 0]) == list(range(21, 29))
    assert not inner[0, 1].any()


def test_as_much_around_is_near():
    around = near(BODIES[0])
    assert columns(around[0]) == list(range(19, 31))
    assert columns(around[1]) == [49, 50, 51, 52]
