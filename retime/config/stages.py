"""The settings of all stages together."""

import json

from retime.config.body import UvSettings
from retime.config.camera import CameraSettings
from retime.config.people import PosesSettings, TracksSettings
from retime.config.render import ExportSettings, RenderSettings
from retime.config.section import Section
from retime.config.seeds import SeedsSettings
from retime.config.training import TrainSettings
from retime.config.upsampling import UpsampleSettings
from retime.config.video import FramesSettings


class Settings(Section):
    """All stages' settings."""

    frames: FramesSettings = FramesSettings()
    poses: PosesSettings = PosesSettings()
    tracks: TracksSettings = TracksSettings()
    camera: CameraSettings = CameraSettings()
    uv: UvSettings = UvSettings()
    seeds: SeedsSettings = SeedsSettings()
    train: TrainSettings = TrainSettings()
    upsample: UpsampleSettings = UpsampleSettings()
    render: RenderSettings = RenderSettings()
    export: ExportSettings = ExportSettings()


def stage_json(settings: Settings, stage: str) -> str:
    """Return one stage's settings as canonical JSON, the form in which rules pass them on."""
    return json.dumps(getattr(settings, stage).model_dump(mode="json"), sort_keys=True)
