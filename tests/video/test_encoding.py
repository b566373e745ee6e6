import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from retime.video.decoding import read_frames
from retime.video.encoding import VideoWriter
from retime.video.formats import FORMATS
from retime.video.probing import probe


def smooth_picture(width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    small = rng.integers(60, 200, (4, 6, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def test_round_trip(tmp_path):
    picture = smooth_picture(160, 96)
    frames = [np.roll(picture, 4 * t, axis=1) for t in range(12)]
    with VideoWriter(tmp_path / "a.mp4", (160, 96), Fraction(30000, 1001), crf=4) as writer:
        for rgb in frames:
            writer.write(rgb)
    assert writer.padding == (0, 0)
    assert probe(tmp_path / "a.mp4").fps == Fraction(30000, 1001)
    shown = list(read_frames(tmp_path / "a.mp4"))
    assert len(shown) == 12
    for was, now in zip(frames, shown, strict=True):
        difference = now.astype(float) - was
        assert np.abs(difference).mean() < 2
        assert np.abs(difference.mean((0, 1))).max() < 0.5  # no shift of colour


def test_odd_size_is_padded_by_its_edge(tmp_path):
    rgb = np.full((45, 63, 3), 40, np.uint8)
    rgb[:, -1] = rgb[-1] = 200
    with VideoWriter(tmp_path / "a.mp4", (63, 45), 25, crf=1) as writer:
        for _ in range(2):
            writer.write(rgb)
    assert writer.padding == (1, 1)
    shown = next(read_frames(tmp_path / "a.mp4"))
    assert shown.shape == (46, 64, 3)
    assert np.abs(shown[10, -1].astype(int) - 200).max() < 12
    assert np.abs(shown[-1, 10].astype(int) - 200).max() < 12


def test_plays_everywhere(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", (64, 48), 25) as writer:
        for _ in range(3):
            writer.write(np.zeros((48, 64, 3), np.uint8))
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(stream))
        assert stream.codec_context.name == "h264"
        assert frame.format.name == "yuv420p"
        assert (frame.colorspace, frame.color_range) == (1, 1)
        assert (frame.color_primaries, frame.color_trc) == (1, 1)
        assert stream.average_rate == 25
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays while it loads


def test_nothing_stays_after_an_error(tmp_path):
    def fail_after_a_frame() -> None:
        with VideoWriter(tmp_path / "a.mp4", (64, 48), 25) as writer:
            writer.write(np.zeros((48, 64, 3), np.uint8))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_a_frame()
    assert not list(tmp_path.iterdir())


def test_wrong_frame_is_refused(tmp_path):
    with (
        pytest.raises(ValueError, match=r"uint8\[48, 64, 3\]"),
        VideoWriter(tmp_path / "a.mp4", (64, 48), 25) as writer,
    ):
        writer.write(np.zeros((64, 48, 3), np.uint8))
    assert not list(tmp_path.iterdir())


# What the C library fills fresh memory with is said by MALLOC_PERTURB_ (glibc).
WRITE_EACH_FORM = """
import sys
import numpy as np
from retime.video.encoding import VideoWriter
from retime.video.formats import FORMATS
blocks = np.random.default_rng(0).integers(0, 256, (17, 29, 3), np.uint8)
picture = blocks.repeat(8, 0).repeat(8, 1)[:130, :228]
for form in FORMATS:
    with VideoWriter(f"{sys.argv[1]}/{form}", (228, 130), 30, form=form) as writer:
        for t in range(8):
            writer.write(np.roll(picture, t, axis=1))
"""


def test_bytes_do_not_depend_on_what_memory_held_before(tmp_path: Path) -> None:
    written = []
    for byte in ("1", "255"):
        folder = tmp_path / byte
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-c", WRITE_EACH_FORM, folder],
            env=os.environ | {"MALLOC_PERTURB_": byte},
            check=True,
        )
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0].keys() == FORMATS.keys()
    assert [name for name in FORMATS if written[0][name] != written[1][name]] == []
