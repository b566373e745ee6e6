import numpy as np
import pytest

from retime.body.model import load_body
from retime.body.poses import (
    FAMILIES,
    FAMILY_SHARES,
    Camera,
    sample_camera,
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


def test_projection_of_known_points():
    camera = Camera(np.array([0.0, 0.0, 1.0]), distance=4.0, pitch=0.0)

    np.testing.assert_allclose(
        camera.project(np.array([[0.0, 0, 1], [1, 0, 1], [0, 0, 2], [0, -2, 3]])),
        [[0, 0, 4], [0.25, 0, 4], [0, -0.25, 4], [0, -1, 2]],
    )


def test_a_positive_pitch_looks_down():
    camera = Camera(np.zeros(3), distance=4.0, pitch=np.pi / 2)

    # From straight above, higher is nearer, and what lies ahead of the camera is up.
    x, y, depth = camera.project(np.array([[0.0, 1, 0], [0, 0, 1]])).T
    np.testing.assert_allclose(depth, [4, 3])
    np.testing.assert_allclose(y, [-0.25, 0], atol=1e-12)
    np.testing.assert_allclose(x, 0)


def test_cameras_look_from_below_and_above():
    generator = np.random.default_rng(0)
    cameras = [sample_camera(generator, np.zeros(3), 1.7) for _ in range(400)]
    pitches = np.degrees([camera.pitch for camera in cameras])
    assert -20.1 < pitches.min() < -15
    assert 50 < pitches.max() < 60.2
    assert all(1.4 * 1.7 <= camera.distance <= 9.01 * 1.7 for camera in cameras)
