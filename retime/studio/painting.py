"""Painted trimaps: which frames have one, and what they hold."""

import base64
import binascii
import tempfile
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from retime.artifacts import Seeds
from retime.atomic import write_bytes
from retime.errors import InputError
from retime.layers.painted import PaintedFile, find_painted, painted_name, read_painted
from retime.studio.contract.correcting import PaintedTrimap
from retime.studio.refusal import Refused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
Size = tuple[int, int]
Part = Literal["all", "automatic", "painted"]


def painted_of(folder: Path) -> list[PaintedFile]:
    """Return the painted trimaps in a layer's folder.

    Raises:
        InputError: a file among them that is none, as for ``find_painted``.
    """
    return [file for file in find_painted(folder.parent) if file.layer == folder.name]


def painted_ranges(folder: Path) -> list[PaintedTrimap]:
    """Return the stretches of frames that have one painted trimap, by their first frames."""
    files = sorted(painted_of(folder), key=lambda file: (file.first, file.last))
    return [PaintedTrimap(first=file.first, last=file.last) for file in files]


def clear(folder: Path, first: int, last: int) -> None:
    """Remove what is painted for some frames; what also serves others goes on serving those."""
    for file in painted_of(folder):
        if file.last < first or last < file.first:
            continue
        contents = file.path.read_bytes()
        for start, end in ((file.first, first - 1), (last + 1, file.last)):
            if start <= end:
                write_bytes(folder / painted_name(start, end), contents)
        file.path.unlink()


def paint(folder: Path, first: int, last: int, png: bytes) -> None:
    """Write a trimap for some frames, in place of what is painted there."""
    clear(folder, first, last)
    write_bytes(folder / painted_name(first, last), png)


def trimap_of(folder: Path, cast: Path, layer: int, frame: int, part: Part = "all") -> bytes:
    """Return a layer's trimap in one frame as a PNG of the working size.

    Args:
        folder: of the layer's painted trimaps.
        cast: the ``Seeds`` with automatic trimaps.
        layer: its index, from 0.
        frame: of the clip.
        part: ``all`` is grey: painted, or else automatic. ``automatic`` is grey, as if nothing were
            painted. ``painted`` is transparent where nothing is.

    Raises:
        Refused: no such frame.
        InputError: a painted trimap that cannot be read.
    """
    with Seeds.open(cast) as seeds:
        if frame >= len(seeds.trimap):
            raise Refused(404, f"the clip has frames 0 to {len(seeds.trimap) - 1}")
        trimap = seeds.trimap[frame, layer]
        sizes: tuple[Size, Size] = tuple(seeds.working_size), tuple(seeds.source_size)
    # One for the frame alone goes before one for a range.
    serving = [f for f in painted_of(folder) if f.first <= frame <= f.last]
    meant = np.zeros(trimap.shape, bool)
    if serving and part != "automatic":
        painted = read_painted(min(serving, key=lambda f: f.last - f.first).path, *sizes)
        trimap, meant = painted.over(trimap), painted.meant
    if part == "painted":
        trimap = np.dstack([np.where(meant, trimap, 0)] * 3 + [255 * meant.astype(np.uint8)])
    return cv2.imencode(".png", trimap)[1].tobytes()


def sent_trimap(png: str, working: Size, source: Size) -> bytes:
    """Return the PNG that came as base64, checked.

    Args:
        png: base64.
        working: width and height of the renderer's frames.
        source: width and height of the video; a trimap has one of the two sizes.

    Raises:
        Refused: not such a PNG.
    """
    try:
        data = base64.b64decode(png, validate=True)
    except binascii.Error as error:
        raise Refused(422, f"'png' is not base64: {error}") from error
    if len(data) < 33 or not data.startswith(SIGNATURE):
        raise Refused(422, "'png' is no PNG")
    # Before it is unpacked: a small file may say that it is very large.
    size = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if size not in (working, source):
        allowed = " or ".join(f"{width}x{height}" for width, height in (working, source))
        raise Refused(422, f"the trimap is {size[0]}x{size[1]}, not {allowed}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trimap.png"
        file.write_bytes(data)
        try:
            read_painted(file, working, source)
        except InputError as error:
            raise Refused(422, str(error).replace(str(file), "the trimap")) from error
    return data
