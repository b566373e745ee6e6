"""A folder of numbered pictures as a clip."""

import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from retime.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg")


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that reads digits as numbers, so that ``2.png`` comes before ``10.png``."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def list_pictures(folder: Path) -> list[Path]:
    """Return the PNG and JPEG files of ``folder`` in natural order; hidden files are left out.

    Raises:
        InputError: there is none.
    """
    pictures = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    ]
    if not pictures:
        raise InputError(
            f"{folder}: a folder without pictures; put the frames there as numbered PNG or JPEG "
            "files, or name a video file"
        )
    return sorted(pictures, key=lambda path: natural_key(path.name))


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read one picture as RGB uint8 [H, W, 3], upright as its EXIF data says; alpha is dropped.

    Raises:
        InputError: the file is not a picture that can be read.
    """
    try:
        encoded = np.fromfile(path, np.uint8)
        bgr = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    except (OSError, cv2.error) as error:
        raise InputError(f"{path}: cannot be read ({error}); replace or delete it") from error
    if bgr is None:
        raise InputError(f"{path}: not a picture that can be read; replace or delete it")
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
