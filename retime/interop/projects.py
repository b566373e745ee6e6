"""``retime import``: a clip from a folder in the layout of the authors' releases.

Two layouts:

- of retiming (https://github.com/google/retiming, ``docs/data.md``): frames in ``rgb_512`` and
  ``rgb_256``, UV maps in ``iuv/NN``, painted trimaps in ``mask/NN``, tracked people in
  ``keypoints.json`` (`alphapose.py`), ``homographies.txt``, and in ``metadata.json`` what size the
  keypoints are of, who is on which layer and how layers are ordered; all but the frames and the
  metadata may be missing;
- of Omnimatte (https://github.com/erikalu/omnimatte, ``docs/data.md``): ``rgb``, masks of objects
  in ``mask/NN``, ``homographies.txt``; optical flow and its confidence, which are not used here.
"""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image
from pydantic import BaseModel, Field

from retime.atomic import replacing_folder, write_text
from retime.clips import CLIP_NAME, CLIPS
from retime.errors import InputError
from retime.interop import alphapose
from retime.interop.clip_frames import ClipFrames
from retime.interop.mask_pictures import read_mask
from retime.interop.parsing import parse_json
from retime.interop.skeletons import as_people
from retime.layers.trimap import CLEAR, OPAQUE, UNSURE
from retime.video.pictures import list_pictures, read_picture

VIDEOS = Path("videos")
RGB = ("rgb_512", "rgb_256")  # the larger first
LEVELS = (CLEAR, UNSURE, OPAQUE)


class Metadata(BaseModel):
    """``metadata.json``."""

    alphapose_input_size: tuple[int, int] | None = None  # width, height
    size_LR: tuple[int, int] | None = None  # noqa: N815 - as the format calls it
    n_textures: int | None = None
    composite_order: list[list[int]] = []  # of each frame, layers from 1, back to front
    people_layers: list[list[int]] = Field([], description="ids of each layer's people")


@dataclass
class Imported:
    """A clip as it is to be written."""

    frames: Path  # folder of pictures
    clip: dict[str, Any] = field(default_factory=dict)  # what clip.yaml says
    texts: dict[str, str] = field(default_factory=dict)  # files by their place in the clip's folder
    folders: dict[str, Path] = field(default_factory=dict)  # copied as they are
    trimaps: dict[str, Path] = field(default_factory=dict)  # of layers


def import_project(folder: Path, name: str, videos: Path = VIDEOS, clips: Path = CLIPS) -> Path:
    """Make a clip from a folder in one of the authors' layouts.

    The frames are copied to ``videos/NAME``, all else to ``clips/NAME``.

    Args:
        folder: to be imported; it stays as it is.
        name: of the clip; empty: that of the folder.
        videos, clips: where the two go.

    Returns:
        The clip's folder.

    Raises:
        InputError: the folder has neither layout, a file of it is malformed, or there is a clip of
            that name.
    """
    name = name or folder.resolve().name
    if not re.fullmatch(CLIP_NAME, name):
        raise InputError(f"'{name}' cannot be the name of a clip; choose one with --name")
    video, home = videos / name, clips / name
    for taken in (video, home):
        if taken.exists():
            raise InputError(f"{taken}: is there already; choose another name with --name")
    if any((folder / rgb).is_dir() for rgb in RGB):
        imported = _read_retiming(folder)
    elif (folder / "rgb").is_dir() and (folder / "mask").is_dir():
        imported = _read_omnimatte(folder)
    else:
        raise InputError(
            f"{folder}: holds neither {' nor '.join(RGB)} (the layout of retiming), nor rgb and "
            "mask (that of Omnimatte)"
        )
    pictures = list_pictures(imported.frames)
    with replacing_folder(video) as frames, replacing_folder(home) as said:
        for picture in pictures:
            shutil.copy2(picture, frames / picture.name)
        _write(imported, said, pictures)
    return home


def _write(imported: Imported, home: Path, pictures: Sequence[Path]) -> None:
    """Write all but the frames to the clip's folder ``home``."""
    write_text(home / "clip.yaml", yaml.safe_dump(imported.clip, sort_keys=False))
    for place, text in imported.texts.items():
        write_text(home / place, text)
    for place, source in imported.folders.items():
        shutil.copytree(source, home / place)
    stems, size = [picture.stem for picture in pictures], _frame_size(pictures)
    for layer, source in imported.trimaps.items():
        for picture in list_pictures(source):
            if picture.stem not in stems:
                raise InputError(f"{picture}: no frame has this name")
            target = home / "trimaps" / layer / f"{stems.index(picture.stem):06d}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            # In the release trimaps may be of any size and grey; here they are of the frames' size
            # and three levels.
            distance = np.abs(read_mask(picture)[..., None] - np.array(LEVELS))  # [H, W, 3]
            trimap = Image.fromarray(np.array(LEVELS, np.uint8)[distance.argmin(-1)])
            trimap.resize(size, Image.Resampling.NEAREST).save(target)


def _frame_size(pictures: Sequence[Path]) -> tuple[int, int]:
    """Return width and height of the first of some pictures."""
    height, width = read_picture(pictures[0]).shape[:2]
    return width, height


