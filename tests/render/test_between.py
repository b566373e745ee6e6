import numpy as np
import pytest

from retime.render.between import along, blend, flows, visible_part
from retime.render.light import over_in_linear_light


def disc(x, size=(96, 160), radius=20, opacity=255):
    """A textured disc whose texture moves with it; [H, W, 4]."""
    rows, columns = np.mgrid[: size[0], : size[1]].astype(float)
    inside = np.clip(radius + 0.5 - np.hypot(columns - x, rows - 48), 0, 1)
    rgba = np.zeros((*size, 4), np.uint8)
    pattern = 120 + 60 * np.sin((columns - x) / 4) * np.cos(rows / 5)
    rgba[..., :3] = np.where(inside > 0, pattern, 0)[..., None]
    rgba[..., 3] = opacity * inside
    return rgba


def over_grey(rgba):
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + 128 * (1 - alpha)


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one - other) ** 2))


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_flow_moves_what_moves(share):
    first, second, true = disc(60), disc(68), disc(60 + 8 * share)
    made = along(first, second, share, flows(first, second))
    mixed = blend(first, second, share)
    assert psnr(over_grey(made), over_grey(true)) > 30
    assert psnr(over_grey(made), over_grey(true)) > psnr(over_grey(mixed), over_grey(true)) + 6


def test_ends_are_the_frames_themselves():
    first, second = disc(60), disc(68)
    moved = flows(first, second)
    for share, frame in ((0.0, first), (1.0, second)):
        assert np.abs(over_grey(along(first, second, share, moved)) - over_grey(frame)).max() <= 1
        assert np.abs(over_grey(blend(first, second, share)) - over_grey(frame)).max() <= 1


def test_blend_weights_colours_by_alpha():
    first = np.array([[[200, 100, 0, 255]]], np.uint8)
    second = np.array([[[0, 0, 200, 85]]], np.uint8)
    # Half of (200, 100, 0) x 1 and of (0, 0, 200) x 1/3, at an alpha of 2/3.
    assert blend(first, second, 0.5).tolist() == [[[150, 75, 50, 170]]]
    clear = np.array([[[77, 77, 77, 0]]], np.uint8)  # what it holds must not show
    assert blend(first, clear, 0.5)[0, 0].tolist() == [200, 100, 0, 128]


def test_opaque_pictures():
    rng = np.random.default_rng(0)
    ground = np.repeat(np.repeat(rng.integers(0, 255, (16, 24, 3), np.uint8), 6, 0), 6, 1)
    first, second = ground[:, 4:-4], ground[:, :-8]  # everything moves right by 4
    made = along(first, second, 0.5, flows(first, second))
    middle = slice(10, -10)
    true = ground[:, 2:-6]
    assert psnr(made[middle, middle].astype(float), true[middle, middle]) > 22
    assert np.array_equal(blend(first, first, 0.3), first)


def test_visible_part():
    assert visible_part(np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 4), np.uint8)) is None
    rows, columns = visible_part(disc(60), disc(68))
    assert (rows.start, columns.start) == (48 - 20 - 24, 60 - 20 - 24)
    assert (rows.stop, columns.stop) == (48 + 20 + 25, 68 + 20 + 25)


def test_linear_light_mixes_light():
    black = np.zeros((1, 1, 3), np.uint8)
    white = np.full((1, 1, 4), 255, np.uint8)
    # Half the light of white is 188 of sRGB: 255 (1.055 x 0.5^(1/2.4) - 0.055).
    assert over_in_linear_light(black, [white], [0.5])[0, 0].tolist() == [188] * 3


def test_linear_light_leaves_whole_pixels_alone():
    every = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(over_in_linear_light(every, [], []), every)
    layer = np.dstack([every[::-1], np.full((16, 16), 255, np.uint8)])
    assert np.array_equal(over_in_linear_light(every, [layer], [1.0]), every[::-1])
