"""Sound at other times: like a tape."""

import numpy as np
import pytest

from retime.video.encoding import VideoWriter
from retime.video.formats import FORMATS
from retime.video.retimed_sound import mux_retimed_sound, retimed_samples
from retime.video.sound import mux_sound

from .test_sound import beep_starts, beeping_source

RATE, FPS = 8000, 10.0


def tone(seconds=3.0, hertz=100.0):
    times = np.arange(round(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * hertz * times, dtype=np.float32)[None].astype(np.float32)


def pitch(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return np.fft.rfftfreq(len(samples), 1 / RATE)[spectrum.argmax()]


def test_at_speed_one_nothing_changes():
    sound = tone()
    made = retimed_samples(sound, RATE, np.arange(20.0) + 5, FPS)
    inside = slice(200, -200)
    assert made.shape == (1, 2 * RATE)
    assert np.abs(made[0, inside] - sound[0, RATE // 2 : RATE // 2 + 2 * RATE][inside]).max() < 1e-5


def test_half_as_fast_is_an_octave_lower():
    made = retimed_samples(tone(), RATE, np.arange(20) / 2, FPS)
    assert pitch(made[0]) == pytest.approx(50, abs=0.6)
    backwards = retimed_samples(tone(), RATE, 20.0 - np.arange(20), FPS)
    assert pitch(backwards[0]) == pytest.approx(100, abs=0.6)


def test_what_stands_still_or_is_gone_is_silent():
    times = np.concatenate([np.arange(10.0), np.full(5, 10.0), np.full(5, np.nan)])
    made = retimed_samples(tone(), RATE, times, FPS)[0]
    assert np.abs(made[: RATE - 200]).max() > 0.9
    assert np.abs(made[RATE:]).max() == 0


def test_a_loop_jumps_without_a_squeal():
    times = np.array([*range(10), *range(2, 10), *range(2, 10)], float)
    made = retimed_samples(tone(), RATE, times, FPS)[0]
    # In the frame before the jump the tone goes on as it was: 100 Hz everywhere.
    for n in (8, 9, 16, 17):
        frame = made[int(n / FPS * RATE) : int((n + 1) / FPS * RATE)]
        crossings = np.count_nonzero(np.diff(np.sign(frame)))
        assert 17 <= crossings <= 21


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_takes_sound_in_step(tmp_path, form):
    suffix = FORMATS[form].suffix
    silent = tmp_path / f"silent{suffix}"
    with VideoWriter(silent, (64, 48), 10, form=form) as writer:
        for n in range(18):
            writer.write(np.full((48, 64, 3), 10 * n, np.uint8))
    source = beeping_source(tmp_path / "a.mkv", "pcm_s16le", "s16")
    assert mux_sound(silent, source, tmp_path / f"kept{suffix}", 0.4, 1.8)
    assert beep_starts(tmp_path / f"kept{suffix}") == pytest.approx([0.6, 1.6], abs=0.03)
    # From 0.4 s on, twice as fast: the beep of 1 s after 0.3 s, that of 2 s after 0.8 s.
    out = tmp_path / f"fast{suffix}"
    assert mux_retimed_sound(silent, source, out, 0.4, 2.0 * np.arange(18), 10.0)
    assert beep_starts(out) == pytest.approx([0.3, 0.8], abs=0.03)
    assert not mux_retimed_sound(silent, silent, out, 0.4, 2.0 * np.arange(18), 10.0)
    assert not list(tmp_path.glob(".*"))
