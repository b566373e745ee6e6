"""What a person says of the tracked people: `clips/CLIP/keypoints/*.json`.

Each file is a list of entries; a ``note`` may stand in any of them. Who is who comes first,
in the order written, files by name::

    {"split": 2, "frame": 40, "into": 5}      from frame 40 on, person 2 is another, called 5
    {"merge": [1, 4]}                         person 4 is person 1 seen again
    {"swap": [1, 2], "frame": 60}             from frame 60 on, each is called as the other was
    {"rename": 3, "to": 7}
    {"drop": 4}                               nobody: a poster, a mirror image
    {"drop": 2, "frames": [0, 11]}            not in the picture in these frames
    {"draw": 6}                               somebody whom the detector never found

Then joints are put right, of people as they are called after all that; later entries win::

    {"person": 1, "frame": 12, "keypoints": {"left_ankle": [310.5, 402.0], "left_wrist": null}}
    {"person": 1, "frames": [20, 31], "keypoints": {"nose": null}}

Frames are those of the clip, from 0; ranges hold both ends. Places are pixels of the source video,
by COCO joint name. ``null`` says that the detector's joint is wrong and shall be interpolated.
Between corrected frames, interpolation takes over. A joint may also be written as it is exported::

    "left_ankle": {"at": [310.5, 402.0], "state": "observed", "found": [310.5, 402.0]}

which says something only once ``at`` is another place than ``found``.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from retime.atomic import write_text
from retime.errors import InputError
from retime.people.skeleton import JOINTS

Number = Annotated[float, Field(allow_inf_nan=False)]
Place = tuple[Number, Number]  # x, y in pixels of the source video
PersonId = Annotated[int, Field(ge=1, le=255)]  # maps hold people's numbers in a byte
Frame = Annotated[int, Field(ge=0)]
FrameSpan = tuple[Frame, Frame]  # first and last
State = Literal["observed", "interpolated", "corrected"]


class Entry(BaseModel):
    """What all entries have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    note: str = ""

    @model_validator(mode="after")
    def _forwards(self) -> "Entry":
        span = getattr(self, "frames", None)
        if span and span[1] < span[0]:
            raise ValueError("the range of frames ends before it begins")
        return self


class JointNow(BaseModel):
    """A joint as it is exported: where it is, what that is known from, and where it was found."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    at: Place | None
    state: State
    found: Place | None = None

    @property
    def says_something(self) -> bool:
        """Whether this is a correction: made earlier, or by changing the place."""
        return self.state == "corrected" or self.at != self.found


class Joints(Entry):
    """Where joints of one person are in a frame, or in each of a range of frames."""

    person: PersonId
    frame: Frame | None = None
    frames: FrameSpan | None = None
    keypoints: dict[str, Place | JointNow | None] = Field(min_length=1)
    outside: bool = False  # places beyond the picture's edge are meant

    @model_validator(mode="after")
    def _one_time(self) -> "Joints":
        if (self.frame is None) == (self.frames is None):
            raise ValueError('say either "frame": number or "frames": [first, last]')
        return self

    @property
    def span(self) -> FrameSpan:
        """The first and the last frame."""
        return self.frames or (self.frame or 0, self.frame or 0)

    def said(self) -> dict[str, Place | None]:
        """Return the joints that are corrections; None for those to be interpolated."""
        return {
            name: joint.at if isinstance(joint, JointNow) else joint
            for name, joint in self.keypoints.items()
            if not isinstance(joint, JointNow) or joint.says_something
        }


class Split(Entry):
    """From ``frame`` on, a track is somebody else."""

    split: PersonId
    frame: Annotated[int, Field(ge=1)]
    into: PersonId


class Merge(Entry):
    """Tracks that are one person; the first keeps its number."""

    merge: list[PersonId] = Field(min_length=2)


class Swap(Entry):
    """From ``frame`` on, two people are called as the other was."""

    swap: tuple[PersonId, PersonId]
    frame: Frame = 0


class Rename(Entry):
    """A person's new number."""

    rename: PersonId
    to: PersonId


class Drop(Entry):
    """A track that is nobody, or is not there in a range of frames."""

    drop: PersonId
    frames: FrameSpan | None = None


