"""Settings of the room `render`."""

from typing import Literal

from pydantic import Field

from retime.config.section import Section


class RenderSettings(Section):
    """Stage ``render``: the output video."""

    crf: int = Field(16, ge=0, le=51, description="H.264 constant rate factor; lower is better")
    light: Literal["display", "linear"] = Field(
        "display", description="what is mixed where layers are translucent"
    )


class ExportSettings(Section):
    """On demand: edits in other formats, with the settings of ``render``."""

    formats: tuple[Literal["h264", "h265", "prores", "vp9", "ffv1", "png", "exr"], ...] = Field(
        (), description="write each edit, and its layers where they can be held, in these"
    )
