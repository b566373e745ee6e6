import numpy as np
import pytest

from retime.body.model import load_body
from retime.body.poses import (
    FAMILIES,
    FAMILY_SHARES,
    sample_drift,
    sample_pose,
)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_poses_the_body(family):
    person = load_body().shaped(np.zeros(16))
    generator = np.random.default_rng(0)
    for _ in range(5):
        keypoints = person.pose_keypoints(sample_pose(generator, family))
        assert np.isfinite(keypoints).all()
        assert np.linalg.norm(keypoints - person.joints[0], axis=1).max() < 1.5


def test_shares_cover_every_family():
    assert set(FAMILY_SHARES) == set(FAMILIES)
    assert sum(FAMILY_SHARES.values()) == pytest.approx(1)


def test_people_face_every_way():
    generator = np.random.default_rng(0)
    yaws = [sample_pose(generator, "stand")["root_yaw"] for _ in range(200)]
    assert (np.histogram(yaws, 4, (-np.pi, np.pi))[0] > 30).all()


@pytest.mark.parametrize(("family", "share"), [("inverted", 0.25), ("stand", 0), ("gait", 0)])
def test_heads_are_below_hips_only_where_meant(family, share):
    person = load_body().shaped(np.zeros(16))
    generator = np.random.default_rng(0)
    poses = [person.pose_keypoints(sample_pose(generator, family)) for _ in range(40)]
    assert np.mean([pose[0, 2] < pose[11:13, 2].min() for pose in poses]) >= share
    if share == 0:
        assert all(pose[0, 2] > pose[11:13, 2].max() for pose in poses)


def test_a_drift_changes_poses_a_little():
    drift = sample_drift(np.random.default_rng(0))
    assert 0 < np.std(list(drift.values())) < 0.35
