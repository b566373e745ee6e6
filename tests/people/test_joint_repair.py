import numpy as np
import pytest

from retime.people.joint_repair import (
    drop_half_hidden,
    drop_slips,
    drop_stretched,
    drop_weak,
    exchanged_frames,
    repair_exchanged,
)

from .figures import standing

HEIGHT = np.full(20, 100.0)


def walking(count=20, speed=3.0):
    """A person seen from the front who moves sideways, left ankle a step before the right."""
    poses = np.stack([standing(speed * t, 200) for t in range(count)])
    poses[:, 15, 0] += 10
    return poses


def exchange(pose, *pairs):
    for left, right in pairs:
        pose[[left, right]] = pose[[right, left]]


def test_weak_joints_are_forgotten_with_place_and_score():
    pose = standing(0, 0)
    pose[[3, 8], 2] = 0.19
    dropped = drop_weak(pose, 0.2)
    assert np.isnan(dropped[[3, 8]]).all()
    assert np.isfinite(np.delete(dropped, [3, 8], axis=0)).all()


def test_legs_exchanged_for_a_few_frames_are_put_back():
    poses = walking()
    wrong = poses.copy()
    for t in (6, 7, 8):
        exchange(wrong[t], (11, 12), (13, 14), (15, 16))
    np.testing.assert_array_equal(repair_exchanged(wrong, HEIGHT, 30), poses)


def test_shins_exchanged_alone_are_put_back():
    poses = walking()
    wrong = poses.copy()
    exchange(wrong[12], (13, 14), (15, 16))
    np.testing.assert_array_equal(repair_exchanged(wrong, HEIGHT, 30), poses)


def test_scores_go_with_their_joints():
    poses = walking()
    poses[:, 15, 2], poses[:, 16, 2] = 0.8, 0.4
    wrong = poses.copy()
    exchange(wrong[5], (11, 12), (13, 14), (15, 16))
    np.testing.assert_array_equal(repair_exchanged(wrong, HEIGHT, 30), poses)


def test_legs_that_really_cross_are_left_alone():
    # Seen from the side: ankles swing past one another, 26 px apart at most, every 10 frames.
    poses = np.stack([standing(0, 200) for _ in range(60)])
    swing = 13 * np.cos(np.arange(60) * np.pi / 10)
    for joint, sign, share in ((15, 1, 1), (16, -1, 1), (13, 1, 0.5), (14, -1, 0.5)):
        poses[:, joint, 0] = sign * share * swing
    poses[:, [11, 12], 0] = 0
    np.testing.assert_array_equal(repair_exchanged(poses, np.full(60, 100.0), 30), poses)


def test_a_person_who_turns_round_is_left_alone():
    # Shoulders and hips go through one another within a second.
    angle = np.linspace(0, np.pi, 30)
    poses = np.stack([standing(0, 200) for _ in range(30)])
    poses[..., 0] *= np.cos(angle)[:, None]
    np.testing.assert_array_equal(repair_exchanged(poses, np.full(30, 100.0), 30), poses)


def test_long_ago_places_say_nothing():
    left, right = np.full((30, 1, 2), np.nan), np.full((30, 1, 2), np.nan)
    left[:5], right[:5] = [10, 0], [-10, 0]
    left[25:], right[25:] = [-10, 0], [10, 0]
    height = np.full(30, 100.0)
    assert not exchanged_frames(left, right, height, memory=9).any()
    # With a memory that spans the gap, the shorter side is the exchanged one; five against five
    # are a draw that the first frames win.
    assert exchanged_frames(left, right, height, memory=25).sum() == 5


def test_nobody_is_not_exchanged():
    unknown = np.full((3, 2, 2), np.nan)
    assert not exchanged_frames(unknown, unknown, np.full(3, 100.0), 9).any()


def test_a_standing_person_is_not_stretched():
    poses = walking()
    np.testing.assert_array_equal(drop_stretched(poses, HEIGHT), poses)


def test_an_ankle_out_of_reach_is_forgotten():
    poses = walking()
    poses[4, 15, :2] = poses[4, 13, :2] + [1.5 * 24.6 + 0.1, 0]
    poses[5, 15, :2] = poses[5, 13, :2] + [1.5 * 24.6 - 0.1, 0]
    dropped = drop_stretched(poses, HEIGHT)
    assert np.argwhere(np.isnan(dropped[..., 0])).tolist() == [[4, 15]]


