import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.camera.fitting import derivatives, fit_homography, transform

TRUE = np.array([[1.02, 0.03, 4.0], [-0.02, 0.98, -3.0], [2e-4, -1e-4, 1.0]])


def points(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 300, (count, 2))


def test_transform_by_hand():
    homography = np.array([[2.0, 0, 1], [0, 3, 0], [0, 0.1, 1]])
    assert transform(homography, np.array([[4.0, 10.0]])).tolist() == [[4.5, 15.0]]  # 9/2, 30/2


def test_derivatives_match_differences():
    where, by_elements = points(5), derivatives(TRUE, points(5))
    for element in range(8):
        change = np.zeros(9)
        change[element] = step = 1e-6 * (1e-3 if element > 5 else 1)
        moved = transform(TRUE + change.reshape(3, 3), where) - transform(TRUE, where)
        assert by_elements[:, :, element] == pytest.approx(moved / step, rel=1e-3, abs=1e-3)


def test_exact_pairs_give_the_exact_homography():
    source = points(20)
    found, distance = fit_homography(np.eye(3), source, transform(TRUE, source))
    assert found == pytest.approx(TRUE, abs=1e-9)
    assert distance.max() < 1e-9


@given(st.integers(0, 1000))
def test_a_third_of_outliers_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    source = points(120, seed)
    target = transform(TRUE, source) + rng.normal(0, 0.1, source.shape)
    target[:40] += rng.uniform(3, 20, (40, 2))
    start = TRUE.copy()
    start[:2, 2] += rng.normal(0, 1, 2)  # as voted: a pixel off
    found, _ = fit_homography(start, source, target)
    framed = np.array([[0, 0], [300, 0], [300, 300], [0, 300.0]])
    assert np.abs(transform(found, framed) - transform(TRUE, framed)).max() < 0.4
