import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retime.body.raster import rasterise, rasterise_uv

TRIANGLE = np.array([[0, 1, 2]], np.int32)


def test_pixel_centres_are_integers():
    points = np.array([[0, 0, 1], [4, 0, 1], [0, 4, 1]], np.float32)

    inverse_depth, face, barycentric = rasterise(points, TRIANGLE, 6, 6)

    y, x = np.mgrid[:6, :6]
    np.testing.assert_array_equal(face == 0, x + y <= 4)
    np.testing.assert_array_equal(inverse_depth[face == 0], 1)
    assert (inverse_depth[face < 0] == 0).all()
    np.testing.assert_allclose(barycentric[1, 1], [0.5, 0.25])


def test_interpolation_is_correct_in_perspective():
    # Half way on the screen between depths 1 and 3 the inverse depth is (1 + 1/3) / 2 = 2/3, and
    # the near corner weighs (1/2) / (2/3) = 3/4.
    points = np.array([[0, 0, 1], [4, 0, 3], [0, 4, 1]], np.float32)

    inverse_depth, _, barycentric = rasterise(points, TRIANGLE, 5, 5)

    np.testing.assert_allclose(inverse_depth[0, 2], 2 / 3, rtol=1e-6)
    np.testing.assert_allclose(barycentric[0, 2], [0.75, 0.25], rtol=1e-6)


def test_the_nearer_face_wins_whatever_the_order():
    far = np.array([[0, 0, 3], [9, 0, 3], [0, 9, 3]], np.float32)
    points = np.concatenate([far, far - np.array([0, 0, 1])])
    faces = np.array([[0, 1, 2], [5, 4, 3]], np.int32)

    assert (rasterise(points, faces, 4, 4)[1] == 1).all()
    assert (rasterise(points, faces[::-1], 4, 4)[1] == 0).all()


def test_faces_behind_the_camera_are_left_out():
    points = np.array([[0, 0, 1], [4, 0, -1], [0, 4, 1]], np.float32)

    assert (rasterise(points, TRIANGLE, 5, 5)[1] == -1).all()


def test_part_and_uv_of_the_face_are_shown():
    points = np.array([[0, 0, 1], [4, 0, 1], [0, 4, 1]], np.float32)
    corners = np.array([[[0, 0], [1, 0], [0, 1]]], np.float32)

    part, uv = rasterise_uv(points, TRIANGLE, np.array([7], np.uint8), corners, 6, 6)

    assert part[1, 1] == 7
    assert part[5, 5] == 0
    np.testing.assert_allclose(uv[1, 2], [0.5, 0.25])


coordinate = st.floats(-20, 40, width=32)
corner = st.tuples(coordinate, coordinate, st.floats(0.5, 20, width=32))


@settings(max_examples=60, deadline=None)
@given(st.lists(corner, min_size=3, max_size=3))
def test_weights_put_every_pixel_where_it_is(corners):
    points = np.array(corners, np.float32)
    (ax, ay), (bx, by) = points[1:, :2] - points[:1, :2]
    assume(abs(ax * by - ay * bx) > 5)  # slivers thinner than rounding say nothing
    inverse_depth, face, barycentric = rasterise(points, TRIANGLE, 24, 32)

    weights = np.dstack([barycentric, 1 - barycentric.sum(-1)])[face == 0]  # [n, 3]
    y, x = np.nonzero(face == 0)
    # The point in space, weights times corners, projects back to its pixel.
    space = points.astype(np.float64)
    depth = weights @ space[:, 2]
    np.testing.assert_allclose(weights @ (space[:, 0] * space[:, 2]) / depth, x, atol=2e-2)
    np.testing.assert_allclose(weights @ (space[:, 1] * space[:, 2]) / depth, y, atol=2e-2)
    np.testing.assert_allclose(1 / depth, inverse_depth[face == 0], rtol=1e-3)
