"""Settings of the room `body`."""

from pydantic import Field

from retime.config.section import PositiveInt, Section


class UvSettings(Section):
    """Stage ``uv``: keypoints to UV."""

    crop_size: PositiveInt = Field(128, description="side of the network's input, pixels")
