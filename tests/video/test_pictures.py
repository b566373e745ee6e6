import cv2
import numpy as np
import pytest

from retime.errors import InputError
from retime.video.pictures import list_pictures, natural_key, read_picture
from retime.video.sequences import ExrWriter


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


def write_exr(path, **channels):
    import OpenEXR

    planes = {name: np.array(values, np.float32) for name, values in channels.items()}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, planes) as file:
        file.write(str(path))
    return path


def test_light_in_exr_is_linear(tmp_path):
    # Of sRGB: 0.2159 is ((128 / 255 + 0.055) / 1.055)^2.4; 0.002 lies on the straight part, which
    # is 12.92 times as high.
    values = [[0.0, 0.2159, 1.0, 7.0, 0.002]]
    path = write_exr(tmp_path / "a.exr", R=values, G=values, B=[[0.0] * 5])
    assert read_picture(path)[0].tolist() == [
        [0, 0, 0],
        [128, 128, 0],
        [255, 255, 0],
        [255, 255, 0],
        [7, 7, 0],
    ]
    grey = write_exr(tmp_path / "b.exr", Y=values)
    assert read_picture(grey)[0, 1].tolist() == [128] * 3


def test_an_exr_written_is_read_again(tmp_path):
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, -1)
    with ExrWriter(tmp_path / "frames") as writer:
        writer.write(ramp, {})
    (path,) = list_pictures(tmp_path / "frames")
    # Half floats are exact to 1 in 2048: none of the 256 steps is lost.
    assert (read_picture(path) == ramp).all()


def test_exr_files_that_are_no_pictures(tmp_path):
    (tmp_path / "a.exr").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"a\.exr: not an EXR file"):
        read_picture(tmp_path / "a.exr")
    path = write_exr(tmp_path / "b.exr", Z=[[1.0]])
    with pytest.raises(InputError, match=r"b\.exr: holds the channels Z; a picture has R, G and B"):
        read_picture(path)
