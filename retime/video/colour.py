"""Colour tags of a video: what its numbers mean (ISO/IEC 23091-2).

Frames are decoded to RGB by matrix and range alone; primaries and transfer characteristics pass
through all stages untouched. A result therefore keeps the tags of its source.
"""

from dataclasses import dataclass
from pathlib import Path

from av.video.reformatter import ColorRange, Colorspace

from retime.video.probing import open_video

UNSPECIFIED, RGB = 2, 0
FULL = int(ColorRange.JPEG)
LIMITED = int(ColorRange.MPEG)
# Matrix coefficients by which swscale converts; of other matrices a result gets BT.709's.
CONVERTED = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}


@dataclass(frozen=True)
class ColourTags:
    """Code points of primaries, transfer characteristics, matrix coefficients, and the range."""

    primaries: int = 1  # BT.709
    transfer: int = 1
    matrix: int = 1
    range: int = LIMITED

    @property
    def conversion(self) -> Colorspace:
        """The matrix, as swscale calls it."""
        return CONVERTED[self.matrix]


BT709 = ColourTags()


def read_colour_tags(path: Path) -> ColourTags:
    """Return the tags of a video; those of BT.709 for what it does not say, or for pictures.

    Raises:
        InputError: not a video.
    """
    if path.is_dir():
        return BT709
    container, stream = open_video(path)
    with container:
        frame = next(container.decode(stream), None)
    if frame is None:
        return BT709

    def said(value: int, default: int) -> int:
        return default if value in (UNSPECIFIED, RGB) else int(value)

    matrix = said(frame.colorspace, BT709.matrix)
    return ColourTags(
        said(frame.color_primaries, BT709.primaries),
        said(frame.color_trc, BT709.transfer),
        matrix if matrix in CONVERTED else BT709.matrix,
        FULL if frame.color_range == FULL or frame.format.name.startswith("yuvj") else LIMITED,
    )
