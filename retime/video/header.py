"""What the header of a video says, in milliseconds: for estimates, not for decoding."""

from pathlib import Path
from typing import NamedTuple

from retime.errors import InputError
from retime.video.sizes import Size

PICTURES_RATE = 25.0


class Header(NamedTuple):
    """A video as far as its header tells."""

    frames: int
    fps: float
    size: Size  # as stored: a rotated video's is turned


def read_header(path: Path) -> Header | None:
    """Return what the header of a video says, or a folder's first picture; None: nothing.

    ``retime.video.probing`` finds out for sure, and says what is wrong with a video, but reads
    all of the file.
    """
    try:
        return _of_pictures(path) if path.is_dir() else _of_video(path)
    except (InputError, OSError):
        return None


def _of_pictures(folder: Path) -> Header:
    from retime.video.pictures import list_pictures, read_picture

    pictures = list_pictures(folder)
    height, width = read_picture(pictures[0]).shape[:2]
    return Header(len(pictures), PICTURES_RATE, (width, height))


def _of_video(path: Path) -> Header | None:
    import av

    from retime.video.probing import open_video

    container, stream = open_video(path)
    with container:
        seconds, fps = (container.duration or 0) / av.time_base, float(stream.average_rate or 25)
        frames, context = stream.frames or round(seconds * fps), stream.codec_context
        return Header(frames, fps, (context.width, context.height)) if frames else None
