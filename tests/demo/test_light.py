import numpy as np
import pytest

from retime.demo.light import Lighting, depth_maps, light_vertices, shadow_on
from retime.demo.mesh import join, sphere
from retime.demo.paint import Material


@pytest.fixture(scope="module")
def noon():
    """A small key light straight above."""
    return Lighting(key_direction=(0.0, 1e-6, 1.0), key_radius=0.01)


@pytest.fixture(scope="module")
def ball():
    mesh = sphere(0.3, Material.BALL)
    return join([mesh])


def lifted(ball, height):
    return ball.vertices + np.float32([0, 0, height])


def test_directions_are_units_and_shares_sum_to_the_light():
    lighting = Lighting()
    np.testing.assert_allclose(np.linalg.norm(lighting.directions, axis=1), 1, atol=1e-5)
    key = lighting.colours[: lighting.key_samples].sum(0)
    np.testing.assert_allclose(key, lighting.key_colour, rtol=1e-5)
    assert lighting.ground_weights(np.array([0.0, 0.0, 1.0])).sum() == pytest.approx(1.0)


def test_the_shadow_lies_below_the_ball_and_nowhere_else(ball, noon):
    maps = depth_maps(lifted(ball, 2.0), ball.faces, noon)
    weights = np.zeros(len(noon.directions))
    weights[: noon.key_samples] = 1 / noon.key_samples
    floor = np.float32([[0, 0, 0], [0.2, 0, 0], [0.45, 0, 0], [3, 3, 0]])
    np.testing.assert_allclose(shadow_on(floor, weights, maps), [1, 1, 0, 0], atol=1e-6)


def test_what_lies_before_the_ball_is_not_in_its_shadow(ball, noon):
    maps = depth_maps(lifted(ball, 2.0), ball.faces, noon)
    weights = np.zeros(len(noon.directions))
    weights[: noon.key_samples] = 1 / noon.key_samples
    assert shadow_on(np.float32([[0, 0, 3.0]]), weights, maps)[0] == 0


def test_light_of_the_room_is_kept_away_only_nearby(ball, noon):
    weights = np.zeros(len(noon.directions))
    weights[noon.key_samples :] = 1 / (len(weights) - noon.key_samples)
    floor = np.float32([[0, 0, 0]])
    near = shadow_on(floor, weights, depth_maps(lifted(ball, 0.32), ball.faces, noon))[0]
    far = shadow_on(floor, weights, depth_maps(lifted(ball, 1.6), ball.faces, noon))[0]
    assert near > 0.2
    assert far == 0


def test_the_lit_side_is_brighter_than_the_other(ball, noon):
    vertices = lifted(ball, 1.0)
    maps = depth_maps(vertices, ball.faces, noon)
    light = light_vertices(vertices, ball.normals, maps, noon)
    up = ball.normals[:, 2]
    assert light[up > 0.9].mean() > 2 * light[up < -0.9].mean()
    # At the top the key light falls straight on: all of it arrives.
    assert light[up.argmax()].mean() > np.mean(noon.key_colour) * 0.98