def _numbered(folder: Path) -> list[Path]:
    """Return the folders 01, 02 and so on of ``folder``."""
    return sorted(f for f in folder.glob("*") if f.is_dir() and f.name.isdecimal())


def _read_omnimatte(folder: Path) -> Imported:
    imported = Imported(folder / "rgb")
    masks = _numbered(folder / "mask")
    if not masks:
        raise InputError(f"{folder / 'mask'}: holds no folders 01, 02 and so on of masks")
    layers = []
    for mask in masks:
        place = f"masks/{mask.name}"
        layers.append({"name": f"object{int(mask.name)}", "mask": place})
        imported.folders[place] = mask
    imported.clip = {"people": False, "layers": layers}
    _take_homographies(folder, imported)
    return imported


def _take_homographies(folder: Path, imported: Imported) -> None:
    file = folder / "homographies.txt"
    if file.exists():
        imported.texts["import/homographies.txt"] = file.read_text(encoding="utf-8")


def _read_retiming(folder: Path) -> Imported:
    imported = Imported(next(f for rgb in RGB if (f := folder / rgb).is_dir()))
    file = folder / "metadata.json"
    metadata = Metadata()
    if file.exists():
        metadata = parse_json(file, {dict: Metadata}, "sizes and layers")
    _take_homographies(folder, imported)
    people = _take_people(folder, metadata, imported)
    if not people:
        return imported
    groups = metadata.people_layers or [[person] for person in people]
    unknown = sorted({p for group in groups for p in group} - set(people))
    if unknown:
        raise InputError(f"{file}: people_layers: nobody is called {unknown[0]} in keypoints.json")
    names = [f"layer{n}" if len(g) > 1 else f"person{g[0]}" for n, g in enumerate(groups, 1)]
    numbers = {person: n for n, person in enumerate(people, 1)}
    imported.clip["layers"] = [
        {"name": name, "people": [numbers[p] for p in group]}
        for name, group in zip(names, groups, strict=True)
    ]
    ignored = sorted(set(people) - {p for group in groups for p in group})
    if ignored:
        imported.clip["ignore"] = [numbers[p] for p in ignored]
    _take_order(metadata, names, len(list_pictures(imported.frames)), file, imported)
    if _numbered(folder / "iuv"):
        if people != list(range(1, len(people) + 1)):
            raise InputError(
                f"{folder / 'iuv'}: people are called {people} in keypoints.json; UV maps can be "
                "taken only where they are 1, 2 and so on. Delete the folder to have them made"
            )
        imported.folders["import/uv"] = folder / "iuv"
    for mask in _numbered(folder / "mask"):
        if not 1 <= int(mask.name) <= len(names):
            raise InputError(f"{mask}: there are {len(names)} layers")
        imported.trimaps[names[int(mask.name) - 1]] = mask
    return imported


def _take_people(folder: Path, metadata: Metadata, imported: Imported) -> list[int]:
    """Take ``keypoints.json``, in pixels of the frames; return its people's ids."""
    file = folder / "keypoints.json"
    if not file.exists():
        for other in ("iuv", "mask"):
            if _numbered(folder / other):
                raise InputError(
                    f"{folder / other}: cannot be used without keypoints.json, which says who is "
                    "on which layer; add that file, or take the folder away"
                )
        return []
    if metadata.alphapose_input_size is None:
        raise InputError(
            f"{folder / 'metadata.json'}: 'alphapose_input_size' must say of what size the frames "
            "are that keypoints.json is of"
        )
    pictures = list_pictures(imported.frames)
    frames = ClipFrames(np.arange(len(pictures)), tuple(picture.stem for picture in pictures))
    joints, ids = as_people(alphapose.read(file), frames, str(file))  # [P, T, 17, 3]
    scale = np.array(_frame_size(pictures)) / metadata.alphapose_input_size
    places = (joints[..., :2] + 0.5) * scale - 0.5
    joints = np.concatenate([places, joints[..., 2:]], -1).swapaxes(0, 1)
    names = [picture.name for picture in pictures]
    present = np.isfinite(joints).any((2, 3))
    text = alphapose.as_text(joints[..., :2], joints[..., 2], present, ids, names)
    imported.texts["import/tracks.json"] = text
    return ids


def _take_order(
    metadata: Metadata, names: list[str], frames: int, file: Path, imported: Imported
) -> None:
    """Take the order of layers, which without any is that of their numbers."""
    order = metadata.composite_order or [list(range(1, len(names) + 1))] * frames
    if len(order) < frames:
        raise InputError(f"{file}: composite_order: {len(order)} frames, there are {frames}")
    choices, first = [], 0
    for back_to_front, run in groupby(order[:frames]):
        last = first + len(list(run)) - 1
        if sorted(back_to_front) != list(range(1, len(names) + 1)):
            raise InputError(
                f"{file}: composite_order[{first}]: is {back_to_front}; each layer from 1 to "
                f"{len(names)} stands in it once"
            )
        called = [names[n - 1] for n in back_to_front]
        choices.append({"frames": [first, last], "back_to_front": called})
        first = last + 1
    imported.clip["order"] = choices


def metadata_text(metadata: Metadata) -> str:
    """Return ``metadata.json``."""
    return json.dumps(metadata.model_dump(exclude_none=True)) + "\n"
