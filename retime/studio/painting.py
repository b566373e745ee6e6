"""Painted trimaps: which frames have one, and what they hold."""

import base64
import binascii
import re
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Seeds
from retime.layers.trimap import CLEAR, OPAQUE, UNSURE
from retime.studio.contract import PaintedTrimap
from retime.studio.refusal import Refused

NAME = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")  # of a frame, or of the first and last of a range
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def painted_files(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return the painted trimaps in a layer's folder, with the first and last frame of each."""
    found = {}
    for path in sorted(folder.glob("[!.]*.png")):
        if named := NAME.fullmatch(path.stem):
            found[path] = int(named[1]), int(named[2] or named[1])
    return found


def painted_ranges(folder: Path) -> list[PaintedTrimap]:
    """Return the stretches of frames that have one painted trimap."""
    stretches: list[tuple[int, int, bytes]] = []
    for path, (first, last) in sorted(painted_files(folder).items(), key=lambda item: item[1]):
        contents = path.read_bytes()
        if stretches and stretches[-1][1] + 1 == first and stretches[-1][2] == contents:
            first = stretches.pop()[0]
        stretches.append((first, last, contents))
    return [PaintedTrimap(first=first, last=last) for first, last, _ in stretches]


def trimap_of(folder: Path, cast: Path, layer: int, frame: int) -> bytes:
    """Return a layer's trimap in one frame as a grey PNG: painted, or else automatic.

    Args:
        folder: of the layer's painted trimaps.
        cast: the ``Seeds`` with automatic trimaps.
        layer: its index, from 0.
        frame: of the clip.

    Raises:
        Refused: no such frame.
    """
    with Seeds.open(cast) as seeds:
        if frame >= len(seeds.trimap):
            raise Refused(404, f"the clip has frames 0 to {len(seeds.trimap) - 1}")
        trimap = seeds.trimap[frame, layer]
    # One for the frame alone goes before one for a range.
    serving = [
        (last - first, path)
        for path, (first, last) in painted_files(folder).items()
        if first <= frame <= last
    ]
    picture = cv2.imread(str(min(serving)[1]), cv2.IMREAD_UNCHANGED) if serving else None
    if picture is not None:
        painted = picture if picture.ndim == 2 else picture[..., 0]
        if picture.ndim == 3 and picture.shape[2] == 4:  # clear where it stays automatic
            size = picture.shape[1::-1]
            trimap = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
            painted = np.where(picture[..., 3] >= 128, painted, trimap)
        trimap = painted
    return cv2.imencode(".png", trimap)[1].tobytes()


def sent_trimap(png: str, sizes: Iterable[tuple[int, int]]) -> bytes:
    """Return the PNG that came as base64, checked.

    Args:
        png: base64.
        sizes: widths and heights that a trimap may have.

    Raises:
        Refused: not such a PNG.
    """
    try:
        data = base64.b64decode(png, validate=True)
    except binascii.Error as error:
        raise Refused(422, f"'png' is not base64: {error}") from error
    sizes = list(sizes)
    if len(data) < 33 or not data.startswith(SIGNATURE):
        raise Refused(422, "'png' is no PNG")
    # Before it is unpacked: a small file may say that it is very large.
    size = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if size not in sizes:
        allowed = " or ".join(f"{width}x{height}" for width, height in sizes)
        raise Refused(422, f"the trimap is {size[0]}x{size[1]}, not {allowed}")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise Refused(422, "'png' is no PNG that can be read")
    if not np.isin(picture, (CLEAR, UNSURE, OPAQUE)).all():
        raise Refused(422, "a trimap holds 0 (clear), 128 (unsure) and 255 (opaque) only")
    return cv2.imencode(".png", picture)[1].tobytes()
