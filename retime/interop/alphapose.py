"""AlphaPose's results, and tracks as AlphaPose and PoseFlow write them.

Two forms (https://github.com/MVIG-SJTU/AlphaPose, ``docs/output.md`` and
``trackers/PoseFlow/README.md``), both with the 17 joints of COCO as ``x1, y1, c1, x2, ...`` in
pixels of the picture:

- a list, an entry for each person in each frame: ``image_id`` (the picture's name), ``keypoints``,
  ``score``, and if people were tracked ``idx``;
- by the picture's name, the list of people in it with ``keypoints``, ``scores`` and ``idx``: the
  form of PoseFlow, and of ``keypoints.json`` in the authors' release of retiming.

Scores of people are not bounded above and here count as at most 1.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import AliasChoices, BaseModel, Field

from retime.interop.parsing import parse_json
from retime.interop.skeletons import Skeleton, joints_from_triples

Index = int | float | list[Any] | None


class Person(BaseModel):
    """One person in one picture."""

    keypoints: list[float]
    score: float = Field(1.0, validation_alias=AliasChoices("score", "scores"))
    idx: Index = None


class Result(Person):
    """One person, with the name of the picture."""

    image_id: str | int


FORMS = {list: list[Result], dict: dict[str, list[Person]]}
EXPECTED = "AlphaPose's list of {image_id, keypoints, score, idx}, or people by the picture's name"


def read(path: Path) -> list[Skeleton]:
    """Read a file of either form.

    Raises:
        InputError: it is malformed; file and place are named.
    """
    held = parse_json(path, FORMS, EXPECTED)
    if isinstance(held, list):
        return [_skeleton(path, f"[{n}]", entry.image_id, entry) for n, entry in enumerate(held)]
    return [
        _skeleton(path, f"{name}[{n}]", name, person)
        for name, people in held.items()
        for n, person in enumerate(people)
    ]


def _skeleton(path: Path, place: str, frame: str | int, person: Person) -> Skeleton:
    joints = joints_from_triples(person.keypoints, f"{path}: {place}.keypoints")
    score = float(np.clip(person.score, 0, 1))
    return Skeleton(frame, _number(person.idx), joints, score, place)


def _number(idx: Index) -> int | None:
    """Return the person's id, which some versions wrap in lists."""
    while isinstance(idx, list):
        idx = idx[0] if idx else None
    return None if idx is None else int(idx)


def as_text(
    keypoints: np.ndarray,
    scores: np.ndarray,
    present: np.ndarray,
    ids: Sequence[int],
    names: Sequence[str] | None = None,
) -> str:
    """Return tracks by the picture's name, as PoseFlow writes them.

    Args:
        keypoints: ``[T, P, 17, 2]`` pixels.
        scores: ``[T, P, 17]``.
        present: ``[T, P]``.
        ids: of the P people.
        names: of the T pictures; default: ``000000.png`` and so on.
    """
    frames: dict[str, list[dict[str, Any]]] = {}
    for t in range(len(present)):
        people = frames.setdefault(names[t] if names else f"{t:06d}.png", [])
        for p in np.flatnonzero(present[t]):
            triples = np.concatenate([keypoints[t, p], scores[t, p][:, None]], -1)
            people.append(
                {
                    "keypoints": triples.astype(float).round(3).ravel().tolist(),
                    "scores": round(float(scores[t, p].mean()), 3),
                    "idx": int(ids[p]),
                }
            )
    return json.dumps(frames) + "\n"
