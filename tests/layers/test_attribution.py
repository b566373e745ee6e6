import numpy as np

from retime.layers.attribution import attribute

FRAMES, HEIGHT, WIDTH = 20, 64, 128
SHADE = 0.3


def bodies(*people):
    """UV maps of people as boxes ten pixels wide, bool [T, N, h, w].

    Each is a function from a frame to the box's left column and its height.
    """
    maps = np.zeros((FRAMES, len(people), HEIGHT, WIDTH), bool)
    for t in range(FRAMES):
        for n, person in enumerate(people):
            left, tall = person(t)
            maps[t, n, 40 - tall : 40, left : left + 10] = True
    return maps


def steps(period):
    """A pose that comes back after so many frames: how tall the box is."""
    return lambda t: 12 + 5 * (t % period)


def shaded(positive, rows, columns):
    """What frames demand: bodies, and a shadow at rows and columns that depend on the frame."""
    least = positive.any(1).astype(np.float32)
    for t in range(FRAMES):
        least[t, rows(t), columns(t)] = SHADE
    return least


def test_a_shadow_near_one_person_belongs_to_whom_it_moves_with():
    one, other = steps(4), steps(5)
    positive = bodies(lambda t: (20, one(t)), lambda t: (90, other(t)))

    # Ten pixels from the second person, but where it lies says the first one's pose.
    def rows(t):
        return slice(44 + 4 * (t % 4), 48 + 4 * (t % 4))

    least = shaded(positive, rows, lambda t: slice(70, 80))
    owned = attribute(least, positive)
    for t in range(FRAMES):
        shadow = owned[t, :, rows(t), 70:80]
        assert (shadow[0] == 1).all()
        # One of three like poses of the other may by chance agree, never all.
        assert shadow[1].mean() < 0.1


def test_who_walks_takes_a_shadow_along():
    pose, other = steps(4), steps(5)
    positive = bodies(lambda t: (4 + 3 * t, pose(t)), lambda t: (100, other(t)))

    def columns(t):
        return slice(18 + 3 * t, 28 + 3 * t)

    least = shaded(positive, lambda t: slice(48, 52), columns)
    owned = attribute(least, positive)
    for t in range(FRAMES):
        assert (owned[t, 0, 48:52, columns(t)] == 1).all()
        assert owned[t, 1, 48:52, columns(t)].mean() < 0.5


def test_bodies_are_everybodys_and_alone_all_is_ones_own():
    positive = bodies(lambda t: (20, 20), lambda t: (90, 20))
    least = shaded(positive, lambda t: slice(50, 54), lambda t: slice(30, 34 + t))
    assert (attribute(least, positive)[positive.any(1, keepdims=True).repeat(2, 1)] == 1).all()
    assert (attribute(least, positive[:, :1]) == 1).all()


def test_a_layer_of_nobody_is_not_judged():
    positive = bodies(lambda t: (20, steps(4)(t)), lambda t: (90, steps(5)(t)))
    least = shaded(positive, lambda t: slice(50, 54), lambda t: slice(30 + t, 40 + t))
    with_lights = np.concatenate([positive, np.zeros_like(positive[:, :1])], 1)
    owned = attribute(least, with_lights)
    assert (owned[:, 2] == 1).all()
    np.testing.assert_array_equal(owned[:, :2], attribute(least, positive))


def test_who_is_not_there_owns_nothing():
    positive = bodies(lambda t: (20, steps(4)(t)), lambda t: (90, 20))
    positive[5:15, 1] = False

    def rows(t):
        return slice(44 + 4 * (t % 4), 48 + 4 * (t % 4))

    least = shaded(positive, rows, lambda t: slice(70, 80))
    owned = attribute(least, positive)
    assert all(owned[t, 1, rows(t), 70:80].max() < 0.1 for t in range(5, 15))
