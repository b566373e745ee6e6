import contextlib

import numpy as np
import pytest

from retime.artifacts import Camera, Layers, TimeMap
from retime.layers.composite import over_pictures
from retime.render.composition import Composition


@contextlib.contextmanager
def composed(clip, **timemap):
    with (
        Layers.open(clip.layers) as layers,
        Camera.open(clip.camera) as camera,
        TimeMap.open(clip.timemap(**timemap)) as mapped,
    ):
        yield Composition(layers, camera, mapped)


@pytest.fixture
def noise(make_clip):
    """Four frames of 5 x 6 pixels with three layers of noise, in orders that change."""
    rng = np.random.default_rng(5)
    rgba = rng.integers(0, 256, (4, 4, 5, 6, 4), dtype=np.uint8)
    rgba[0, ..., 3] = 255
    order = np.array([[1, 2, 3], [2, 1, 3], [3, 2, 1], [3, 1, 2]])
    return make_clip(rgba, order)


def flat(frame, layer):
    """Return the colour that stands for a frame of a layer below."""
    return [10 * layer, 20 * frame, 50]


@pytest.fixture
def squares(make_clip):
    """Layer n is a square of 2 x 2 at column 4 n, in frame t of the colour ``flat(t, n)``."""
    rgba = np.zeros((3, 5, 6, 16, 4), np.uint8)
    rgba[0] = [200, 200, 200, 255]
    for t in range(5):
        for n in (1, 2):
            rgba[n, t, 2:4, 4 * n : 4 * n + 2] = [*flat(t, n), 255]
    return make_clip(rgba)


def test_no_edit_is_the_over_composite(noise):
    with composed(noise) as composition:
        for t in range(4):
            expected = over_pictures(
                noise.rgba[0, t, ..., :3], list(noise.rgba[1:, t]), noise.order[t]
            )
            assert np.array_equal(composition.edited(t), expected)
            assert np.array_equal(composition.source(t), expected)


def test_freeze_freezes_one_and_lets_the_other_go_on(squares):
    times = np.array([[3] * 5, range(5)])
    with composed(squares, source_time=times) as composition:
        for t in range(5):
            frame = composition.edited(t)
            assert frame[2, 4].tolist() == flat(3, 1)
            assert frame[2, 8].tolist() == flat(t, 2)
            assert composition.source(t)[2, 4].tolist() == flat(t, 1)


def test_times_between_frames_show_the_nearest(squares):
    times = np.array([[0.0, 0.4, 0.5, 1.4, 1.5], range(5)])
    with composed(squares, source_time=times) as composition:
        shown = [composition.edited(t)[2, 4].tolist() for t in range(5)]
    assert shown == [flat(t, 1) for t in (0, 0, 1, 1, 2)]


def test_removed_transparent_and_unset_layers_do_not_show(squares):
    with composed(squares, layer=np.array([2])) as composition:
        assert (composition.edited(1)[:, 4:6] == 200).all()
        assert composition.edited(1)[2, 8].tolist() == flat(1, 2)
    opacity = np.ones((2, 5))
    opacity[0] = [0, 0.5, 1, 1, 1]
    times = np.array([range(5), [np.nan, *range(1, 5)]], dtype=float)
    with composed(squares, opacity=opacity, source_time=times) as composition:
        assert (composition.edited(0) == 200).all()
        # Half of (10, 20, 50) and half of 200.
        assert composition.edited(1)[2, 4].tolist() == [105, 110, 125]


def test_no_layer_at_all_is_the_background(squares):
    with composed(squares, layer=np.empty(0, np.int64)) as composition:
        assert (composition.edited(2) == 200).all()


def test_offset_moves_in_source_pixels(squares):
    offset = np.zeros((2, 5, 2))
    offset[0] = [4, 1]
    with composed(squares, offset=offset) as composition:
        frame = composition.edited(1)
    assert (frame[:, 4:8] == 200).all()
    # Layer 1 now covers layer 2's upper left; layer 2 is in front where both are.
    assert frame[2:4, 8:10].reshape(-1, 3).tolist() == [flat(1, 2)] * 4
    assert frame[4, 8:10].tolist() == [flat(1, 1)] * 2


