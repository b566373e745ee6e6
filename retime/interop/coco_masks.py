"""Masks in COCO's form: run lengths or polygons in a JSON file.

The form is that of ``instances_*.json`` (https://cocodataset.org/#format-data): ``images``, and
``annotations`` with an ``image_id``, a ``segmentation`` and, as annotation tools add for video, a
``track_id``. A list of results (https://cocodataset.org/#format-results) serves, too: then
``image_id`` is the number or name of the frame.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import BaseModel

from retime.atomic import write_text
from retime.errors import InputError
from retime.interop import run_lengths
from retime.interop.clip_frames import ClipFrames
from retime.interop.coco import Tracked
from retime.interop.parsing import parse_json
from retime.layers.objects import find_box

SUBPIXEL_BITS = 8  # of polygons' corners


class RunLengths(BaseModel):
    """Lengths of runs of 0 and 1, column by column; as COCO's text, or as numbers."""

    counts: str | list[int]
    size: tuple[int, int]  # height, width


class Annotation(Tracked):
    """One object in one frame."""

    image_id: int | str
    segmentation: RunLengths | list[list[float]]
    category_id: int | None = None

    @property
    def number(self) -> int | None:
        """Return the number the object is called by."""
        return self.category_id if self.track is None else self.track


class Picture(BaseModel):
    """One frame."""

    id: int
    file_name: str | None = None
    height: int
    width: int


class Instances(BaseModel):
    """A whole file."""

    images: list[Picture]
    annotations: list[Annotation]


FORMS = {dict: Instances, list: list[Annotation]}
EXPECTED = "COCO's 'images' and 'annotations' with 'segmentation', or a list of results"


def read_masks(path: Path, number: int | None, frames: ClipFrames) -> Iterator[np.ndarray]:
    """Yield the matte of each frame of the clip, uint8 [H, W] of 0 and 255; 0 where none is given.

    Args:
        path: the JSON file.
        number: ``track_id`` (or else ``category_id``) of the object; none: all of them together.
        frames: of the clip.

    Raises:
        InputError: the file is malformed, or holds no such object; file and place are named.
    """
    held = parse_json(path, FORMS, EXPECTED)
    pictures: dict[int | str, Picture] = {}
    if not isinstance(held, list):
        pictures = {p.id: p for p in held.images}
    annotations = held if isinstance(held, list) else held.annotations
    names = {p.id: p.file_name or p.id for p in pictures.values()}
    for place, annotation in enumerate(annotations):
        image = annotation.image_id
        if isinstance(held, list):
            names[image] = image
        elif image not in names:
            raise InputError(f"{path}: annotations[{place}].image_id: no image has the id {image}")
    known = sorted({a.number for a in annotations if a.number is not None})
    if not annotations or (number is not None and number not in known):
        objects = ", ".join(map(str, known)) or "none"
        raise InputError(f"{path}: holds no object {number or ''}; its objects are {objects}")
    found = frames.find(names.values())
    at: dict[int, list[int]] = {}  # frame of the clip: places of annotations
    for place, annotation in enumerate(annotations):
        if number is None or annotation.number == number:
            for t in found[names[annotation.image_id]]:
                at.setdefault(int(t), []).append(place)
    size = _size(annotations[0], pictures, path)
    for t in range(frames.count):
        matte = np.zeros(size, np.uint8)
        for place in at.get(t, []):
            annotation = annotations[place]
            where = f"{path}: annotations[{place}].segmentation"
            mask = _decode(annotation.segmentation, _size(annotation, pictures, path), where)
            if mask.shape != size:
                raise InputError(f"{where}: is {mask.shape[1]}x{mask.shape[0]}, not as the first")
            matte[mask] = 255
        yield matte


def _size(
    annotation: Annotation, pictures: dict[int | str, Picture], path: Path
) -> tuple[int, int]:
    """Return height and width of the frame of an annotation."""
    if isinstance(annotation.segmentation, RunLengths):
        return annotation.segmentation.size
    if annotation.image_id in pictures:
        picture = pictures[annotation.image_id]
        return picture.height, picture.width
    raise InputError(f"{path}: holds polygons without 'images', which say how large frames are")


def _decode(
    segmentation: RunLengths | list[list[float]], size: tuple[int, int], where: str
) -> np.ndarray:
    """Return a mask, bool [H, W]."""
    try:
        if isinstance(segmentation, RunLengths):
            counts = segmentation.counts
            runs = run_lengths.from_text(counts) if isinstance(counts, str) else counts
            return run_lengths.decode(runs, size)
        polygons = [np.reshape(polygon, (-1, 2)) for polygon in segmentation]
    except ValueError as error:
        raise InputError(f"{where}: not a mask ({error})") from error
    # COCO's polygons count from the corner of the first pixel, OpenCV's from its centre.
    corners = [((p - 0.5) * 2**SUBPIXEL_BITS).round().astype(np.int32) for p in polygons]
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, corners, 1, shift=SUBPIXEL_BITS)
    return mask > 0


def write_masks(layers: dict[str, Iterator[np.ndarray]], path: Path) -> None:
    """Write masks as run lengths.

    Args:
        layers: of each layer by name, the mattes of all frames, uint8 [H, W]; half and more is in.
        path: the JSON file to write.
    """
    images: dict[int, dict[str, Any]] = {}
    annotations = []
    for number, mattes in enumerate(layers.values(), start=1):
        for t, matte in enumerate(mattes):
            height, width = matte.shape
            name = f"{t:06d}.png"
            images[t] = {"id": t + 1, "file_name": name, "height": height, "width": width}
            box = find_box(matte >= 128)
            if box is None:
                continue
            x0, y0, x1, y1 = box
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": t + 1,
                    "category_id": number,
                    "track_id": number,
                    "bbox": [x0, y0, x1 - x0 + 1, y1 - y0 + 1],
                    "area": int((matte >= 128).sum()),
                    "iscrowd": 0,
                    "segmentation": {
                        "counts": run_lengths.to_text(run_lengths.encode(matte >= 128)),
                        "size": [height, width],
                    },
                }
            )
    categories = [{"id": n, "name": name} for n, name in enumerate(layers, start=1)]
    whole = {"images": list(images.values()), "annotations": annotations, "categories": categories}
    write_text(path, json.dumps(whole) + "\n")
