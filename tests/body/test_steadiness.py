import numpy as np
import pytest

from retime.body.network import load_network
from retime.body.steadiness import SIZE, changes, measure_steadiness, slow_motion


def test_changes_of_known_maps():
    iuv = np.zeros((2, 2, 4, 3), np.uint8)
    iuv[0, :, :3, 0] = 1  # six pixels
    iuv[1, :, 1:, 0] = 1  # moved by one: four in both, two come, two go
    iuv[1, 0, 1, 0] = 2

    parts, outline = changes(iuv)

    assert parts == pytest.approx(1 / 4)
    assert outline == pytest.approx(4 / 6)


def test_a_slow_motion_is_slow_and_jitter_shakes_it():
    still, shaken = (slow_motion(0, 1, frames=3, jitter=jitter) for jitter in (0.0, 0.2))

    np.testing.assert_array_equal(still.iuv, shaken.iuv)
    steps = np.linalg.norm(np.diff(still.keypoints, axis=0), axis=-1)
    assert steps.max() < 0.06 * SIZE
    assert 0 < np.abs(shaken.keypoints - still.keypoints).mean() < 0.02 * SIZE


def test_shipped_maps_are_about_as_steady_as_bodies():
    figures = measure_steadiness(load_network(), motions=4)

    assert figures["part_changes"] < 2 * figures["true_part_changes"]
    assert figures["outline_changes"] < 2 * figures["true_outline_changes"]
