"""UV maps as pictures: of DensePose, and of the authors' release of retiming.

Two forms, each a PNG for each frame:

- DensePose's ``*_IUV.png`` (https://github.com/facebookresearch/DensePose): three channels, blue
  the part 0..24, green u and red v, each 0..255 of it. One folder for each person.
- ``iuv/NN`` in the release (https://github.com/google/retiming, ``datasets/iuv_crop2full.py``):
  four channels, red ten times the part, green u, blue v, and alpha 255 less the person's id where
  there is a part, else 0. One folder for each layer, several people on it.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from retime.atomic import replacing_folder
from retime.body.atlas import PART_NAMES
from retime.errors import InputError
from retime.interop.clip_frames import ClipFrames
from retime.video.pictures import list_pictures

PARTS = len(PART_NAMES) - 1
PART_STEP = 10  # of the red channel, in the authors' form


def read(
    folder: Path, ids: list[int], size: tuple[int, int], frames: ClipFrames
) -> Iterator[np.ndarray]:
    """Yield each frame's maps, uint8 ``[P, h, w, 3]``: part 0..24, u, v.

    Args:
        folder: holds a folder of pictures for each person, called by the person's id, or in the
            authors' form for each layer.
        ids: of the P people; who has no map is nowhere.
        size: width and height of the maps wanted; the pictures' nearest pixels are taken.
        frames: of the clip.

    Raises:
        InputError: folders or pictures that are missing, malformed, or of people not tracked.
    """
    folders = sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
    if not folders:
        raise InputError(f"{folder}: holds no folders; give one with pictures for each person")
    pictures = {f: list_pictures(f) for f in folders}
    wanted = {
        f: frames.choose(len(found), f"{f}: number of pictures") for f, found in pictures.items()
    }
    for t in range(frames.count):
        maps = np.zeros((len(ids), size[1], size[0], 3), np.uint8)
        for f in folders:
            _place(pictures[f][wanted[f][t]], ids, maps)
        yield maps


def _place(path: Path, ids: list[int], maps: np.ndarray) -> None:
    """Put the people of one picture into ``maps`` [P, h, w, 3]."""
    iuv, person = read_picture(path)
    if person is None:
        if not path.parent.name.isdecimal():
            raise InputError(f"{path.parent}: name the folder by the person's id, such as 1")
        person = np.where(iuv[..., 0] > 0, int(path.parent.name), 0)
    size = maps.shape[2], maps.shape[1]
    iuv = cv2.resize(iuv, size, interpolation=cv2.INTER_NEAREST_EXACT)
    person = cv2.resize(person.astype(np.int16), size, interpolation=cv2.INTER_NEAREST_EXACT)
    for number in np.unique(person[person > 0]).tolist():
        if number not in ids:
            known = ", ".join(map(str, ids)) or "none"
            raise InputError(f"{path}: shows person {number}; the tracked people are {known}")
        here = person == number
        maps[ids.index(number)][here] = iuv[here]


def read_picture(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Read a picture of either form.

    Returns:
        Part 0..24, u and v, uint8 [H, W, 3]; and the person's id at each pixel, 0 for none, where
        the form holds it.

    Raises:
        InputError: not a picture of three or four channels of 8 bits, or other parts.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)  # blue, green, red, alpha
    if picture is None or picture.dtype != np.uint8 or picture.ndim != 3:
        raise InputError(f"{path}: not a picture of 8 bits in three or four channels")
    if picture.shape[2] == 3:
        part, u, v, person = picture[..., 0], picture[..., 1], picture[..., 2], None
    else:
        ten_times = picture[..., 2].astype(np.int16)
        part, u, v = (ten_times / PART_STEP).round(), picture[..., 1], picture[..., 0]
        person = np.where(part > 0, 255 - picture[..., 3].astype(np.int16), 0)
        if (ten_times % PART_STEP).any():
            raise InputError(f"{path}: the red channel must be ten times the part, 10 to 240")
    if part.max(initial=0) > PARTS:
        channel = "blue" if person is None else "red"
        raise InputError(f"{path}: the {channel} channel holds part {part.max():.0f} of {PARTS}")
    return np.stack([part.astype(np.uint8), u, v], -1), person


def write(maps: Iterator[np.ndarray], ids: list[int], folder: Path) -> None:
    """Write each frame's maps ``[P, h, w, 3]`` in DensePose's form, a folder for each person."""
    with replacing_folder(folder) as partial:
        for number in ids:
            (partial / f"{number:02d}").mkdir()
        for t, people in enumerate(maps):
            for number, iuv in zip(ids, people, strict=True):
                write_picture(partial / f"{number:02d}" / f"{t:06d}.png", iuv)


def write_picture(path: Path, iuv: np.ndarray, person: np.ndarray | None = None) -> None:
    """Write one map, uint8 [H, W, 3], in DensePose's form; with people's ids in the authors'."""
    if person is not None:
        there = iuv[..., 0] > 0
        red, alpha = iuv[..., 0] * PART_STEP, np.where(there, 255 - person, 0)
        iuv = np.stack([iuv[..., 2], iuv[..., 1], red, alpha], -1).astype(np.uint8)
    done, data = cv2.imencode(".png", iuv)
    if not done:
        raise ValueError(f"cannot write {path}: {iuv.dtype}{list(iuv.shape)}")
    path.write_bytes(data.tobytes())
