import cv2
import numpy as np
import pytest

from retime.artifacts import Frames
from retime.config import FrameRange, FramesSettings
from retime.errors import InputError
from retime.video.stage import run_frames

from .numbered_frames import frame_number, numbered_frame


def test_frames_of_a_video(make_video, tmp_path):
    video = make_video(frames=25, size=(320, 180), rate=25)
    settings = FramesSettings(
        working_height=48, layer_scale=2, range=FrameRange(start=5, end=20, step=2)
    )
    run_frames(video, tmp_path / "frames.h5", settings, "jump")
    with Frames.open(tmp_path / "frames.h5") as frames:
        assert frames.rgb.shape == (8, 96, 172, 3)  # 48 x 85.3 made even, twice
        assert frames.index[:].tolist() == list(range(5, 20, 2))
        assert [frame_number(rgb) for rgb in frames.rgb] == list(range(5, 20, 2))
        assert frames.time[:] == pytest.approx(np.arange(5, 20, 2) / 25)
        assert frames.source_size == [320, 180]
        assert frames.working_size == [86, 48]
        assert frames.fps == [25, 2]
        assert frames.start_seconds == pytest.approx(0.2)
        assert frames.clip == "jump"
        assert frames.has_sound is False


def test_portrait_and_odd_sizes(make_video, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    for n in range(3):
        cv2.imwrite(str(folder / f"{n}.png"), numbered_frame(n, 91, 161))
    run_frames(folder, tmp_path / "frames.h5", FramesSettings(working_height=40), "odd")
    with Frames.open(tmp_path / "frames.h5") as frames:
        assert frames.source_size == [91, 161]
        assert frames.working_size == [40, 70]  # 70.8 made even
        assert frames.rgb.shape == (3, 140, 80, 3)
        assert frames.fps == [25, 1]


def test_folder_of_pictures_with_a_rate(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for n in range(12):
        cv2.imwrite(str(folder / f"frame{n}.png"), numbered_frame(n, 64, 48))
    run_frames(folder, tmp_path / "frames.h5", FramesSettings(fps=12), "pictures")
    with Frames.open(tmp_path / "frames.h5") as frames:
        assert [frame_number(rgb) for rgb in frames.rgb] == list(range(12))
        assert frames.fps == [12, 1]
        assert frames.rgb.shape == (12, 48, 64, 3)  # smaller than asked for: not enlarged


def test_pictures_of_two_sizes(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), numbered_frame(1, 64, 48))
    cv2.imwrite(str(folder / "2.png"), numbered_frame(2, 60, 48))
    with pytest.raises(InputError, match=r"2\.png: 60x48, but .* 64x48"):
        run_frames(folder, tmp_path / "frames.h5", FramesSettings(), "pictures")
    assert not list(tmp_path.glob("*frames*"))


def test_variable_rate_is_said_and_sampled(make_video, tmp_path, capsys):
    # 30 per second with two gaps: ticks 4 and 5 show frame 3, tick 9 shows frame 6.
    ticks = [0, 1, 2, 3, 6, 7, 8, 10, 11, 12]
    video = make_video(frames=10, stamps=[round(1000 * t / 30) for t in ticks])
    run_frames(video, tmp_path / "frames.h5", FramesSettings(fps=30), "phone")
    assert "has a variable frame rate; brought to a constant 30" in capsys.readouterr().err
    expected = [0, 1, 2, 3, 3, 3, 4, 5, 6, 6, 7, 8, 9]
    with Frames.open(tmp_path / "frames.h5") as frames:
        assert frames.index[:].tolist() == expected
        assert [frame_number(rgb) for rgb in frames.rgb] == expected


def test_area_resampling(tmp_path):
    """A checkerboard of single pixels reduced by two is even grey: nothing aliases."""
    folder = tmp_path / "board"
    folder.mkdir()
    board = np.indices((64, 96)).sum(0) % 2 * 200
    for n in range(2):
        cv2.imwrite(str(folder / f"{n}.png"), board.astype(np.uint8))
    settings = FramesSettings(working_height=32, layer_scale=1)
    run_frames(folder, tmp_path / "frames.h5", settings, "board")
    with Frames.open(tmp_path / "frames.h5") as frames:
        assert np.unique(frames.rgb[:]).tolist() == [100]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (FrameRange(start=30), "frames.start is 30, but the video has 25 frames, 0 to 24"),
        (FrameRange(end=26), "frames.end is 26, but the video has 25 frames"),
        (FrameRange(start=24), "holds 1 frame; a clip needs at least 2"),
        (FrameRange(step=30), "holds 1 frame; a clip needs at least 2"),
    ],
)
def test_range_outside_the_video(make_video, tmp_path, wanted, message):
    with pytest.raises(InputError, match=message):
        run_frames(make_video(), tmp_path / "frames.h5", FramesSettings(range=wanted), "a")
    assert not (tmp_path / "frames.h5").exists()


def test_damaged_video_leaves_nothing_behind(make_video, tmp_path):
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(40)]
    video = make_video(frames=pictures, options={"crf": "20"}, muxer={"movflags": "+faststart"})
    data = video.read_bytes()
    video.write_bytes(data[: len(data) // 2])
    out = tmp_path / "out" / "frames.h5"
    with pytest.raises(InputError, match=r"only the first \d+ of 40 frames can be decoded"):
        run_frames(video, out, FramesSettings(), "cut")
    assert not out.parent.exists() or not list(out.parent.iterdir())
    run_frames(video, out, FramesSettings(range=FrameRange(end=10)), "cut")
    with Frames.open(out) as frames:
        assert len(frames.rgb) == 10
