"""The command line: its commands, and one message for everything that cannot be used."""

import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import av
import numpy as np
import pytest

from retime import cli
from retime.artifacts import Frames, Poses
from retime.config import Settings

Run = Callable[..., str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that must be refused: exit code 1, one line on stderr, which is returned."""

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["retime", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        error = capsys.readouterr().err
        assert end.value.code == 1
        assert error.startswith("retime: ")
        assert error.count("\n") == 1
        return error

    return run


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def run(*arguments: object) -> None:
        monkeypatch.setattr(sys, "argv", ["retime", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 0

    return run


def make_video(
    path: Path, count: int = 8, size: tuple[int, int] = (96, 64), stamps: list[int] | None = None
) -> Path:
    """Encode frames of noise, at 25 a second or at ``stamps`` in milliseconds."""
    width, height = size
    random = np.random.default_rng(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    codec, pixels = ("libx264", "yuv420p") if width % 2 == height % 2 == 0 else ("ffv1", "bgr0")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if stamps:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(count):
            noise = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24")
            frame.pts = stamps[number] if stamps else number
            frame.time_base = Fraction(1, 1000) if stamps else Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_says_its_version(
    accepted: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    accepted("--version")
    assert capsys.readouterr().out == f"retime {version('retime')}\n"


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from retime import cli; "
        "print([m for m in ('torch', 'cv2', 'onnxruntime', 'snakemake', 'h5py', 'numba') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_networks_wait_for_torch() -> None:
    light = "video.stage people.stage camera.stage layers.seeding timing.stage render.stage"
    light += " people.preview body.preview layers.preview timing.preview studio.footage"
    imports = "".join(f"import retime.{module}; " for module in light.split())
    code = f"import sys; {imports}print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_stage_has_a_command() -> None:
    commands = {command.callback.__name__ for command in cli.app.registered_commands}
    # An edit is all that warp is told, and the others beside the stages are told nothing.
    beside = {"warp", "suggest", "summary", "import_project"}
    beside |= {"export_data", "export_corrections", "footage", "studio"}
    assert commands == {*Settings.model_fields, *beside}
    groups = {group.name for group in cli.app.registered_groups}
    assert {"preview", "body", "demo", "models"} <= groups


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{", "--settings: not valid JSON"),
        ('{"working_hight": 64}', "--settings: unknown key 'working_hight': did you mean 'working"),
        ('{"working_height": -4}', "--settings: 'working_height': Input should be greater than 0"),
        ("none.yaml", "none.yaml: no such file"),
    ],
)
def test_wrong_settings(tmp_path: Path, refused: Run, settings: str, message: str) -> None:
    video = make_video(tmp_path / "in" / "a.mp4")
    out = tmp_path / "out" / "frames.h5"
    assert message in refused("frames", "--video", video, "--out", out, "--settings", settings)
    assert not out.parent.exists()


def test_settings_from_a_file(tmp_path: Path, accepted: Callable[..., None]) -> None:
    video = make_video(tmp_path / "a.mp4")
    (tmp_path / "s.yaml").write_text("working_height: 32\n")
    out = tmp_path / "frames.h5"
    accepted("frames", "--video", video, "--out", out, "--settings", tmp_path / "s.yaml")
    with Frames.open(out) as frames:
        assert frames.parameters["working_height"] == 32


def test_no_video_at_that_path(tmp_path: Path, refused: Run) -> None:
    out = tmp_path / "out" / "frames.h5"
    message = refused("frames", "--video", tmp_path / "none.mp4", "--out", out)
    assert "none.mp4: no such video; check the path" in message
    assert not out.parent.exists()


def test_not_a_video(tmp_path: Path, refused: Run) -> None:
    (tmp_path / "letter.mp4").write_text("Dear all, " * 1000)
    out = tmp_path / "out" / "frames.h5"
    message = refused("frames", "--video", tmp_path / "letter.mp4", "--out", out)
    assert "letter.mp4: not a video that can be read" in message
    assert "give a video file such as MP4" in message
    assert not out.parent.exists()


def test_a_video_cut_short_in_the_middle(tmp_path: Path, refused: Run) -> None:
    out = tmp_path / "out" / "frames.h5"
    message = refused("frames", "--video", _spoil_second_half(tmp_path), "--out", out)
    assert "of 60 frames can be decoded" in message
    assert "Copy the video again" in message
    assert not out.exists()
    assert not out.parent.exists() or not list(out.parent.iterdir())


def _spoil_second_half(folder: Path) -> Path:
    """Return an MP4 whose table of frames is whole, but not the frames past its middle."""
    video = make_video(folder / "spoilt.mp4", count=60)
    contents = bytearray(video.read_bytes())
    start = contents.index(b"mdat") + 4
    end = contents.index(b"moov") - 4
    assert start < end
    middle = (start + end) // 2
    contents[middle:end] = bytes(end - middle)
    video.write_bytes(contents)
    return video


def test_a_single_frame(tmp_path: Path, refused: Run) -> None:
    video = make_video(tmp_path / "a.mp4", count=1)
    out = tmp_path / "out" / "frames.h5"
    assert "retiming needs a video of at least 2" in refused(
        "frames", "--video", video, "--out", out
    )
    assert not out.parent.exists()


def test_nobody_in_it(tmp_path: Path, refused: Run, accepted: Callable[..., None]) -> None:
    video = make_video(tmp_path / "a.mp4", size=(160, 128))
    frames, poses = tmp_path / "frames.h5", tmp_path / "poses.h5"
    accepted("frames", "--video", video, "--out", frames)
    message = refused("poses", "--frames", frames, "--out", poses)
    assert "a.mp4: nobody was found in any frame; retime needs people" in message
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "frames.h5"}


@pytest.mark.parametrize(
    ("name", "size", "working"),
    [
        ("portrait.mp4", (64, 96), (32, 48)),  # working_height is that of the shorter side
        ("odd.mkv", (97, 65), (48, 32)),
        ("small.mp4", (64, 16), (64, 16)),  # never made larger
    ],
)
def test_any_shape_of_picture_works(
    tmp_path: Path,
    accepted: Callable[..., None],
    name: str,
    size: tuple[int, int],
    working: tuple[int, int],
) -> None:
    video, out = make_video(tmp_path / name, size=size), tmp_path / "frames.h5"
    accepted("frames", "--video", video, "--out", out, "--settings", '{"working_height": 32}')
    with Frames.open(out) as frames:
        assert tuple(frames.source_size) == size
        assert tuple(frames.working_size) == working
        assert len(frames.rgb) == 8


def test_a_variable_frame_rate_becomes_constant(
    tmp_path: Path, accepted: Callable[..., None]
) -> None:
    stamps = [0, 40, 80, 120, 240, 280, 320, 360]  # one gap of three frames
    video, out = make_video(tmp_path / "a.mkv", stamps=stamps), tmp_path / "frames.h5"
    accepted("frames", "--video", video, "--out", out)
    with Frames.open(out) as frames:
        steps = np.diff(frames.time[:])
        assert steps == pytest.approx(np.full(len(steps), steps[0]))
        assert list(np.unique(frames.index[:])) == list(range(8))


def test_an_artifact_cut_short(tmp_path: Path, refused: Run, accepted: Callable[..., None]) -> None:
    video, frames = make_video(tmp_path / "a.mp4"), tmp_path / "frames.h5"
    accepted("frames", "--video", video, "--out", frames)
    frames.write_bytes(frames.read_bytes()[:5000])
    out = tmp_path / "out" / "poses.h5"
    message = refused("poses", "--frames", frames, "--out", out)
    assert f"{frames}: not a whole HDF5 file" in message
    assert "delete it and run snakemake again: rule 'frames' makes it anew" in message
    assert not out.parent.exists()


def test_an_artifact_of_another_kind(
    tmp_path: Path, refused: Run, accepted: Callable[..., None]
) -> None:
    video, frames = make_video(tmp_path / "a.mp4"), tmp_path / "frames.h5"
    accepted("frames", "--video", video, "--out", frames)
    message = refused("tracks", "--poses", frames, "--out", tmp_path / "tracks.h5")
    assert f"holds 'retime/frames', not 'retime/{Poses.schema}'" in message
    assert not (tmp_path / "tracks.h5").exists()


def test_settings_reach_the_stage_as_the_workflow_hands_them_on(
    tmp_path: Path, accepted: Callable[..., None]
) -> None:
    settings = Settings().frames.model_dump(mode="json") | {"working_height": 48}
    video, out = make_video(tmp_path / "a.mp4"), tmp_path / "frames.h5"
    accepted("frames", "--video", video, "--out", out, "--settings", json.dumps(settings))
    with Frames.open(out) as frames:
        assert frames.parameters == settings


@pytest.mark.parametrize("frames", ["5-3", "first", "3-", "-3", "1-2-3"])
def test_a_range_that_is_none_is_refused(refused: Run, frames: str) -> None:
    message = refused("export-corrections", "jump", f"--frames={frames}")
    assert f"--frames {frames}: say 12, or 12-20 for a range" in message
