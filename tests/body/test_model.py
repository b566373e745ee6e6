import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.body.kinematics import ANGLES
from retime.body.model import load_body, vertex_normals

NOSE, LEFT_EAR, RIGHT_EAR = 0, 3, 4
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_WRIST, RIGHT_WRIST = 5, 6, 9, 10
LEFT_HIP, LEFT_KNEE, LEFT_ANKLE, RIGHT_ANKLE = 11, 13, 15, 16
LEFTWARDS, FORWARDS, UPWARDS = np.array([1, 0, 0]), np.array([0, -1, 0]), np.array([0, 0, 1])


@pytest.fixture(scope="module")
def person():
    return load_body().shaped(np.zeros(16))


def direction(keypoints, start, end):
    way = keypoints[end] - keypoints[start]
    return way / np.linalg.norm(way)


def test_at_rest_the_body_stands_upright_and_faces_minus_y(person):
    keypoints = person.body.keypoints(person.pose({}))

    assert keypoints[LEFT_SHOULDER, 0] > 0.1 > -0.1 > keypoints[RIGHT_SHOULDER, 0]
    assert keypoints[NOSE, 1] < keypoints[[LEFT_EAR, RIGHT_EAR], 1].min() - 0.05
    assert keypoints[NOSE, 2] > keypoints[LEFT_SHOULDER, 2] > keypoints[LEFT_HIP, 2]
    assert direction(keypoints, LEFT_SHOULDER, LEFT_WRIST) @ -UPWARDS > 0.99
    assert direction(keypoints, LEFT_HIP, LEFT_ANKLE) @ -UPWARDS > 0.99


@pytest.mark.parametrize(
    ("angle", "start", "end", "expected"),
    [
        ("left_shoulder_abduction", LEFT_SHOULDER, LEFT_WRIST, LEFTWARDS),
        ("right_shoulder_abduction", RIGHT_SHOULDER, RIGHT_WRIST, -LEFTWARDS),
        ("left_shoulder_flexion", LEFT_SHOULDER, LEFT_WRIST, FORWARDS),
        ("left_elbow", 7, LEFT_WRIST, FORWARDS),
        ("right_elbow", 8, RIGHT_WRIST, FORWARDS),
        ("left_hip_flexion", LEFT_HIP, LEFT_KNEE, FORWARDS),
        ("left_hip_abduction", LEFT_HIP, LEFT_KNEE, LEFTWARDS),
        ("left_knee", LEFT_KNEE, LEFT_ANKLE, -FORWARDS),
        ("root_lean", LEFT_HIP, LEFT_SHOULDER, FORWARDS),
        ("root_roll", LEFT_HIP, LEFT_SHOULDER, LEFTWARDS),
        ("spine_bend", LEFT_HIP, LEFT_SHOULDER, FORWARDS + UPWARDS),
    ],
)
def test_a_right_angle_points_the_limb_where_its_name_says(person, angle, start, end, expected):
    keypoints = person.pose_keypoints({angle: np.pi / 2})

    # Keypoints lie in the flesh around the joints, so directions agree within some 25 degrees.
    assert direction(keypoints, start, end) @ expected / np.linalg.norm(expected) > 0.9


def test_yaw_turns_to_the_left(person):
    keypoints = person.pose_keypoints({"root_yaw": np.pi / 2})
    ears = keypoints[[LEFT_EAR, RIGHT_EAR]].mean(0)

    assert (keypoints[NOSE] - ears)[0] > 0.05


def test_a_lean_by_half_a_turn_stands_the_body_on_its_head(person):
    keypoints = person.pose_keypoints({"root_lean": np.pi})

    assert keypoints[NOSE, 2] < keypoints[LEFT_HIP, 2] < keypoints[LEFT_ANKLE, 2]


@settings(max_examples=15, deadline=None)
@given(
    yaw=st.floats(-3.1, 3.1),
    lean=st.floats(-3.1, 3.1),
    roll=st.floats(-3.1, 3.1),
    knee=st.floats(0, 2),
)
def test_turning_the_root_moves_the_body_rigidly(yaw, lean, roll, knee):
    person = load_body().shaped(np.zeros(16))
    still = person.pose_keypoints({"left_knee": knee})
    turned = person.pose_keypoints(
        {"left_knee": knee, "root_yaw": yaw, "root_lean": lean, "root_roll": roll}
    )

    distances = [np.linalg.norm(k[:, None] - k[None], axis=-1) for k in (still, turned)]
    np.testing.assert_allclose(*distances, atol=1e-4)


def test_bending_a_joint_leaves_the_rest_of_the_body_alone(person):
    still, bent = person.pose({}), person.pose({"left_elbow": 1.5, "left_wrist": 0.5})

    right = still[:, 0] < 0
    np.testing.assert_allclose(still[right], bent[right], atol=1e-6)
    assert np.abs(still - bent).max() > 0.2


def test_keypoints_of_a_pose_agree_with_those_of_its_vertices(person):
    pose = {"left_knee": 1.0, "spine_twist": 0.4, "right_shoulder_abduction": 2.0}

    np.testing.assert_allclose(
        person.pose_keypoints(pose), person.body.keypoints(person.pose(pose)), atol=1e-5
    )


def test_an_unknown_angle_is_named(person):
    with pytest.raises(ValueError, match="left_nee"):
        person.pose({"left_nee": 1.0})
    assert person.pose(dict.fromkeys(ANGLES, 0.1)).shape == person.rest_vertices.shape


def test_people_reach_from_children_to_tall_adults():
    body = load_body()
    generator = np.random.default_rng(1)
    heights = [body.shaped(body.sample_betas(generator)).height for _ in range(300)]

    assert min(heights) < 1.15
    assert max(heights) > 1.95
    assert 1.5 < np.median(heights) < 1.9


@pytest.mark.parametrize("height", [1.1, 1.4, 1.7, 1.9])
def test_a_person_of_a_wanted_height(height):
    body = load_body()
    for seed in range(5):
        betas = body.betas_of_height(height, np.random.default_rng(seed))
        assert body.shaped(betas).height == pytest.approx(height, abs=0.1)


def test_normals_are_weighted_by_area():
    # A floor of area 1/2 and a wall of area 1 share the corner at the origin.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 2]], np.float32)
    faces = np.array([[0, 1, 2], [0, 3, 1]], np.int32)

    normals = vertex_normals(vertices, faces)

    np.testing.assert_allclose(normals[2], [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(normals[3], [0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(normals[0], np.array([0, 2, 1]) / np.sqrt(5), atol=1e-6)
