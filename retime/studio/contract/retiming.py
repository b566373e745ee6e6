"""Edits, the time maps that they make, and alignment."""

from typing import Annotated, Any, Literal

from pydantic import Field, FiniteFloat, field_serializer

from retime.studio.contract.common import Answer, Digest, Frame, Question, Refusal, Times
from retime.timing.edit import Edit


class EditState(Answer):
    """An edit file."""

    name: str
    text: str = Field(description="as the file holds it, comments and all")
    edit: dict[str, Any] | None = Field(
        description="the same as data, short forms as written; None if it is not YAML"
    )
    long_form: Edit | None = Field(
        description="the same with short forms written out, and only what is said; None if wrong"
    )
    digest: Digest | None
    problem: Refusal | None = Field(description="what is wrong with it")

    @field_serializer("long_form")
    def _only_what_is_said(self, edit: Edit | None):
        return edit and edit.model_dump(mode="json", by_alias=True, exclude_unset=True)

    result: str | None = Field(description="URL of the rendered video, if there is one")


class EditChange(Question):
    """An edit to save, as data (comments of the file are kept) or as text."""

    edit: dict[str, Any] | None = None
    text: Annotated[str, Field(max_length=1_000_000)] | None = None
    base_digest: Digest | None = Field(None, description="None: there is no such file yet")


class EditConflict(Answer):
    """The file is not the one that was changed."""

    message: str
    current: EditState | None = Field(description="None: it is gone")


class TimeMapQuestion(Question):
    """An edit, perhaps not saved."""

    edit: dict[str, Any]


class InstanceState(Answer):
    """One showing of a layer: arrays over output frames."""

    name: str
    layer: int = Field(description="number, from 1")
    source_time: Times = Field(description="source frames; None shows nothing")
    offset: list[tuple[float, float]] = Field(description="x, y in source pixels")
    opacity: list[float]
    depth: list[float] = Field(description="larger is nearer to the viewer")
    between: Literal["nearest", "blend", "flow"]


class TimeMapState(Answer):
    """What stage ``warp`` makes of an edit."""

    length: int = Field(description="output frames")
    fps: float
    instances: list[InstanceState]
    background_time: list[float] = Field(description="source frames, of background and camera")
    background_between: Literal["nearest", "blend", "flow"]
    sound_time: Times = Field(description="source frames heard; None is silence")


class PictureQuestion(Question):
    """An output frame of an edit, perhaps not saved."""

    edit: dict[str, Any]
    frame: Frame


class AlignQuestion(Question):
    """Bring a layer into step with another, by their motions."""

    edit: dict[str, Any] = Field({}, description="in which the other layer may be retimed")
    layer: str
    to: str
    signal: str = "centre_y"
    segment: FiniteFloat | None = Field(None, gt=0, le=1e6, description="frames; None: found")
    slack: FiniteFloat | None = Field(None, gt=0, le=1e6, description="frames; None: found")
    ends: Literal["free", "fixed"] = "free"


class AlignState(Answer):
    """The warp found; as points of an edit it is the same one."""

    points: list[tuple[float, float]] = Field(
        description="source times of the layer and of the other one, for align.points"
    )
    span: tuple[float, float] = Field(description="output times between which it holds")
    before: float = Field(description="correlation of the motions there as they were")
    after: float = Field(description="and warped")
