"""The sound of one video under another's pictures, at other times."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.audio.stream
import av.error
import numpy as np
from numpy.typing import NDArray

from retime.atomic import replacing
from retime.errors import InputError
from retime.video.probing import start_seconds
from retime.video.sound import (
    layout_of,
    merge,
    open_for_writing,
    sound_stream,
)

# What stands still is silent; over this long sound comes and goes.
SOFT_SECONDS = 0.01
JUMP = 1.5  # frames of the clip beyond what passes in the frames around it


def mux_retimed_sound(
    video: Path, source: Path, out: Path, start: float, times: NDArray[np.float64], fps: float
) -> bool:
    """Write ``video`` with the sound of ``source`` at other times to ``out``.

    Sound goes as a tape does: slower is lower. Where it stands still it is silent.

    Args:
        video: a file made by ``VideoWriter``; may be the same path as ``out``.
        source: the file with the sound.
        out: the file to write, of the same suffix; it appears only when whole.
        start: seconds into ``source`` at which the clip begins.
        times: [T_out] frame of the clip heard at each frame of the video; NaN is silence.
        fps: frames per second of both.

    Returns:
        Whether ``source`` has sound. If not, nothing is written.

    Raises:
        InputError: the sound cannot be read.
    """
    sound = _read_whole(source, start)
    if sound is None:
        return False
    samples, rate = sound
    retimed = retimed_samples(samples, rate, times, fps)
    with (
        replacing(out) as partial,
        av.open(str(video)) as seen,
        open_for_writing(partial) as made,
    ):
        pictures = seen.streams.video[0]
        to_pictures = made.add_stream_from_template(pictures)
        layout = "mono" if len(retimed) == 1 else "stereo"
        to_sound = sound_stream(made, partial, rate, layout)
        shown = (packet for packet in seen.demux(pictures) if packet.dts is not None)
        packets = _encoded_samples(retimed, rate, layout, to_sound)
        merge(made, packets, to_sound, shown, to_pictures)
    return True


def retimed_samples(
    samples: NDArray[np.float32], rate: int, times: NDArray[np.float64], fps: float
) -> NDArray[np.float32]:
    """Return sound [channels, n] resampled at other times; see ``mux_retimed_sound``."""
    count = round(len(times) / fps * rate)
    frame = np.arange(count) / rate * fps
    left = np.minimum(frame.astype(int), len(times) - 1)
    speed = _speeds(times)
    place = (times[left] + (frame - left) * speed[left]) / fps * rate
    heard = np.isfinite(place) & (np.abs(speed[left]) > 1e-6)
    heard &= (place >= 0) & (place <= samples.shape[1] - 1)
    place = np.where(heard, place, 0.0)
    low = np.minimum(place.astype(np.int64), max(samples.shape[1] - 2, 0))
    high = np.minimum(low + 1, samples.shape[1] - 1)
    mixed = samples[:, low] + (place - low).astype(np.float32) * (
        samples[:, high] - samples[:, low]
    )
    soft = max(1, round(SOFT_SECONDS * rate))
    loudness = np.convolve(heard.astype(np.float32), np.ones(soft, np.float32) / soft, "same")
    return (mixed * np.where(heard, loudness, 0)).astype(np.float32)


def _speeds(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many frames of the clip pass in each frame; a jump takes no time."""
    if len(times) == 1:
        return np.ones(1)
    steps = np.diff(times)
    steps = np.append(steps, steps[-1])
    around = np.median(np.stack([np.roll(steps, 1), steps, np.roll(steps, -1)]), axis=0)
    jumps = np.abs(steps - around) > JUMP
    return np.where(jumps, around, steps)


def _read_whole(source: Path, start: float) -> tuple[NDArray[np.float32], int] | None:
    """Return the sound from ``start`` on, float32 [1 or 2, n], and its rate; None if none."""
    try:
        with av.open(str(source)) as heard:
            if not heard.streams.audio:
                return None
            sound = heard.streams.audio[0]
            rate, origin = sound.rate, start + start_seconds(heard)
            resampler = av.AudioResampler(format="fltp", layout=layout_of(sound), rate=rate)
            parts, first = [], None
            for decoded in heard.decode(sound):
                for frame in resampler.resample(decoded):
                    first = frame.time if first is None else first
                    parts.append(frame.to_ndarray())
            for frame in resampler.resample(None):
                parts.append(frame.to_ndarray())
    except av.error.InvalidDataError as error:
        raise InputError(
            f"{source}: its sound cannot be read ({error.strerror}); repair the file, or set "
            "'sound: drop' in the edit"
        ) from error
    if not parts or first is None:
        return None
    samples = np.concatenate(parts, axis=1)
    skip = round((origin - first) * rate)
    if skip < 0:
        samples = np.pad(samples, ((0, 0), (-skip, 0)))
    return samples[:, max(skip, 0) :], rate


def _encoded_samples(
    samples: NDArray[np.float32], rate: int, layout: str, encoder: av.audio.stream.AudioStream
) -> Iterator[av.Packet]:
    resampler = av.AudioResampler(format=encoder.format, layout=layout, rate=encoder.rate)
    for first in range(0, samples.shape[1], 4096):
        part = np.ascontiguousarray(samples[:, first : first + 4096])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), first
        for made in resampler.resample(frame):
            yield from encoder.encode(made)
    for made in resampler.resample(None):
        yield from encoder.encode(made)
    yield from encoder.encode(None)
