import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.timing.curve import TimeCurve

times = st.floats(-200, 200, allow_nan=False)
speeds = st.floats(0.1, 8)


@st.composite
def forward_curves(draw):
    count = draw(st.integers(1, 5))
    steps = st.lists(st.floats(0.1, 30), min_size=count, max_size=count)
    output = np.cumsum([draw(times), *draw(steps)]).tolist()
    source = np.cumsum([draw(times), *draw(steps)]).tolist()
    return TimeCurve.through(output, source)


def test_plays_at_the_speed_asked_from_the_delay_on():
    curve = TimeCurve.playing(speed=2.0, delay=10.0)
    assert curve.at(np.array([10.0, 11.0, 15.5])).tolist() == [0.0, 2.0, 11.0]
    assert curve.at(9.0) == -2.0
    backwards = TimeCurve.playing(speed=-1.0, start=59.0)
    assert backwards.at(np.array([0.0, 1.0, 59.0])).tolist() == [59.0, 58.0, 0.0]


def test_frozen_shows_one_moment():
    assert TimeCurve.frozen(31.0).at(np.array([-5.0, 0.0, 100.0])).tolist() == [31.0] * 3


def test_passes_through_points_and_goes_on_at_speed_one():
    curve = TimeCurve.through([30.0, 41.0], [12.0, 24.0])
    assert curve.at(np.array([30.0, 35.5, 41.0])).tolist() == [12.0, 18.0, 24.0]
    assert curve.at(np.array([29.0, 43.0])).tolist() == [11.0, 26.0]


def test_hold_stops_and_goes_on_from_there():
    held = TimeCurve.playing().held(20.0, 35.0)
    assert held.at(np.array([19.0, 20.0, 27.0, 35.0, 36.0])).tolist() == [19, 20, 20, 20, 21]
    bent = TimeCurve.through([10.0, 20.0], [10.0, 30.0]).held(15.0, 18.0)
    # Twice as fast from 10 to 20: at 20 when it stops, at 24 two frames after it goes on.
    assert bent.at(np.array([9.0, 15.0, 18.0, 20.0, 23.0, 24.0])).tolist() == [
        9,
        20,
        20,
        24,
        30,
        31,
    ]


def test_knots_are_checked():
    with pytest.raises(ValueError, match="decrease"):
        TimeCurve((1.0, 0.5), (0.0, 1.0))
    with pytest.raises(ValueError, match="at most two"):
        TimeCurve((1.0, 1.0, 1.0), (0.0, 1.0, 2.0))
    with pytest.raises(ValueError, match="as many"):
        TimeCurve((1.0,), (0.0, 1.0))


def test_first_shown_of_what_stands_still():
    frozen = TimeCurve.frozen(31.0)
    assert frozen.first_shown(31.0) == -np.inf
    assert frozen.first_shown(30.0) is None
    held = TimeCurve.playing().held(20.0, 35.0)
    assert held.first_shown(20.0) == 20.0  # not 35, its last
    assert held.first_shown(21.0) == 36.0


@given(curve=forward_curves(), moment=times)
def test_forward_curves_rise_and_are_inverted(curve, moment):
    at = curve.first_shown(moment)
    assert curve.at(at) == pytest.approx(moment, abs=1e-6)
    shown = curve.at(np.linspace(-300, 300, 200))
    assert (np.diff(shown) > 0).all()


@given(speed=speeds, start=times, delay=times, moment=times)
def test_playing_backwards_is_inverted_too(speed, start, delay, moment):
    curve = TimeCurve.playing(-speed, start, delay)
    assert curve.at(curve.first_shown(moment)) == pytest.approx(moment, abs=1e-6)


@given(curve=forward_curves(), start=times, still=st.floats(0.1, 50), later=st.floats(0, 100))
def test_hold_only_delays_what_comes_after(curve, start, still, later):
    held = curve.held(start, start + still)
    assert held.at(start - later) == pytest.approx(curve.at(start - later), abs=1e-6)
    assert held.at(start + still + later) == pytest.approx(curve.at(start + later), abs=1e-6)
    assert held.at(start + still / 2) == pytest.approx(curve.at(start), abs=1e-6)


@given(
    start=st.floats(0, 30),
    span=st.floats(1, 20),
    times=st.integers(1, 5),
    back=st.booleans(),
    into=st.floats(0.01, 0.99),
)
def test_loops_repeat_and_then_go_on(start, span, times, back, into):
    end = start + span
    loop = TimeCurve.looping(start, end, times, back, 1e4)
    assert loop.at(end - into * span) == pytest.approx(end - into * span)  # the first time
    passes = 2 * times - 1 if back else times
    for number in range(passes):
        shown = loop.at(start + (number + into) * span)
        backwards = back and number % 2
        assert shown == pytest.approx(start + (1 - into if backwards else into) * span)
    left = start + passes * span
    assert loop.at(left + 7) == pytest.approx(end + 7)  # goes on at speed 1
    forever = TimeCurve.looping(start, end, None, back, 500.0)
    shown = forever.at(np.linspace(start, 500, 300))
    assert (shown >= start - 1e-9).all()
    assert (shown <= end + 1e-9).all()


@given(speed=speeds, start=st.floats(0, 9), moment=st.floats(10, 60))
def test_what_is_shown_through_another_curve(speed, start, moment):
    loop = TimeCurve.looping(10, 20, None, False, 1e3)
    made = TimeCurve.playing(speed, start).then(loop)
    at = (moment - start) / speed
    assert made.at(at + 1e-6) == pytest.approx(float(loop.at(moment + 1e-6 * speed)), abs=1e-4)
    with pytest.raises(ValueError, match="plays forwards"):
        TimeCurve.playing(-1.0).then(loop)


@given(curve=forward_curves(), at=times)
def test_mirrored_and_delayed(curve, at):
    assert curve.mirrored(50.0).at(at) == pytest.approx(50 - curve.at(at), abs=1e-9)
    assert curve.delayed(7.0).at(at + 7) == pytest.approx(curve.at(at), abs=1e-9)


def test_a_jump_shows_the_later_of_its_two_moments():
    curve = TimeCurve((0.0, 10.0, 10.0, 20.0), (0.0, 10.0, 3.0, 13.0))
    assert curve.at(np.array([9.0, 9.5, 10.0, 11.0, 20.0, 22.0])).tolist() == [9, 9.5, 3, 4, 13, 15]
    assert curve.first_shown(8.0) == 8.0
    assert curve.first_shown(12.0) == 19.0
