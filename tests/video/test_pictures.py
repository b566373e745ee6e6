import cv2
import numpy as np
import pytest

from retime.errors import InputError
from retime.video.pictures import list_pictures, natural_key, read_picture


def test_natural_order():
    names = ["f10.png", "f2.png", "F1.png", "a.png", "f2b.png"]
    assert sorted(names, key=natural_key) == ["a.png", "F1.png", "f2.png", "f2b.png", "f10.png"]


def test_lists_only_pictures(tmp_path):
    for name in ("2.png", "10.JPG", "notes.txt", ".3.png"):
        (tmp_path / name).touch()
    assert [path.name for path in list_pictures(tmp_path)] == ["2.png", "10.JPG"]


def test_folder_without_pictures(tmp_path):
    with pytest.raises(InputError, match="folder without pictures"):
        list_pictures(tmp_path)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (np.full((3, 2, 3), (30, 20, 10), np.uint8), (10, 20, 30)),  # OpenCV writes B, G, R
        (np.full((3, 2, 4), (30, 20, 10, 7), np.uint8), (10, 20, 30)),
        (np.full((3, 2), 9, np.uint8), (9, 9, 9)),
        (np.full((3, 2, 3), (768, 512, 256), np.uint16), (1, 2, 3)),
    ],
    ids=["colour", "alpha", "grey", "16 bit"],
)
def test_reads_as_rgb(tmp_path, written, read):
    cv2.imwrite(str(tmp_path / "a.png"), written)
    assert read_picture(tmp_path / "a.png").tolist() == [[list(read)] * 2] * 3


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_not_a_picture(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png: not a picture"):
        read_picture(tmp_path / "a.png")