def test_where_the_knee_is_unknown_the_ankle_is_judged_from_the_hip():
    poses = walking()
    poses[4:6, 13] = np.nan
    reach = 1.5 * (24.5 + 24.6)
    poses[4, 15, :2] = poses[4, 11, :2] + [0, reach + 0.1]
    poses[5, 15, :2] = poses[5, 11, :2] + [0, reach - 0.1]
    dropped = drop_stretched(poses, HEIGHT)
    assert np.isnan(dropped[4, 15]).all()
    assert np.isfinite(dropped[5, 15]).all()


def test_a_face_far_from_the_shoulders_is_forgotten():
    poses = walking()
    poses[4, 0, :2] = poses[4, 5:7, :2].mean(axis=0) - [0, 1.5 * 25 + 0.1]
    dropped = drop_stretched(poses, HEIGHT)
    assert np.argwhere(np.isnan(dropped[..., 0])).tolist() == [[4, 0]]


def test_a_joint_that_leaps_away_for_two_frames_is_forgotten():
    poses = walking()
    poses[9:11, 10, :2] += [40, 0]
    dropped = drop_slips(poses, HEIGHT, 30)
    assert np.argwhere(np.isnan(dropped[..., 0])).tolist() == [[9, 10], [10, 10]]


def test_fast_arms_are_no_slips():
    # A wrist that swings through 80 px and back in 20 frames, up to 13 px a frame.
    poses = walking(speed=0)
    poses[:, 10, 0] += 40 * np.sin(np.arange(20) * np.pi / 10)
    np.testing.assert_array_equal(drop_slips(poses, HEIGHT, 30), poses)


def test_a_joint_seen_in_few_frames_is_not_judged():
    poses = walking()
    poses[:, 10] = np.nan
    poses[3, 10], poses[5, 10] = [0, 0, 0.9], [90, 0, 0.9]
    np.testing.assert_array_equal(drop_slips(poses, HEIGHT, 30), poses)


def lost_at(poses, first, last):
    """Somebody not found from ``first`` to ``last``."""
    poses = poses.copy()
    poses[first : last + 1] = np.nan
    return poses


def test_guesses_next_to_a_hidden_stretch_are_forgotten():
    poses = lost_at(walking(40), 15, 25)
    poses[13:15, :, 2] = 0.4  # below 0.5, and below 0.8 of 0.9
    poses[26, :10, 2] = 0.3  # 7 of 17 are sure
    dropped = drop_half_hidden(poses, 30)
    forgotten = np.isfinite(poses[..., 0]).any(1) & ~np.isfinite(dropped[..., 0]).any(1)
    assert np.flatnonzero(forgotten).tolist() == [13, 14, 26]
    np.testing.assert_array_equal(dropped[27:], poses[27:])


@pytest.mark.parametrize(("sure", "kept"), [(10, False), (11, True)])
def test_a_pose_is_sure_when_six_in_ten_of_its_joints_are(sure, kept):
    poses = lost_at(walking(40), 15, 25)
    poses[26, sure:, 2] = 0.3  # 0.6 of 17 joints are 10.2
    assert np.isfinite(drop_half_hidden(poses, 30)[26, :, 0]).all() == kept


def test_forgetting_ends_at_the_first_sure_pose_and_after_a_sixth_of_a_second():
    poses = lost_at(walking(40), 15, 25)
    poses[:14, :, 2] = 0.4
    poses[26:, :, 2] = 0.35
    # Usual is 0.35: sure from 0.28. All are.
    np.testing.assert_array_equal(drop_half_hidden(poses, 30), poses)
    poses[26:35, :, 2] = 0.2
    dropped = drop_half_hidden(poses, 30)
    kept = np.isfinite(dropped[..., 0]).any(1)
    # 0.17 seconds are five frames.
    assert np.flatnonzero(~kept).tolist() == list(range(15, 31))


def test_an_unsure_glimpse_stays_where_no_sure_pose_is_near():
    poses = lost_at(lost_at(walking(60), 15, 29), 31, 44)
    poses[30, :, 2] = 0.3
    # Frame 14 and 45 are 16 and 15 frames off.
    np.testing.assert_array_equal(drop_half_hidden(poses, 30), poses)
    near = lost_at(lost_at(walking(60), 15, 20), 22, 44)
    near[21, :, 2] = 0.3
    assert np.isnan(drop_half_hidden(near, 30)[21]).all()


def test_a_frame_missed_by_the_detector_is_no_hidden_stretch():
    poses = lost_at(walking(40), 15, 18)
    poses[13:15, :, 2] = 0.4
    np.testing.assert_array_equal(drop_half_hidden(poses, 30), poses)


def test_joints_never_shown_are_not_waited_for():
    # Cut off at the hips by the picture's edge: eleven joints are all there are.
    poses = lost_at(walking(40), 15, 25)
    poses[:, 11:] = np.nan
    np.testing.assert_array_equal(drop_half_hidden(poses, 30), poses)
