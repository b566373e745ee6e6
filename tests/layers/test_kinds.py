import numpy as np

from retime.layers.kinds import kinds_of_ground

WOOD, PAINT = (170.0, 130.0, 85.0), (50.0, 90.0, 160.0)


def test_light_makes_no_kind_of_its_own_and_the_commonest_is_first():
    picture = np.full((20, 40, 3), WOOD)
    picture[:, 30:] = PAINT
    picture[10:] *= 0.4  # in shadow
    kinds, count = kinds_of_ground(np.log(picture), np.ones((20, 40), bool))
    assert count == 2
    assert (kinds[:, :30] == 0).all()
    assert (kinds[:, 30:] == 1).all()


def test_what_is_no_sample_gets_the_kind_it_is_nearest_to():
    picture = np.full((10, 20, 3), WOOD)
    picture[:, 15:] = PAINT
    sample = np.zeros((10, 20), bool)
    sample[:5] = True
    sample[:, 15] = False
    kinds, count = kinds_of_ground(np.log(picture), sample)
    assert count == 2
    assert (kinds == np.where(np.arange(20) < 15, 0, 1)).all()


def test_a_colour_that_is_hardly_there_is_no_kind():
    picture = np.full((10, 100, 3), WOOD)
    picture[0, :19] = PAINT  # 1.9 % of it
    kinds, count = kinds_of_ground(np.log(picture), np.ones((10, 100), bool))
    assert count == 1
    assert not kinds.any()


def test_without_samples_there_are_no_kinds():
    kinds, count = kinds_of_ground(np.zeros((3, 4, 3)), np.zeros((3, 4), bool))
    assert count == 0
    assert kinds.shape == (3, 4)
