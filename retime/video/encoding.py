"""Write videos, one frame at a time."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Interpolation
from numpy.typing import NDArray

from retime.atomic import partial_path
from retime.lacking import naming
from retime.video.colour import BT709, LIMITED, ColourTags
from retime.video.formats import FORMATS, WITH_CRF

CONVERSION = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
# How far colours are drawn out from under the edge of what shows, pixels, before they are
# compressed: codecs mix neighbouring colours, and what is clear has none.
BLEED = 9
# Where x264 computes by AVX-512, its macroblock tree reads memory that nobody wrote, and the same
# frames come out as other bytes from one run to the next; by AVX2 they do not.
AVX_512F = 13  # OpenCV's CPU_AVX_512F, which its Python module does not name
REPEATABLE = "asm=avx2"


class VideoWriter:
    """Writes RGB or RGBA frames at a constant rate.

    The file appears at ``path`` only when the context ends without error. Codecs that halve the
    colours' resolution need even sizes, so an odd width or height is padded by repeating its last
    column or row; ``padding`` says by how many pixels.

    Args:
        path: the file; an existing one is replaced.
        size: width and height of the frames, pixels.
        fps: frames per second; a ``Fraction`` is kept exactly.
        crf: constant rate factor of x264, x265 and VP9, 0 to 51 (VP9: 63); lower is better.
        threads: CPU threads. The file's bytes depend on it, hardly the pictures.
        form: a name in ``formats.FORMATS``.
        alpha: frames have alpha, straight, and the file keeps it.
        colour: the tags to write; frames are converted accordingly.
        options: of the codec, over those of the form.
    """

    def __init__(
        self,
        path: Path | str,
        size: tuple[int, int],
        fps: Fraction | int | float,
        crf: int = 16,
        threads: int = 1,
        form: str = "h264",
        alpha: bool = False,
        colour: ColourTags = BT709,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.path, self.size = Path(path), size
        self._form = FORMATS[form]
        if alpha and self._form.clear is None:
            raise ValueError(f"{form} holds no alpha")
        # Columns at the right, rows below.
        self.padding = (size[0] % 2, size[1] % 2) if self._form.even else (0, 0)
        self.frames = 0
        self._fps = Fraction(fps).limit_denominator(100_000)
        self._options = {**self._form.options, **(options or {})}
        if form in WITH_CRF:
            self._options["crf"] = str(crf)
        if form == "h264" and cv2.checkHardwareSupport(AVX_512F):
            said = self._options.get("x264-params")
            self._options["x264-params"] = f"{said}:{REPEATABLE}" if said else REPEATABLE
        self._alpha, self._threads = alpha, threads
        self._colour = replace(colour, range=LIMITED) if self._form.limited else colour
        self._pixels = self._form.clear if alpha else self._form.opaque
        self._partial = partial_path(self.path.with_suffix(self._form.suffix))

    def __enter__(self) -> Self:
        with naming(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(
                str(self._partial), "w", options=dict(self._form.container) or None
            )
        stream = self._container.add_stream(self._form.codec, rate=self._fps, options=self._options)
        stream.width = self.size[0] + self.padding[0]
        stream.height = self.size[1] + self.padding[1]
        stream.pix_fmt = self._pixels
        context = stream.codec_context
        context.time_base = 1 / self._fps
        context.thread_count = self._threads
        context.color_primaries = self._colour.primaries
        context.color_trc = self._colour.transfer
        if not self._rgb:
            context.colorspace = self._colour.matrix
            context.color_range = self._colour.range
        if self._form.tag:
            context.codec_tag = self._form.tag
        self._stream = stream
        return self

    @property
    def _rgb(self) -> bool:
        return self._pixels is not None and self._pixels.startswith("bgr")

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Append one frame, uint8 [H, W, 3] of the writer's size, with alpha [H, W, 4]."""
        width, height = self.size
        channels = 4 if self._alpha else 3
        if picture.shape != (height, width, channels) or picture.dtype != np.uint8:
            raise ValueError(
                f"frame is {picture.dtype}{list(picture.shape)}, "
                f"not uint8[{height}, {width}, {channels}]"
            )
        if any(self.padding):
            columns, rows = self.padding
            picture = np.pad(picture, ((0, rows), (0, columns), (0, 0)), mode="edge")
        if self._alpha and not self._rgb:
            picture = bleed(picture)
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(picture), format="rgba" if self._alpha else "rgb24"
        )
        if self._rgb:
            frame = frame.reformat(format=self._pixels)
        else:
            frame = frame.reformat(
                format=self._pixels,
                dst_colorspace=self._colour.conversion,
                dst_color_range=ColorRange(self._colour.range),
                interpolation=CONVERSION,
                threads=1,
            )
        # Some encoders take these from the frame, not from the stream.
        frame.color_primaries = self._colour.primaries
        frame.color_trc = self._colour.transfer
        frame.pts, frame.time_base = self.frames, 1 / self._fps
        self.frames += 1
        with naming(self.path):
            self._container.mux(self._stream.encode(frame))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            with naming(self.path):
                with self._container:
                    if kind is None:
                        self._container.mux(self._stream.encode(None))
                if kind is None:
                    self._partial.replace(self.path)
        finally:
            self._partial.unlink(missing_ok=True)


def bleed(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give what is clear near an edge the colours of what shows there; alpha stays."""
    alpha = rgba[..., 3].astype(np.float32)
    if alpha.all():
        return rgba
    size = (2 * BLEED + 1, 2 * BLEED + 1)
    spread = cv2.blur(rgba[..., :3] * alpha[..., None], size)
    weight = cv2.blur(alpha, size)
    near = (rgba[..., 3] == 0) & (weight > 0.05)
    out = rgba.copy()
    out[near, :3] = np.clip(spread[near] / weight[near, None] + 0.5, 0, 255)
    return out
