"""Trimaps painted by hand: `clips/CLIP/trimaps/LAYER/*.png` (section 6.5, Fig. 12).

``000012.png`` serves frame 12, ``000012-000020.png`` the frames from 12 to 20, both included; one
for a frame alone goes before one for a range. Grey says whom a pixel belongs to: 255 to this layer,
0 not to it, 128 is to be found out. Where the picture is transparent, the trimap stays automatic; a
picture without transparency is meant everywhere.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from retime.atomic import write_bytes
from retime.errors import InputError
from retime.layers.trimap import CLEAR, OPAQUE, UNSURE

PALETTE = np.array([CLEAR, UNSURE, OPAQUE], np.uint8)
# Values this close to one of the palette are taken for it: what a brush or a converter left.
NEAR_MISS = 16


@dataclass(frozen=True)
class PaintedFile:
    """A painted trimap: its layer and the frames that it serves, both ends included."""

    path: Path
    layer: str
    first: int
    last: int


@dataclass(frozen=True)
class Painted:
    """What a painted trimap says of one frame."""

    trimap: np.ndarray  # uint8 [h, w] of 0, 128, 255
    meant: np.ndarray  # bool [h, w], False where the trimap stays automatic

    def over(self, automatic: np.ndarray) -> np.ndarray:
        """Lay it over an automatic trimap, uint8 [h, w]."""
        return np.where(self.meant, self.trimap, automatic)


def painted_name(first: int, last: int) -> str:
    """Return the file name of a trimap for the frames ``first`` to ``last``."""
    return f"{first:06d}.png" if first == last else f"{first:06d}-{last:06d}.png"


def find_painted(folder: Path | None) -> list[PaintedFile]:
    """Find the trimaps painted for a clip, sorted; hidden files are left alone.

    Args:
        folder: ``clips/CLIP/trimaps``; it need not exist.

    Raises:
        InputError: a file that lies elsewhere than in a layer's folder, is no PNG, or is not named
            by frames.
    """
    if folder is None or not folder.is_dir():
        return []
    found = []
    for path in sorted(p for p in folder.rglob("[!.]*") if p.is_file()):
        form = f"{folder}/LAYER/000012.png, or 000012-000020.png for a range of frames"
        if path.parent.parent != folder:
            raise InputError(f"{path}: a trimap lies in the folder of its layer: {form}")
        named = re.fullmatch(r"(\d+)(?:-(\d+))?", path.stem)
        if path.suffix != ".png" or not named:
            raise InputError(f"{path}: not the name of a trimap; call it {form}")
        first, last = int(named[1]), int(named[2] or named[1])
        if last < first:
            raise InputError(f"{path}: frame {last} comes before {first}; name the earlier first")
        found.append(PaintedFile(path, path.parent.name, first, last))
    return found


def place_painted(
    files: Iterable[PaintedFile], names: Sequence[str], frames: int
) -> dict[tuple[int, int], Path]:
    """Say which painted trimap serves which frame of which layer.

    Args:
        files: of ``find_painted``.
        names: of the layers.
        frames: number of frames of the clip.

    Returns:
        {(frame, layer index from 0): path}.

    Raises:
        InputError: an unknown layer, a frame outside the clip, or two files for the same frame.
    """
    placed: dict[tuple[int, int], PaintedFile] = {}
    # Ranges first, so that what is painted for one frame takes its place.
    for file in sorted(files, key=lambda f: f.first == f.last):
        if file.layer not in names:
            raise InputError(f"{file.path}: no layer '{file.layer}'; layers are {', '.join(names)}")
        if file.last >= frames:
            raise InputError(
                f"{file.path}: the clip has frames 0 to {frames - 1}; name it by its frames, "
                f"000000.png to {frames - 1:06d}.png"
            )
        alone = file.first == file.last
        for frame in range(file.first, file.last + 1):
            place = frame, names.index(file.layer)
            other = placed.get(place)
            if other and (other.first == other.last) == alone:
                raise InputError(f"{file.path}: frame {frame} is painted in {other.path}, too")
            placed[place] = file
    return {place: file.path for place, file in placed.items()}


def resample(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bring labels [H, W] to ``size`` (width, height): each pixel takes the one at its centre.

    Enlarged and brought back, labels are what they were.
    """
    (height, width), (w, h) = picture.shape, size
    rows = ((np.arange(h) + 0.5) * height / h).astype(int)
    columns = ((np.arange(w) + 0.5) * width / w).astype(int)
    return picture[np.ix_(rows, columns)]


def read_painted(path: Path, size: tuple[int, int], source_size: tuple[int, int]) -> Painted:
    """Read a painted trimap and bring it to the working size; say what was snapped.

    Args:
        path: a PNG of 0, 128 and 255, perhaps with transparency, of the source's or the working
            size. What is within ``NEAR_MISS`` of these values is taken for them.
        size: working width and height.
        source_size: width and height of the source.

    Raises:
        InputError: not a picture, another shape, or other values.
    """
    grey, meant = _read(path)
    if grey.shape[::-1] not in (tuple(size), tuple(source_size)):
        raise InputError(
            f"{path}: is {grey.shape[1]}x{grey.shape[0]}; a trimap has the size of the video "
            f"({source_size[0]}x{source_size[1]}) or of the renderer ({size[0]}x{size[1]})"
        )
    distance = np.abs(grey[..., None].astype(np.int16) - PALETTE)  # [H, W, 3]
    wrong = meant & (distance.min(-1) > NEAR_MISS)
    if wrong.any():
        y, x = np.argwhere(wrong)[0]
        raise InputError(
            f"{path}: {grey[y, x]} at ({x}, {y}), and so on at {wrong.sum()} pixels: a trimap "
            "holds 0 (clear), 128 (to be found out) and 255 (opaque) only; paint without soft edges"
        )
    snapped = int((meant & (distance.min(-1) > 0)).sum())
    if snapped:
        print(
            f"{path}: {snapped} pixels are nearly 0, 128 or 255, and are taken for it",
            file=sys.stderr,
        )
    trimap = PALETTE[distance.argmin(-1)]
    return Painted(resample(trimap, size), resample(meant, size))


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture's grey values, uint8 [H, W], and where it is not transparent."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise InputError(f"{path}: not a picture that can be read; save it as a grey PNG")
    if picture.dtype == np.uint16:
        picture = (picture // 257).astype(np.uint8)
    if picture.ndim == 2:
        return picture, np.ones(picture.shape, bool)
    # Colours are snapped like greys: what is not grey is far from the palette in some channel.
    colours = picture[..., :3].astype(np.int16)
    apart = np.abs(colours - colours[..., :1]).max(-1)
    grey = picture[..., :3].max(-1)
    meant = np.ones(grey.shape, bool) if picture.shape[2] == 3 else picture[..., 3] >= 128
    if (meant & (apart > NEAR_MISS)).any():
        y, x = np.argwhere(meant & (apart > NEAR_MISS))[0]
        raise InputError(f"{path}: ({x}, {y}) is coloured; a trimap is grey: 0, 128 and 255 only")
    return grey, meant


def write_painted(path: Path, painted: Painted) -> None:
    """Write a trimap as a PNG that ``read_painted`` reads: transparent where it is not meant."""
    grey = painted.trimap
    alpha = np.where(painted.meant, 255, 0).astype(np.uint8)
    _, data = cv2.imencode(".png", np.dstack([grey, grey, grey, alpha]))
    write_bytes(path, data.tobytes())
