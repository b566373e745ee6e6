"""A folder of numbered pictures as a clip."""

import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from retime.atomic import write_bytes
from retime.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".exr")


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that reads digits as numbers, so that ``2.png`` comes before ``10.png``."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def list_pictures(folder: Path) -> list[Path]:
    """Return the PNG, JPEG and EXR files of ``folder`` in natural order; hidden ones are left out.

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
            f"{folder}: a folder without pictures; put the frames there as numbered PNG, JPEG "
            "or EXR files, or name a video file"
        )
    return sorted(pictures, key=lambda path: natural_key(path.name))


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read one picture as RGB uint8 [H, W, 3], upright as its EXIF data says; alpha is dropped.

    Light in OpenEXR files is linear, as is that format's custom: it is brought to sRGB, and what is
    brighter than white is cut off.

    Raises:
        InputError: the file is not a picture that can be read.
    """
    if path.suffix.lower() == ".exr":
        return _read_exr(path)
    try:
        encoded = np.fromfile(path, np.uint8)
        bgr = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    except (OSError, cv2.error) as error:
        raise InputError(f"{path}: cannot be read ({error}); replace or delete it") from error
    if bgr is None:
        raise InputError(f"{path}: not a picture that can be read; replace or delete it")
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def write_picture(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write uint8 [H, W, 3] as a PNG, which appears when it is whole."""
    _, data = cv2.imencode(".png", cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGR))
    write_bytes(path, data.tobytes())


def _read_exr(path: Path) -> NDArray[np.uint8]:
    try:
        import OpenEXR
    except ImportError as error:
        raise InputError(
            f"{path}: reading EXR needs the package OpenEXR: pip install 'retime[exchange]'"
        ) from error
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(
            f"{path}: not an EXR file that can be read; replace or delete it"
        ) from error
    names = "RGB" if "R" in channels else "YYY"
    if any(name not in channels for name in names):
        raise InputError(
            f"{path}: holds the channels {', '.join(channels)}; a picture has R, G and B, or Y"
        )
    light = np.stack([channels[name] for name in names], -1).astype(np.float32)
    return _display(light)


def _display(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Apply the transfer function of sRGB (IEC 61966-2-1) to linear light, 0..1."""
    light = np.nan_to_num(light, posinf=1.0).clip(0, 1)
    curved = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (curved * 255).round().astype(np.uint8)
