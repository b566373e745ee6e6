"""Write H.264 MP4 files that play everywhere, one frame at a time."""

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

# Values of ISO/IEC 23091-2 for BT.709 primaries, transfer and matrix, and for limited range.
BT709, LIMITED = 1, 1


class VideoWriter:
    """Writes RGB frames as H.264 (High, 4:2:0, BT.709, limited range) at a constant rate.

    The file appears at ``path`` only when the context ends without error. 4:2:0 needs even sizes
    and the other samplings do not play in browsers, so an odd width or height is padded by
    repeating its last column or row; ``padding`` says by how many pixels.

    Args:
        path: the MP4 file; an existing one is replaced.
        size: width and height of the frames, pixels.
        fps: frames per second; a ``Fraction`` is kept exactly.
        crf: constant rate factor of x264, 0 (lossless) to 51.
        threads: CPU threads. The file's bytes depend on it, hardly the pictures.
    """

    def __init__(
        self,
        path: Path | str,
        size: tuple[int, int],
        fps: Fraction | int | float,
        crf: int = 16,
        threads: int = 1,
    ) -> None:
        self.path, self.size = Path(path), size
        self.padding = (size[0] % 2, size[1] % 2)  # columns at the right, rows below
        self.frames = 0
        self._fps = Fraction(fps).limit_denominator(100_000)
        self._options = {"crf": str(crf), "preset": "medium"}
        self._threads = threads
        self._partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.partial")

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(
            str(self._partial), "w", format="mp4", options={"movflags": "+faststart"}
        )
        stream = self._container.add_stream("libx264", rate=self._fps, options=self._options)
        stream.width = self.size[0] + self.padding[0]
        stream.height = self.size[1] + self.padding[1]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / self._fps
        context.thread_count = self._threads
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED
        self._stream = stream
        return self

    def write(self, rgb: NDArray[np.uint8]) -> None:
        """Append one frame, RGB uint8 [H, W, 3] of the writer's size."""
        width, height = self.size
        if rgb.shape != (height, width, 3) or rgb.dtype != np.uint8:
            raise ValueError(
                f"frame is {rgb.dtype}{list(rgb.shape)}, not uint8[{height}, {width}, 3]"
            )
        if any(self.padding):
            columns, rows = self.padding
            rgb = np.pad(rgb, ((0, rows), (0, columns), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24").reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC
            | Interpolation.ACCURATE_RND
            | Interpolation.FULL_CHR_H_INP,
            threads=1,
        )
        frame.pts, frame.time_base = self.frames, 1 / self._fps
        self.frames += 1
        self._container.mux(self._stream.encode(frame))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            with self._container:
                if kind is None:
                    self._container.mux(self._stream.encode(None))
            if kind is None:
                self._partial.replace(self.path)
        finally:
            self._partial.unlink(missing_ok=True)
