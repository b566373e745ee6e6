"""Keypoint corrections that a person wrote: `clips/CLIP/keypoints/*.json`.

Each file is a list of objects such as

    {"person": 1, "frame": 12, "keypoints": {"left_ankle": [310.5, 402.0]}}

with the tracked person's id, the clip's frame counted from 0, and places in pixels of the source
video, by COCO joint name. ``null`` as a place says that the detector's joint there is wrong and
shall be interpolated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from retime.errors import InputError
from retime.people.skeleton import INDEX, JOINTS

_Finite = Annotated[float, Field(allow_inf_nan=False)]


class Correction(BaseModel):
    """What one person's joints are in one frame."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    person: Annotated[int, Field(ge=1)]
    frame: Annotated[int, Field(ge=0)]
    keypoints: dict[str, tuple[_Finite, _Finite] | None] = Field(min_length=1)


_FILE = TypeAdapter(list[Correction])


@dataclass(frozen=True)
class CorrectionFile:
    """The corrections of one file."""

    path: Path
    corrections: list[Correction]


def read_corrections(paths: Iterable[Path]) -> list[CorrectionFile]:
    """Read correction files, in the order given; later ones win.

    Raises:
        InputError: a file cannot be read, is not JSON, or is not of the form above; the message
            names the file, the place in it and what is allowed.
    """
    files = []
    for path in paths:
        try:
            corrections = _FILE.validate_json(path.read_bytes())
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
            raise InputError(
                f"{path}: {place or 'the file'}: {first['msg']}; expected a list of "
                '{"person": id, "frame": number, "keypoints": {"left_ankle": [x, y]}}'
            ) from error
        for number, correction in enumerate(corrections):
            if unknown := set(correction.keypoints) - set(JOINTS):
                raise InputError(
                    f"{path}: [{number}].keypoints: no joint is called '{min(unknown)}'; "
                    f"joints are {', '.join(JOINTS)}"
                )
        files.append(CorrectionFile(path, corrections))
    return files


def apply_corrections(
    files: Iterable[CorrectionFile], places: np.ndarray, corrected: np.ndarray
) -> None:
    """Write the corrections into ``places`` ``[P, T, 17, 2]`` and mark them in ``corrected``.

    People are numbered from 1 in the order of the axis. ``corrected`` is ``[P, T, 17]``, bool.

    Raises:
        InputError: a correction names a person or a frame that does not exist.
    """
    people, frames = places.shape[:2]
    for file in files:
        for number, correction in enumerate(file.corrections):
            if correction.person > people:
                raise InputError(
                    f"{file.path}: [{number}].person: {correction.person} is not tracked; "
                    f"people are 1 to {people}"
                )
            if correction.frame >= frames:
                raise InputError(
                    f"{file.path}: [{number}].frame: the clip has frames 0 to {frames - 1}, "
                    f"not {correction.frame}"
                )
            for name, place in correction.keypoints.items():
                where = correction.person - 1, correction.frame, INDEX[name]
                places[where] = np.nan if place is None else place
                corrected[where] = place is not None
