import numpy as np
import pytest

from retime.errors import InputError
from retime.people.movenet import (
    OUTPUT_SHIFT,
    Network,
    decode_middle_person,
    decode_people,
    fit,
)

JOINTS = 17


def empty_maps(height, width):
    """Maps in which nobody is: no heat anywhere, all offsets in the middle of their cell."""
    return {
        "centre": np.zeros((height, width, 1)),
        "box_size": np.zeros((height, width, 2)),
        "box_offset": np.full((height, width, 2), 0.5),
        "joint_vector": np.zeros((height, width, 2 * JOINTS)),
        "joint_heat": np.zeros((height, width, JOINTS)),
        "joint_offset": np.full((height, width, 2 * JOINTS), 0.5),
    }


def put(maps, cell, joints, score=0.8, size=(12, 8)):
    """Put a person into the maps: centre, box size (h, w) in cells, joints (y, x) with heat 0.6."""
    y, x = cell
    maps["centre"][y, x] = score
    maps["box_size"][y, x] = size
    maps["joint_vector"][y, x] = (np.array(joints) - cell).ravel()
    for joint, place in enumerate(joints):
        maps["joint_heat"][(*place, joint)] = 0.6
    return maps


def pixel(x, y):
    """The middle of a cell of 4 x 4 pixels, as decoded."""
    return 4 * x + 2 + OUTPUT_SHIFT, 4 * y + 2 + OUTPUT_SHIFT


def spread(y, x):
    """Return 17 cells around a cell."""
    return [(y + dy, x + dx) for dy, dx in zip([0, 1, -1] * 6, [2, -2, 0] * 6, strict=True)][:17]


def test_one_person_is_decoded():
    maps = put(empty_maps(20, 30), (10, 15), spread(10, 15))
    people = decode_people(maps, 0.1, 6)
    expected = [(*pixel(x, y), 0.6) for y, x in spread(10, 15)]
    np.testing.assert_allclose(people.keypoints, [expected])
    # Middle (10.5, 15.5) with half a size of (6, 4) cells.
    np.testing.assert_allclose(people.boxes, [[46, 18, 78, 66]])
    np.testing.assert_allclose(people.scores, [0.8 * 0.6])


def test_heat_counts_less_away_from_where_the_joint_is_expected():
    maps = put(empty_maps(20, 30), (10, 15), spread(10, 15))
    # The nose is expected at (10, 17); heat of 0.9 lies 2 cells from it, in a window whose square
    # is 0.3 * 20: 0.9 exp(-4 / 6) = 0.46 loses against 0.6, 0.9 exp(-1 / 6) = 0.76 does not.
    maps["joint_heat"][10, 15, 0] = 0.9
    assert decode_people(maps, 0.1, 6).keypoints[0, 0] == pytest.approx([*pixel(17, 10), 0.6])
    maps["joint_heat"][10, 18, 0] = 0.9
    expected = [*pixel(18, 10), 0.9 * np.exp(-1 / 6)]
    assert decode_people(maps, 0.1, 6).keypoints[0, 0] == pytest.approx(expected)


def test_a_joint_is_sought_inside_the_box_only():
    maps = put(empty_maps(20, 30), (10, 15), spread(10, 15), size=(2, 4))
    # Of the box's rows 9.5 to 11.5 only cells 10 and 11 belong to it: row 9 does not.
    scores = decode_people(maps, 0.1, 6).keypoints[0, :, 2]
    rows = np.array(spread(10, 15))[:, 0]
    columns = np.array(spread(10, 15))[:, 1]
    np.testing.assert_allclose(scores[rows == 9], 0)
    np.testing.assert_allclose(scores[(rows == 11) & (columns == 15)], 0.6)


def test_a_persons_score_leaves_unseen_joints_out():
    maps = put(empty_maps(20, 30), (10, 15), spread(10, 15))
    maps["joint_heat"][..., 1:] = 0.0
    assert decode_people(maps, 0.1, 6).scores == pytest.approx([0.8 * 0.6])
    maps["joint_heat"][...] = 0.0
    assert decode_people(maps, 0.1, 6).scores == pytest.approx([0.0])


def test_people_come_best_first_and_neighbouring_cells_are_one_person():
    maps = put(empty_maps(20, 60), (10, 15), spread(10, 15), score=0.5)
    put(maps, (10, 45), spread(10, 45), score=0.9)
    maps["centre"][10, 16] = 0.4  # within the 5 x 5 neighbourhood of the first
    people = decode_people(maps, 0.1, 6)
    np.testing.assert_allclose(people.keypoints[:, 0, 0], [pixel(47, 0)[0], pixel(17, 0)[0]])
    assert len(decode_people(maps, 0.1, 1).scores) == 1
    assert len(decode_people(maps, 0.6, 6).scores) == 1


def test_more_than_six_people_are_decoded():
    maps = empty_maps(20, 160)
    for number in range(10):
        put(maps, (10, 8 + 15 * number), spread(10, 8 + 15 * number), score=0.9 - number / 100)
    assert len(decode_people(maps, 0.1, 20).scores) == 10


def test_nobody():
    people = decode_people(empty_maps(20, 30), 0.1, 6)
    assert people.keypoints.shape == (0, 17, 3)
    assert people.boxes.shape == (0, 4)
    assert people.scores.shape == (0,)


def test_thunder_takes_the_person_in_the_middle():
    maps = empty_maps(64, 64)
    put(maps, (30, 32), spread(30, 32), score=0.5)
    put(maps, (10, 10), spread(10, 10), score=0.9)
    # Weights are 1 / (distance from cell 32 + 1.8): 0.5 / 3.8 beats 0.9 / 32.9.
    keypoints = decode_middle_person(maps)
    np.testing.assert_allclose(keypoints[:, 0], [pixel(x, 0)[0] for _, x in spread(30, 32)])
    # Scores are the heat itself.
    np.testing.assert_allclose(keypoints[:, 2], 0.6)


def test_fitting_scales_the_long_side_and_pads_to_multiples_of_32():
    image = np.full((300, 600, 3), 200, np.uint8)
    fitted, scale = fit(image, 256)
    assert fitted.shape == (128, 256, 3)
    np.testing.assert_allclose(scale, [256 / 600, 128 / 300])
    fitted, _ = fit(np.full((130, 100, 3), 200, np.uint8), 256)
    assert fitted.shape == (256, 224, 3)  # 256 x 197, padded to the right
    assert (fitted[:, :197] == 200).all()
    assert (fitted[:, 197:] == 0).all()


def test_a_file_that_is_no_network_is_refused(tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"x\.onnx.*retime models fetch"):
        Network(tmp_path / "x.onnx", 1)


def test_the_real_networks_have_the_maps_that_decoding_needs(models):
    multipose, thunder = Network(models.multipose, 1), Network(models.thunder, 1)
    maps = multipose(np.zeros((64, 96, 3), np.uint8))
    expected = {n: v.shape[2] for n, v in empty_maps(1, 1).items()}
    assert {name: value.shape for name, value in maps.items()} == {
        name: (16, 24, channels) for name, channels in expected.items()
    }
    maps = thunder(np.zeros((256, 256, 3), np.uint8))
    assert {name: value.shape for name, value in maps.items()} == {
        name: (64, 64, expected[name])
        for name in ("centre", "joint_vector", "joint_heat", "joint_offset")
    }


def test_the_real_network_sees_nobody_in_an_empty_picture(models):
    maps = Network(models.multipose, 1)(np.full((128, 128, 3), 127, np.uint8))
    assert (decode_people(maps, 0.0, 20).scores < 0.05).all()
