import numpy as np
import pytest

from retime.people.body_size import body_height, steady_height

from .figures import STANDING, standing


def test_a_standing_person_is_as_high_as_drawn():
    assert body_height(standing(50, 300, height=240)[:, :2]) == pytest.approx(240)


def test_crouching_does_not_make_a_person_smaller():
    pose = standing(0, 0)[:, :2]
    # Knees up at the hips, shins back down: segments keep their lengths.
    for hip, knee, ankle in ((11, 13, 15), (12, 14, 16)):
        pose[knee] = pose[hip] + [24.5, 0]
        pose[ankle] = pose[knee] + [0, 24.6]
    assert body_height(pose) == pytest.approx(100)


def test_one_joint_far_off_does_not_matter():
    pose = standing(0, 0)[:, :2]
    pose[9] += [500, 0]
    assert body_height(pose) == pytest.approx(100)


def test_without_a_whole_segment_the_height_is_unknown():
    pose = np.full((17, 2), np.nan)
    pose[[0, 5, 6]] = STANDING[[0, 5, 6]]
    assert np.isnan(body_height(pose))


def test_steady_height_is_the_running_median_and_bridges_gaps():
    poses = np.stack([STANDING * s for s in (1, 1, 9, 1, 1, 2, 2, 2)])
    poses[4] = np.nan
    # Windows of three frames: 900 is outvoted in frames 1 and 2, halved in frame 3, where only two
    # are known; frame 4 has none of its own and lies between its neighbours.
    heights = steady_height(poses, window=1)
    np.testing.assert_allclose(heights, [100, 100, 100, 500, 350, 200, 200, 200])


def test_steady_height_of_nobody_is_unknown():
    assert np.isnan(steady_height(np.full((3, 17, 2), np.nan), 1)).all()
