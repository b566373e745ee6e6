"""`config/config.yaml`: what holds for all clips."""

from typing import Any

from pydantic import Field, field_validator

from retime.config.section import Section


class Config(Section):
    """``config/config.yaml``."""

    videos: tuple[str, ...] = Field(
        ("videos/*",), description="videos and folders of frames: paths or patterns"
    )
    demo: bool = Field(True, description="make the demo clip, too, where clips/demo exists")
    preset: str = Field("standard", description="a file of config/presets, by its stem")
    settings: dict[str, dict[str, Any]] = Field({}, description="stage: {setting: value}")

    @field_validator("videos", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value
