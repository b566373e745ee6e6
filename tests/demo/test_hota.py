"""HOTA and switches on cases worked out by hand from the definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.demo.hota import count_hota, count_switches


def everywhere(frames, people):
    return np.ones((frames, people), bool)


def test_tracks_equal_to_the_truth_score_1():
    similarity = np.tile(np.eye(2), (5, 1, 1))
    counts = count_hota(similarity, everywhere(5, 2), everywhere(5, 2))
    assert counts.score == pytest.approx(1.0)
    assert count_switches(similarity, everywhere(5, 2), everywhere(5, 2)) == 0


def test_half_the_frames_missed():
    # 2 of 4 detected: DetA = 2 / 4; of the one pair 2 shared, 2 true ones alone: AssA = 2 / 4.
    tracked = np.array([[1], [1], [0], [0]], bool)
    counts = count_hota(np.ones((4, 1, 1)), tracked, everywhere(4, 1))
    np.testing.assert_allclose(counts.detection_accuracy, 0.5)
    np.testing.assert_allclose(counts.association_accuracy, 0.5)
    assert counts.score == pytest.approx(0.5)


def test_an_exchange_in_the_middle_halves_the_association_twice():
    # Everybody is detected. Each pair shares 2 frames of 4 + 4: 2 / 6.
    similarity = np.stack([np.eye(2), np.eye(2), 1 - np.eye(2), 1 - np.eye(2)])
    counts = count_hota(similarity, everywhere(4, 2), everywhere(4, 2))
    np.testing.assert_allclose(counts.detection_accuracy, 1.0)
    np.testing.assert_allclose(counts.association_accuracy, 1 / 3)
    assert counts.score == pytest.approx(np.sqrt(1 / 3))
    assert count_switches(similarity, everywhere(4, 2), everywhere(4, 2)) == 2


def test_an_inexact_place_counts_at_the_thresholds_below_it():
    # Similarity 0.72 reaches 0.05 to 0.70: 14 of 19.
    counts = count_hota(np.full((3, 1, 1), 0.72), everywhere(3, 1), everywhere(3, 1))
    assert counts.score == pytest.approx(14 / 19)
    assert (counts.missed[14:] == 3).all()
    assert (counts.surplus[14:] == 3).all()


def test_a_threshold_reached_exactly_is_reached():
    counts = count_hota(np.full((1, 1, 1), 0.15), everywhere(1, 1), everywhere(1, 1))
    assert counts.matched.sum() == 3


def test_a_phantom_costs_detection_only():
    # 4 matches, 4 surplus: DetA 1/2; the pair agrees wholly.
    similarity = np.zeros((4, 2, 1))
    similarity[:, 0, 0] = 1
    counts = count_hota(similarity, everywhere(4, 2), everywhere(4, 1))
    assert counts.score == pytest.approx(np.sqrt(0.5))


def test_clips_add_up():
    # One matched frame in one clip, one missed in another: DetA 1/2, AssA 1.
    good = count_hota(np.ones((1, 1, 1)), everywhere(1, 1), everywhere(1, 1))
    empty = count_hota(np.empty((1, 0, 1)), everywhere(1, 0), everywhere(1, 1))
    assert (good + empty).score == pytest.approx(np.sqrt(0.5))


def test_somebody_unseen_for_a_while_who_comes_back_as_another_is_a_switch():
    similarity = np.zeros((5, 2, 1))
    similarity[:2, 0], similarity[3:, 1] = 1, 1
    tracked = np.array([[1, 0], [1, 0], [0, 0], [0, 1], [0, 1]], bool)
    assert count_switches(similarity, tracked, everywhere(5, 1)) == 1


def test_who_was_matched_stays_matched_while_it_is_good_enough():
    # A second tracked person is nearer for a frame: the first is still close enough.
    similarity = np.array([[[0.9], [0.1]], [[0.6], [0.95]], [[0.9], [0.1]]])
    assert count_switches(similarity, everywhere(3, 2), everywhere(3, 1)) == 0
    similarity[1, 0] = 0.4  # no longer
    assert count_switches(similarity, everywhere(3, 2), everywhere(3, 1)) == 2


@given(st.integers(0, 2**31), st.integers(1, 4), st.integers(1, 4))
def test_hota_lies_between_its_bounds_and_names_do_not_matter(seed, people, truths):
    rng = np.random.default_rng(seed)
    similarity = rng.uniform(size=(6, people, truths))
    tracked, true = rng.uniform(size=(6, people)) < 0.7, rng.uniform(size=(6, truths)) < 0.7
    counts = count_hota(similarity, tracked, true)
    assert 0 <= counts.score <= 1
    order = rng.permutation(people)
    other = count_hota(similarity[:, order], tracked[:, order], true)
    assert other.score == pytest.approx(counts.score, abs=1e-12)
    np.testing.assert_array_equal(counts.matched + counts.missed, true.sum())
    np.testing.assert_array_equal(counts.matched + counts.surplus, tracked.sum())
