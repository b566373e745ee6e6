import numpy as np

from retime.body.viewpoint import Camera, sample_camera


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
