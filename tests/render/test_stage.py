import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from retime.artifacts import Camera, TimeMap
from retime.config import RenderSettings
from retime.errors import InputError
from retime.render.stage import in_order, run_render

LENGTH, HEIGHT, WIDTH = 20, 48, 64


@pytest.fixture
def clip(make_clip):
    """A bright block moves over a smooth background; the colours are the same in all frames."""
    rgba = np.zeros((2, LENGTH, HEIGHT, WIDTH, 4), np.uint8)
    rgba[0, ..., :3] = (60 + np.arange(WIDTH))[:, None]
    rgba[0, ..., 3] = 255
    for t in range(LENGTH):
        rgba[1, t, 16:32, 2 * t : 2 * t + 16] = [220, 220, 220, 255]
    return make_clip(rgba)


@pytest.fixture
def video_with_sound(tmp_path):
    """Three seconds of a video whose sound is a tone."""
    path = tmp_path / "source.mp4"
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=10)
        pictures.width = pictures.height = 32
        pictures.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=48000, layout="mono")
        for _ in range(30):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        wave = np.sin(2 * np.pi * 440 * np.arange(3 * 48000) / 48000).astype(np.float32)
        for start in range(0, len(wave), 1024):
            part = wave[None, start : start + 1024]
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            frame.rate, frame.pts = 48000, start
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def decode(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        return np.stack(frames), stream.average_rate


def heard_seconds(path):
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        return sum(f.samples / f.sample_rate for f in container.decode(audio=0))


def render(clip, video, out, threads=1, beside=None, **timemap):
    mapped = clip.timemap(**timemap)
    settings = RenderSettings(crf=1)
    run_render(clip.layers, clip.camera, mapped, video, out, settings, beside, threads)
    return out


def test_writes_every_frame_at_the_rate_of_the_clip(clip, tmp_path):
    still = np.full((1, LENGTH), 7)
    out = render(clip, None, tmp_path / "edits" / "edit.mp4", source_time=still)
    frames, rate = decode(out)
    assert frames.shape == (LENGTH, HEIGHT, WIDTH, 3)
    assert rate == Fraction(10)
    expected = clip.rgba[0, 0, ..., :3].copy()
    expected[16:32, 14:30] = 220
    # Greys, so that halved chroma costs nothing; the codec at crf 1 very little.
    assert np.abs(frames.astype(int) - expected).max() <= 4
    assert heard_seconds(out) is None
    assert [p.name for p in out.parent.iterdir()] == ["edit.mp4"]


def test_sound_is_kept_from_where_the_clip_starts(clip, tmp_path, video_with_sound):
    kept = render(clip, video_with_sound, tmp_path / "kept.mp4", sound_time=np.arange(LENGTH))
    assert heard_seconds(kept) == pytest.approx(2.0, abs=0.05)  # 20 frames at 10 a second
    assert len(decode(kept)[0]) == LENGTH
    dropped = render(clip, video_with_sound, tmp_path / "dropped.mp4")
    assert heard_seconds(dropped) is None
    assert not list(tmp_path.glob(".*"))


def test_a_folder_of_pictures_has_no_sound(clip, tmp_path):
    out = render(clip, tmp_path, tmp_path / "edit.mp4", sound_time=np.arange(LENGTH))
    assert heard_seconds(out) is None


def test_source_stands_beside_the_edit(clip, tmp_path):
    beside = tmp_path / "beside.mp4"
    render(
        clip,
        tmp_path,
        tmp_path / "edit.mp4",
        beside=beside,
        source_time=np.full((1, LENGTH), 7),
        threads=2,
    )
    frames, _ = decode(beside)
    assert frames.shape == (LENGTH, HEIGHT, 2 * WIDTH + 8, 3)
    left, right = frames[15, 24, :WIDTH, 0], frames[15, 24, WIDTH + 8 :, 0]
    assert (np.flatnonzero(left > 170)[[0, -1]] == [30, 45]).all()
    assert (np.flatnonzero(right > 170)[[0, -1]] == [14, 29]).all()


def test_threads_do_not_change_the_pictures(clip, tmp_path):
    one = decode(render(clip, tmp_path, tmp_path / "one.mp4"))[0]
    three = decode(render(clip, tmp_path, tmp_path / "three.mp4", threads=3))[0]
    assert np.abs(one.astype(int) - three).max() <= 3


def test_files_of_different_clips_are_refused(clip, tmp_path):
    out = tmp_path / "edit.mp4"
    attributes = {**clip.attributes, "clip": "beach"}
    with Camera.create(
        clip.camera,
        parameters={},
        sizes={"T": LENGTH},
        mode="still",
        reference=0,
        canvas=[0, 0, 1, 1],
        **attributes,
    ):
        pass
    with pytest.raises(InputError, match=r"camera\.h5: not the camera of .*'beach'"):
        render(clip, tmp_path, out)
    assert not out.exists()


@pytest.mark.parametrize(
    "wrong", [{"layer": np.array([2])}, {"background_time": np.full(LENGTH, 20)}]
)
def test_a_time_map_with_what_the_layers_lack_is_refused(clip, tmp_path, wrong):
    with pytest.raises(InputError, match=r"timemap\.h5: not a time map for"):
        render(clip, tmp_path, tmp_path / "edit.mp4", **wrong)


def test_a_missing_video_is_named_and_nothing_is_left(clip, tmp_path):
    out = tmp_path / "edits" / "edit.mp4"
    with pytest.raises(InputError, match=r"gone\.mp4: no such video"):
        render(clip, tmp_path / "gone.mp4", out, sound_time=np.arange(LENGTH))
    assert not out.parent.exists()


def test_a_time_map_cut_short_is_refused(clip, tmp_path):
    mapped = clip.timemap()
    mapped.write_bytes(mapped.read_bytes()[:1000])
    with pytest.raises(InputError, match="rule 'warp' makes it anew"):
        run_render(
            clip.layers, clip.camera, mapped, tmp_path, tmp_path / "edit.mp4", RenderSettings()
        )
    with pytest.raises(InputError), TimeMap.open(mapped):
        pass


def test_pictures_are_made_ahead_but_never_far():
    started, lock = [], threading.Lock()

    def make(t):
        with lock:
            started.append(t)
        return t, None

    furthest = 0
    for expected, (t, _) in enumerate(in_order(make, 50, threads=3)):
        assert t == expected
        furthest = max(furthest, max(started) - t)
    assert sorted(started) == list(range(50))
    assert furthest <= 4


def test_an_error_while_composing_comes_out():
    def make(t):
        if t == 3:
            raise ZeroDivisionError
        return t, None

    with pytest.raises(ZeroDivisionError):
        list(in_order(make, 10, threads=2))
