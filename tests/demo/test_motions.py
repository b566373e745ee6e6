from dataclasses import replace

import numpy as np
import pytest

from retime.demo.cast import person_of_height, sole_of
from retime.demo.jumping import GRAVITY, Jump
from retime.demo.limbs import Foot, Limbs
from retime.demo.walking import Walk


@pytest.fixture(scope="module")
def person():
    return person_of_height(1.7, seed=0)


@pytest.fixture(scope="module")
def jump(person):
    return Jump(person, sole_of(person), place=(0.5, 1.0), yaw=0.4, period=1.1, height=0.3)


@pytest.fixture(scope="module")
def walk(person):
    return Walk(person, sole_of(person), start=(-1.0, 2.0), speed=1.1, period=1.06)


def joint(motion, name, stance):
    return Limbs(motion.shape).joint(name, stance.angles) + stance.pelvis


def lowest(motion, stance):
    """Lowest vertex of the bare body in the world."""
    shape = motion.shape
    return (shape.pose(stance.angles)[:, 2] - Limbs(shape).pelvis[2]).min() + stance.pelvis[2]


def test_the_flight_is_a_parabola(jump):
    # Second differences of the pelvis' height over 0.02 s in the middle of the flight: -g.
    apex = 1.1 - 0.27
    z = np.array([jump.at(apex + dt).pelvis[2] for dt in (-0.02, 0.0, 0.02)])
    assert (z[0] - 2 * z[1] + z[2]) / 0.02**2 == pytest.approx(-GRAVITY, rel=1e-3)


def test_the_jump_rises_as_high_as_said_and_lands_where_it_began(jump):
    times = np.arange(0, 1.1, 0.005)
    heights = np.array([jump.at(t).pelvis[2] for t in times])
    take_off = jump._heights[1]
    assert heights.max() - take_off == pytest.approx(0.3, abs=2e-3)
    assert jump.at(1.1 - 1e-9).pelvis[2] == pytest.approx(jump.at(0.0).pelvis[2], abs=1e-6)
    assert np.abs(np.diff(heights)).max() < 0.005 * 3.2  # nowhere faster than the fall


def test_shoes_touch_the_floor_in_contact_and_leave_it_in_flight(jump):
    sole = jump.sole
    for t in (0.1, 0.25, 0.4):
        assert lowest(jump, jump.at(t)) - sole == pytest.approx(0.0, abs=0.012)
    assert lowest(jump, jump.at(1.1 - 0.27)) > 0.25


def test_feet_stay_where_they_stand_in_the_crouch(jump):
    ankles = np.array([joint(jump, "left_ankle", jump.at(t)) for t in (0.2, 0.25, 0.3, 0.35)])
    assert np.ptp(ankles, axis=0).max() < 0.003


def test_a_period_too_short_for_the_flight_is_refused(jump):
    with pytest.raises(ValueError, match="needs a period of"):
        replace(jump, period=0.6).at(0.0)


def test_the_walk_covers_its_distance(walk):
    first, later = walk.at(0.0).pelvis, walk.at(2 * 1.06).pelvis
    np.testing.assert_allclose(later - first, [1.1 * 2 * 1.06, 0, 0], atol=1e-9)


@pytest.mark.parametrize(("side", "strike"), [("left", 0.0), ("right", 0.53)])
def test_the_stance_foot_does_not_slide(walk, side, strike):
    # Flat from a fifth to half of the stance of 0.62 * 1.06 s.
    times = strike + 0.657 * np.array([0.22, 0.3, 0.4, 0.48])
    ankles = np.array([joint(walk, f"{side}_ankle", walk.at(t)) for t in times])
    assert np.ptp(ankles, axis=0).max() < 0.004


def test_no_foot_goes_through_the_floor(walk):
    depths = [lowest(walk, walk.at(t)) - walk.sole for t in np.arange(0, 1.06, 0.053)]
    assert min(depths) > -0.012
    assert max(depths) < 0.015  # somebody who walks always has a foot on the ground


def test_hands_hold_the_ball(person):
    walk = Walk(person, sole_of(person), (0, 0), hold=(0.47, 0.06), grip=0.39)
    for t in (0.0, 0.3, 0.8):
        stance = walk.at(t)
        assert stance.carried is not None
        for side in ("left", "right"):
            away = np.linalg.norm(joint(walk, f"{side}_wrist", stance) - stance.carried)
            assert away == pytest.approx(0.39, abs=0.01)


def test_a_reached_ankle_is_at_its_target(person):
    limbs = Limbs(person)
    target = limbs.joint("left_ankle", {}) + np.array([0.05, -0.2, 0.15])
    angles = limbs.reach({"left_knee": 0.5}, "left", "ankle", target)
    np.testing.assert_allclose(limbs.joint("left_ankle", angles), target, atol=5e-4)


def test_a_foot_rolls_about_its_toes_and_its_heel():
    foot = Foot(ankle=0.08, heel=0.06, toe=0.18)
    assert foot.rolled(0.0) == pytest.approx((0.0, 0.08))
    # Upright on the toes the ankle stands its height before them, as high as they were far.
    assert foot.rolled(np.pi / 2) == pytest.approx((0.18 + 0.08, 0.18))
    # Upright on the heel: behind the heel by its height, as high as the heel was far.
    assert foot.rolled(-np.pi / 2) == pytest.approx((-0.06 - 0.08, 0.06))
