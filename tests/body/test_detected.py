import numpy as np
import pytest

from retime.body.detected import measure_clip


def body(part, rows, columns, uv=(51, 102), size=(4, 6)):
    """One person's map: a rectangle of one part."""
    iuv = np.zeros((*size, 3), np.uint8)
    iuv[rows, columns] = (part, *uv)
    return iuv


ROWS, LEFT, RIGHT = slice(0, 2), slice(0, 2), slice(4, 6)


def test_people_are_matched_by_where_they_are():
    true = [body(3, ROWS, LEFT), body(5, ROWS, RIGHT)]
    turned = [true[1], true[0]]

    figures = measure_clip([np.stack(true)], [np.stack(turned)]).figures()

    assert figures == {"part_accuracy": 1, "foreground_iou": 1, "uv_l1": 0}


def test_people_missed_and_people_who_are_not_there():
    missed = measure_clip(
        [np.stack([body(3, ROWS, LEFT), body(5, ROWS, RIGHT)])], [body(3, ROWS, LEFT)[None]]
    ).figures()
    assert missed["part_accuracy"] == missed["foreground_iou"] == 0.5

    ghost = measure_clip(
        [body(3, ROWS, LEFT)[None]], [np.stack([body(3, ROWS, LEFT), body(5, ROWS, RIGHT)])]
    ).figures()
    assert (ghost["part_accuracy"], ghost["foreground_iou"]) == (1, 0.5)


def test_uv_counts_where_the_part_is_right():
    true = body(3, ROWS, LEFT, uv=(0, 0))
    answer = body(3, ROWS, slice(0, 1), uv=(51, 0)) + body(4, ROWS, slice(1, 2), uv=(255, 255))

    figures = measure_clip([true[None]], [answer[None]]).figures()

    assert figures["part_accuracy"] == 0.5
    assert figures["uv_l1"] == pytest.approx(0.1)  # 51 of 255 in u, 0 in v


def test_truth_is_brought_to_the_size_of_the_maps():
    large = body(3, slice(0, 4), slice(0, 4), size=(8, 12))

    tally = measure_clip([large[None]], [body(3, ROWS, LEFT)[None]])

    assert (tally.body, tally.right) == (4, 4)


def test_frames_must_be_as_many():
    maps = [body(3, ROWS, LEFT)[None]]
    with pytest.raises(ValueError, match=r"shorter|longer"):
        measure_clip(maps * 2, maps)
