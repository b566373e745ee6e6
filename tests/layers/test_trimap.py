import numpy as np

from retime.layers.trimap import make_trimap


def test_the_band_is_as_wide_as_said():
    own = np.zeros((41, 100), bool)
    own[20, 50] = True
    trimap = make_trimap(own, np.zeros_like(own), band=0.1)
    assert trimap[20, 50] == 255
    # 10 pixels either way along the row, clear beyond.
    assert np.flatnonzero(trimap[20]).tolist() == list(range(40, 61))
    assert trimap[20, 40] == 128
    assert trimap[20, 39] == 0


def test_others_are_clear_where_they_are_not_near():
    own, others = np.zeros((21, 100), bool), np.zeros((21, 100), bool)
    own[10, 50] = others[10, 54] = others[10, 65] = True
    trimap = make_trimap(own, others, band=0.2)
    assert trimap[10, 54] == 128  # 4 pixels away: within the 6 of `NEAR`
    assert trimap[10, 65] == 0
    assert trimap[10, 64] == 128


def test_the_printed_band_is_a_dilation_whoever_stands_there():
    own, others = np.zeros((21, 100), bool), np.zeros((21, 100), bool)
    own[10, 50] = others[10, 65] = True
    trimap = make_trimap(own, others, band=0.2, spare_others=False)
    assert np.flatnonzero(trimap[10] == 128).tolist() == [*range(30, 50), *range(51, 71)]


def test_nobody_has_no_band():
    nobody = np.zeros((8, 8), bool)
    assert not make_trimap(nobody, nobody, band=0.5).any()
