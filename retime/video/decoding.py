"""Decode a video or a folder of pictures, one frame in memory at a time."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import av.container
import av.error
import av.video.stream
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

from retime.errors import InputError
from retime.video.pictures import read_picture
from retime.video.probing import Source, damaged, open_video, probe, start_seconds

UNSPECIFIED_COLORSPACE = 2  # AVCOL_SPC_UNSPECIFIED
EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
# Seeking pays only beyond this many frames, and some formats seek badly.
SEEK_BEYOND = 100


def frame_rgb(frame: av.VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Convert a decoded frame to RGB uint8 [H, W, 3], upright and with square pixels.

    Matrix and range are those the frame is tagged with; an untagged frame higher than 576 or
    wider than 1024 is taken as BT.709, others as BT.601, as players do.

    Args:
        frame: a decoded frame of any pixel format.
        size: width and height as shown.
    """
    colorspace = None
    if frame.colorspace == UNSPECIFIED_COLORSPACE and not frame.format.is_rgb:
        high_definition = frame.height > 576 or frame.width > 1024
        colorspace = Colorspace.ITU709 if high_definition else Colorspace.ITU601
    rgb = frame.reformat(
        format="rgb24",
        src_colorspace=colorspace,
        dst_color_range=ColorRange.JPEG,
        interpolation=EXACT,
        threads=1,
    ).to_ndarray()
    rgb = np.ascontiguousarray(np.rot90(rgb, round(frame.rotation / 90)))
    height, width = rgb.shape[:2]
    if (width, height) != tuple(size):
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC)
    return rgb


def decode(source: Source, wanted: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Decode frames of ``source`` at its own size.

    Args:
        source: what ``probe`` found.
        wanted: numbers of the frames, ascending; repeats are allowed.

    Yields:
        For each wanted number, the number of the frame shown and the frame, RGB uint8 [H, W, 3].
        The two numbers differ only where a video holds a time stamp without a picture; the last
        picture before it (the first of all, if none) is then shown.

    Raises:
        InputError: a frame cannot be decoded, or a picture has another size than the first.
    """
    if source.pictures:
        yield from _decode_pictures(source, wanted)
    else:
        yield from _decode_video(source, wanted)


def _decode_pictures(
    source: Source, wanted: Sequence[int]
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    for number in wanted:
        rgb = read_picture(source.pictures[number])
        height, width = rgb.shape[:2]
        if (width, height) != source.size:
            raise InputError(
                f"{source.pictures[number]}: {width}x{height}, but the folder's first picture is "
                f"{source.size[0]}x{source.size[1]}; all must have one size"
            )
        yield number, rgb


def _decode_video(source: Source, wanted: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    frames = _numbered(source, wanted[0])
    shown: tuple[int, av.VideoFrame] | None = None
    ahead: tuple[int, av.VideoFrame] | None = None
    rgb: NDArray[np.uint8] | None = None
    for number in wanted:
        # Never pull a frame that is not needed: it may be the first damaged one.
        while shown is None or shown[0] < number:
            ahead = ahead or next(frames, None)
            if ahead is None:
                decodable = shown[0] + 1 if shown else 0
                raise damaged(source.path, decodable, source.declared, "the rest is missing")
            if shown is not None and ahead[0] > number:
                break
            shown, ahead, rgb = ahead, None, None
        if rgb is None:
            rgb = frame_rgb(shown[1], source.size)
        yield shown[0], rgb


def _numbered(source: Source, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield decoded frames with their numbers, from ``first`` or somewhat before it on."""
    if first > SEEK_BEYOND and source.timestamps:
        early = _numbered_from(source, max(source.times[first] - 1.0, 0.0))
        head = next(early, None)
        if head is not None and head[0] <= first:
            yield head
            yield from early
            return
    yield from _numbered_from(source, None)


def _numbered_from(source: Source, seek: float | None) -> Iterator[tuple[int, av.VideoFrame]]:
    container, stream = open_video(source.path)
    with container:
        tick, origin = float(stream.time_base or 1), start_seconds(container)
        if seek is not None:
            container.seek(int((seek + origin) * av.time_base))
        number, count = -1, 0
        try:
            for frame in _until_damage(container, stream):
                number = count
                if source.timestamps and frame.pts is not None:
                    # Times of frames and packets come from the same integers; the slack is for
                    # decoders that restamp a frame by less than it lasts.
                    time = frame.pts * tick - origin
                    number = int(np.searchsorted(source.times, time + 1e-3, side="right")) - 1
                count += 1
                if number >= 0:
                    yield number, frame
        except av.error.FFmpegError as error:
            reason = str(error.strerror or error).lower()
            raise damaged(source.path, number + 1, source.declared, reason) from error


def _until_damage(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> Iterator[av.VideoFrame]:
    """Yield frames in order of showing; at the first damaged one, raise ``FFmpegError``.

    Frames that the decoder still holds back at that point are yielded first. Decoders conceal
    much damage by stretching what they have; such frames count as damaged.
    """
    packet = None
    try:
        for packet in container.demux(stream):
            if packet.is_corrupt:
                raise av.error.InvalidDataError(0, "the file is cut short")
            for frame in packet.decode():
                if frame.is_corrupt:
                    raise av.error.InvalidDataError(0, "damaged data")
                yield frame
    except av.error.FFmpegError as damage:
        before = packet.pts if packet is not None else None
        with contextlib.suppress(av.error.FFmpegError):
            for frame in stream.decode(None):
                if before is None or frame.pts is None or frame.pts >= before or frame.is_corrupt:
                    break
                yield frame
        raise damage


def read_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Yield every frame of a video or folder of pictures, RGB uint8 [H, W, 3], as shown.

    Raises:
        InputError: as ``probe`` and ``decode``.
    """
    source = probe(path)
    for _, rgb in decode(source, range(len(source.times))):
        yield rgb
