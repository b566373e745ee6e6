import numpy as np
import pytest

from retime.benchmark.figures import aside, exact_share, measure, reduced, worst
from retime.benchmark.found import Found
from retime.demo.truth import VISIBLE, Truth
from retime.layers.canvas import CanvasPlane
from retime.layers.composite import over_pictures

WIDTH, HEIGHT, FRAMES = 48, 16, 2
GROUND, RED, BLUE = (100, 110, 120), (200, 30, 20), (20, 40, 210)


def box(colour, columns, alpha=255):
    """A layer with a box over all rows of some columns."""
    rgba = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    rgba[:, columns] = (*colour, alpha)
    return rgba


@pytest.fixture
def truth(tmp_path):
    """Two boxes, apart from one another, over a flat ground; the first has a shadow of 0.5."""
    path = tmp_path / "truth.h5"
    sizes = {"layers": 3, "N": 2, "T": FRAMES, "H": HEIGHT, "W": WIDTH}
    common = {
        "clip": "boxes", "source_size": [WIDTH, HEIGHT], "working_size": [WIDTH, HEIGHT],
        "fps": [10, 1], "start_seconds": 0.0,
    }  # fmt: skip
    with Truth.create(path, parameters={}, sizes=sizes, names=["red", "blue"], **common) as true:
        for t in range(FRAMES):
            true.rgba[0, t] = (*GROUND, 255)
            red = box(RED, slice(4, 12))
            red[:, 12:16] = (0, 0, 0, 128)
            true.rgba[1, t], true.rgba[2, t] = red, box(BLUE, slice(30, 36))
            true.body[t, 0], true.body[t, 1] = (
                box(RED, slice(4, 12))[..., 3],
                true.rgba[2, t, ..., 3],
            )
            true.shadow[t, 0] = box(RED, slice(12, 16), 128)[..., 3]
            true.order[t] = [1, 2]
        true.keypoints[..., 2] = VISIBLE
        true.area[:] = 100
    with Truth.open(path) as opened:
        yield opened


def found(layers, order=(1, 2)):
    still = np.tile(np.eye(3), (FRAMES, 1, 1))
    size = (WIDTH, HEIGHT)
    return Found(
        size,
        CanvasPlane.at(size, size, (0, 0, *size), still),
        np.tile(order, (FRAMES, 1)),
        lambda t: np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8),
        lambda t: np.stack(layers),
    )


def true_layers(truth):
    return [truth.rgba[1, 0], truth.rgba[2, 0]]


def video(truth):
    ground = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
    return np.stack([over_pictures(ground, true_layers(truth))] * FRAMES)


def test_the_truth_itself_is_perfect(truth):
    figures = measure(truth, found(true_layers(truth)), {0: 1, 1: 2}, video(truth))
    assert figures["reconstruction_db"] == figures["background_db"] == 100
    for name in ("removal_db", "removal_region_db", "other_ground_db", "moved_db"):
        assert figures[name] == [100, 100]
    assert figures["alpha_iou"] == [1, 1]
    assert figures["alpha_mae"] == [0, 0]
    assert figures["leak"] == [0, 0]
    assert figures["shadow_ratio"] == [pytest.approx(1), None]
    assert figures["object_ratio"] == [None, None]
    assert figures["shadow_shown"] == [pytest.approx(1), None]
    # The shadow is black: no less alpha makes the ground as dark, but for rounding.
    assert figures["shadow_least"] == [pytest.approx(1, abs=0.02), None]


def test_an_effect_in_another_alpha_with_a_colour_to_match_is_shown_all_the_same(truth):
    red, blue = true_layers(truth)
    red = red.copy()
    # Half of the ground, as alpha 0.5 of black leaves it, is also all of a grey of half its light.
    red[:, 12:16] = (50, 55, 60, 255)
    figures = measure(truth, found([red, blue]), {0: 1, 1: 2}, video(truth))
    assert figures["shadow_ratio"][0] == pytest.approx(255 / 128)
    assert figures["shadow_shown"][0] == pytest.approx(1, abs=0.02)
    red[:, 12:16] = (0, 0, 0, 64)  # and half the change is half of it
    figures = measure(truth, found([red, blue]), {0: 1, 1: 2}, video(truth))
    assert figures["shadow_shown"][0] == pytest.approx(0.5, abs=0.02)