def test_depth_decides_who_is_in_front(squares):
    offset = np.zeros((2, 5, 2))
    offset[0] = [4, 0]
    depth = np.tile([[1.0], [2.0]], (1, 5))
    depth[:, 3] = [2.5, 2.0]
    with composed(squares, offset=offset, depth=depth) as composition:
        assert composition.edited(2)[2, 8].tolist() == flat(2, 2)
        assert composition.edited(3)[2, 8].tolist() == flat(3, 1)


def test_a_copy_is_one_more_instance(squares):
    offset = np.zeros((3, 5, 2))
    offset[2] = [8, 0]
    times = np.array([range(5), range(5), [0] * 5])
    with composed(
        squares,
        layer=np.array([1, 2, 1]),
        source_time=times,
        offset=offset,
        depth=np.tile([[1.0], [2.0], [3.0]], (1, 5)),
    ) as composition:
        frame = composition.edited(4)
    assert frame[2, 4].tolist() == flat(4, 1)
    assert frame[2, 12].tolist() == flat(0, 1)


@pytest.fixture
def panned(make_clip):
    """Each frame is seen 4 source pixels further right; a square walks 1 a frame on the ground.

    The ground is striped: column x of the canvas has the grey 3 x. Layers have half the size.
    """
    length, width = 6, 20
    rgba = np.zeros((2, length, 8, width, 4), np.uint8)
    homographies = np.tile(np.eye(3), (length, 1, 1))
    for t in range(length):
        homographies[t, 0, 2] = 4 * t
        rgba[0, t, ..., :3] = 3 * (2 * t + np.arange(width))[:, None]
        at = 12 + t - 2 * t
        rgba[1, t, 3:5, at : at + 2] = [250, 10 * t, 0, 255]
    rgba[0, ..., 3] = 255
    return make_clip(rgba, homographies=homographies, source_size=(2 * width, 16))


def square_column(frame):
    (columns,) = np.nonzero(frame[3, :, 0] == 250)
    return columns[0]


def test_frozen_under_a_moving_camera_stands_on_the_ground(panned):
    times = np.full((1, 6), 3)
    with composed(panned, source_time=times) as composition:
        for t in range(6):
            frame = composition.edited(t)
            # It stood at ground column 12 + 3 in layer pixels; frame t begins at column 2 t.
            assert square_column(frame) == 15 - 2 * t
            assert frame[3, 15 - 2 * t].tolist() == [250, 30, 0]
            assert frame[0, 5].tolist() == [3 * (2 * t + 5)] * 3  # the ground goes on


def test_retimed_background_brings_its_camera(panned):
    # The camera stands still as in frame 2 while the square walks on, on the ground.
    with composed(panned, background_time=np.full(6, 2)) as composition:
        for t in range(6):
            frame = composition.edited(t)
            assert frame[0, 0].tolist() == [12, 12, 12]
            assert square_column(frame) == 12 + t - 4


def test_a_camera_between_two_frames(panned):
    still = {"background_time": np.full(6, 2.5), "source_time": np.full((1, 6), 2.0)}
    with composed(panned, between="blend", **still) as composition:
        frame = composition.edited(0)
        # The ground begins at column 5, between the 4 and the 6 of frames 2 and 3.
        assert frame[0, :3].tolist() == [[15] * 3, [18] * 3, [21] * 3]
        assert square_column(frame) == 12 + 2 - 5
    with composed(panned, **still) as composition:  # the nearest frame is 3
        assert composition.edited(0)[0, 0].tolist() == [18] * 3
        assert square_column(composition.edited(0)) == 12 + 2 - 6


def test_blend_mixes_two_frames_of_a_layer(squares):
    times = np.array([[1.25] * 5, range(5)])
    with composed(squares, source_time=times, between="blend") as composition:
        shown = composition.edited(2)[2, 4].tolist()
        assert shown == [10, 25, 50]  # a quarter of the way from 20 to 40 green
        assert composition.edited(2)[2, 8].tolist() == flat(2, 2)


def test_without_retiming_a_moving_camera_costs_nothing(panned):
    with composed(panned) as composition:
        for t in range(6):
            assert np.array_equal(
                composition.edited(t),
                over_pictures(panned.rgba[0, t, ..., :3], [panned.rgba[1, t]]),
            )


def test_a_frozen_layer_is_read_once(squares, monkeypatch):
    with composed(squares, source_time=np.array([[3] * 5, range(5)])) as composition:
        for t in range(5):
            composition.edited(t)
        # Five backgrounds, five frames of layer 2, one of layer 1.
        assert composition._picture.cache_info().misses == 11
