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
shows that frame.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from retime.config import Section, Share, validate
from retime.errors import InputError
from retime.timing.marked_yaml import Place, line_of, read_marked


@dataclass(frozen=True)
class Duration:
    """A time as written in an edit: a count of frames or of seconds."""

    value: float
    in_seconds: bool = False

    def frames(self, fps: float) -> float:
        """Return the time in frames of a clip with ``fps`` frames per second."""
        return self.value * fps if self.in_seconds else self.value

    def __repr__(self) -> str:
        return f"{self.value:g}s" if self.in_seconds else f"{self.value:g}"


def _read_time(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return Duration(float(value))
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)? ?s", value):
        return Duration(float(value[:-1]), in_seconds=True)
    raise ValueError('a time is a number of frames, such as 31, or of seconds, such as "1.5s"')


Time = Annotated[
    Duration,
    PlainValidator(_read_time),
    PlainSerializer(lambda time: repr(time) if time.in_seconds else time.value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "s$"}]}),
]
Pair = Annotated[list[Time], Field(min_length=2, max_length=2)]
LayerKey = str | int


class EditSection(Section):
    """A part of the edit file; no text where a number is due."""

    model_config = ConfigDict(strict=True)


class Align(EditSection):
    """Bring moments of a layer to where moments of another layer fall."""

    to: LayerKey = Field(description="the other layer")
    points: list[Pair] = Field(
        min_length=1, description="pairs of times, this layer's and the other's, both increasing"
    )


class Hold(EditSection):
    """Stand still between two moments of the output, then go on."""

    start: Time = Field(alias="from", description="output time at which to stop")
    end: Time = Field(alias="to", description="output time at which to go on")


class Playback(EditSection):
    """When something plays; nothing said: as in the source."""

    freeze: Time | None = Field(None, description="source time to stand still at throughout")
    speed: float = Field(1.0, gt=0, le=1000, description="2 is twice as fast")
    reverse: bool = Field(False, description="play backwards from the last frame")
    delay: Time = Field(Duration(0.0), description="how much later to play; negative: earlier")
    hold: Hold | None = None

    @model_validator(mode="after")
    def _one_time(self) -> "Playback":
        """Refuse operations of which one would leave nothing of the other."""
        given = [name for name in TIMINGS if name in self.model_fields_set]
        for alone in ("freeze", "align"):
            others = [name for name in given if name != alone]
            if alone in given and others:
                raise ValueError(f"'{alone}' does not go together with {_listed(others)}")
        return self

    @property
    def says_when(self) -> bool:
        """Whether any time operation is given."""
        return bool(self.model_fields_set & set(TIMINGS))


TIMINGS = ("freeze", "align", "speed", "reverse", "delay", "hold")


class Appearance(Playback):
    """When, where and how one instance of a layer is shown."""

    align: Align | None = None
    move: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        [0.0, 0.0], description="x, y by which to displace it in the picture, source pixels"
    )
    opacity: Share = 1.0


class Copy(Appearance):
    """One more instance of a layer; it says its own time, or keeps that of the layer."""

    depth: Literal["front", "behind"] = Field(
        "behind", description="in front of the layer itself, or behind it"
    )


class LayerEdit(Appearance):
    """What is done to one layer."""

    remove: bool = False
    depth: Literal["front", "back"] | None = Field(
        None, description="in front of all other layers or behind them; none: as in the source"
    )
    duplicate: list[Copy] = Field([], description="further instances of the layer")

    @model_validator(mode="before")
    @classmethod
    def _word_or_mapping(cls, value: Any) -> Any:
        if value == "remove":
            return {"remove": True}
        if not isinstance(value, dict) or not value:
            raise ValueError(f"say 'remove', or give some of {', '.join(cls.model_fields)}")
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"const": "remove"}, handler(core_schema)]}

    @model_validator(mode="after")
    def _nothing_with_remove(self) -> "LayerEdit":
        others = sorted(self.model_fields_set - {"remove"})
        if self.remove and others:
            raise ValueError(f"'remove' does not go together with {_listed(others)}")
        return self


class Edit(EditSection):
    """One retiming of a clip."""

    layers: dict[LayerKey, LayerEdit] = Field(
        {}, description="those not named play as in the source"
    )
    background: Playback = Field(
        Playback(), description="when the background and the camera's motion play"
    )
    length: Time | None = Field(None, description="of the output; none: as long as the source")
    sound: Literal["keep", "drop"] | None = Field(
        None, description="none: keep where the background plays as in the source"
    )


@dataclass(frozen=True)
class EditFile:
    """An edit with the file it was read from, for errors that name the line."""

    path: Path
    edit: Edit
    text: str  # as written
    lines: dict[Place, int]

    def error(self, message: str, *place: str | int) -> InputError:
        """Return the error that ``message`` holds of the key at ``place``."""
        key = ".".join(str(step) for step in place)
        return InputError(f"{self.path}, line {line_of(place, self.lines)}: '{key}': {message}")


def load_edit(path: Path) -> EditFile:
    """Read and check an edit file.

    Raises:
        InputError: no such file, not YAML, or a wrong key, value or combination; the message names
            the file, the line and the key.
    """
    data, lines = read_marked(path)
    try:
        edit = validate(data, Edit, str(path))
    except InputError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        places = [item["loc"] for item in error.__cause__.errors()]
        numbers = sorted({line_of(place, lines) for place in places})
        where = f"line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
        raise InputError(str(error).replace(str(path), f"{path}, {where}", 1)) from error
    return EditFile(path, edit, path.read_text(encoding="utf-8"), lines)


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
