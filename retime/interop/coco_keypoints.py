"""Keypoints in COCO's form, with ids of tracks.

``person_keypoints_*.json`` (https://cocodataset.org/#format-data): ``images``, ``categories`` with
the names of the ``keypoints``, and ``annotations`` with ``x1, y1, v1, x2, ...``, where v is 0 for
a joint that is not labelled, 1 for one that is hidden and 2 for one in sight. For tracks
see `coco.py`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from retime.atomic import write_text
from retime.errors import InputError
from retime.interop.coco import Tracked
from retime.interop.found_tracks import FoundTracks
from retime.interop.parsing import parse_json
from retime.interop.skeletons import Skeleton, joint_numbers
from retime.people.interpolation import OBSERVED
from retime.people.skeleton import JOINTS

HIDDEN_SCORE = 0.5  # of joints that are labelled, but hidden

# Pairs of joints, from 1, as in COCO's own files.
# fmt: off
LIMBS = [
    [16, 14], [14, 12], [17, 15], [15, 13], [12, 13], [6, 12], [7, 13], [6, 7], [6, 8], [7, 9],
    [8, 10], [9, 11], [2, 3], [1, 2], [1, 3], [2, 4], [3, 5], [4, 6], [5, 7],
]
# fmt: on


class Annotation(Tracked):
    """One person in one picture."""

    image_id: int
    category_id: int = 1
    keypoints: list[float]
    score: float = Field(1.0, ge=0)


class Picture(BaseModel):
    """One frame."""

    id: int
    file_name: str | None = None


class Category(BaseModel):
    """What is annotated."""

    id: int
    keypoints: list[str] = list(JOINTS)


class Keypoints(BaseModel):
    """A whole file."""

    images: list[Picture]
    annotations: list[Annotation]
    categories: list[Category] = []


EXPECTED = "COCO's 'images', 'categories' and 'annotations' with 'keypoints'"


def read(path: Path) -> list[Skeleton]:
    """Read a file.

    Raises:
        InputError: it is malformed; file and place are named.
    """
    held = parse_json(path, {dict: Keypoints}, EXPECTED)
    names = {picture.id: picture.file_name or picture.id for picture in held.images}
    joints = {category.id: category.keypoints for category in held.categories}
    skeletons = []
    for n, annotation in enumerate(held.annotations):
        place = f"annotations[{n}]"
        if annotation.image_id not in names:
            raise InputError(f"{path}: {place}.image_id: no image has the id {annotation.image_id}")
        called = joints.get(annotation.category_id, list(JOINTS))
        placed = _joints(annotation.keypoints, called, f"{path}: {place}.keypoints")
        if np.isfinite(placed).any():
            frame, score = names[annotation.image_id], min(annotation.score, 1.0)
            skeletons.append(Skeleton(frame, annotation.track, placed, score, place))
    return skeletons


def _joints(values: list[float], called: list[str], place: str) -> np.ndarray:
    if len(values) != 3 * len(called) or not np.isfinite(values).all():
        raise InputError(f"{place}: {len(values)} numbers; {len(called)} joints have 3 each")
    numbers = joint_numbers(called, place)
    joints = np.full((len(JOINTS), 3), np.nan)
    for name, (x, y, visible) in zip(called, np.reshape(values, (-1, 3)), strict=True):
        if name in numbers and visible > 0:
            joints[numbers[name]] = x, y, 1.0 if visible >= 2 else HIDDEN_SCORE
    return joints


def write(found: FoundTracks, path: Path) -> None:
    """Write a JSON file; joints that were not observed count as hidden."""
    annotations: list[dict[str, Any]] = []
    for t, p in np.argwhere(found.present).tolist():
        places = found.keypoints[t, p].astype(np.float64)
        seen = np.where(found.state[t, p] == OBSERVED, 2, 1)
        low, high = places.min(0), places.max(0)
        triples = np.concatenate([places.round(3), seen[:, None]], 1)
        annotations.append(
            {
                "id": len(annotations) + 1,
                "image_id": t + 1,
                "category_id": 1,
                "track_id": found.ids[p],
                "keypoints": triples.ravel().tolist(),
                "num_keypoints": len(JOINTS),
                "bbox": np.round([*low, *(high - low)], 3).tolist(),
                "area": round(float(np.prod(high - low)), 3),
                "iscrowd": 0,
            }
        )
    width, height = found.size
    pictures = [
        {"id": t + 1, "file_name": f"{t:06d}.png", "width": width, "height": height}
        for t in range(len(found.present))
    ]
    category = {"id": 1, "name": "person", "keypoints": list(JOINTS), "skeleton": LIMBS}
    whole = {"images": pictures, "annotations": annotations, "categories": [category]}
    write_text(path, json.dumps(whole) + "\n")
