import numpy as np
import pytest

from retime.artifacts import Frames, Seeds
from retime.benchmark.claims import effects
from retime.benchmark.claims.cutout import cut_out
from retime.benchmark.claims.drawn import DrawnClip, write_drawn_clip
from retime.benchmark.claims.effects import eight_runners, lights, lights_alone, reflections
from retime.benchmark.claims.people import running_child, square, walker
from retime.benchmark.claims.reflected import VANISHED, visible_only
from retime.benchmark.claims.squares import random_square, two_people, two_squares
from retime.config import SeedsSettings

RED, BLUE = (200, 0, 0), (0, 0, 200)


@pytest.fixture
def clip():
    """Two frames of grey; a red square, and before it a blue one that moves over its edge."""
    clip = DrawnClip("squares", np.full((2, 8, 12, 3), 100, np.uint8))
    behind, before = clip.layer("behind"), clip.layer("before")
    for t in range(2):
        behind.put("body", t, square(4, RED), 2, 2)
        before.put("body", t, square(4, BLUE), 6 - 2 * t, 2)
    return clip


def test_frames_are_the_layers_over_the_ground(clip):
    frames = clip.frames()
    assert frames[0, 3].tolist()[1:11] == [[100] * 3, *[[*RED]] * 4, *[[*BLUE]] * 4, [100] * 3]
    assert frames[1, 3, 4].tolist() == [*BLUE]
    assert clip.frames(["before"])[1, 3, 4].tolist() == [*RED]
    assert clip.in_front(0)[1, 3].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
    assert not clip.in_front(1).any()


def test_pictures_on_one_layer_lie_over_one_another_and_end_at_the_edge():
    layer = DrawnClip("one", np.zeros((1, 4, 4, 3), np.uint8)).layer("person")
    half = np.full((4, 4, 4), (0, 0, 200, 102), np.uint8)  # alpha 0.4
    layer.put("shadow", 0, np.full((4, 4, 4), (100, 0, 0, 128), np.uint8), 0, 0)
    layer.put("splash", 0, half, 2, -2)
    assert (
        layer.parts["splash"][0].tolist()
        == [[0, 0, pytest.approx(0.4), pytest.approx(0.4)]] * 2 + [[0] * 4] * 2
    )
    # Over: 0.4 + 0.6 * 128 / 255 = 0.701 of alpha; blue has 0.4 of it.
    assert layer.rgba[0, 0, 3].tolist() == [43, 0, 114, 179]
    assert layer.rgba[0, 3, 0].tolist() == [100, 0, 0, 128]
    layer.put("splash", 0, np.tile(half, (1, 8, 1)), 9, 1)  # out of the picture
    assert layer.parts["splash"][0].sum() == pytest.approx(1.6)


def test_its_files_are_those_of_the_stages(clip, tmp_path):
    for layer in clip.layers:
        layer.iuv[:, 2:6, 3:5] = (2, 0, 0)
        layer.keypoints[:] = 4.0
    frames, seeds = write_drawn_clip(clip, tmp_path, SeedsSettings(band=0.2))
    with Frames.open(frames) as video, Seeds.open(seeds) as seed:
        assert (video.rgb[:] == clip.frames()).all()
        assert seed.order[:].tolist() == [[1, 2], [1, 2]]
        assert (seed.trimap[:, 0] == 255).sum((1, 2)).tolist() == [8, 8]


def test_a_person_is_cut_out_whole():
    person = cut_out(walker("red", 14, yaw=0.0), 0.3, 40)
    body = person.rgba[..., 3] > 127
    rows = np.flatnonzero(body.any(1))
    # The person has 1 / 1.12 of the height, in the middle; hair and shoes stand out a little.
    assert 34 <= rows[-1] - rows[0] + 1 <= 40
    assert (body & (person.iuv[..., 0] > 0)).sum() > 0.6 * body.sum()
    assert person.keypoints[0, 1] < person.keypoints[15, 1]  # the nose is above the ankle
    lean = cut_out(running_child("green", 40, 0.0), 0.3, 40)
    assert 0.05 < (lean.rgba[..., 3] > 127).mean() < 0.4


def test_squares_follow_or_do_not():
    """Places of the squares relative to the person, by their parts."""

    def centres(layer, part):
        columns = np.arange(layer.rgba.shape[2])
        alpha = layer.parts[part]
        return (alpha * columns).sum((1, 2)) / alpha.sum((1, 2))

    one, two = random_square().layers[0], two_squares().layers[0]
    walked = np.round(18 + 32 * np.arange(16) / 15)
    assert centres(one, "following") - walked == pytest.approx(-12)  # -15 and half of 7 pixels
    assert (centres(one, "random") - walked).std() > 5
    touching = (one.parts["random"] > 0) & (one.parts["following"] > 0)
    assert not touching.any()
    near, far = centres(two, "near"), centres(two, "far")
    assert near - far == pytest.approx(19)
    man, woman = two_people().layers
    assert np.ptp(centres(man, "square")) < 1e-3  # up and down alone
    assert np.ptp(centres(woman, "square")[3:]) > 30
    covered = two_people().in_front(0) > 0.9
    assert ((man.parts["square"] > 0.5) & covered).any()


def test_visible_only_maps_end_where_someone_stands_in_front():
    clip = reflections()
    cut = visible_only(clip)
    hidden = clip.in_front(0) > 0.5
    assert (clip.layers[0].iuv[..., 0] > 0)[hidden].any()
    assert not (cut.layers[0].iuv[..., 0] > 0)[hidden].any()
    assert (cut.layers[0].iuv[~hidden] == clip.layers[0].iuv[~hidden]).all()
    left, whole = ((c.layers[0].iuv[..., 0] > 0).sum((1, 2)) for c in (cut, clip))
    assert (left <= VANISHED * whole).any()


def test_lights_blink_in_their_places():
    clip = lights()
    change = lights_alone(clip)
    assert change[:, 50:].max() == 0
    pink = change[:, 15, 10]  # on for three of seven frames, the first of them at 0
    assert (pink > 0.1).tolist() == [t % 7 < 3 for t in range(24)]
    assert all(layer.rgba[..., 3].any((1, 2)).all() for layer in clip.layers)


def test_eight_run_on_eight_layers(monkeypatch):
    monkeypatch.setattr(effects, "FRAMES", 2)
    runners = eight_runners()
    assert [layer.name for layer in runners.layers] == [f"child{n}" for n in range(1, 9)]
    assert all(layer.parts["body"][0].sum() > 15 for layer in runners.layers)
