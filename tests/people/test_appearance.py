import numpy as np
import pytest

from retime.people.appearance import REGION_BINS, REGIONS, describe, difference, typical

from .figures import standing

RED, BLUE, GREEN = (200, 40, 40), (40, 40, 200), (40, 160, 40)


def picture(*people):
    """A grey picture with people painted in: each (x, colour of shirt, colour of trousers)."""
    image = np.full((220, 400, 3), 128, np.uint8)
    for x, shirt, trousers in people:
        image[118:151, x - 14 : x + 15] = shirt
        image[151:200, x - 16 : x + 17] = trousers
    return image


def poses(*places):
    return np.array([standing(x, 200) for x in places])


def test_descriptions_are_histograms():
    described = describe(picture((100, RED, BLUE)), poses(100))
    assert described.shape == (1, REGIONS, REGION_BINS)
    np.testing.assert_allclose(described.sum(axis=-1), 1)
    # One colour each: one bin holds all of it.
    np.testing.assert_allclose(described.max(axis=-1), 1)


def test_same_clothes_are_alike_and_others_are_not():
    image = picture((60, RED, BLUE), (200, RED, BLUE), (340, GREEN, RED))
    one, same, other = describe(image, poses(60, 200, 340))
    assert difference(one, same) == 0
    assert difference(one, other) == 1


def test_half_of_the_clothes_alike_is_half_the_difference():
    image = picture((60, RED, BLUE), (200, RED, GREEN))
    one, other = describe(image, poses(60, 200))
    assert difference(one, other) == pytest.approx(0.5)


def test_what_is_not_seen_is_unknown_and_does_not_count():
    image = picture((60, RED, BLUE), (200, RED, GREEN))
    pair = poses(60, 200)
    pair[1, 13:, 2] = 0.1
    one, other = describe(image, pair)
    assert np.isfinite(other[0]).all()
    assert np.isnan(other[1]).all()
    assert difference(one, other) == 0
    pair[1, :, 2] = 0.1
    assert np.isnan(difference(one, describe(image, pair)[1]))


def test_people_outside_the_picture_are_unknown():
    assert np.isnan(describe(picture(), poses(900))).all()


def test_the_typical_description_is_the_mean_of_the_known():
    descriptions = np.full((3, REGIONS, REGION_BINS), np.nan)
    descriptions[0, 0], descriptions[1, 0] = np.eye(REGION_BINS)[:2]
    mean = typical(descriptions)
    np.testing.assert_allclose(mean[0, :3], [0.5, 0.5, 0])
    assert np.isnan(mean[1]).all()
    assert np.isnan(typical(descriptions[:0])).all()


def test_nobody_is_described_as_nobody():
    assert describe(picture(), np.empty((0, 17, 3))).shape == (0, REGIONS, REGION_BINS)