def test_a_person_on_the_wrong_layer_is_a_leak_and_not_removed(truth):
    # All is on the first layer; the second is empty.
    red, blue = true_layers(truth)
    both = np.where(blue[..., 3:] > 0, blue, red)
    figures = measure(truth, found([both, 0 * both]), {0: 1, 1: 2}, video(truth))
    assert figures["reconstruction_db"] == 100
    assert figures["leak"] == [0, 1]
    # Of 48 columns 12 are red's; 6 more are taken for them.
    assert figures["alpha_iou"] == pytest.approx([12 / 18, 0])
    # Without the second layer blue is still there: 6 of 48 columns show it instead of the ground.
    squared = np.mean((np.array(BLUE) - GROUND) ** 2.0) * 6 / 48
    assert figures["removal_db"][1] == pytest.approx(10 * np.log10(255**2 / squared))
    squared = np.mean((np.array(BLUE) - GROUND) ** 2.0)
    assert figures["removal_region_db"][1] == pytest.approx(10 * np.log10(255**2 / squared))


def test_half_a_shadow_and_a_missing_person_are_told(truth):
    red, blue = true_layers(truth)
    red = red.copy()
    red[:, 12:16, 3] = 64
    figures = measure(truth, found([red, blue]), {0: 1}, video(truth))
    assert figures["shadow_ratio"][0] == pytest.approx(0.5)
    assert figures["alpha_iou"] == [1, 0]  # 64 of 255 is above 0.2; blue has no layer


def test_layers_are_numbered_by_people_not_by_place(truth):
    red, blue = true_layers(truth)
    figures = measure(truth, found([blue, red], order=(2, 1)), {0: 2, 1: 1}, video(truth))
    assert figures["alpha_iou"] == [1, 1]
    assert figures["removal_db"] == [100, 100]


def test_exact_share_counts_what_is_opaque_and_in_sight(truth):
    layers = [layer.copy() for layer in true_layers(truth)]
    layers[1][:4, 30:36, 0] += 1  # a quarter of blue's pixels is off by one
    share = exact_share(truth, found(layers), video(truth))
    # Red: 8 columns, all equal. Blue: 6, of which a quarter is not.
    assert share == pytest.approx((8 + 6 * 0.75) / 14)
    nothing = [0 * layer for layer in layers]
    assert exact_share(truth, found(nothing), video(truth)) is None


def test_reducing_weighs_colours_by_alpha():
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 0] = (200, 100, 50, 255)
    assert reduced(rgba, (1, 1))[0, 0].tolist() == [200, 100, 50, 64]


def test_moving_aside_lets_nothing_come_round():
    rgba = np.arange(4, dtype=np.uint8)[None, :, None].repeat(4, 2)
    assert aside(rgba, 1)[0, :, 0].tolist() == [0, 0, 1, 2]
    assert aside(rgba, -1)[0, :, 0].tolist() == [1, 2, 3, 0]
    assert aside(rgba, 0)[0, :, 0].tolist() == [0, 1, 2, 3]


def test_the_worst_person_counts():
    figures = {"removal_db": [30.0, 28.0], "shadow_ratio": [0.9, 1.4], "leak": [0.1, 0.02]}
    figures |= {"object_ratio": [None, None], "reconstruction_db": 33.0}
    assert worst(figures) == {
        "removal_db": 28.0, "shadow_ratio": 1.4, "leak": 0.1, "object_ratio": None,
        "reconstruction_db": 33.0,
    }  # fmt: skip
