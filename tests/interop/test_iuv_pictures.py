import cv2
import numpy as np
import pytest

from retime.errors import InputError
from retime.interop import iuv_pictures
from retime.interop.clip_frames import ClipFrames

TWO = ClipFrames(np.arange(2))


def save(path, pixels):
    """Write a picture of rows of pixels in OpenCV's order: blue, green, red and alpha."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.array(pixels, np.uint8))
    return path


def test_densepose_keeps_the_part_in_blue(tmp_path):
    path = save(tmp_path / "0_IUV.png", [[(0, 0, 0), (24, 100, 200)]])
    iuv, person = iuv_pictures.read_picture(path)
    assert iuv.tolist() == [[[0, 0, 0], [24, 100, 200]]]
    assert person is None


def test_the_release_keeps_ten_times_the_part_in_red_and_the_person_in_alpha(tmp_path):
    path = save(tmp_path / "0001.png", [[(0, 0, 0, 0), (200, 100, 240, 253)]])
    iuv, person = iuv_pictures.read_picture(path)
    assert iuv.tolist() == [[[0, 0, 0], [24, 100, 200]]]
    assert person.tolist() == [[0, 2]]


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        ([[(25, 0, 0)]], "the blue channel holds part 25 of 24"),
        ([[(0, 0, 250, 254)]], "the red channel holds part 25 of 24"),
        ([[(0, 0, 7, 254)]], "the red channel must be ten times the part"),
        ([[3]], "not a picture of 8 bits in three or four channels"),
    ],
)
def test_malformed(tmp_path, pixels, message):
    path = save(tmp_path / "a.png", pixels)
    with pytest.raises(InputError, match=rf"a\.png: {message}"):
        iuv_pictures.read_picture(path)


def test_layers_of_several_people_are_taken_apart(tmp_path):
    one, two = (200, 100, 10, 254), (60, 50, 20, 253)
    for t in range(2):
        save(tmp_path / "uv/01" / f"{t + 1:04d}.png", [[one, two, (0, 0, 0, 0)]])
    first, second = iuv_pictures.read(tmp_path / "uv", [1, 2], (6, 2), TWO)
    assert first.tolist() == second.tolist()
    # Twice as large, each pixel becomes two by two.
    assert first[0, 1].tolist() == [[1, 100, 200]] * 2 + [[0, 0, 0]] * 4
    assert first[1, 0].tolist() == [[0, 0, 0]] * 2 + [[2, 50, 60]] * 2 + [[0, 0, 0]] * 2


@pytest.mark.parametrize(
    ("folder", "pixels", "frames", "message"),
    [
        ("03", [[(1, 2, 3)]], 2, r"03/0\.png: shows person 3; the tracked people are 1, 2"),
        ("ann", [[(1, 2, 3)]], 2, "ann: name the folder by the person's id"),
        ("01", [[(1, 2, 3)]], 1, "01: number of pictures: 1, but the clip has 2 frames"),
    ],
)
def test_what_does_not_fit_the_clip(tmp_path, folder, pixels, frames, message):
    for t in range(frames):
        save(tmp_path / "uv" / folder / f"{t}.png", pixels)
    with pytest.raises(InputError, match=message):
        list(iuv_pictures.read(tmp_path / "uv", [1, 2], (1, 1), TWO))


def test_what_is_written_is_read_again(tmp_path):
    rng = np.random.default_rng(0)
    maps = rng.integers(0, 256, (2, 3, 8, 16, 3), np.uint8)
    maps[..., 0] %= 25
    maps[maps[..., 0] == 0] = 0
    iuv_pictures.write(iter(maps), [1, 2, 3], tmp_path / "uv")
    read = iuv_pictures.read(tmp_path / "uv", [1, 2, 3], (16, 8), TWO)
    assert (np.stack(list(read)) == maps).all()
    person = np.where(maps[0, 0, ..., 0] > 0, 7, 0).astype(np.uint8)
    iuv_pictures.write_picture(tmp_path / "a.png", maps[0, 0], person)
    iuv, who = iuv_pictures.read_picture(tmp_path / "a.png")
    assert (iuv == maps[0, 0]).all()
    assert (who == person).all()
