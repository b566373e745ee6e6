"""Running, dancing, cartwheels and sitting: feet that bear weight stay, nothing goes through."""

import numpy as np
import pytest

from retime.demo.cartwheel import Cartwheel
from retime.demo.cast import person_of_height, sole_of
from retime.demo.dancing import Dance
from retime.demo.running import Run
from retime.demo.sitting import SEAT, Sit
from retime.demo.succession import Succession
from retime.demo.walking import Walk

from .test_motions import joint, lowest


@pytest.fixture(scope="module")
def person():
    return person_of_height(1.7, seed=0)


@pytest.fixture(scope="module")
def run(person):
    return Run(person, sole_of(person), start=(-1.0, 2.0), speed=3.0, period=0.7)


@pytest.fixture(scope="module")
def dance(person):
    return Dance(person, sole_of(person), place=(0.4, 1.0), count=0.5)


@pytest.fixture(scope="module")
def wheel(person):
    return Cartwheel(person, sole_of(person), place=(-1.0, 1.0), begin=0.4, seconds=1.2)


@pytest.fixture(scope="module")
def sit(person):
    return Sit(person, sole_of(person), place=(0.2, 1.0), radius=0.3, down=0.3, up=2.0, move=0.9)


def test_the_run_covers_its_distance(run):
    np.testing.assert_allclose(run.at(1.4).pelvis - run.at(0.0).pelvis, [4.2, 0, 0], atol=1e-9)


def test_a_runner_is_in_the_air_between_the_steps_and_on_the_ground_in_them(run):
    # The left foot bears from 0 to 0.34 of the period, the right one half a period later.
    on_ground = lowest(run, run.at(0.17 * 0.7)) - run.sole
    in_the_air = lowest(run, run.at(0.42 * 0.7)) - run.sole
    assert on_ground == pytest.approx(0.0, abs=0.015)
    assert in_the_air > 0.05


def test_a_runner_s_foot_does_not_slide_while_it_bears(run):
    times = 0.7 * 0.34 * np.array([0.26, 0.32, 0.38])  # flat on the ground
    ankles = np.array([joint(run, "left_ankle", run.at(t)) for t in times])
    assert np.ptp(ankles, axis=0).max() < 0.006


def test_no_runner_s_foot_goes_through_the_floor(run):
    assert min(lowest(run, run.at(t)) - run.sole for t in np.arange(0, 0.7, 0.035)) > -0.03


def test_a_bar_of_the_dance_leads_back_to_where_it_began(dance):
    np.testing.assert_allclose(dance.at(2.0).pelvis, dance.at(0.0).pelvis, atol=1e-9)
    right = joint(dance, "right_ankle", dance.at(0.5 * 1.5)) - joint(
        dance, "right_ankle", dance.at(0.0)
    )
    assert np.linalg.norm(right[:2]) == pytest.approx(0.38 * dance.shape.height / 1.7, abs=0.09)


def test_a_dancer_stands_on_the_floor(dance):
    depths = [lowest(dance, dance.at(t)) - dance.sole for t in np.arange(0, 2.0, 0.1)]
    assert min(depths) > -0.02
    assert max(depths) < 0.02


def test_a_wandering_dancer_wanders(person):
    dance = Dance(person, sole_of(person), (0.0, 1.0), count=0.5, wander=(0.8, -0.1))
    np.testing.assert_allclose(
        dance.at(2.0).pelvis - dance.at(0.0).pelvis, [1.6, -0.2, 0], atol=1e-9
    )


def test_a_cartwheel_goes_over_the_hands_and_ends_on_the_feet(wheel):
    before, middle, after = (wheel.at(t) for t in (0.0, 1.0, 2.2))
    for stance, upright in ((before, True), (middle, False), (after, True)):
        head = joint(wheel, "head", stance)[2]
        feet = joint(wheel, "left_ankle", stance)[2]
        assert (head > feet) == upright
    assert after.pelvis[0] - before.pelvis[0] > 1.5  # a wheel rolls on
    np.testing.assert_allclose(after.pelvis[2], before.pelvis[2], atol=0.03)


def test_a_cartwheel_touches_the_floor_all_along(wheel):
    depths = np.array([lowest(wheel, wheel.at(t)) for t in np.arange(0, 2.2, 0.08)])
    assert depths.min() > -0.09  # arms and legs would give
    assert depths.max() < 0.09


def test_somebody_seated_sits_on_the_ball_with_their_feet_where_they_were(sit):
    standing, seated = sit.at(0.0), sit.at(1.6)
    scale = sit.shape.height / 1.7
    # On top of the ball, which gives by 3 cm; rocking by 12 mm.
    assert seated.pelvis[2] == pytest.approx(0.6 - 0.03 + SEAT * scale, abs=0.013)
    np.testing.assert_allclose(seated.pelvis[:2], [0.2, 1.0 - 0.04], atol=1e-9)
    for side in ("left", "right"):
        ankles = [joint(sit, f"{side}_ankle", stance) for stance in (standing, seated)]
        np.testing.assert_allclose(ankles[0], ankles[1], atol=0.02)
    np.testing.assert_allclose(seated.carried, [0.2, 1.0, 0.3])


def test_a_succession_takes_the_second_motion_from_its_instant(person):
    there = Walk(person, sole_of(person), (0.0, 1.0))
    back = Walk(person, sole_of(person), (5.0, 1.0), yaw=-np.pi / 2)
    both = Succession(there, back, 2.0)
    assert both.shape is person
    np.testing.assert_array_equal(both.at(1.99).pelvis, there.at(1.99).pelvis)
    np.testing.assert_array_equal(both.at(2.0).pelvis, back.at(2.0).pelvis)
