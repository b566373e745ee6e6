import cv2
import numpy as np
import pytest

from retime.people.detection import Detector, blend, crop_square, merge
from retime.people.movenet import People
from retime.people.similarity import oks

from .figures import box_of, standing


def people(*poses, scores):
    return People(np.array(poses), np.array([box_of(p) for p in poses]), np.array(scores))


def test_a_repeated_person_is_dropped_and_the_best_kept():
    once, again, other = standing(100, 200), standing(101, 201), standing(180, 200)
    merged = merge(people(once, other, again, scores=[0.4, 0.3, 0.6]))
    np.testing.assert_array_equal(merged.keypoints, [again, other])
    np.testing.assert_array_equal(merged.scores, [0.6, 0.3])


def test_people_side_by_side_are_two():
    # 30 px apart at a height of 100: boxes overlap, joints do not.
    pair = people(standing(100, 200), standing(130, 200), scores=[0.4, 0.3])
    assert len(merge(pair).scores) == 2


def test_joints_below_trust_do_not_make_two_people_one():
    first, second = standing(100, 200), standing(180, 200)
    first[1:, 2] = second[1:, 2] = 0.1
    second[1:, :2] = first[1:, :2]
    assert len(merge(people(first, second, scores=[0.5, 0.4])).scores) == 2


def test_merging_nobody():
    assert len(merge(People(np.empty((0, 17, 3)), np.empty((0, 4)), np.empty(0))).scores) == 0


def test_a_crop_maps_back_to_the_picture():
    image = np.zeros((200, 300, 3), np.uint8)
    image[80:84, 120:124] = 255
    crop, corner, scale = crop_square(image, np.array([100.0, 60, 140, 140]))
    # 80 high times 1.25 is 100, around the middle (120, 100).
    np.testing.assert_array_equal(corner, [70, 50])
    assert scale == 2.56
    y, x = (axis.mean() for axis in np.nonzero(crop[..., 0] > 127))
    np.testing.assert_allclose((np.array([x, y]) + 0.5) / scale + corner, [122, 82], atol=0.2)


def test_a_crop_beyond_the_picture_is_black_there():
    image = np.full((100, 100, 3), 200, np.uint8)
    crop, corner, _ = crop_square(image, np.array([-40.0, -40, 40, 40]))
    np.testing.assert_array_equal(corner, [-50, -50])
    assert (crop[:127, :] == 0).all()
    assert (crop[129:, 129:] == 200).all()
    outside, _, _ = crop_square(image, np.array([400.0, 400, 440, 440]))
    assert (outside == 0).all()


def test_two_answers_are_blended_joint_by_joint():
    coarse, fine = standing(100, 200, score=0.8), standing(102, 200, score=0.4)
    fine[9, :2] += [60, 0]  # the hand of somebody else
    blended = blend(coarse, fine, area=2000.0, share=0.25)
    np.testing.assert_array_equal(blended[9], coarse[9])
    others = np.delete(np.arange(17), [*range(5), 9])
    np.testing.assert_allclose(blended[others, 0], coarse[others, 0] + 0.5)
    np.testing.assert_allclose(blended[others, 2], 0.7)


def test_the_answer_for_somebody_else_does_not_count():
    coarse, fine = standing(100, 200), standing(140, 200)
    np.testing.assert_array_equal(blend(coarse, fine, area=2000.0, share=0.5), coarse)
    weak = standing(101, 200, score=0.1)
    np.testing.assert_array_equal(blend(coarse, weak, area=2000.0, share=0.5), coarse)


@pytest.fixture(scope="module")
def detector(models):
    return Detector(models)


def test_both_children_are_found(detector, bedroom):
    found = detector(bedroom[0])
    assert len(found.scores) == 2
    assert (np.diff(found.scores) <= 0).all()
    # Read off the frame by eye: the boy's face and the girl's.
    heads = found.keypoints[:, :5, :2].mean(axis=1)
    np.testing.assert_allclose(heads[np.argsort(heads[:, 0])], [[268, 182], [408, 65]], atol=15)


def test_a_shifted_picture_gives_shifted_people(detector, bedroom):
    shifted = np.roll(bedroom[0], (0, 60), axis=(0, 1))
    shifted[:, :60] = bedroom[0][:, :60]
    first, second = detector(bedroom[0]), detector(shifted)
    best = second.keypoints[0].copy()
    best[:, 0] -= 60
    agreement = oks(first.keypoints[:, :, :2], best[None, :, :2], 200.0 * 400)
    assert agreement.max() > 0.9


def test_places_do_not_depend_on_the_size_of_the_picture(detector, bedroom):
    half = cv2.resize(bedroom[0], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    large, small = detector(bedroom[0]), detector(half)
    places = (small.keypoints[..., :2] + 0.5) * 2 - 0.5
    agreement = oks(large.keypoints[:, None, :, :2], places[None], 200.0 * 400)
    assert (agreement.max(axis=1) > 0.9).all()


def test_without_refinement_people_are_found_too(models, bedroom):
    assert len(Detector(models, refine=False)(bedroom[0]).scores) == 2


def test_an_empty_room_has_nobody(detector):
    found = detector(np.full((90, 160, 3), 127, np.uint8))
    assert found.keypoints.shape == (0, 17, 3)
    assert found.boxes.shape == (0, 4)
