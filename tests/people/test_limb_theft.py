import numpy as np

from retime.people.limb_theft import (
    drop_stolen,
    drop_stolen_from_hidden,
    expected_places,
    near_joints,
)

from .figures import standing

LEGS = [11, 12, 13, 14, 15, 16]


def crossing(count=41):
    """A person who stands at 200, and one who walks past in front from 0 to 400."""
    stander = np.stack([standing(200, 200)] * count)
    walker = np.stack([standing(10 * t, 203) for t in range(count)])
    return np.stack([stander, walker])


def heights(poses):
    return np.full(poses.shape[:2], 100.0)


def lost(before, after):
    return np.argwhere(np.isfinite(before[..., 0]) & np.isnan(after[..., 0])).tolist()


def test_people_who_really_cross_keep_their_joints():
    poses = crossing()
    np.testing.assert_array_equal(drop_stolen(poses, heights(poses), 30), poses)


def test_stolen_legs_are_forgotten_however_sure_the_detector_is():
    poses = crossing()
    # 50 px before the crossing, the standing person gets the walker's legs.
    poses[0, 15, LEGS] = poses[1, 15, LEGS]
    poses[0, 15, :, 2] = 0.95
    assert lost(poses, drop_stolen(poses, heights(poses), 30)) == [[0, 15, j] for j in LEGS]


def test_the_walker_may_be_the_thief():
    poses = crossing()
    poses[1, 15, LEGS] = poses[0, 15, LEGS]
    assert lost(poses, drop_stolen(poses, heights(poses), 30)) == [[1, 15, j] for j in LEGS]


def test_legs_stolen_crosswise_are_forgotten():
    poses = crossing()
    poses[0, 15, [15, 16]] = poses[1, 15, [16, 15]]
    stolen = lost(poses, drop_stolen(poses, heights(poses), 30))
    assert stolen == [[0, 15, 15], [0, 15, 16]]


def test_without_movement_the_surer_person_keeps_the_joint():
    poses = crossing(1)
    poses[1, 0] = standing(150, 200)
    poses[0, 0, :, 2] = 0.5
    poses[0, 0, 15, :2] = poses[1, 0, 15, :2] + [3, 0]
    assert lost(poses, drop_stolen(poses, heights(poses), 30)) == [[0, 0, 15]]
    poses[0, 0, :, 2] = 0.95
    assert lost(poses, drop_stolen(poses, heights(poses), 30)) == [[1, 0, 15]]


def test_the_rest_of_a_stolen_limb_goes_too_where_it_is_near_the_others():
    poses = crossing()
    poses[0, 15, 15] = poses[1, 15, 15]
    # The knee lies 12 px from the walker's: not in the same place, but not its own either.
    poses[0, 15, 13, :2] = poses[1, 15, 13, :2] + [12, 0]
    stolen = lost(poses, drop_stolen(poses, heights(poses), 30))
    assert stolen == [[0, 15, 13], [0, 15, 15]]


def test_a_theft_of_many_frames_is_seen_through():
    poses = crossing()
    for t in range(12, 18):
        poses[0, t, LEGS] = poses[1, t, LEGS]
    stolen = lost(poses, drop_stolen(poses, heights(poses), 30))
    # At frame 18 the walker is 20 px away: legs come back to their owner by then.
    assert stolen == [[0, t, j] for t in range(12, 18) for j in LEGS]


def test_one_person_alone_loses_nothing():
    poses = crossing()[:1]
    np.testing.assert_array_equal(drop_stolen(poses, heights(poses), 30), poses)
    assert drop_stolen(poses[:0], heights(poses[:0]), 30).shape == (0, 41, 17, 3)


def test_near_joints_are_the_same_or_mirrored():
    places = np.full((2, 2, 17, 2), np.nan)
    places[0, 1, 15], places[1, 1, 16] = [100, 100], [107, 100]
    places[0, 0, 9], places[1, 0, 9] = [100, 100], [109, 100]
    # Shares of the smaller's height, which is 100.
    height = np.array([[200.0, 200], [100, 100]])
    assert near_joints(places, height, 0.08).tolist() == [[0, 1, 1, 15, 16]]
    assert len(near_joints(places, height, 0.16)) == 2


def test_joints_on_the_middle_line_count_once():
    places = np.zeros((2, 1, 17, 2)) + np.arange(17)[:, None] * 1000
    found = near_joints(places, np.full((2, 1), 100.0), 0.08)
    assert found.tolist() == [[0, 1, 0, joint, joint] for joint in range(17)]


def test_expected_places_lie_on_the_line_between_usable_frames():
    places = np.zeros((30, 17, 2))
    places[:, 3, 0] = np.arange(30)
    usable = np.zeros((30, 17), bool)
    usable[[4, 10], 3] = True
    places[[5, 6, 7], 3] = 999
    expected = expected_places(places, usable, memory=5)
    np.testing.assert_allclose(expected[5:8, 3], [[5, 0], [6, 0], [7, 0]])
    assert np.isfinite(expected[15, 3]).all()
    assert np.isnan(expected[16, 3]).all()
    assert np.isnan(expected[:, 2]).all()


def test_a_hidden_person_s_joint_is_given_back_to_nobody():
    poses = crossing()
    # While the stander is hidden, the walker, then 40 to 20 px before, has their face.
    face = [0, 1, 2, 3, 4]
    for t in (16, 17, 18):
        poses[1, t, face] = poses[0, t, face]
    poses[0, 14:27] = np.nan
    result = drop_stolen_from_hidden(poses, heights(poses), 30)
    assert lost(poses, result) == [[1, t, j] for t in (16, 17, 18) for j in face]


def test_who_passes_before_a_hidden_person_keeps_their_joints():
    poses = crossing()
    poses[0, 14:27] = np.nan
    np.testing.assert_array_equal(drop_stolen_from_hidden(poses, heights(poses), 30), poses)


def test_from_people_who_are_seen_nothing_is_taken_by_the_hidden_rule():
    poses = crossing()
    poses[0, 15, LEGS] = poses[1, 15, LEGS]
    np.testing.assert_array_equal(drop_stolen_from_hidden(poses, heights(poses), 30), poses)


def test_nobody_steals_from_who_has_not_come_yet():
    poses = crossing()
    poses[0, :30] = np.nan
    poses[1, 16, 15, :2] += [30, 0]
    np.testing.assert_array_equal(drop_stolen_from_hidden(poses, heights(poses), 30), poses)
