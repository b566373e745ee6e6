import numpy as np
import pytest

from retime.demo.cast import person_of_height
from retime.demo.clothing import Dressed, Outfit
from retime.demo.mesh import sphere
from retime.demo.paint import Colours, Landmarks, Material, albedo


@pytest.fixture(scope="module")
def shape():
    return person_of_height(1.7, seed=1)


@pytest.fixture(scope="module")
def standing(shape):
    return Dressed(shape, Outfit(Colours())).pose({})


def heights(mesh, material):
    return mesh.vertices[np.unique(mesh.faces[mesh.material == material])][:, 2]


def test_clothes_lie_where_they_belong(standing, shape):
    floor, height = shape.rest_vertices[:, 2].min(), shape.height
    shirt, trousers, shoes, hair = (
        (heights(standing, m) - floor) / height
        for m in (Material.SHIRT, Material.TROUSERS, Material.SHOE, Material.HAIR)
    )
    assert hair.max() > 1.0  # hair has volume
    assert hair.min() > 0.8
    assert 0.45 < shirt.min() < 0.6
    assert shirt.max() < 0.9
    assert shirt.min() < trousers.max()  # no gap at the waist
    assert trousers.min() < 0.12
    assert shoes.min() < 0.0  # the sole lies below the bare foot
    assert shoes.max() < 0.1


def test_hems_are_level(shape):
    dressed = Dressed(shape, Outfit(Colours(), leg=1.0)).pose({})
    hem = np.unique(dressed.faces[dressed.material == Material.TROUSERS])
    at_hem = hem[(dressed.margin[hem] == 0) & (dressed.rest[hem, 2] < 0)]
    knee = shape.joints[shape.body.joint_names.index("left_knee")][2]
    assert len(at_hem) > 20
    assert np.abs(dressed.vertices[at_hem, 2] - knee).max() < 0.03


def test_skin_under_clothes_is_left_out(standing, shape):
    skin = standing.faces[standing.material == Material.SKIN]
    assert 0 < len(skin) < 0.8 * len(shape.body.faces)
    x, _, z = standing.vertices[np.unique(skin)].T
    hips = shape.joints[0][2]
    assert not ((np.abs(z - hips - 0.30) < 0.08) & (np.abs(x) < 0.09)).any()  # chest and belly
    # Of the legs nothing is left between hips and ankles; hands hang farther out.
    legs = (z < hips - 0.2) & (z > shape.joints[:, 2].min() + 0.15)
    assert not (legs & (np.abs(x) < 0.08)).any()


def test_the_ball_is_round_and_faces_outwards():
    ball = sphere(0.4, Material.BALL)
    np.testing.assert_allclose(np.linalg.norm(ball.vertices, axis=1), 0.4, atol=1e-6)
    outward = (ball.normals * ball.vertices).sum(1) / 0.4
    assert outward.min() > 0.99


def test_a_mirrored_mesh_is_upside_down(standing):
    mirrored = standing.mirrored()
    np.testing.assert_array_equal(mirrored.vertices[:, 2], -standing.vertices[:, 2])
    np.testing.assert_array_equal(mirrored.vertices[:, :2], standing.vertices[:, :2])


def test_paint_gives_each_material_its_colour():
    landmarks = Landmarks(np.zeros(3), np.zeros(3), np.zeros(3), 1.0, -10.0, -10.0)
    colours = Colours(trousers=(0.1, 0.2, 0.3), ball=(0.7, 0.1, 0.1))
    material = np.array([Material.TROUSERS, Material.BALL, Material.BALL])
    rest = np.array([[0.05, 0.3, 0.1], [0.0, 1, 0], [0.2, 0.98, 0]])
    shown = albedo(material, rest, np.full(3, 0.2), colours, landmarks)
    assert shown[0] == pytest.approx((0.1, 0.2, 0.3), rel=0.2)  # but for its folds
    assert shown[1] == pytest.approx((0.7, 0.1, 0.1), rel=0.01)
