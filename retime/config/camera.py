"""Settings of the room `camera`, and what `clip.yaml` says of it."""

from typing import Literal

from pydantic import Field

from retime.config.section import Index, PositiveInt, Section


class CameraSettings(Section):
    """Stage ``camera``: homographies from each frame to the canvas."""

    mode: Literal["auto", "still", "stabilise", "pan"] = Field(
        "auto", description="how the camera moved; auto measures it"
    )
    reference: Index | None = Field(
        None, description="frame whose plane is the canvas; none: chosen automatically"
    )
    features: PositiveInt = Field(2000, description="ORB features per frame")


class CameraChoice(Section):
    """The camera in ``clip.yaml``."""

    mode: Literal["auto", "still", "stabilise", "pan"] = "auto"
    reference: Index | None = None
