import numpy as np
import pytest

from retime.body.atlas import PART_NAMES
from retime.body.model import load_body


@pytest.fixture(scope="module")
def surface():
    """Parts [F], u, v [F, 3, 2], centres [F, 3] and normals [F, 3] of the body at rest."""
    body = load_body()
    corners = body.shaped(np.zeros(16)).rest_vertices[body.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return body.parts, body.face_uv, corners.mean(1), normals


def test_every_part_has_faces_and_every_face_a_part(surface):
    parts, uv, _, _ = surface
    np.testing.assert_array_equal(np.unique(parts), np.arange(1, 25))
    assert uv.min() >= 0
    assert uv.max() <= 1


def test_left_and_right_mirror_each_other(surface):
    parts, _, centres, _ = surface
    for number, name in enumerate(PART_NAMES):
        if not name.startswith("left"):
            continue
        twin = PART_NAMES.index(name.replace("left", "right"))
        assert centres[parts == number, 0].mean() > 0.03
        np.testing.assert_allclose(
            centres[parts == number].mean(0) * [-1, 1, 1], centres[parts == twin].mean(0), atol=0.01
        )


def test_front_lies_in_front_of_back(surface):
    parts, _, centres, _ = surface
    for number, name in enumerate(PART_NAMES):
        if name.endswith("front"):
            back = PART_NAMES.index(name.replace("front", "back"))
            front_y, back_y = (centres[parts == part, 1].mean() for part in (number, back))
            assert front_y < back_y - 0.02


def test_numbers_are_those_of_densepose():
    assert PART_NAMES[1:3] == ("torso back", "torso front")
    assert PART_NAMES[3:7] == ("right hand", "left hand", "left foot", "right foot")
    assert PART_NAMES[9] == "right thigh front"
    assert PART_NAMES[14] == "left shin front"
    assert PART_NAMES[15] == "left upper arm front"
    assert PART_NAMES[22] == "right forearm back"
    assert PART_NAMES[23:] == ("right head", "left head")


def test_uv_does_not_wrap_inside_a_face(surface):
    _, uv, _, _ = surface
    spread = (uv.max(1) - uv.min(1)).max(1)
    assert (spread > 0.5).mean() < 0.002


def test_uv_runs_down_the_torso_and_around_it(surface):
    parts, uv, centres, _ = surface
    front = parts == PART_NAMES.index("torso front")
    assert np.corrcoef(uv[front, :, 1].mean(1), centres[front, 2])[0, 1] > 0.99
    assert np.corrcoef(uv[front, :, 0].mean(1), centres[front, 0])[0, 1] > 0.9
