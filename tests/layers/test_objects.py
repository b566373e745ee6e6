import numpy as np
import pytest

from retime.layers.objects import (
    TALL,
    WIDE,
    box_iuv,
    choose_grid,
    feet_of,
    find_box,
    matte_trimap,
)


def mask(height, width, rows, columns):
    made = np.zeros((height, width), bool)
    made[rows, columns] = True
    return made


def test_the_box_holds_its_ends():
    assert find_box(mask(8, 10, slice(2, 5), slice(3, 9))) == (3, 2, 8, 4)
    assert find_box(np.zeros((3, 3), bool)) is None


def test_a_map_lays_the_tiles_over_the_box_row_by_row():
    # 12 x 8 pixels in 6 x 4 tiles: each has two by two pixels, at a quarter and three.
    iuv = box_iuv(mask(10, 14, slice(1, 9), slice(1, 13)), WIDE)
    assert iuv[1, 1:13, 0].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert iuv[1:9, 1, 0].tolist() == [1, 1, 7, 7, 13, 13, 19, 19]
    assert iuv[8, 12].tolist() == [24, 191, 191]
    assert iuv[1, 1].tolist() == [1, 64, 64]
    assert not iuv[0].any()
    assert not box_iuv(np.zeros((3, 3), bool), WIDE).any()


def test_a_point_of_an_object_keeps_its_place_as_the_object_moves_and_grows():
    small = box_iuv(mask(20, 20, slice(0, 6), slice(0, 4)), TALL)
    large = box_iuv(mask(20, 20, slice(2, 20), slice(5, 17)), TALL)  # three times as large
    # The middle pixel of three by three shows what the one did.
    assert (large[3:20:3, 6:17:3] == small[:6, :4]).all()


@pytest.mark.parametrize(("shape", "grid"), [((4, 8), WIDE), ((8, 4), TALL), ((0, 0), WIDE)])
def test_tiles_lie_along_the_longer_side(shape, grid):
    masks = np.stack([mask(10, 10, slice(0, shape[0]), slice(0, shape[1]))] * 3)
    assert choose_grid(masks) == grid


def test_what_a_matte_leaves_open_is_unsure_and_so_is_a_band_around_it():
    alpha = np.zeros((1, 20), np.uint8)
    alpha[0, 8:11] = 255
    alpha[0, 11] = 100
    nobody = np.zeros((1, 20), bool)
    trimap = matte_trimap(alpha, nobody, band=0.1)  # two pixels to each side
    assert trimap[0].tolist() == [0] * 6 + [128] * 2 + [255] * 3 + [128] * 3 + [0] * 6


def test_an_object_reaches_down_to_its_lowest_row_in_source_pixels():
    masks = np.stack([mask(10, 10, slice(2, 6), slice(2, 4)), np.zeros((10, 10), bool)])
    # Row 5 of 10 ends at 6 of 10; of 40 rows its centre is 5.5 * 4 - 0.5.
    assert feet_of(masks, 40).tolist() == [21.5, -np.inf]
