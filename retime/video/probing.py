"""What a video or a folder of pictures holds, found without decoding more than one frame."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.error
import av.video.stream
import numpy as np
from numpy.typing import NDArray

from retime.errors import InputError
from retime.video.conforming import constant_rate, typical_rate
from retime.video.pictures import list_pictures, read_picture

PICTURES_RATE = Fraction(25)
PQ, HLG = 16, 18  # transfer characteristics, ISO/IEC 23091-2


@dataclass(frozen=True)
class Source:
    """A video file or a folder of pictures."""

    path: Path
    size: tuple[int, int]  # width, height as shown: upright, square pixels
    times: NDArray[np.float64]  # [n] seconds of the frames, from the start of the source
    fps: Fraction | None  # None where the rate varies
    has_sound: bool
    declared: int  # frames the file claims to hold; more than len(times) if it is cut short
    pictures: tuple[Path, ...] = ()  # of a folder
    timestamps: bool = True  # the frames carry times; else they are counted
    high_dynamic_range: bool = False  # brightness is coded as PQ or HLG


def damaged(source: Path, decodable: int, declared: int, reason: str) -> InputError:
    """Return the error of a video that breaks off after ``decodable`` of ``declared`` frames."""
    part = (
        f", or use the part before the damage: 'frames: {{end: {decodable}}}' in the clip.yaml"
        if decodable >= 2
        else ""
    )
    return InputError(
        f"{source}: only the first {decodable} of {declared} frames can be decoded ({reason}). "
        f"Copy the video again from where it came, or re-encode it "
        f"(ffmpeg -i {source.name} -crf 12 repaired.mp4){part}"
    )


def probe(path: Path, pictures_rate: Fraction = PICTURES_RATE) -> Source:
    """Look at a video file, or a folder of pictures (``pictures_rate`` per second).

    Raises:
        InputError: there is no such file, it is not a video, or it holds fewer than two frames.
    """
    if not path.exists():
        raise InputError(f"{path}: no such video; check the path ('videos' in config.yaml)")
    source = _probe_pictures(path, pictures_rate) if path.is_dir() else _probe_video(path)
    if len(source.times) < 2:
        if source.declared > 2:
            raise damaged(path, len(source.times), source.declared, "the file is cut short")
        raise InputError(
            f"{path}: holds {len(source.times)} frame; retiming needs a video of at least 2"
        )
    return source


def _probe_pictures(folder: Path, rate: Fraction) -> Source:
    pictures = list_pictures(folder)
    height, width = read_picture(pictures[0]).shape[:2]
    return Source(
        folder,
        (width, height),
        np.arange(len(pictures)) / float(rate),
        rate,
        has_sound=False,
        declared=len(pictures),
        pictures=tuple(pictures),
    )


def open_video(path: Path) -> tuple[av.container.InputContainer, av.video.stream.VideoStream]:
    """Open a video file and its first moving-picture stream; the caller closes the container.

    Raises:
        InputError: the file is not a video.
    """
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{path}: not a video that can be read ({reason}); give a video file such as MP4, MOV "
            "or WebM, or a folder of PNG, JPEG or EXR pictures. If it is a video, it may have been "
            "cut short on its way: copy it again"
        ) from error
    cover = av.stream.Disposition.attached_pic
    stream = next((s for s in container.streams.video if not s.disposition & cover), None)
    if stream is None or stream.codec_context is None:
        container.close()
        raise InputError(f"{path}: holds no moving picture that can be read; give a video file")
    # One thread: the decoder then fails at the damaged frame itself, not some frames earlier.
    stream.codec_context.thread_count = 1
    return container, stream


def start_seconds(container: av.container.InputContainer) -> float:
    """Return the time stamp at which players begin to show the file, seconds."""
    return (container.start_time or 0) / av.time_base


def _probe_video(path: Path) -> Source:
    container, stream = open_video(path)
    with container:
        first = _first_frame(path, container, stream)
        size, high_range = _shown_size(first, stream), first.color_trc in (PQ, HLG)
        hints = [h for h in (stream.guessed_rate, stream.base_rate, stream.average_rate) if h]
        origin, has_sound = start_seconds(container), bool(container.streams.audio)
        declared, tick = stream.frames, stream.time_base
        seconds = _stream_seconds(container, stream)
    container, stream = open_video(path)
    with container:
        stamps = _time_stamps(container, stream)
    timestamps = None not in stamps
    if timestamps:
        times = np.unique(np.array(stamps, np.float64)) * float(tick or 1) - origin
        if len(times) and abs(times[0]) < 1e-5:  # `origin` is in whole microseconds
            times -= times[0]
    else:
        times = np.arange(len(stamps)) / float(hints[0] if hints else 25)
    fps = constant_rate(times, hints)
    declared = len(times) + _lost_frames(times, fps, declared, seconds)
    return Source(
        path,
        size,
        times,
        fps,
        has_sound,
        declared,
        timestamps=timestamps,
        high_dynamic_range=high_range,
    )


def _lost_frames(
    times: NDArray[np.float64], fps: Fraction | None, count: int, seconds: float | None
) -> int:
    """Return how many frames a file lacks of those that its header promises.

    Neither promise is enough alone: the count includes frames cut off by an edit list (videos
    trimmed on a telephone), and the length includes a last frame that stands for long.

    Args:
        times: [n] seconds of the frames found.
        fps: their rate where it is constant.
        count: frames by the header, 0 where it does not say.
        seconds: length by the header, None where it does not say.
    """
    if len(times) < 2:
        return max(count - len(times), 0)
    by_time = None
    if seconds is not None:
        rate = float(fps or typical_rate(times))
        by_time = round((seconds - (times[-1] - times[0])) * rate) - 1
    if count:
        by_count = count - len(times)
        return max(0, by_count if by_time is None else min(by_count, by_time))
    # A length alone is rounded, and of a variable rate only a large gap is sure.
    certain = 2 if fps else len(times)
    return by_time if by_time is not None and by_time > certain else 0


def _stream_seconds(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> float | None:
    """Return how long the pictures last by what the file's header says, if it says it."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if match := re.fullmatch(r"(\d+):(\d+):([\d.]+)", stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = map(float, match.groups())  # Matroska and WebM
        return 3600 * hours + 60 * minutes + seconds
    if container.duration and len(container.streams) == 1:
        return container.duration / av.time_base
    return None


def _first_frame(
    path: Path, container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> av.VideoFrame:
    try:
        frame = next(container.decode(stream), None)
    except av.error.FFmpegError as error:
        raise damaged(path, 0, max(stream.frames, 1), str(error.strerror).lower()) from error
    if frame is None:
        raise damaged(path, 0, max(stream.frames, 1), "no frame found")
    return frame


def _shown_size(frame: av.VideoFrame, stream: av.video.stream.VideoStream) -> tuple[int, int]:
    """Return width and height of a decoded frame, upright and with square pixels."""
    aspect = stream.sample_aspect_ratio
    width = round(frame.width * aspect) if aspect else frame.width
    return (frame.height, width) if frame.rotation % 180 else (width, frame.height)


def _time_stamps(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> list[int | None]:
    """Return the time stamp of every packet that will be shown, in the stream's time base."""
    stamps: list[int | None] = []
    try:
        for packet in container.demux(stream):
            if packet.size and not packet.is_discard and not packet.is_corrupt:
                stamps.append(packet.pts)
    except av.error.FFmpegError:
        # A file cut short: what was read so far counts, `declared` tells that more should be.
        pass
    return stamps
