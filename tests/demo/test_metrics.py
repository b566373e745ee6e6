import numpy as np
import pytest

from retime.demo.metrics import (
    AlphaOverlap,
    AlphaRatio,
    ChangeShare,
    SquaredError,
    identity_switches,
    match_people,
    mean_oks,
    track_similarity,
)


def test_psnr_of_a_known_error():
    error = SquaredError()
    error.add(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8))
    assert error.psnr == pytest.approx(0.0)
    # As many pixels again without error halve the mean: 10 log10(2) = 3.0103 dB.
    error.add(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2, 3), np.uint8))
    assert error.psnr == pytest.approx(3.0103, abs=1e-4)


def test_psnr_counts_only_the_region():
    first, second = np.zeros((1, 2, 3), np.uint8), np.zeros((1, 2, 3), np.uint8)
    second[0, 0] = 51  # a fifth of 255: 20 log10(5) = 13.9794 dB
    error = SquaredError()
    error.add(first, second, np.array([[True, False]]))
    assert error.psnr == pytest.approx(13.9794, abs=1e-4)


def test_psnr_of_nothing_and_of_equal_pictures():
    error = SquaredError()
    assert error.psnr is None
    picture = np.full((3, 3, 3), 7, np.uint8)
    error.add(picture, picture)
    assert error.psnr == 100.0


def people(*places: float) -> np.ndarray:
    """People whose 17 joints all lie at (place, 0). [P, 17, 2]"""
    return np.stack([np.tile([place, 0.0], (17, 1)) for place in places])


def truth(*places: float) -> np.ndarray:
    flagged = np.full((len(places), 17, 1), 2.0)
    return np.concatenate([people(*places), flagged], axis=-1)


def test_similarity_is_one_at_the_place_and_zero_for_the_absent():
    tracked = np.stack([people(10, 50), people(10, 50)])
    present = np.array([[True, True], [False, True]])
    true = np.stack([truth(10, 50), truth(10, 50)])
    similarity = track_similarity(tracked, present, true, np.full((2, 2), 100.0))
    np.testing.assert_allclose(similarity[0], np.eye(2), atol=1e-6)
    np.testing.assert_allclose(similarity[1], [[0, 0], [0, 1]], atol=1e-6)


def test_similarity_leaves_out_keypoints_outside_the_picture():
    tracked = people(10)[None]
    true = truth(10)[None]
    true[0, 0, 3:, 0] = 900  # far off, but
    true[0, 0, 3:, 2] = 0  # outside the picture
    similarity = track_similarity(tracked, np.array([[True]]), true, np.array([[100.0]]))
    assert similarity[0, 0, 0] == pytest.approx(1.0)


def test_similarity_of_a_known_distance():
    # The nose alone: sigma 0.026, so k = 0.052; at a distance of k * sqrt(area) OKS is exp(-1/2).
    true = truth(0)[None]
    true[0, 0, 1:, 2] = 0
    tracked = people(0.52)[None]  # 0.052 * sqrt(100)
    similarity = track_similarity(tracked, np.array([[True]]), true, np.array([[100.0]]))
    assert similarity[0, 0, 0] == pytest.approx(np.exp(-0.5), abs=1e-5)


def test_matching_is_one_to_one_over_the_whole_clip():
    # Both true people are nearest to tracked person 0, but only one may have it.
    similarity = np.array([[[0.9, 0.8], [0.6, 0.1]]])  # [T=1, P=2, N=2]
    assert match_people(similarity) == {0: 1, 1: 0}  # 0.6 + 0.8 > 0.9 + 0.1


def test_nobody_is_matched_to_a_person_never_near():
    assert match_people(np.zeros((3, 1, 2))) == {}


def test_a_missed_person_counts_zero_and_an_absent_one_not_at_all():
    similarity = np.zeros((4, 1, 1))
    similarity[:2] = 0.8
    seen = np.array([[True], [True], [True], [False]])
    assert mean_oks(similarity, seen) == pytest.approx((0.8 + 0.8 + 0.0) / 3)


def test_identity_switches():
    stay, swap = np.eye(2) * 0.9, np.eye(2)[::-1] * 0.9
    far = np.full((2, 2), 0.2)
    assert identity_switches(np.stack([stay, stay, stay])) == 0
    assert identity_switches(np.stack([stay, swap, swap])) == 2  # both people change once
    assert identity_switches(np.stack([stay, swap, stay])) == 4
    # Unmatched in between, a person keeps the memory of the last id.
    assert identity_switches(np.stack([stay, far, stay])) == 0
    assert identity_switches(np.stack([stay, far, swap])) == 2


def test_alpha_overlap_gathers_over_frames():
    overlap = AlphaOverlap(0.2)
    overlap.add(np.array([[0.9, 0.1, 0.3]]), np.array([[0.5, 0.0, 0.1]]))  # 1 shared, 2 either
    overlap.add(np.array([[0.0, 0.0]]), np.array([[0.3, 0.3]]))  # 0 shared, 2 either
    assert overlap.iou == pytest.approx(1 / 4)
    assert AlphaOverlap(0.2).iou == 1.0


def test_alpha_ratio():
    ratio = AlphaRatio()
    assert ratio.ratio is None
    region = np.array([[True, True, False]])
    ratio.add(np.array([[0.1, 0.2, 1.0]]), np.array([[0.3, 0.3, 0.0]]), region)
    assert ratio.ratio == pytest.approx(0.5)


def test_the_share_of_a_change_is_the_factor_that_fits_best():
    share = ChangeShare()
    assert share.ratio is None
    true = np.array([[[4.0, 0.0, -2.0], [9.0, 9.0, 9.0]]])
    predicted = np.array([[[1.0, 7.0, -3.0], [0.0, 0.0, 0.0]]])
    share.add(predicted, true, np.array([[True, False]]))
    # (1 * 4 + 7 * 0 + 3 * 2) / (16 + 4)
    assert share.ratio == pytest.approx(0.5)
