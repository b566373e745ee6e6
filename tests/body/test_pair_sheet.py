import numpy as np

from retime.body.network import KeypointToUV
from retime.body.pair_sheet import sheet
from retime.body.synthesis import synthesise


def test_sheets_show_every_pair():
    pairs = synthesise((0,), 3, 32)

    plain, predicted = sheet(pairs), sheet(pairs, KeypointToUV(8).eval())

    assert plain.shape == (64, 2 * 3 * 32, 3)
    assert predicted.shape == (64, 2 * 5 * 32, 3)
    np.testing.assert_array_equal(plain[:32, :32], pairs.skeletons[0])
    np.testing.assert_array_equal(plain[32:, :32], pairs.skeletons[2])
