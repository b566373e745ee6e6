"""What an edit says of one layer: which operations go together, and of its copies."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator

from retime.config import Share
from retime.timing.operations import (
    Align,
    Between,
    DepthKey,
    EditSection,
    Fade,
    Hold,
    Loop,
    OpacityKey,
    Remap,
    RemapPoint,
    Span,
    Speed,
    SpeedChange,
    as_list,
    joined,
    speed_changes,
)
from retime.timing.times import Duration, Time

SOURCE_TIMINGS = ("speed", "reverse", "start", "loop")
TIMINGS = ("freeze", "remap", "align", *SOURCE_TIMINGS, "delay", "hold")


class Playback(EditSection):
    """When something plays; nothing said: as in the source."""

    freeze: Time | None = Field(None, description="source time to stand still at throughout")
    speed: Annotated[
        list[SpeedChange],
        BeforeValidator(
            speed_changes, json_schema_input_type=Speed | SpeedChange | list[SpeedChange]
        ),
    ] = Field([], description="2 is twice as fast; or changes of speed, one after the other")
    start: Time | None = Field(None, description="source time to begin with")
    reverse: bool = Field(False, description="play backwards, from 'start' or the last frame on")
    loop: Loop | None = None
    remap: Annotated[
        Remap | None,
        BeforeValidator(
            lambda value: {"keys": value} if isinstance(value, list) else value,
            json_schema_input_type=Remap | list[RemapPoint],
        ),
    ] = Field(None, description="keys [output time, source time]")
    delay: Time = Field(Duration(0.0), description="how much later to play; negative: earlier")
    hold: Annotated[
        list[Hold], BeforeValidator(as_list, json_schema_input_type=Hold | list[Hold])
    ] = Field([], description="stand still for a while; one or several, in order")

    @model_validator(mode="after")
    def _one_time(self) -> "Playback":
        """Refuse operations of which one would leave nothing of the other."""
        given = [name for name in TIMINGS if name in self.model_fields_set]
        for alone in ("freeze", "align", "remap"):
            shifts = () if alone == "freeze" else ("delay", "hold")
            others = [name for name in given if name != alone and name not in shifts]
            if alone in given and others:
                raise ValueError(f"'{alone}' does not go together with {joined(others)}")
        return self

    @property
    def says_when(self) -> bool:
        """Whether any time operation is given."""
        return bool(self.model_fields_set & set(TIMINGS))


class Appearance(Playback):
    """When, where and how one instance of a layer is shown."""

    align: Align | None = None
    move: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        [0.0, 0.0], description="x, y by which to displace it in the picture, source pixels"
    )
    opacity: Annotated[
        list[OpacityKey],
        BeforeValidator(
            lambda value: value if isinstance(value, list) else [[0, value]],
            json_schema_input_type=Share | list[OpacityKey],
        ),
    ] = Field([], description="0..1, or keys [output time, opacity]")
    fade: Fade = Fade()
    between: Between | None = Field(
        None, description="what shows between two frames; none: as the edit says for all"
    )


class Copy(Appearance):
    """One more instance of a layer; it says its own time, or keeps that of the layer."""

    depth: Literal["front", "behind"] = Field(
        "behind", description="in front of the layer itself, or behind it"
    )


def _removal(value: Any) -> Any:
    return {True: {}, False: None}.get(value, value) if isinstance(value, bool) else value


class LayerEdit(Appearance):
    """What is done to one layer."""

    remove: Annotated[
        Span | None, BeforeValidator(_removal, json_schema_input_type=bool | Span | None)
    ] = Field(None, description="true, or from when to when it does not show")
    depth: Annotated[
        list[DepthKey],
        BeforeValidator(
            lambda value: value if isinstance(value, list) else [[0, value]],
            json_schema_input_type=Literal["front", "back", "source"] | list[DepthKey],
        ),
    ] = Field([], description="front or back: before all others or behind; or keys of these")
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

    @property
    def removed(self) -> bool:
        """Whether the layer shows at no time."""
        return self.remove is not None and self.remove == Span()

    @model_validator(mode="after")
    def _nothing_with_remove(self) -> "LayerEdit":
        others = sorted(self.model_fields_set - {"remove"})
        if self.removed and others:
            raise ValueError(f"'remove' does not go together with {joined(others)}")
        return self
