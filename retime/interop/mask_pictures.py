"""Masks as pictures: binary, grey, with alpha, or with a palette as in DAVIS.

In DAVIS (https://davischallenge.org, Pont-Tuset et al. 2017) the masks of a frame's objects lie in
one PNG whose palette index at a pixel is the number of the object there, 0 for none.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from retime.atomic import replacing_folder
from retime.errors import InputError
from retime.interop.clip_frames import ClipFrames
from retime.video.pictures import list_pictures

# The palette of DAVIS and Pascal VOC: bits of the index, three at a time, from the highest bit of
# red, green and blue down.
PALETTE = [
    sum(((index >> (3 * bit + channel)) & 1) << (7 - bit) for bit in range(3))
    for index in range(256)
    for channel in range(3)
]


def read_masks(folder: Path, number: int | None, frames: ClipFrames) -> Iterator[np.ndarray]:
    """Yield the matte of each frame of the clip, uint8 [H, W].

    Pictures are those of the frames in natural order, one for each frame of the clip or of the
    video.

    Args:
        folder: PNG or JPEG files.
        number: of the object, which is the value of its pixels; none: all that is not 0.
        frames: of the clip.

    Raises:
        InputError: there are none or too few, or one cannot be read.
    """
    pictures = list_pictures(folder)
    wanted = frames.choose(len(pictures), f"{folder}: number of masks")
    for place in wanted:
        yield read_mask(pictures[place], number)


def read_mask(path: Path, number: int | None = None) -> np.ndarray:
    """Read one mask as a matte, uint8 [H, W].

    Of pictures with alpha, that is the matte, and of others without a palette the brightness; a
    grey picture of nothing but 0 and 1 is one of numbers.

    Args:
        path: the picture.
        number: of the object; its pixels have this value.

    Raises:
        InputError: it cannot be read, or holds no numbers where one is asked for.
    """
    try:
        with Image.open(path) as picture:
            mode = picture.mode
            if mode in ("P", "L", "1"):
                values = np.asarray(picture.convert("L") if mode == "1" else picture)
            elif mode.endswith("A"):
                values = np.asarray(picture.getchannel("A"))
            elif mode.startswith("I"):
                values = (np.asarray(picture) / 257).round().astype(np.uint8)  # 16 bit
            else:
                values = np.asarray(picture.convert("L"))
    except (OSError, UnidentifiedImageError) as error:
        raise InputError(f"{path}: not a picture that can be read; replace or delete it") from error
    if number is not None:
        if mode not in ("P", "L"):
            raise InputError(
                f"{path}: object {number} is asked for, but the picture's pixels are no numbers of "
                "objects; save it with a palette (or in grey), or leave out 'object'"
            )
        return np.where(values == number, 255, 0).astype(np.uint8)
    if mode == "P" or (mode == "L" and values.max(initial=0) <= 1):
        return np.where(values > 0, 255, 0).astype(np.uint8)
    return values


def write_masks(mattes: Iterator[np.ndarray], folder: Path) -> None:
    """Write mattes, uint8 [H, W], as grey PNG files ``000000.png`` and so on."""
    with replacing_folder(folder) as partial:
        for t, matte in enumerate(mattes):
            Image.fromarray(matte).save(partial / f"{t:06d}.png")


def write_numbers(numbers: Iterator[np.ndarray], folder: Path) -> None:
    """Write frames of objects' numbers, uint8 [H, W], as PNG files with the palette of DAVIS."""
    with replacing_folder(folder) as partial:
        for t, frame in enumerate(numbers):
            picture = Image.fromarray(frame)
            picture.putpalette(PALETTE)
            picture.save(partial / f"{t:06d}.png")
