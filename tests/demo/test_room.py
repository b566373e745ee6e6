import numpy as np
import pytest

from retime.demo.camera import Pinhole
from retime.demo.noise import fractal, value
from retime.demo.room import FLOOR, GLOSS, WALL, Room, develop, mirror_share, render_room, surfaces


def test_developing_keeps_order_black_and_range():
    light = np.linspace(0, 20, 400)
    shown = develop(light)
    assert shown[0] == 0
    assert (np.diff(shown) >= 0).all()
    assert shown[-1] <= 1.0
    # Below the shoulder it is sRGB: linear 0.2140 is half.
    assert develop(np.array(0.2140)) == pytest.approx(0.5, abs=1e-3)


def test_surfaces_lie_on_the_floor_and_the_wall():
    points, kind = surfaces(Pinhole(), Room(wall=4.0), 32, 18)
    np.testing.assert_allclose(points[kind == FLOOR][:, 2], 0, atol=1e-9)
    np.testing.assert_allclose(points[kind == WALL][:, 1], 4.0, atol=1e-9)
    assert (points[kind == FLOOR][:, 1] <= 4.0).all()
    assert (kind[0] == WALL).all()
    assert (kind[-1] == FLOOR).all()


def test_the_floor_mirrors_most_at_a_grazing_view():
    camera = Pinhole(position=(0.0, 0.0, 1.0))
    near, far, horizon = mirror_share(camera, np.array([[0, 0.2, 0], [0, 5, 0], [0, 1e6, 0]]))
    assert near < far < horizon
    assert horizon == pytest.approx(GLOSS, abs=1e-3)


def test_the_room_is_the_same_every_time_and_has_no_seam():
    room, camera = Room(), Pinhole()
    picture = render_room(camera, room, 96, 54)
    np.testing.assert_array_equal(picture, render_room(camera, room, 96, 54))
    assert picture.dtype == np.uint8
    assert 40 < picture.mean() < 215
    # No column differs from its neighbour as a seam would: steps stay of the usual size.
    steps = np.abs(np.diff(picture.astype(float).mean((0, 2))))
    assert steps.max() < 12


def test_noise_is_smooth_and_does_not_repeat():
    here = np.array([value(0.1 * i, 3.7, 1) for i in range(2000)])
    assert here.min() >= 0
    assert here.max() <= 1
    assert np.abs(np.diff(here)).max() < 0.2  # the smooth step's steepest slope is 1.5
    assert abs(np.corrcoef(here[:1000], here[1000:])[0, 1]) < 0.3
    assert abs(np.mean([fractal(1.37 * i, 0.71 * i, 3, 2) for i in range(3000)])) < 0.05
