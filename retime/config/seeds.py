"""Layers, trimaps and depth order: settings of the stage `seeds`."""

from pydantic import Field, model_validator

from retime.config.section import Index, PositiveInt, Section


class LayerChoice(Section):
    """A layer of ``clip.yaml``: people who go together, or an object given by its masks."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    people: list[PositiveInt] = Field([], description="ids of the tracked people")
    mask: str | None = Field(
        None,
        description="where the layer's masks lie in the clip's folder: pictures, a COCO file or "
        "a matte video (docs/formats.md)",
    )
    object: PositiveInt | None = Field(
        None,
        description="the object's number, where masks hold several: the index in a palette's "
        "picture, the track (or category) in a COCO file; none: whatever is not background",
    )

    @model_validator(mode="after")
    def _shows_something(self) -> "LayerChoice":
        if not self.people and self.mask is None:
            raise ValueError("a layer shows people, or what a mask says: give one of the two")
        if self.object is not None and self.mask is None:
            raise ValueError("'object' says which object of a mask, and there is no mask")
        return self


class OrderChoice(Section):
    """The depth order of the layers over a range of frames."""

    frames: tuple[Index, Index] | None = Field(
        None, description="first and last frame of the range; none: the whole clip"
    )
    back_to_front: list[str] = Field(min_length=1)


class SeedsSettings(Section):
    """Stage ``seeds``: layers, trimaps, order."""

    band: float = Field(
        0.14, gt=0, description="width of the trimap's unsure band, share of the frame's width"
    )
    layers: tuple[LayerChoice, ...] = ()
    ignore: tuple[PositiveInt, ...] = ()
    spare_others: bool = Field(
        True, description="rule out for a layer what lies on someone else (not in the paper)"
    )
    order: tuple[OrderChoice, ...] = ()
    order_by_sight: bool = Field(
        True,
        description="where people overlap, in front is whom the frames show there; false: whose "
        "feet are lower in the picture, always (in the paper, the user says it)",
    )
    dynamic_background: bool = Field(
        False,
        description="a layer behind all people, of that name, for what changes in the background "
        "by itself: blinking lights, a screen (the paper's 6.5 proposes it)",
    )
