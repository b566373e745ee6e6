"""Trimaps from UV masks, and those painted by hand (section 4.3, Fig. 12)."""

import re
from pathlib import Path

import cv2
import numpy as np

from retime.errors import InputError

CLEAR, UNSURE, OPAQUE = 0, 128, 255

# Within this share of the frame's width of oneself, another person's body is not ruled out.
NEAR = 0.06


def _disc(radius: float) -> np.ndarray:
    side = 2 * max(0, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def make_trimap(
    own: np.ndarray, others: np.ndarray, band: float, spare_others: bool = True
) -> np.ndarray:
    """Make a layer's trimap in one frame.

    The unsure band is the dilation of the layer's own UV mask.

    Args:
        own: bool [h, w], the layer's UV mask.
        others: bool [h, w], the UV masks of all other layers.
        band: width of the unsure band, share of the frame's width.
        spare_others: what lies on someone else and not close to oneself is clear: a layer's
            effects are looked for on the ground, not in the picture of another person (not in
            the paper).

    Returns:
        uint8 [h, w] of 0 (clear), 128 (unsure) and 255 (opaque).
    """
    mask = own.astype(np.uint8)
    width = own.shape[1]
    unsure = cv2.dilate(mask, _disc(band * width)) > 0
    if spare_others:
        near = cv2.dilate(mask, _disc(NEAR * width)) > 0
        unsure &= near | ~others
    return np.where(own, OPAQUE, np.where(unsure, UNSURE, CLEAR)).astype(np.uint8)


def painted_trimaps(folder: Path | None, names: list[str], frames: int) -> dict:
    """Find trimaps painted by hand: ``LAYER/000123.png``, the number of a frame of the clip.

    Returns:
        {(frame, layer index from 0): path}.

    Raises:
        InputError: a folder that is no layer's, or a frame outside the clip.
    """
    found = {}
    if folder is None or not folder.is_dir():
        return found
    for path in sorted(folder.glob("*/*.png")):
        if path.parent.name not in names:
            raise InputError(
                f"{path}: no layer '{path.parent.name}'; layers are {', '.join(names)}"
            )
        match = re.fullmatch(r"\d+", path.stem)
        if not match or int(path.stem) >= frames:
            raise InputError(f"{path}: name it by its frame, 000000.png to {frames - 1:06d}.png")
        found[int(path.stem), names.index(path.parent.name)] = path
    return found


def read_trimap(path: Path, size: tuple[int, int], source_size: tuple[int, int]) -> np.ndarray:
    """Read a painted trimap and bring it to the working size.

    Args:
        path: a PNG of 0, 128 and 255, of the source's or the working size.
        size: working width and height.
        source_size: width and height of the source.

    Returns:
        uint8 [h, w] of 0, 128, 255; what is near one of them is taken as it.

    Raises:
        InputError: not a picture, another shape, or other values.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise InputError(f"{path}: not a picture that can be read; save it as a grey PNG")
    if picture.shape[::-1] not in (tuple(size), tuple(source_size)):
        raise InputError(
            f"{path}: is {picture.shape[1]}x{picture.shape[0]}; a trimap has the size of the video "
            f"({source_size[0]}x{source_size[1]}) or of the renderer ({size[0]}x{size[1]})"
        )
    picture = cv2.resize(picture, tuple(size), interpolation=cv2.INTER_NEAREST)
    palette = np.array([CLEAR, UNSURE, OPAQUE], np.int16)
    distance = np.abs(picture[..., None].astype(np.int16) - palette)
    if distance.min(-1).max() > 16:
        raise InputError(f"{path}: a trimap holds 0 (clear), 128 (unsure) and 255 (opaque) only")
    return palette[distance.argmin(-1)].astype(np.uint8)
