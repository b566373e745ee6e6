import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from retime.timing.curve import SMOOTH_WITHIN
from retime.timing.ramps import EASINGS, RampTooLongError, SpeedKey, ramped

SHARES = {
    "linear": lambda t: t,
    "in": lambda t: t**2,
    "out": lambda t: 1 - (1 - t) ** 2,
    "in-out": lambda t: 3 * t**2 - 2 * t**3,
}


@pytest.mark.parametrize("ease", EASINGS)
def test_passed_is_the_integral_of_the_share(ease):
    for end in (0.1, 0.5, 0.9, 1.0):
        assert EASINGS[ease].passed(end) == pytest.approx(quad(SHARES[ease], 0, end)[0])
    slope = np.diff([SHARES[ease](t) for t in np.linspace(0, 1, 1001)]).max() * 1000
    assert EASINGS[ease].steepest == pytest.approx(slope, abs=0.01)


@given(
    start=st.floats(0, 20),
    speed=st.floats(0.05, 8),
    over=st.floats(0.5, 60),
    ease=st.sampled_from(sorted(EASINGS)),
)
def test_a_ramp_is_exact_to_its_tolerance_and_ends_at_its_speed(start, speed, over, ease):
    curve = ramped(start, [SpeedKey(start + 5, speed, over, ease)])
    for share in (0.13, 0.5, 0.77, 1.0):
        passed = quad(lambda t: 1 + (speed - 1) * SHARES[ease](t), 0, share)[0] * over
        assert curve.at(5 + share * over) == pytest.approx(start + 5 + passed, abs=SMOOTH_WITHIN)
    end = float(curve.at(5 + over))
    assert curve.at(5 + over + 3) == pytest.approx(end + 3 * speed)
    assert (np.diff(curve.at(np.linspace(0, 5 + over + 9, 99))) > 0).all()
    assert curve.at(-4) == start  # stands until it begins


def test_a_ramp_that_runs_into_the_next_is_named():
    with pytest.raises(RampTooLongError) as error:
        ramped(0, [SpeedKey(0, 1), SpeedKey(5, 3, 10), SpeedKey(20, 1)])
    assert (error.value.number, error.value.end) == (1, 25)
