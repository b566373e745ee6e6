"""`clips/CLIP/clip.yaml`: what a person says of one clip."""

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from retime.config.camera import CameraChoice
from retime.config.reading import load
from retime.config.section import PositiveInt, Section
from retime.config.seeds import LayerChoice, OrderChoice
from retime.config.video import FrameRange


class ClipConfig(Section):
    """``clips/CLIP/clip.yaml``: what a person says of one clip. Everything is optional."""

    preset: str | None = Field(None, description="preset for this clip")
    frames: FrameRange = FrameRange()
    people: bool = Field(
        True, description="look for people; false: the only layers are those with masks"
    )
    layers: tuple[LayerChoice, ...] = Field((), description="default: one layer per person")
    ignore: tuple[PositiveInt, ...] = Field((), description="ids of people to leave alone")
    order: tuple[OrderChoice, ...] = Field((), description="default: by the feet's height")
    camera: CameraChoice = CameraChoice()
    settings: dict[str, dict[str, Any]] = Field({}, description="stage: {setting: value}")

    @model_validator(mode="after")
    def _consistent(self) -> "ClipConfig":
        names = [layer.name for layer in self.layers]
        people = [person for layer in self.layers for person in layer.people]
        if len(set(names)) < len(names):
            raise ValueError("two layers have the same name")
        if len(set(people)) < len(people):
            raise ValueError("a person stands on two layers")
        if both := set(people) & set(self.ignore):
            raise ValueError(f"people {sorted(both)} are both on a layer and ignored")
        if not self.people and people:
            raise ValueError(f"people are not looked for, but layers show people {sorted(people)}")
        if not self.people and not self.layers:
            raise ValueError("people are not looked for, so 'layers' must name objects by masks")
        return self


def load_clip(path: Path) -> ClipConfig:
    """Read ``clip.yaml``; a missing file means that nothing is said of the clip."""
    return load(path, ClipConfig) if path.exists() else ClipConfig()
