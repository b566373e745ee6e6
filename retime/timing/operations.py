"""The operations of an edit, as models of the edit file; ``docs/edits.md`` is their manual.

Output time is counted in the result, source time in the clip. Where a short form is allowed, it
is turned into the long one first, so that everything after has one form to deal with.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from retime.config import Section, Share
from retime.timing.times import Duration, Pair, Time

LayerKey = str | int
BEATS = "beats"
Between = Literal["nearest", "blend", "flow"]


class EditSection(Section):
    """A part of the edit file; no text where a number is due."""

    model_config = ConfigDict(strict=True)


def as_list(value: Any) -> Any:
    """Return one thing as a list of one."""
    return value if isinstance(value, list) else [value]


class Span(EditSection):
    """A stretch of output time; an end not given is open."""

    start: Time | None = Field(None, alias="from", description="output time")
    end: Time | None = Field(None, alias="to", description="output time, itself not included")


class Keyed(EditSection):
    """A value from one output time on; written as [time, value]."""

    at: Time
    to: Any

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError("a key is [output time, value]")
        return {"at": value[0], "to": value[1]}

    @model_serializer(mode="wrap")
    def _as_pair(self, fields: SerializerFunctionWrapHandler) -> list[Any]:
        return list(fields(self).values())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "array", "minItems": 2, "maxItems": 2}


class OpacityKey(Keyed):
    """An opacity; between keys it changes evenly."""

    to: Share


class DepthKey(Keyed):
    """A depth, until the next key."""

    to: Literal["front", "back", "source"]


Speed = Annotated[float, Field(gt=0, le=1000)]


class SpeedChange(EditSection):
    """From a moment of the source on, change to another speed."""

    at: Time | None = Field(None, description="source time at which to begin; none: the start")
    to: Speed = Field(description="2 is twice as fast")
    over: Time = Field(Duration(0.0), description="output time that the change takes")
    ease: Literal["linear", "in", "out", "in-out"] = "in-out"


def speed_changes(value: Any) -> Any:
    """Return the long form of a speed: a list of changes."""
    if isinstance(value, dict | list):
        return as_list(value)
    return [{"to": value}]


class Loop(EditSection):
    """Play a stretch of the source several times."""

    start: Time = Field(alias="from", description="source time to go back to")
    end: Time = Field(alias="to", description="source time at which to go back")
    times: Annotated[int, Field(ge=1)] | None = Field(
        None, description="how often it plays forwards; none: to the end"
    )
    back: bool = Field(False, description="run back as it came (ping-pong)")


class Hold(EditSection):
    """Stand still for a while, then go on."""

    start: Time | None = Field(None, alias="from", description="output time at which to stop")
    end: Time | None = Field(None, alias="to", description="output time at which to go on")
    at: Time | None = Field(None, description="or: source time at which to stop")
    duration: Time | None = Field(None, alias="for", description="and for how long")

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "Hold":
        given = {name for name in ("start", "end", "at", "duration") if getattr(self, name)}
        if given not in ({"start", "end"}, {"at", "duration"}, {"start", "duration"}):
            raise ValueError("say 'from' and 'to', 'from' and 'for', or 'at' and 'for'")
        return self


class RemapPoint(EditSection):
    """At an output time a source time is shown; written as [output, source] or with a curve."""

    output: Time
    source: Time
    curve: Literal["linear", "hold", "smooth"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        if not isinstance(value, list) or len(value) not in (2, 3):
            raise ValueError("a key is [output time, source time], or those and a curve")
        return dict(zip(("output", "source", "curve"), value, strict=False))

    @model_serializer(mode="wrap")
    def _as_list(self, fields: SerializerFunctionWrapHandler) -> list[Any]:
        return [value for value in fields(self).values() if value is not None]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "array", "minItems": 2, "maxItems": 3}


class Remap(EditSection):
    """Keys that say which source time is shown at which output time."""

    keys: list[RemapPoint] = Field(min_length=1, description="output times increasing")
    curve: Literal["linear", "hold", "smooth"] = Field(
        "linear", description="on to the next key, where the key itself says none"
    )


class Align(EditSection):
    """Bring moments of a layer to where moments of another layer, or beats, fall."""

    to: LayerKey = Field(description="the other layer, or 'beats'")
    points: Annotated[list[Pair], Field(min_length=1)] | None = Field(
        None, description="pairs of times, this layer's and the other's, both increasing"
    )
    auto: bool = Field(False, description="find the warp by which the motions agree best")
    signal: str = Field("centre_y", description="of auto and beats: the motion looked at")
    segment: Time | None = Field(None, description="of auto: length of the warp's pieces")
    slack: Time | None = Field(None, description="of auto: how far a piece may be stretched")
    ends: Literal["free", "fixed"] = Field(
        "free", description="of auto: fixed makes both clips begin and end together"
    )
    moments: Annotated[list[Time], Field(min_length=1)] | None = Field(
        None, description="of beats: source times to fall on beats; none: the lowest points"
    )
    sound: str | None = Field(
        None, description="of beats: a sound file beside the edit; none: the clip's own sound"
    )

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "Align":
        given = self.model_fields_set
        if self.to == BEATS:
            allowed = {"to", "signal", "moments", "sound"}
        elif self.auto:
            allowed = {"to", "auto", "signal", "segment", "slack", "ends"}
        else:
            allowed = {"to", "auto", "points"}
            if not self.points:
                raise ValueError("give 'points', or 'auto: true'")
        if wrong := sorted(given - allowed):
            way = "beats" if self.to == BEATS else "auto" if self.auto else "points"
            raise ValueError(f"{joined(wrong)} does not go together with {way}")
        return self


class Fade(EditSection):
    """Come in at the beginning of the output and go out at its end."""

    start: Time = Field(Duration(0.0), alias="in", description="how long coming in takes")
    end: Time = Field(Duration(0.0), alias="out", description="how long going out takes")


def joined(names: list[str]) -> str:
    """Return names as a list in words."""
    return " and ".join(f"'{name}'" for name in names)
