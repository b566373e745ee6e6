"""Beats of a sound, and moments of a motion to fall on them (section 6.2; Davis and Agrawala 2018).

A beat is an onset: an instant at which many frequencies get louder at once. The measure is the
spectral flux (Bello et al., A Tutorial on Onset Detection in Music Signals, 2005): the sum over
frequencies of what the logarithm of the magnitude gains from one window to the next.
"""

from pathlib import Path

import av
import av.error
import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks, stft

from retime.errors import InputError

RATE = 22_050
WINDOW, HOP = 1024, 128  # samples: 46 and 5.8 ms
COMPRESSION = 1000.0  # log(1 + c |X|): how much quiet frequencies count
AROUND_SECONDS = 0.5  # for what is usual around an instant
LEAST_GAP_SECONDS = 0.1
LEAST_RISE = 0.1  # above what is usual, share of the loudest onset


def onsets(samples: np.ndarray, rate: int = RATE) -> np.ndarray:
    """Return the onsets of a mono sound [n] in -1..1, seconds from its first sample, ascending."""
    if len(samples) < WINDOW or not np.any(samples):
        return np.empty(0)
    padded = np.concatenate([np.zeros(2 * WINDOW), samples])  # a sound may begin at once
    _, times, spectrum = stft(
        padded, rate, nperseg=WINDOW, noverlap=WINDOW - HOP, boundary=None, padded=True
    )
    loudness = np.log1p(COMPRESSION * np.abs(spectrum))
    flux = np.maximum(np.diff(loudness, axis=1), 0).sum(0)
    flux = uniform_filter1d(flux, 3)
    around = max(3, round(AROUND_SECONDS * rate / HOP)) | 1
    rise = flux - median_filter(flux, around, mode="nearest")
    peaks, _ = find_peaks(
        rise, height=LEAST_RISE * rise.max(), distance=max(1, LEAST_GAP_SECONDS * rate / HOP)
    )
    # A window hears an onset first with its end, and gains most when a quarter of it hears it.
    return times[peaks] + (HOP / 2 + WINDOW / 4 - 2 * WINDOW) / rate


def read_mono(path: Path, start: float = 0.0, duration: float | None = None) -> np.ndarray:
    """Return a stretch of a file's sound, mono at ``RATE``, float64 [n]; empty if it has none.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return np.empty(0)
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            origin = (container.start_time or 0) / av.time_base
            parts, first = [], None
            for frame in container.decode(container.streams.audio[0]):
                first = frame.time if first is None else first
                parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
            parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    except (av.error.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: its sound cannot be read ({reason}); give another") from error
    if not parts:
        return np.empty(0)
    sound = np.concatenate(parts).astype(np.float64)
    late = round(((first or 0.0) - origin) * RATE)  # sound may begin after the pictures
    sound = np.concatenate([np.zeros(late), sound]) if late > 0 else sound[-late:]
    begin = max(0, round(start * RATE))
    end = len(sound) if duration is None else begin + round(duration * RATE)
    return sound[begin:end]


def lowest_points(signal: np.ndarray, fps: float) -> np.ndarray:
    """Return the source times at which a motion turns upwards: landings, steps, bows; ascending.

    Args:
        signal: [T], up positive, of standard deviation 1 (``signals.motion_signal``).
        fps: frames per second.
    """
    lows, _ = find_peaks(-signal, prominence=0.5, distance=max(1, 0.2 * fps))
    moments = []
    for k in lows:  # the parabola through three frames has its lowest point between them
        left, low, right = signal[k - 1 : k + 2]
        bend = left - 2 * low + right
        moments.append(k + ((left - right) / (2 * bend) if bend else 0.0))
    return np.array(moments)


def match_beats(moments: np.ndarray, beats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give moments a beat each, in order, so that they move as little as possible.

    All of the fewer are used. Exact, by dynamic programming over the sum of the distances.

    Args:
        moments: [m], ascending.
        beats: [n], ascending, in the same unit.

    Returns:
        The moments used and the beat of each, both [min(m, n)] and ascending.
    """
    fewer, more = (moments, beats) if len(moments) <= len(beats) else (beats, moments)
    m, n = len(fewer), len(more)
    cost = np.full((m + 1, n + 1), np.inf)
    cost[0] = 0.0
    for i in range(1, m + 1):
        for j in range(i, n + 1):
            taken = cost[i - 1, j - 1] + abs(fewer[i - 1] - more[j - 1])
            cost[i, j] = min(cost[i, j - 1], taken)
    chosen, j = [], n
    for i in range(m, 0, -1):
        while cost[i, j] == cost[i, j - 1]:
            j -= 1
        chosen.append(j - 1)
        j -= 1
    picked = more[chosen[::-1]] if chosen else more[:0]
    return (fewer, picked) if fewer is moments else (picked, fewer)
