"""Configuration: `config/config.yaml`, presets, and a clip's `clip.yaml`.

Every stage has one section of settings. A section's values come, later over earlier, from the
defaults below (they are the preset ``standard``), the preset's file, ``settings`` in
``config.yaml`` and ``settings`` in the clip's ``clip.yaml``; what ``clip.yaml`` says of frames,
layers, order and camera joins the section of the stage that uses it.
"""

from retime.config.body import UvSettings
from retime.config.camera import CameraChoice, CameraSettings
from retime.config.clip import ClipConfig, load_clip
from retime.config.people import PosesSettings, TracksSettings
from retime.config.project import Config
from retime.config.reading import (
    load,
    parse_section,
    parse_yaml,
    read_text,
    read_yaml,
    validate,
)
from retime.config.render import ExportSettings, RenderSettings
from retime.config.resolving import resolve
from retime.config.section import Section, Share
from retime.config.seeds import LayerChoice, OrderChoice, SeedsSettings
from retime.config.stages import Settings, stage_json
from retime.config.training import TrainSettings
from retime.config.upsampling import UpsampleSettings
from retime.config.video import FrameRange, FramesSettings

__all__ = [
    "CameraChoice",
    "CameraSettings",
    "ClipConfig",
    "Config",
    "ExportSettings",
    "FrameRange",
    "FramesSettings",
    "LayerChoice",
    "OrderChoice",
    "PosesSettings",
    "RenderSettings",
    "Section",
    "SeedsSettings",
    "Settings",
    "Share",
    "TracksSettings",
    "TrainSettings",
    "UpsampleSettings",
    "UvSettings",
    "load",
    "load_clip",
    "parse_section",
    "parse_yaml",
    "read_text",
    "read_yaml",
    "resolve",
    "stage_json",
    "validate",
]
