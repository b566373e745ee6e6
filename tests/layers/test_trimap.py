import cv2
import numpy as np
import pytest

from retime.errors import InputError
from retime.layers.trimap import make_trimap, painted_trimaps, read_trimap


def test_the_band_is_as_wide_as_said():
    own = np.zeros((41, 100), bool)
    own[20, 50] = True
    trimap = make_trimap(own, np.zeros_like(own), band=0.1)
    assert trimap[20, 50] == 255
    # 10 pixels either way along the row, clear beyond.
    assert np.flatnonzero(trimap[20]).tolist() == list(range(40, 61))
    assert trimap[20, 40] == 128
    assert trimap[20, 39] == 0


def test_others_are_clear_where_they_are_not_near():
    own, others = np.zeros((21, 100), bool), np.zeros((21, 100), bool)
    own[10, 50] = others[10, 54] = others[10, 65] = True
    trimap = make_trimap(own, others, band=0.2)
    assert trimap[10, 54] == 128  # 4 pixels away: within the 6 of `NEAR`
    assert trimap[10, 65] == 0
    assert trimap[10, 64] == 128


def test_the_printed_band_is_a_dilation_whoever_stands_there():
    own, others = np.zeros((21, 100), bool), np.zeros((21, 100), bool)
    own[10, 50] = others[10, 65] = True
    trimap = make_trimap(own, others, band=0.2, spare_others=False)
    assert np.flatnonzero(trimap[10] == 128).tolist() == [*range(30, 50), *range(51, 71)]


def test_nobody_has_no_band():
    nobody = np.zeros((8, 8), bool)
    assert not make_trimap(nobody, nobody, band=0.5).any()


def test_a_near_miss_is_snapped(tmp_path):
    path = tmp_path / "0.png"
    cv2.imwrite(str(path), np.array([[3, 120], [128, 250]], np.uint8))
    assert read_trimap(path, (2, 2), (8, 8)).tolist() == [[0, 128], [128, 255]]


def test_a_trimap_may_have_the_size_of_the_video(tmp_path):
    path = tmp_path / "0.png"
    cv2.imwrite(str(path), np.repeat(np.repeat([[0, 255]], 4, 1), 4, 0).astype(np.uint8))
    assert read_trimap(path, (2, 1), (8, 4)).tolist() == [[0, 255]]


def test_bad_trimaps_are_refused(tmp_path):
    path = tmp_path / "000001.png"
    path.write_bytes(b"not a picture")
    with pytest.raises(InputError, match="not a picture"):
        read_trimap(path, (2, 2), (4, 4))
    cv2.imwrite(str(path), np.zeros((3, 3), np.uint8))
    with pytest.raises(InputError, match="is 3x3"):
        read_trimap(path, (2, 2), (4, 4))
    cv2.imwrite(str(path), np.full((2, 2), 64, np.uint8))
    with pytest.raises(InputError, match=r"0 .clear., 128"):
        read_trimap(path, (2, 2), (4, 4))


def test_painted_trimaps_are_found_and_checked(tmp_path):
    assert painted_trimaps(tmp_path / "none", ["ann"], 5) == {}
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "000003.png").touch()
    found = painted_trimaps(tmp_path, ["ben", "ann"], 5)
    assert found == {(3, 1): tmp_path / "ann" / "000003.png"}
    with pytest.raises(InputError, match=r"000000.png to 000002.png"):
        painted_trimaps(tmp_path, ["ben", "ann"], 3)
    with pytest.raises(InputError, match="no layer 'ann'"):
        painted_trimaps(tmp_path, ["ben"], 5)
