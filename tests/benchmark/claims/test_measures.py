import math

import numpy as np
import pytest

from retime.benchmark.claims.drawn import DrawnClip
from retime.benchmark.claims.measures import (
    alpha_ratio,
    effect_found,
    likeness,
    part_region,
    reached,
    share_shown,
)
from retime.benchmark.claims.people import square


def test_a_share_is_told_from_nothing_and_from_all():
    frames, nothing = np.full((1, 2, 2, 3), 0.8), np.full((1, 2, 2, 3), 0.4)
    everywhere = np.ones((1, 2, 2), bool)
    assert share_shown(frames, frames, nothing, everywhere) == 1
    assert share_shown(nothing, frames, nothing, everywhere) == 0
    assert share_shown(nothing + 0.1, frames, nothing, everywhere) == pytest.approx(0.25)
    assert share_shown(nothing - 0.4, frames, nothing, everywhere) == pytest.approx(-1)


def test_a_curve_reaches_a_level_between_two_records():
    assert reached([20, 40, 60], [0.1, 0.3, 0.7]) == 50
    assert reached([20, 40], [0.6, 0.9]) == 20
    assert reached([20, 40], [0.1, 0.4]) == math.inf


def test_a_part_counts_where_it_is_alone_in_sight_or_hidden():
    clip = DrawnClip("parts", np.zeros((1, 4, 12, 3), np.uint8))
    mine, other = clip.layer("mine"), clip.layer("other")
    mine.put("shadow", 0, square(4, (0, 0, 0)), 0, 0)
    mine.put("body", 0, square(4, (9, 9, 9)), 3, 0)
    other.put("body", 0, square(4, (9, 9, 9)), 5, 0)
    columns = [part_region(clip, 0, *a)[0, 0] for a in (("shadow",), ("body",), ("body", True))]
    assert [np.flatnonzero(c).tolist() for c in columns] == [[0, 1, 2], [4], [5, 6]]


def test_alpha_is_compared_where_told():
    found, true = np.array([[[0.5, 0.9]]]), np.array([[[1.0, 0.2]]])
    assert alpha_ratio(found, true, np.array([[[True, False]]])) == 0.5
    assert math.isnan(alpha_ratio(found, true, np.zeros((1, 1, 2), bool)))


def test_what_is_found_by_mistake_counts_against_an_effect():
    true = np.zeros((1, 20, 40))
    true[0, 8:12, 4:8] = 0.5  # 16 pixels of alpha 0.5: 8 to be found
    nobody = np.zeros(true.shape, bool)
    assert effect_found(true, true, nobody) == 1
    assert effect_found(0 * true, true, nobody) == 0
    assert effect_found(true / 2, true, nobody) == pytest.approx(0.5)
    beside, far = true.copy(), true.copy()
    beside[0, 8:12, 9] = 1  # 4 wrong, within 5 pixels
    far[0, 8:12, 30] = 1
    assert effect_found(beside, true, nobody) == pytest.approx(0.5)
    assert effect_found(far, true, nobody) == 1
    assert effect_found(beside, true, beside == 1) == 1  # not judged there


def test_likeness_is_over_all_frames_together():
    true = np.zeros((2, 4, 4, 3), np.uint8)
    off = true.copy()
    off[1] = 51  # a fifth of white in half of the pixels
    assert likeness(off, true) == pytest.approx(10 * math.log10(50))
    where = np.zeros((2, 4, 4), bool)
    where[1, 0, 0] = True
    assert likeness(off, true, where) == pytest.approx(10 * math.log10(25))
