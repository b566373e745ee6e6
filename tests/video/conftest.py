"""Small videos made for the tests, each with the trait it is named after."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from .numbered_frames import numbered_frame

MakeVideo = Callable[..., Path]


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Return a function that encodes frames (or numbered grey ones) with given properties."""

    def make(
        name: str = "video.mp4",
        *,
        frames: Sequence[np.ndarray] | int = 25,
        size: tuple[int, int] = (64, 48),
        rate: Fraction | int = 25,
        stamps: Sequence[int] | None = None,  # in milliseconds, for a variable rate
        rotation: int = 0,
        aspect: Fraction | None = None,
        codec: str = "libx264",
        options: dict[str, str] | None = None,
        muxer: dict[str, str] | None = None,
        colour: tuple[int, int] | None = None,  # colour space and range of the tags
    ) -> Path:
        if isinstance(frames, int):
            frames = [numbered_frame(n, *size) for n in range(frames)]
        path = tmp_path / name
        with av.open(str(path), "w", options=muxer or {}) as container:
            stream = container.add_stream(codec, rate=rate, options=options or {"crf": "1"})
            stream.width, stream.height = frames[0].shape[1], frames[0].shape[0]
            stream.pix_fmt = "yuv420p"
            context = stream.codec_context
            context.thread_count = 1
            if stamps is not None:
                context.time_base = Fraction(1, 1000)
            if aspect is not None:
                context.sample_aspect_ratio = aspect
            if rotation:
                stream.set_display_rotation(rotation)
            if colour is not None:
                context.colorspace, context.color_range = colour
            for n, rgb in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
                if colour is not None:
                    frame = frame.reformat(
                        format="yuv420p",
                        dst_colorspace={1: 1, 6: 5}[colour[0]],
                        dst_color_range=colour[1],
                    )
                frame.pts = n if stamps is None else stamps[n]
                frame.time_base = 1 / Fraction(rate) if stamps is None else Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make
