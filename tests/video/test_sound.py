"""A source beeps for 50 ms at each whole second; the beeps must stay where the pictures are."""

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from retime.video.decoding import read_frames
from retime.video.encoding import VideoWriter
from retime.video.probing import probe
from retime.video.sound import extract_sound, mux_sound

RATE = 48_000


def beeping_source(path: Path, codec: str, sample_format: str) -> Path:
    seconds = np.arange(3 * RATE) / RATE
    beeps = np.where(seconds % 1 < 0.05, 0.5 * np.sin(2 * np.pi * 1000 * seconds), 0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        for first in range(0, len(beeps), 960):
            part = beeps[None, first : first + 960]
            samples = (
                part.astype(np.float32)
                if sample_format == "fltp"
                else (part * 32767).astype(np.int16)
            )
            frame = av.AudioFrame.from_ndarray(samples, format=sample_format, layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def beep_starts(path: Path) -> list[float]:
    starts, quiet_since = [], -1.0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray()[0]
            full = np.iinfo(samples.dtype).max if samples.dtype.kind == "i" else 1.0
            samples = np.abs(samples / full)
            for place in np.flatnonzero(samples > 0.1):
                time = frame.time + place / frame.sample_rate
                if time - quiet_since > 0.3:
                    starts.append(time)
                quiet_since = time
    return starts


@pytest.fixture
def silent(tmp_path) -> Path:
    with VideoWriter(tmp_path / "silent.mp4", (64, 48), 10) as writer:
        for n in range(18):
            writer.write(np.full((48, 64, 3), 10 * n, np.uint8))
    return tmp_path / "silent.mp4"


@pytest.mark.parametrize(
    ("name", "codec", "sample_format"),
    [("a.mp4", "aac", "fltp"), ("a.mkv", "pcm_s16le", "s16")],
    ids=["copied", "encoded anew"],
)
def test_sound_stays_in_step(tmp_path, silent, name, codec, sample_format):
    source = beeping_source(tmp_path / name, codec, sample_format)
    assert mux_sound(silent, source, tmp_path / "out.mp4", 0.4, 1.8)
    # From 0.4 s on, the beeps of 1 s and 2 s come after 0.6 s and 1.6 s.
    assert beep_starts(tmp_path / "out.mp4") == pytest.approx([0.6, 1.6], abs=0.002)
    assert probe(tmp_path / "out.mp4").has_sound
    for was, now in zip(read_frames(silent), read_frames(tmp_path / "out.mp4"), strict=True):
        assert (was == now).all()


def test_stretch_ends_after_its_duration(tmp_path, silent):
    source = beeping_source(tmp_path / "a.mkv", "pcm_s16le", "s16")
    assert mux_sound(silent, source, silent, 0.4, 1.0)  # onto itself
    assert beep_starts(silent) == pytest.approx([0.6], abs=0.002)


def test_no_sound_writes_nothing(tmp_path, silent):
    out = tmp_path / "out.mp4"
    assert not mux_sound(silent, silent, out, 0, 1)
    source = beeping_source(tmp_path / "a.mp4", "aac", "fltp")
    assert not mux_sound(silent, source, out, 10, 1)  # after its end
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "silent.mp4"]


@pytest.mark.parametrize(
    ("name", "codec", "sample_format"), [("a.mp4", "aac", "fltp"), ("a.mkv", "pcm_s16le", "s16")]
)
def test_a_stretch_of_sound_as_a_wav_file(tmp_path, silent, name, codec, sample_format):
    source, out = beeping_source(tmp_path / name, codec, sample_format), tmp_path / "out.wav"
    assert extract_sound(source, out, 0.4, 1.8)
    assert beep_starts(out) == pytest.approx([0.6, 1.6], abs=0.002)
    with wave.open(str(out)) as heard:
        assert heard.getsampwidth() == 2
        assert heard.getnframes() / heard.getframerate() == pytest.approx(1.8, abs=0.001)
    assert not extract_sound(silent, tmp_path / "none.wav", 0, 1)
    assert not extract_sound(source, tmp_path / "none.wav", 10, 1)  # after its end
    assert not (tmp_path / "none.wav").exists()
