import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from retime.interop.run_lengths import decode, encode, from_text, to_text

MASKS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=60))


@pytest.mark.parametrize(
    ("mask", "runs"),
    [
        ([[0, 1, 1], [0, 1, 0]], [2, 3, 1]),
        ([[1, 0]], [0, 1, 1]),
        ([[0, 0]], [2]),
        ([[1], [1]], [0, 2]),
    ],
)
def test_runs_go_down_the_columns(mask, runs):
    assert encode(np.array(mask, bool)) == runs
    assert decode(runs, np.shape(mask)).tolist() == np.array(mask, bool).tolist()


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([2, 3, 1], "231"),
        # 16 has the fifth bit, which is the sign: a second letter says that it is none.
        ([16], "`0"),
        ([100], "T3"),  # 100 = 3 * 32 + 4, the first letter 4 + 32 + 48
        # The fourth run is written as 5 - 9 = -4, which is 28 in five bits.
        ([1, 9, 1, 5], "191L"),
    ],
)
def test_text_as_worked_out_by_hand(runs, text):
    assert to_text(runs) == text
    assert from_text(text) == runs


@settings(max_examples=100, deadline=None)
@given(MASKS)
def test_every_mask_comes_back(mask):
    assert (decode(from_text(to_text(encode(mask))), mask.shape) == mask).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_all_runs_come_back(runs):
    assert from_text(to_text(runs)) == runs
