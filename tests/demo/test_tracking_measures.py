"""Measures of tracks on people drawn by hand, with figures worked out from the definitions."""

import numpy as np
import pytest

from retime.artifacts import Poses
from retime.demo.frame_matching import match_frames
from retime.demo.tracking_evaluation import figures, steadiness
from retime.demo.tracking_measures import TrackedClip, visible_share
from retime.demo.truth import VISIBLE
from retime.people.interpolation import INTERPOLATED, OBSERVED

FRAMES = 12


def body(x, y=100.0):
    """Joints [17, 2] of a person, no two in one place."""
    return np.stack([x + np.arange(17.0), y + 5 * np.arange(17.0)], axis=1)


def clip(true, tracked, present=None, visible=None, area=2500.0, state=OBSERVED):
    """A clip of true people [T, N, 17, 2] and tracked ones [T, P, 17, 2]."""
    true, tracked = np.asarray(true, float), np.asarray(tracked, float)
    flags = np.full((*true.shape[:3], 1), VISIBLE)
    present = np.ones(tracked.shape[:2], bool) if present is None else present
    return TrackedClip(
        "drawn",
        True,
        np.concatenate([true, flags], axis=-1),
        np.full(true.shape[:2], area),
        np.ones(true.shape[:2]) if visible is None else visible,
        tracked,
        present,
        np.full(tracked.shape[:3], state),
    )


def two(frames=FRAMES):
    return np.stack([[body(100), body(300)]] * frames)


def test_tracks_equal_to_the_truth_are_perfect():
    exact = figures([clip(two(), two())])
    assert exact["hota"] == pytest.approx(1)
    assert (exact["oks"], exact["id_switches"], exact["stolen_of_all"]) == (1.0, 0, 0.0)
    assert exact["occluded_oks"] is None


def test_a_person_missed_scores_0_where_they_are_hidden():
    visible = np.ones((FRAMES, 2))
    visible[:4, 1] = 0.05
    present = np.ones((FRAMES, 2), bool)
    present[:3, 1] = False
    result = figures([clip(two(), two(), present, visible)])
    assert result["occluded_frames"] == 4
    assert result["occluded_oks"] == pytest.approx(1 / 4)
    assert result["oks"] == pytest.approx(21 / 24)


def test_clips_weigh_by_their_frames():
    good = clip(two(FRAMES), two(FRAMES))
    missed = clip(two(2 * FRAMES)[:, :1], two(2 * FRAMES)[:, :0])
    # 24 person-frames right, 24 missed.
    assert figures([good, missed])["oks"] == pytest.approx(0.5)


def test_stolen_joints_are_those_nearer_to_the_other_s():
    true = np.stack([[body(100), body(120)]] * FRAMES)  # boxes overlap only from 104 + 16
    true[:, 1] -= [6, 0]
    tracked = true.copy()
    tracked[0, 0, 15] = true[0, 1, 15] + [-2, 0]  # 14 apart: 12 from its own, 2 from the other's
    tracked[1, 0, 16] = true[1, 0, 16] + [6, 0]  # 6 from its own, 8 from the other's
    stolen = clip(true, tracked).stolen
    assert (stolen.meeting, stolen.anywhere) == (1, 1)
    assert (stolen.of_meeting, stolen.of_all) == (2 * 17 * FRAMES, 2 * 17 * FRAMES)
    assert clip(true, tracked, state=INTERPOLATED).stolen.meeting_observed == 0


def test_a_stolen_joint_nearer_still_to_the_own_other_side_mixes_up_the_sides():
    true = np.stack([[body(100), body(104)]] * FRAMES)
    tracked = true.copy()
    # Left ankles at (115, 175) and, the other's, (119, 175); the own right one at (116, 180).
    tracked[0, 0, 15] = [117.5, 179]  # 4.7 from its own, 4.3 from the other's, 1.8 from the right
    tracked[1, 0, 15] = [119, 175]  # 4.0, 0.0 and 5.8
    stolen = clip(true, tracked).stolen
    assert (stolen.meeting, stolen.meeting_mixed) == (2, 1)


