import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retime.camera.fitting import transform
from retime.errors import InputError
from retime.interop import homographies

# A pan: the second frame sees the world's plane 10 pixels further to the right.
FILE = """size: 32 16
bounds: 0.0 41.0 0.0 15.0
1 0 0 0 1 0 0 0 1
1.0 0.0 -10.0 0.0 1.0 0.0 0.0 0.0 1.0 \n
"""


def test_a_file_goes_from_the_plane_to_frames_and_is_turned_round(tmp_path):
    (tmp_path / "h.txt").write_text(FILE)
    first, second = homographies.read(tmp_path / "h.txt", (32, 16))
    assert first.tolist() == np.eye(3).tolist()
    assert transform(second, np.array([[3.0, 4.0]])).tolist() == [[13, 4]]


def test_frames_of_another_size_than_the_files(tmp_path):
    (tmp_path / "h.txt").write_text(FILE)
    _, second = homographies.read(tmp_path / "h.txt", (64, 32))
    # Twice as large: 10 pixels are 20.
    assert np.allclose(second, [[1, 0, 20], [0, 1, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("size: 32 16\n", "", "line 1: is 'bounds: .*expected 'size: WIDTH HEIGHT'"),
        ("32 16", "32", "line 1: expected 2 numbers, found ' 32'"),
        ("bounds: 0.0 41.0", "bounds: 41.0 0.0", "bounds 41.0..0.0, 0.0..15.0: empty"),
        ("-10.0 0.0 1.0 0.0", "-10.0 0.0 1.0", "line 4: expected 9 numbers"),
        ("-10.0", "ten", "line 4: expected 9 numbers"),
        ("-10.0", "nan", "line 4: expected 9 numbers"),
        ("1 0 0 0 1 0 0 0 1", "1 0 0 1 0 0 0 0 1", "line 3: cannot be inverted"),
        (FILE[FILE.index("1 0 0") :], "", "holds no frames"),
    ],
)
def test_malformed(tmp_path, old, new, message):
    assert old in FILE
    (tmp_path / "h.txt").write_text(FILE.replace(old, new))
    with pytest.raises(InputError, match=rf"h\.txt.*{message}"):
        homographies.read(tmp_path / "h.txt", (32, 16))


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, (3, 3, 3), elements=st.floats(-0.2, 0.2)))
def test_what_is_written_is_read_again(tmp_path_factory, noise):
    path = tmp_path_factory.mktemp("homographies") / "h.txt"
    matrices = np.eye(3) + noise * [[1, 1, 50], [1, 1, 50], [1e-3, 1e-3, 0]]
    homographies.write(matrices, (32, 16), path)
    assert np.allclose(homographies.read(path, (32, 16)), matrices, atol=1e-7)


def test_bounds_hold_the_corners_of_all_frames(tmp_path):
    pan = np.stack([np.eye(3), [[1, 0, 10], [0, 1, -2], [0, 0, 1.0]]])
    homographies.write(pan, (32, 16), tmp_path / "h.txt")
    assert (tmp_path / "h.txt").read_text().splitlines()[:2] == [
        "size: 32 16",
        "bounds: 0 41 -2 15",
    ]
