from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from retime.body.raster import rasterise
from retime.demo.clip import render_clip, render_frames
from retime.demo.scenario import demo
from retime.demo.truth import Truth, truth_path
from retime.layers.composite import over_pictures
from retime.video.decoding import read_frames


@pytest.fixture(scope="module")
def rendered(tmp_path_factory, small_demo):
    video = tmp_path_factory.mktemp("demo") / "demo.mp4"
    render_clip(small_demo, video)
    return video


@pytest.fixture(scope="module")
def frames(small_demo):
    return list(render_frames(small_demo))


def test_the_frames_are_the_composite_of_the_stored_layers(rendered, frames):
    with Truth.open(truth_path(rendered)) as truth:
        assert truth.names == ["ben", "ann", "walker"]
        for t, made in enumerate(frames):
            layers = truth.rgba[:, t]
            frame = over_pictures(layers[0, ..., :3], list(layers[1:]), truth.order[t])
            np.testing.assert_array_equal(frame, made.frame)
            assert (layers[0, ..., 3] == 255).all()


def test_the_same_scenario_gives_the_same_bytes(small_demo, frames):
    for first, second in zip(frames, render_frames(small_demo), strict=True):
        np.testing.assert_array_equal(first.frame, second.frame)
        np.testing.assert_array_equal(first.iuv, second.iuv)
        for one, other in zip(first.layers, second.layers, strict=True):
            np.testing.assert_array_equal(one.rgba, other.rgba)


def test_the_video_shows_the_frames(rendered, frames):
    shown = list(read_frames(rendered))
    assert len(shown) == len(frames)
    for made, decoded in zip(frames, shown, strict=True):
        error = np.mean((made.frame.astype(float) - decoded) ** 2)
        assert 10 * np.log10(255**2 / error) > 30  # dB; H.264 with halved colour


def test_the_truth_is_not_taken_for_a_video(rendered):
    from retime.clips import find_videos

    assert truth_path(rendered).exists()
    found = find_videos([str(rendered.parent / "*")])
    assert list(found.values()) == [rendered]


def test_a_layer_holds_its_parts(frames):
    for made in frames:
        for layer in made.layers:
            alpha = layer.rgba[..., 3].astype(float) / 255
            parts = [
                part.astype(float) / 255
                for part in (layer.body, layer.carried, layer.shadow, layer.reflection)
            ]
            solid = parts[0] + parts[1]
            expected = 1 - (1 - np.minimum(solid, 1)) * (1 - parts[2]) * (1 - parts[3])
            np.testing.assert_allclose(alpha, expected, atol=4 / 255)
            assert layer.shadow.max() > 60
            assert layer.reflection.max() > 10


def test_only_the_walker_carries_something(frames):
    for made in frames:
        assert [bool(layer.carried.any()) for layer in made.layers] == [False, False, True]


def test_keypoints_lie_on_the_body(frames, small_demo):
    width, height = small_demo.size
    for made in frames:
        for n in range(len(made.layers)):
            inside = made.keypoints[n, :, 2] > 0
            x, y = np.rint(made.keypoints[n, inside, :2]).astype(int).T
            assert ((x >= 0) & (x < width) & (y >= 0) & (y < height)).all()
            near = np.pad(made.iuv[n, ..., 0] > 0, 1)
            hits = [near[b : b + 3, a : a + 3].any() for a, b in zip(x, y, strict=True)]
            assert np.mean(hits) > 0.9


@pytest.fixture(scope="module")
def silhouettes():
    """Where each person of the real demo is, in each frame, at its real size. [T, N, H, W]"""
    scenario = demo()
    width, height = scenario.size
    masks = np.zeros((scenario.frames, len(scenario.actors), height, width), bool)
    for t in range(scenario.frames):
        for n, actor in enumerate(scenario.actors):
            mesh = actor.at(scenario.time(t)).mesh
            points = scenario.camera.project(mesh.vertices, width, height)
            masks[t, n] = rasterise(points, mesh.faces, height, width)[1] >= 0
    return masks


def test_one_jumper_is_wholly_hidden_for_a_moment_and_the_other_never(silhouettes):
    ben, ann, walker = silhouettes.transpose(1, 0, 2, 3)
    visible_ben = (ben & ~walker).sum((1, 2)) / ben.sum((1, 2))
    visible_ann = (ann & ~walker).sum((1, 2)) / ann.sum((1, 2))
    assert (visible_ben == 0).sum() >= 2
    assert visible_ben[0] == visible_ben[-1] == 1
    assert visible_ann.min() > 0.15
    assert not (ben & ann).any()


def test_nothing_of_the_hidden_jumper_shows_in_the_layers(silhouettes):
    ben, _, walker = silhouettes.transpose(1, 0, 2, 3)
    hidden = np.flatnonzero((ben & ~walker).sum((1, 2)) == 0)
    scenario = demo()
    middle = int(hidden[len(hidden) // 2])
    late = replace(scenario, frames=1, first=middle)
    made = next(render_frames(late))
    body = made.layers[0].body > 0
    assert body.sum() > 500
    assert (made.layers[2].rgba[body, 3] == 255).all()


def test_everybody_is_in_the_first_frame_in_the_order_of_their_ids(silhouettes):
    # clips/demo/clip.yaml calls them walker, ann, ben from left to right.
    columns = [np.flatnonzero(mask.any(0)).mean() for mask in silhouettes[0]]
    ben, ann, walker = columns
    assert walker < ann < ben


def test_the_demo_is_as_long_and_large_as_promised():
    scenario = demo()
    assert (scenario.frames, scenario.size, scenario.fps) == (60, (640, 360), Fraction(15))