def test_people_apart_do_not_meet():
    tracked = two()
    tracked[0, 0, 3] = two()[0, 1, 3]
    stolen = clip(two(), tracked).stolen
    assert (stolen.of_meeting, stolen.anywhere) == (0, 1)


def test_somebody_at_the_picture_s_edge_counts_neither_way():
    case = clip(two(), two())
    case.true[:, 1, :10, 2] = 0  # seven joints in the picture
    assert figures([case])["hota"] == pytest.approx(1)
    case = clip(two(), two()[:, :1])
    case.true[:, 1, :10, 2] = 0
    assert figures([case])["hota"] == pytest.approx(1)
    case = clip(two(), two()[:, :1])
    case.true[:, 1, :8, 2] = 0  # nine: missed in half of all
    assert figures([case])["detection_accuracy"] == pytest.approx(0.5)


def moving(frames=FRAMES, speed=4.0):
    return np.stack([[body(100 + speed * t)] for t in range(frames)])


def test_tracks_a_frame_late_lag_by_a_frame():
    late = np.concatenate([moving()[:1] - [4, 0], moving()[:-1]])
    assert steadiness([clip(moving(), late)])["lag"] == pytest.approx(1)
    assert steadiness([clip(moving(), moving())])["lag"] == pytest.approx(0)


def test_jitter_is_the_error_off_its_neighbours():
    trembling = moving()
    trembling[::2] += [1, 0]
    # One pixel off the mean of both neighbours, the root of the area being 50.
    assert steadiness([clip(moving(), trembling)])["jitter"] == pytest.approx(0.02)
    assert steadiness([clip(moving(), moving() + np.array([3, 1]))])["jitter"] == pytest.approx(
        0, abs=1e-12
    )


class DrawnTruth:
    """As much of a ``Truth`` as the share to be seen follows from: person 2 stands in front."""

    order = np.array([[1, 2]])
    body = np.zeros((1, 2, 4, 10), np.uint8)
    carried = np.zeros((1, 2, 4, 10), np.uint8)


def test_the_visible_share_is_what_nearer_people_and_their_things_leave():
    true = DrawnTruth()
    true.body[0, 0, :, :5] = 255  # 20 pixels
    true.body[0, 1, :, 4:] = 255  # hides 4
    true.carried[0, 1, 0, :2] = 255  # hides 2
    np.testing.assert_allclose(visible_share(true), [[14 / 20, 1.0]])


def test_frames_are_matched_by_likeness_and_nothing_else(tmp_path):
    keypoints = np.full((4, 2, 17, 3), np.nan, np.float32)
    boxes = np.full((4, 2, 4), np.nan, np.float32)
    for t, people in enumerate([[100, 300], [302, 101], [102], [103, 304]]):
        for entry, x in enumerate(people):
            keypoints[t, entry, :, :2], keypoints[t, entry, :, 2] = body(x), 0.9
            boxes[t, entry] = [x, 100, x + 16, 180]
    common = {
        "clip": "drawn", "source_size": [640, 360], "working_size": [224, 126],
        "fps": [24, 1], "start_seconds": 0.0,
    }  # fmt: skip
    with Poses.create(
        tmp_path / "poses.h5", sizes={"T": 4, "P": 2}, parameters={}, **common
    ) as poses:
        poses.keypoints[:], poses.box[:], poses.score[:] = keypoints, boxes, 0.9
    with Poses.open(tmp_path / "poses.h5") as poses:
        places, present = match_frames(poses)
    # The second person is missed in frame 2 and comes back as a third.
    assert present.T.tolist() == [
        [True, True, True, True],
        [True, True, False, False],
        [False, False, False, True],
    ]
    np.testing.assert_allclose(places[:, 0, 0, 0], [100, 101, 102, 103])
