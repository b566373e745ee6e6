"""The edit file: what a person writes to retime the layers of a clip.

A layer that an edit does not name plays as in the source. Most edits are one line::

    layers:
      walker: remove                       # with shadow, reflection and all it carries
      ann: {align: {to: ben, points: [[12, 30], [24, 41]]}}
                                           # ann's moment at frame 12 falls where ben's frame 30
                                           # falls; linear between points, speed 1 outside them
      ben: {freeze: 31}                    # stands still as in frame 31 throughout
      cat: {speed: 0.5, delay: "1.5s"}     # half as fast, starting a second and a half later
      dog: {reverse: true, opacity: 0.5}
      eve: {hold: {from: 20, to: 35}}      # stops at frame 20 and goes on at frame 35
      fay:                                 # a second fay beside the first, as in frame 40
        duplicate: [{freeze: 40, move: [120, 0], depth: front}]
    length: 90                             # of the output; default: as long as the source

Layers go by name, or by the number of one of their people. A time is a number of frames of the
clip, from 0, or seconds as in "1.5s". What comes before a layer's first frame, or after its last,
shows that frame. All operations are told in ``docs/edits.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, ValidationError, WithJsonSchema

from retime.config import read_text, validate
from retime.errors import InputError
from retime.timing.layer_edit import LayerEdit, Playback
from retime.timing.marked_yaml import Place, line_of, parse_marked
from retime.timing.operations import (
    Between,
    EditSection,
    LayerKey,
    Span,
)
from retime.timing.times import Time


class OrderChange(EditSection):
    """Who is in front of whom for a while, whatever the source says."""

    start: Time | None = Field(None, alias="from", description="output time")
    end: Time | None = Field(None, alias="to", description="output time, itself not included")
    back_to_front: list[LayerKey] = Field(
        min_length=2, description="these layers, among themselves; others keep their places"
    )


@dataclass(frozen=True)
class SoundOf:
    """Sound that is retimed with a layer."""

    layer: LayerKey


def _read_sound(value: Any) -> Any:
    if value in ("keep", "drop", None) or isinstance(value, SoundOf):
        return value
    if isinstance(value, dict) and list(value) == ["with"] and isinstance(value["with"], str | int):
        return SoundOf(value["with"])
    raise ValueError("say 'keep', 'drop', or {with: LAYER}")


Sound = Annotated[
    Literal["keep", "drop"] | SoundOf | None,
    PlainValidator(_read_sound),
    PlainSerializer(lambda sound: {"with": sound.layer} if isinstance(sound, SoundOf) else sound),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["keep", "drop", None]},
                {
                    "type": "object",
                    "properties": {"with": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                    "required": ["with"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Edit(EditSection):
    """One retiming of a clip."""

    layers: dict[LayerKey, LayerEdit] = Field(
        {}, description="those not named play as in the source"
    )
    background: Playback = Field(
        Playback(), description="when the background and the camera's motion play"
    )
    order: list[OrderChange] = Field([], description="who is in front, from when to when")
    length: Time | None = Field(None, description="of the output; none: as long as the source")
    range: Span = Field(Span(), description="part of the output to show; times stay the same")
    sound: Sound = Field(
        None,
        description="keep, drop, or {with: LAYER}; none: keep where the background plays as in "
        "the source",
    )
    between: Between = Field(
        "nearest", description="what a layer shows between two frames of the source"
    )


class EditError(InputError):
    """What is wrong in an edit, and where."""

    def __init__(self, message: str, place: Place, line: int, reason: str) -> None:
        super().__init__(message)
        self.place, self.line = place, line
        self.reason = reason  # the message without file and line


@dataclass(frozen=True)
class EditFile:
    """An edit with the file it was read from, for errors that name the line."""

    path: Path
    edit: Edit
    text: str  # as written
    lines: Mapping[Place, int]

    def error(self, message: str, *place: str | int) -> EditError:
        """Return the error that ``message`` holds of the key at ``place``."""
        place, line = _as_written(place, self.lines), line_of(place, self.lines)
        reason = f"{_dotted(place)}: {message}"
        return EditError(f"{self.path}, line {line}: {reason}", place, line, reason)

    def sounds(self) -> dict[Path, Place]:
        """Return the sound files that the edit names, and where it does."""
        found: dict[Path, Place] = {}
        for key, edit in self.edit.layers.items():
            looks = [(edit, ("layers", key))]
            looks += [(c, ("layers", key, "duplicate", i)) for i, c in enumerate(edit.duplicate)]
            for look, place in looks:
                if look.align and look.align.sound:
                    file = self.path.parent / look.align.sound
                    found.setdefault(file, (*place, "align", "sound"))
        return found


def load_edit(path: Path) -> EditFile:
    """Read and check an edit file.

    Raises:
        InputError: no such file, not UTF-8, or as for ``parse_edit``.
    """
    return parse_edit(read_text(path), path)


def parse_edit(text: str, path: Path) -> EditFile:
    """Check the text of an edit file.

    Raises:
        InputError: not YAML, a wrong key, value or combination, or a sound file that is not there;
            the message names the file, the line and the key.
    """
    return check_edit(*parse_marked(text, path), path, text)


def check_edit(data: Any, lines: Mapping[Place, int], path: Path, text: str = "") -> EditFile:
    """Check the data of an edit file; ``lines`` says where in ``text`` they stand.

    Raises:
        InputError: as for ``parse_edit``.
    """
    try:
        edit = validate(data, Edit, str(path))
    except InputError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        places = [item["loc"] for item in error.__cause__.errors()]
        numbers = sorted({line_of(place, lines) for place in places})
        where = f"line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
        reason = str(error).removeprefix(f"{path}: ")
        for place in places:
            reason = reason.replace(_dotted(place), _dotted(_as_written(place, lines)))
        place, message = _as_written(places[0], lines), f"{path}, {where}: {reason}"
        raise EditError(message, place, numbers[0], reason) from error
    file = EditFile(path, edit, text, lines)
    for sound, place in file.sounds().items():
        if not sound.is_file():
            raise file.error(f"no such file: {sound}", *place)
    return file


def _dotted(place: Place) -> str:
    return "'" + ".".join(str(step) for step in place) + "'"


def _as_written(place: Place, lines: Mapping[Place, int]) -> Place:
    """Leave out of a place the steps that the long form has, but what was written has not."""
    kept: Place = ()
    for number, step in enumerate(place):
        invented = step in (0, "keys", "to") and (*kept, step) not in lines
        if not (invented and kept in lines and number):
            kept = (*kept, step)
    return kept
