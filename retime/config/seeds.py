"""Layers, trimaps and depth order: settings of the stage `seeds`."""

from pydantic import Field

from retime.config.section import Index, PositiveInt, Section


class LayerChoice(Section):
    """A layer of ``clip.yaml``: the people who go together on it."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    people: list[PositiveInt] = Field(min_length=1, description="ids of the tracked people")


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
