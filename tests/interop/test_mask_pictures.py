import numpy as np
import pytest
from PIL import Image

from retime.errors import InputError
from retime.interop import mask_pictures
from retime.interop.clip_frames import ClipFrames


def save(path, values, mode):
    picture = Image.fromarray(np.array(values, np.uint8))
    if mode == "P":
        picture.putpalette(mask_pictures.PALETTE)
    picture.save(path)
    return path


@pytest.mark.parametrize(
    ("values", "mode", "matte"),
    [
        ([[0, 255, 128]], "L", [[0, 255, 128]]),  # grey: partly there, or a trimap's unsure
        ([[0, 1, 1]], "L", [[0, 255, 255]]),  # numbers 0 and 1
        ([[0, 2, 5]], "P", [[0, 255, 255]]),
        ([[[9, 9, 9, 0], [0, 0, 0, 255]]], "RGBA", [[0, 255]]),
        ([[[255, 255, 255], [0, 0, 0]]], "RGB", [[255, 0]]),
    ],
)
def test_a_mask_without_a_number_is_whatever_is_not_background(tmp_path, values, mode, matte):
    assert mask_pictures.read_mask(save(tmp_path / "a.png", values, mode)).tolist() == matte


def test_one_bit_and_sixteen(tmp_path):
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "a.png")
    assert mask_pictures.read_mask(tmp_path / "a.png").tolist() == [[255, 0]]
    Image.fromarray(np.array([[65535, 257]], np.uint16)).save(tmp_path / "b.png")
    assert mask_pictures.read_mask(tmp_path / "b.png").tolist() == [[255, 1]]


@pytest.mark.parametrize("mode", ["L", "P"])
def test_an_object_is_the_pixels_of_its_number(tmp_path, mode):
    path = save(tmp_path / "a.png", [[0, 1, 2, 2]], mode)
    assert mask_pictures.read_mask(path, 2).tolist() == [[0, 0, 255, 255]]


def test_malformed(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(InputError, match=r"a\.png: not a picture that can be read"):
        mask_pictures.read_mask(tmp_path / "a.png")
    path = save(tmp_path / "b.png", [[[0, 0, 0]]], "RGB")
    with pytest.raises(InputError, match=r"b\.png: object 1 is asked for, but .* no numbers"):
        mask_pictures.read_mask(path, 1)


def test_the_palette_is_that_of_davis():
    # Black, dark red, green, olive; 8 has the next bit of red.
    colours = np.reshape(mask_pictures.PALETTE, (256, 3))
    assert colours[:4].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    assert colours[8].tolist() == [64, 0, 0]
    assert colours[255].tolist() == [224, 224, 192]


def test_what_is_written_is_read_again(tmp_path):
    rng = np.random.default_rng(0)
    mattes, numbers = rng.integers(0, 256, (2, 3, 5, 4), np.uint8)
    clip = ClipFrames(np.arange(3))
    mask_pictures.write_masks(iter(mattes), tmp_path / "grey")
    assert (np.stack(list(mask_pictures.read_masks(tmp_path / "grey", None, clip))) == mattes).all()
    mask_pictures.write_numbers(iter(numbers), tmp_path / "davis")
    for number in (1, 17):
        read = np.stack(list(mask_pictures.read_masks(tmp_path / "davis", number, clip)))
        assert ((read == 255) == (numbers == number)).all()
