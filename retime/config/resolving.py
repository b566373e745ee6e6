"""Lay presets, the project's settings and a clip's over each other."""

from pathlib import Path
from typing import Any

from retime.config.clip import ClipConfig
from retime.config.project import Config
from retime.config.reading import read_yaml, validate
from retime.config.stages import Settings
from retime.errors import InputError


def _overlay(base: dict[str, Any], over: dict[str, dict[str, Any]]) -> None:
    for stage, values in over.items():
        base.setdefault(stage, {})
        base[stage] = {**base[stage], **values} if isinstance(values, dict) else values


def resolve(config: Config, clip: ClipConfig, presets: Path, source: str = "settings") -> Settings:
    """Return the settings of one clip.

    Args:
        config: the project's configuration.
        clip: what ``clip.yaml`` says.
        presets: folder of preset files.
        source: named in errors of the merged settings.

    Raises:
        InputError: the preset does not exist, or a value is wrong.
    """
    name = clip.preset or config.preset
    file = presets / f"{name}.yaml"
    if not file.exists():
        known = ", ".join(sorted(path.stem for path in presets.glob("*.yaml")))
        raise InputError(f"preset '{name}' does not exist: {presets} holds {known}")
    preset = read_yaml(file) or {}
    validate(preset, Settings, str(file))
    merged: dict[str, Any] = {}
    for over in (preset, config.settings, clip.settings):
        _overlay(merged, over)
    said = {
        "frames": {"range": clip.frames.model_dump()},
        "camera": clip.camera.model_dump(exclude_unset=True),
        "seeds": {
            "layers": [layer.model_dump() for layer in clip.layers],
            "ignore": clip.ignore,
            "order": [order.model_dump() for order in clip.order],
        },
    }
    _overlay(merged, said)
    return validate(merged, Settings, source)
