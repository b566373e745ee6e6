import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.timing.remap import RemapKey, remapped


@st.composite
def keys(draw):
    count = draw(st.integers(1, 6))
    output = np.cumsum([draw(st.floats(-20, 20)), *(draw(st.floats(1, 30)) for _ in range(count))])
    return [
        RemapKey(
            float(o), draw(st.floats(0, 100)), draw(st.sampled_from(["linear", "hold", "smooth"]))
        )
        for o in output
    ]


@given(keys=keys())
def test_every_key_is_met_and_nothing_runs_past_its_neighbours(keys):
    curve = remapped(keys)
    for key in keys:
        assert curve.at(key.output) == pytest.approx(key.source, abs=1e-6)
    for left, right in itertools.pairwise(keys):
        inside = curve.at(np.linspace(left.output, right.output, 30)[:-1])
        low, high = sorted((left.source, right.source))
        assert (inside >= low - 1e-6).all()
        assert (inside <= high + 1e-6).all()
        if left.curve == "hold":
            assert inside == pytest.approx(left.source)
    assert curve.at(keys[0].output - 9) == pytest.approx(keys[0].source)
    assert curve.at(keys[-1].output + 9) == pytest.approx(keys[-1].source)


@given(first=st.floats(0, 50), rise=st.floats(-50, 50), length=st.floats(1, 60))
def test_two_smooth_keys_ease_in_and_out(first, rise, length):
    curve = remapped([RemapKey(0, first, "smooth"), RemapKey(length, first + rise, "linear")])
    for share in (0.2, 0.5, 0.9):
        eased = first + rise * (3 * share**2 - 2 * share**3)
        assert curve.at(share * length) == pytest.approx(eased, abs=1e-3)
