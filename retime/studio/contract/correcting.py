"""Tracked people, and what is said of what was found."""

from typing import Annotated, Any

from pydantic import Field

from retime.config import LayerChoice, OrderChoice
from retime.people.corrections import Correction
from retime.studio.contract.common import Answer, Digest, Frame, Question, Refusal

Point = tuple[float, float]


class PersonState(Answer):
    """One tracked person."""

    id: int
    layer: int | None = Field(description="number of the layer; None: on none")
    present: list[bool] = Field(description="[T], in the picture, seen or hidden")
    joints: list[list[Point | None]] = Field(description="[T][17] source pixels; None: not present")
    score: list[list[float]] = Field(description="[T][17], 0..1")
    origin: list[list[int]] = Field(
        description="[T][17]: 0 absent, 1 observed, 2 interpolated, 3 corrected"
    )
    box: list[tuple[float, float, float, float] | None] = Field(
        description="[T] x0, y0, x1, y1 of the joints, source pixels"
    )
    motion: list[float] = Field(description="[T] the signal, mean 0, standard deviation 1")


class TracksState(Answer):
    """Who was tracked, and how they move."""

    joints: list[str] = Field(description="names of the 17")
    limbs: list[tuple[int, int]] = Field(description="joints to be joined by a line")
    signal: str
    people: list[PersonState]
    layer_motion: list[list[float]] = Field(
        description="[N][T] the signal of each layer, by which it is aligned"
    )


class CorrectionsState(Answer):
    """A file of ``clips/CLIP/keypoints/``; those later by name win."""

    name: str = Field(description="without .json")
    corrections: list[Correction]
    digest: Digest | None
    problem: Refusal | None


class CorrectionsChange(Question):
    """A file of corrections to save; an empty list removes the file."""

    corrections: Annotated[list[dict[str, Any]], Field(max_length=100_000)] = Field(
        description="entries as the file holds them"
    )
    base_digest: Digest | None = None


class TracksQuestion(Question):
    """What would the tracks be with a file of corrections that is not saved yet?"""

    name: Annotated[str, Field(pattern=r"^\w[\w-]*$", max_length=100)]
    corrections: Annotated[list[dict[str, Any]], Field(max_length=100_000)]
    signal: str = "centre_y"


class CorrectionsConflict(Answer):
    """The file is not the one that was changed."""

    message: str
    current: CorrectionsState | None


class PaintedTrimap(Answer):
    """Frames that have one painted trimap."""

    first: int
    last: int = Field(description="itself included")


class TrimapsState(Answer):
    """The painted trimaps of one layer."""

    layer: str
    width: int = Field(description="of a trimap, pixels; the source's size will do as well")
    height: int
    painted: list[PaintedTrimap]
    digest: Digest | None = Field(description="of all of the layer's")


class TrimapChange(Question):
    """A trimap for a range of frames."""

    first: Frame
    last: Frame = Field(description="itself included")
    png: Annotated[str, Field(max_length=30_000_000)] = Field(
        description="a grey PNG of 0, 128 and 255, base64; transparent: stays automatic"
    )
    base_digest: Digest | None = None


class TrimapConflict(Answer):
    """The layer's trimaps are not those that were changed."""

    message: str
    current: TrimapsState


class ClipFileState(Answer):
    """What ``clip.yaml`` says of layers and order."""

    text: str
    layers: list[LayerChoice]
    ignore: list[int]
    order: list[OrderChoice]
    digest: Digest | None
    problem: Refusal | None


class ClipFileChange(Question):
    """What ``clip.yaml`` shall say of layers and order; all else in it stays, comments included."""

    layers: list[LayerChoice]
    ignore: list[Annotated[int, Field(gt=0)]]
    order: list[OrderChoice]
    base_digest: Digest | None = None


class ClipFileConflict(Answer):
    """The file is not the one that was changed."""

    message: str
    current: ClipFileState
