from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retime.errors import InputError
from retime.layers.painted import (
    Painted,
    PaintedFile,
    find_painted,
    painted_name,
    place_painted,
    read_painted,
    resample,
    write_painted,
)


def saved(path, pixels):
    assert cv2.imwrite(str(path), np.asarray(pixels))
    return path


def grey(*rows):
    return np.array(rows, np.uint8)


def test_a_near_miss_is_snapped_and_said(tmp_path, capsys):
    path = saved(tmp_path / "0.png", grey([3, 112], [128, 250]))
    painted = read_painted(path, (2, 2), (8, 8))
    assert painted.trimap.tolist() == [[0, 128], [128, 255]]
    assert painted.meant.all()
    assert "0.png: 3 pixels are nearly 0, 128 or 255" in capsys.readouterr().err


def test_an_exact_trimap_is_read_in_silence(tmp_path, capsys):
    read_painted(saved(tmp_path / "0.png", grey([0, 128, 255])), (3, 1), (8, 8))
    assert capsys.readouterr().err == ""


def test_a_trimap_may_have_the_size_of_the_video(tmp_path):
    path = saved(tmp_path / "0.png", np.repeat(np.repeat(grey([0, 255]), 4, 1), 4, 0))
    assert read_painted(path, (2, 1), (8, 4)).trimap.tolist() == [[0, 255]]


def test_what_is_transparent_stays_automatic(tmp_path):
    pixels = np.zeros((1, 4, 4), np.uint8)
    pixels[0, :, :3] = grey([255, 77, 0, 128]).T  # 77 is under no paint
    pixels[0, :, 3] = 255, 127, 128, 0  # half transparent counts as paint
    painted = read_painted(saved(tmp_path / "0.png", pixels), (4, 1), (8, 8))
    assert painted.meant.tolist() == [[True, False, True, False]]
    automatic = grey([128, 128, 128, 255])
    assert painted.over(automatic).tolist() == [[255, 128, 0, 255]]


@pytest.mark.parametrize("depth", ["colour", "sixteen bits"])
def test_other_kinds_of_grey_are_grey(tmp_path, depth):
    pixels = grey([0, 128, 255])
    pixels = np.dstack([pixels] * 3) if depth == "colour" else pixels.astype(np.uint16) * 257
    painted = read_painted(saved(tmp_path / "0.png", pixels), (3, 1), (8, 8))
    assert painted.trimap.tolist() == [[0, 128, 255]]
    assert painted.meant.all()


def test_bad_trimaps_are_refused(tmp_path):
    path = tmp_path / "000001.png"
    path.write_bytes(b"not a picture")
    with pytest.raises(InputError, match=r"000001\.png: not a picture"):
        read_painted(path, (2, 2), (4, 4))
    with pytest.raises(InputError, match=r"is 3x1; .* \(4x4\) or of the renderer \(2x2\)"):
        read_painted(saved(path, grey([0, 0, 0])), (2, 2), (4, 4))
    with pytest.raises(InputError, match=r"64 at \(1, 0\), and so on at 2 pixels: .*0 .clear."):
        read_painted(saved(path, grey([0, 64], [255, 17])), (2, 2), (4, 4))
    red = np.zeros((2, 2, 3), np.uint8)
    red[1, 0, 2] = 255
    with pytest.raises(InputError, match=r"\(0, 1\) is coloured"):
        read_painted(saved(path, red), (2, 2), (4, 4))


trimaps = arrays(np.uint8, (3, 5), elements=st.sampled_from([0, 128, 255]))


@given(trimaps, arrays(bool, (3, 5)), st.integers(3, 20), st.integers(5, 20))
def test_labels_enlarged_and_brought_back_are_what_they_were(trimap, meant, height, width):
    for labels in (trimap, meant):
        larger = resample(labels, (width, height))
        np.testing.assert_array_equal(resample(larger, (5, 3)), labels)


def test_what_is_written_is_read_back(tmp_path):
    painted = Painted(grey([0, 128, 255], [255, 0, 128]), np.array([[1, 0, 1], [0, 1, 0]], bool))
    write_painted(tmp_path / "ann" / "000001.png", painted)
    again = read_painted(tmp_path / "ann" / "000001.png", (3, 2), (9, 9))
    np.testing.assert_array_equal(again.meant, painted.meant)
    np.testing.assert_array_equal(again.trimap, painted.trimap)


def touched(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_trimaps_are_found_by_layer_and_frames(tmp_path):
    assert find_painted(None) == find_painted(tmp_path / "none") == []
    touched(tmp_path, "ann/000003.png", "ann/4-06.png", "ben/1.png", "ben/.1.png.swp")
    ann, ben = tmp_path / "ann", tmp_path / "ben"
    assert find_painted(tmp_path) == [
        PaintedFile(ann / "000003.png", "ann", 3, 3),
        PaintedFile(ann / "4-06.png", "ann", 4, 6),
        PaintedFile(ben / "1.png", "ben", 1, 1),
    ]
    assert (painted_name(3, 3), painted_name(4, 6)) == ("000003.png", "000004-000006.png")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("000003.png", "lies in the folder of its layer"),
        ("ann/more/000003.png", "lies in the folder of its layer"),
        ("ann/000003.jpg", "not the name of a trimap; call it .*LAYER/000012.png"),
        ("ann/three.png", "not the name of a trimap"),
        ("ann/5-3.png", "frame 3 comes before 5"),
    ],
)
def test_files_that_would_be_passed_over_are_refused(tmp_path, name, message):
    touched(tmp_path, name)
    with pytest.raises(InputError, match=message) as error:
        find_painted(tmp_path)
    assert str(tmp_path / name) in str(error.value)


def file(name, layer="ann"):
    first, _, last = name.partition("-")
    return PaintedFile(Path(f"{name}.png"), layer, int(first), int(last or first))


def test_one_for_a_frame_alone_goes_before_a_range():
    placed = place_painted([file("1-3"), file("2"), file("0", "ben")], ["ben", "ann"], 4)
    names = {place: path.stem for place, path in placed.items()}
    assert names == {(1, 1): "1-3", (2, 1): "2", (3, 1): "1-3", (0, 0): "0"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([file("1", "eve")], "1.png: no layer 'eve'; layers are ben, ann"),
        ([file("4")], "4.png: the clip has frames 0 to 3; .* 000000.png to 000003.png"),
        ([file("2-4")], "2-4.png: the clip has frames 0 to 3"),
        ([file("0-2"), file("2-3")], "2-3.png: frame 2 is painted in 0-2.png, too"),
    ],
)
def test_what_does_not_fit_the_clip_is_refused(files, message):
    with pytest.raises(InputError, match=message):
        place_painted(files, ["ben", "ann"], 4)
