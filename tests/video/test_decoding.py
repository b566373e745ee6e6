import re
from fractions import Fraction

import av
import numpy as np
import pytest

from retime.errors import InputError
from retime.video.decoding import decode, read_frames
from retime.video.probing import _lost_frames, probe

from .numbered_frames import frame_number, numbered_frame

QUARTER = np.zeros((48, 64, 3), np.uint8)
QUARTER[:24, :32] = 255  # white at the top left


def noise(frames: int) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(frames)]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"crf": "1"}),  # with B frames: stored out of order
        ("a.mkv", "libx264", {"crf": "1"}),  # times in milliseconds
        ("a.ts", "libx264", {"crf": "1"}),  # times start above 0
        ("a.avi", "mpeg4", {"qscale": "1"}),
        ("a.webm", "libvpx-vp9", {"cpu-used": "8"}),
    ],
)
def test_every_frame_once_and_in_order(make_video, name, codec, options):
    path = make_video(name, frames=25, rate=30, codec=codec, options=options)
    source = probe(path)
    assert source.fps == 30
    assert source.times == pytest.approx(np.arange(25) / 30, abs=6e-4)
    assert source.declared == 25
    assert [frame_number(rgb) for rgb in read_frames(path)] == list(range(25))


def test_wanted_frames_only_with_repeats(make_video):
    source = probe(make_video(frames=25))
    shown = [(n, frame_number(rgb)) for n, rgb in decode(source, [3, 3, 7, 20])]
    assert shown == [(3, 3), (3, 3), (7, 7), (20, 20)]


def test_seeking_arrives_at_the_same_frame(make_video):
    frames = [numbered_frame(n % 25, 64, 48) for n in range(300)]
    path = make_video(frames=frames, options={"crf": "1", "g": "50"})
    shown = [(n, frame_number(rgb)) for n, rgb in decode(probe(path), [219, 270])]
    assert shown == [(219, 219 % 25), (270, 270 % 25)]


@pytest.mark.parametrize(
    ("rotation", "size", "white"),
    [
        (0, (64, 48), (0, 0)),
        (90, (48, 64), (1, 0)),
        (-90, (48, 64), (0, 1)),
        (180, (64, 48), (1, 1)),
    ],
)
def test_rotation_is_applied(make_video, rotation, size, white):
    """A telephone's portrait video is stored lying, with a matrix that says how to turn it."""
    path = make_video(frames=[QUARTER] * 3, rotation=rotation)
    assert probe(path).size == size
    rgb = next(read_frames(path))
    corners = rgb[[5, 5, -6, -6], [5, -6, 5, -6], 0].reshape(2, 2)  # top, bottom x left, right
    expected = np.zeros((2, 2))
    expected[white] = 255
    assert np.abs(corners - expected).max() < 6


def test_pixel_aspect_is_made_square(make_video):
    path = make_video(frames=[QUARTER] * 3, aspect=Fraction(3, 2))
    assert probe(path).size == (96, 48)
    rgb = next(read_frames(path))
    assert rgb.shape == (48, 96, 3)
    assert rgb[10, 40, 0] > 250  # white ends at column 32 x 3/2 = 48
    assert rgb[10, 56, 0] < 5


@pytest.mark.parametrize("colour", [(1, 1), (1, 2), (6, 1), (6, 2)])
def test_matrix_and_range_of_the_tags(make_video, colour):
    """BT.709 (1) and BT.601 (6), limited (1) and full range (2), give back the same colours."""
    rgb = np.full((48, 64, 3), (200, 30, 40), np.uint8)
    rgb[:, 32:] = (30, 180, 60)
    shown = next(read_frames(make_video(frames=[rgb] * 2, colour=colour))).astype(int)
    assert np.abs(shown[24, 16] - (200, 30, 40)).max() <= 3
    assert np.abs(shown[24, 48] - (30, 180, 60)).max() <= 3


@pytest.mark.parametrize(("name", "muxer"), [("a.mp4", {"movflags": "+faststart"}), ("a.mkv", {})])
def test_cut_short(make_video, name, muxer):
    path = make_video(name, frames=noise(40), options={"crf": "20"}, muxer=muxer)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    source = probe(path)
    decodable = len(source.times)
    assert 10 <= decodable <= 30
    assert source.declared >= 38
    with pytest.raises(InputError, match=f"only the first {decodable} of {source.declared} frames"):
        list(decode(source, range(source.declared)))
    assert len(list(decode(source, range(decodable)))) == decodable


@pytest.mark.parametrize("filler", [0, 200])
def test_damage_in_the_middle(make_video, filler):
    path = make_video(frames=noise(40), options={"crf": "20"}, muxer={"movflags": "+faststart"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes([filler]) * 3000
    path.write_bytes(data)
    source = probe(path)
    with pytest.raises(InputError, match=r"only the first \d+ of 40 frames") as error:
        list(decode(source, range(40)))
    advised = int(re.search(r"frames: \{end: (\d+)\}", str(error.value)).group(1))
    assert 10 <= advised <= 30
    assert [number for number, _ in decode(source, range(advised))] == list(range(advised))


def test_lost_frames_need_both_promises_broken():
    times = np.arange(40) / 25
    assert _lost_frames(times, Fraction(25), 40, 1.6) == 0
    assert _lost_frames(times[:20], Fraction(25), 40, 1.6) == 20
    assert _lost_frames(times, Fraction(25), 70, 1.6) == 0  # an edit list hides 30 frames
    assert _lost_frames(times, None, 40, 9.0) == 0  # the last frame stands for seconds
    assert _lost_frames(times[:20], Fraction(25), 0, 1.6) == 20  # no count in the header
    assert _lost_frames(times, Fraction(25), 0, 1.65) == 0
    assert _lost_frames(times, None, 0, 1.9) == 0


def test_not_a_video(tmp_path, make_video):
    (tmp_path / "text.mp4").write_text("words " * 100)
    (tmp_path / "empty.mp4").touch()
    for name in ("text.mp4", "empty.mp4"):
        with pytest.raises(InputError, match=f"{name}: not a video"):
            probe(tmp_path / name)
    with pytest.raises(InputError, match="no such video"):
        probe(tmp_path / "none.mp4")
    with pytest.raises(InputError, match="holds 1 frame"):
        probe(make_video(frames=1))


def test_odd_sizes(make_video):
    path = make_video(
        "odd.webm", frames=4, size=(63, 45), codec="libvpx-vp9", options={"cpu-used": "8"}
    )
    assert probe(path).size == (63, 45)
    assert [frame_number(rgb) for rgb in read_frames(path)] == [0, 1, 2, 3]


def test_sound_alone_is_no_video(tmp_path):
    with av.open(str(tmp_path / "song.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        for n in range(20):
            samples = np.zeros((1, 1024), np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48000, 1024 * n
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(InputError, match=r"song\.mp4: holds no moving picture"):
        probe(tmp_path / "song.mp4")