class Draw(Entry):
    """Somebody whom the detector never found; other entries place their joints."""

    draw: PersonId


Regrouping = Split | Merge | Swap | Rename | Drop | Draw
Correction = Joints | Regrouping

_KINDS: dict[str, type[Entry]] = {
    "person": Joints,
    "split": Split,
    "merge": Merge,
    "swap": Swap,
    "rename": Rename,
    "drop": Drop,
    "draw": Draw,
}
_FORM = (
    'a file is a list of {"person": id, "frame": number, "keypoints": {"left_ankle": [x, y]}}, or '
    "split, merge, swap, rename, drop, draw (docs/corrections.md)"
)


def _kind(entry: Any) -> str | None:
    keys = entry if isinstance(entry, dict) else vars(entry) if isinstance(entry, Entry) else ()
    return next((kind for kind in _KINDS if kind in keys), None)


_Any = Annotated[
    Annotated[Joints, Tag("person")]
    | Annotated[Split, Tag("split")]
    | Annotated[Merge, Tag("merge")]
    | Annotated[Swap, Tag("swap")]
    | Annotated[Rename, Tag("rename")]
    | Annotated[Drop, Tag("drop")]
    | Annotated[Draw, Tag("draw")],
    Discriminator(_kind, custom_error_type="kind", custom_error_message="not a correction"),
]
_FILE = TypeAdapter(list[_Any])


@dataclass(frozen=True)
class CorrectionFile:
    """The corrections of one file."""

    path: Path
    corrections: Sequence[Correction]

    def error(self, number: int, key: str, message: str) -> InputError:
        """Return the error that ``message`` holds of a key of the entry with this number."""
        return InputError(f"{self.path}: [{number}].{key}: {message}")


def read_corrections(paths: Iterable[Path]) -> list[CorrectionFile]:
    """Read correction files, in the order given; later ones win.

    Raises:
        InputError: a file cannot be read, is not JSON, or is not of the form above; the message
            names the file, the place in it and what is allowed.
    """
    return [_read(path) for path in paths]


def _read(path: Path) -> CorrectionFile:
    try:
        data = path.read_bytes()
        _refuse_repeated_keys(path, data)
        corrections = _FILE.validate_json(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise InputError(f"{path}: {_explain(error)}") from error
    for number, entry in enumerate(corrections):
        if isinstance(entry, Joints) and (unknown := set(entry.keypoints) - set(JOINTS)):
            raise InputError(
                f"{path}: [{number}].keypoints: no joint is called '{min(unknown)}'; "
                f"joints are {', '.join(JOINTS)}"
            )
    return CorrectionFile(path, corrections)


def _refuse_repeated_keys(path: Path, data: bytes) -> None:
    """Of a key given twice, JSON readers drop one without a word."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise InputError(f"{path}: '{key}' is given twice in {json.dumps(found)[:120]}")
            found[key] = value
        return found

    try:
        json.loads(data, object_pairs_hook=once)
    except ValueError:
        return  # said, with its place, by the reader


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    place, message = list(first["loc"]), first["msg"].removeprefix("Value error, ")
    if len(place) > 1 and place[1] in _KINDS:
        del place[1]  # the kind, which pydantic puts there
    if len(place) > 2 and place[1] == "keypoints":
        del place[3:]  # the forms that a joint may have, each with an error of its own
        message = 'a joint is [x, y], null, or {"at": [x, y], "state": ..., "found": [x, y]}'
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place)
    return f"{where or 'the file'}: {message}; {_FORM}"


def write_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Write a correction file that ``read_corrections`` reads, a joint or an entry a line."""
    entries = []
    for entry in corrections:
        fields = entry.model_dump(mode="json", exclude_defaults=True)
        joints = fields.pop("keypoints", None)
        head = json.dumps(fields, ensure_ascii=False)
        if joints is not None:
            lines = [f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in joints.items()]
            head = f'{head[:-1]}, "keypoints": {{\n' + ",\n".join(lines) + "\n  }}"
        entries.append(f"  {head}")
    write_text(path, "[\n" + ",\n".join(entries) + "\n]\n")
