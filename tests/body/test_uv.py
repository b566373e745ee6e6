import numpy as np
import pytest

from retime.body.model import load_body
from retime.body.network import load_network
from retime.body.raster import rasterise_uv
from retime.body.uv import _paste, predict_uv
from retime.body.viewpoint import Camera

SOURCE, WORKING = (400, 240), (200, 120)


@pytest.fixture(scope="module")
def network():
    return load_network()


def figure(x, y, height, angles=None):
    """Keypoints [17, 2] and vertices [V, 3] of a person in the source picture, pixels."""
    person = load_body().shaped(np.zeros(16))
    vertices = person.pose({"root_yaw": 0.6, "left_shoulder_abduction": 0.9, **(angles or {})})
    keypoints = load_body().keypoints(vertices)
    camera = Camera(keypoints.mean(0), distance=6.0, pitch=0.1)
    place = np.array([x, y])
    zoom = height / person.height * 6.0
    on_picture = [camera.project(points) for points in (keypoints, vertices)]
    for points in on_picture:
        points[:, :2] = points[:, :2] * zoom + place
    return on_picture[0][:, :2], on_picture[1]


def predict(network, keypoints, present=None, **options):
    keypoints = np.asarray(keypoints, np.float32)
    present = np.ones(keypoints.shape[:2], bool) if present is None else present
    maps = predict_uv(keypoints, present, SOURCE, WORKING, network, **options)
    return np.stack(list(maps))


def test_a_person_gets_their_body_where_they_stand(network):
    keypoints, vertices = figure(150, 120, 170)
    body = load_body()
    # Edges of the pictures coincide: pixel x of the source is (x + 0.5) / 2 - 0.5 of the map.
    vertices[:, :2] = (vertices[:, :2] + 0.5) / 2 - 0.5
    part, uv = rasterise_uv(vertices, body.faces, body.parts, body.face_uv, 120, 200)

    iuv = predict(network, [[keypoints]])[0, 0]

    found, true = iuv[..., 0] > 0, part > 0
    assert (found & true).sum() / (found | true).sum() > 0.75
    assert (iuv[..., 0] == part)[true].mean() > 0.7
    assert np.abs(iuv[..., 1:] / 255 - uv)[true & (iuv[..., 0] == part)].mean() < 0.1
    assert iuv[~found].max() == 0


def test_moving_a_person_moves_their_map(network):
    keypoints, _ = figure(150, 120, 150)
    here, there = (predict(network, [[keypoints + shift]])[0, 0] for shift in (0, (40, 6)))

    np.testing.assert_array_equal(np.roll(here, (3, 20), axis=(0, 1)), there)


def test_a_person_half_outside_is_cut_at_the_edge(network):
    keypoints, _ = figure(200, 120, 200)
    inside, left_out = (
        predict(network, [[keypoints + shift]])[0, 0] for shift in ((0, 0), (-200, 0))
    )

    np.testing.assert_array_equal(inside[:, 100:], left_out[:, :100])
    assert left_out[:, 0, 0].any()
    assert not predict(network, [[keypoints + 5000]]).any()


def test_people_and_frames_keep_their_places_in_batches(network):
    one, _ = figure(100, 120, 150)
    two, _ = figure(300, 110, 180, {"left_knee": 1.2})
    absent = np.full((17, 2), np.nan)
    keypoints = [[one, two], [absent, two], [absent, absent], [two, one], [one, absent]]
    present = np.array([[1, 1], [0, 1], [0, 0], [1, 1], [1, 0]], bool)

    batched = predict(network, keypoints, present, batch=4)
    single = predict(network, keypoints, present, batch=1)

    assert batched.shape == (5, 2, 120, 200, 3)
    assert [[bool(m.any()) for m in frame] for frame in batched] == present.tolist()
    # Batching may round sums differently: a pixel at an outline may change sides, not more.
    assert (batched != single).any(-1).sum() < 20
    np.testing.assert_array_equal(batched[0, 1], batched[1, 1])
    np.testing.assert_array_equal(batched[0, 0], batched[3, 1])


def test_a_person_behind_another_is_whole(network):
    front, _ = figure(200, 120, 180)
    behind, _ = figure(205, 118, 170)

    maps = predict(network, [[front, behind]])[0]

    alone = predict(network, [[behind]])[0, 0]
    np.testing.assert_array_equal(maps[1], alone)
    assert (alone[..., 0] > 0).sum() > 1000


def test_one_known_joint_is_not_enough_for_a_body(network):
    keypoints = np.full((17, 2), np.nan)
    keypoints[5] = (100, 100)

    assert not predict(network, [[keypoints]]).any()


def test_a_square_is_pasted_pixel_for_pixel_and_nowhere_else():
    chances = np.zeros((4, 4, 25), np.float32)
    chances[..., 3] = 1
    uv = np.zeros((4, 4, 24, 2), np.float32)
    uv[:, :, 2] = (0.2, 0.6)
    iuv = np.zeros((12, 16, 3), np.uint8)

    _paste(chances, uv, 10.0, 5.0, 4.0, iuv)

    expected = np.zeros_like(iuv)
    expected[5:9, 10:14] = (3, 51, 153)
    np.testing.assert_array_equal(iuv, expected)


def test_uv_does_not_bleed_across_a_seam():
    # Two parts side by side, enlarged four times; each one's u holds only on its own side.
    chances = np.zeros((2, 2, 25), np.float32)
    chances[:, 0, 1] = chances[:, 1, 2] = 1
    uv = np.full((2, 2, 24, 2), 1.0, np.float32)
    uv[:, 0, 0] = uv[:, 1, 1] = 0.4
    iuv = np.zeros((8, 8, 3), np.uint8)

    _paste(chances, uv, 0.0, 0.0, 8.0, iuv)

    inner = iuv[2:6, 2:6]
    assert set(np.unique(inner[..., 0])) == {1, 2}
    np.testing.assert_array_equal(inner[..., 1:], 102)


def test_a_small_person_is_averaged_not_picked():
    # Each pixel of the map covers 2 x 2 of the crop: one in four, then three in four are body.
    chances = np.zeros((4, 4, 25), np.float32)
    chances[..., 0] = 1
    body = np.zeros((4, 4), bool)
    body[0, 0] = body[:2, 2:] = True
    body[1, 3] = False
    chances[body, 0], chances[body, 3] = 0, 1
    uv = np.full((4, 4, 24, 2), 0.2, np.float32)
    iuv = np.zeros((4, 4, 3), np.uint8)

    _paste(chances, uv, 1.0, 1.0, 2.0, iuv)

    expected = np.zeros_like(iuv)
    expected[1, 2] = (3, 51, 51)
    np.testing.assert_array_equal(iuv, expected)
