"""Configuration: `config/config.yaml`, presets, and a clip's `clip.yaml`.

Every stage has one section of settings. A section's values come, later over earlier, from the
defaults below (they are the preset ``standard``), the preset's file, ``settings`` in
``config.yaml`` and ``settings`` in the clip's ``clip.yaml``; what ``clip.yaml`` says of frames,
layers, order and camera joins the section of the stage that uses it.
"""

import difflib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from retime.errors import InputError

PositiveInt = Annotated[int, Field(gt=0)]
Index = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FrameRange(Section):
    """Which frames of the source video make the clip."""

    start: Index = Field(0, description="first frame of the video, counted from 0")
    end: PositiveInt | None = Field(None, description="frame to stop before; none: to the end")
    step: PositiveInt = Field(1, description="take every step-th frame")

    @model_validator(mode="after")
    def _two_frames(self) -> "FrameRange":
        if self.end is not None and self.end - self.start < 2:
            raise ValueError("frames.end must be at least frames.start + 2")
        return self


class FramesSettings(Section):
    """Stage ``frames``: decoding and sizes."""

    # The network works in multiples of 32, and 16:9 at this height nearly fills 224 x 128.
    working_height: PositiveInt = Field(
        126, description="short side of the frames the renderer is trained on, pixels"
    )
    layer_scale: float = Field(
        2.0, ge=1, description="layer height over working height (the paper: 2)"
    )
    fps: float | None = Field(
        None,
        gt=0,
        description="constant rate to bring the clip to, frames per second; "
        "none: the video's own, 25 for a folder of pictures",
    )
    range: FrameRange = FrameRange()


class PosesSettings(Section):
    """Stage ``poses``: person detection."""

    long_sides: tuple[PositiveInt, ...] = Field(
        (256, 512), description="long side of the picture in each detector pass, pixels"
    )
    min_score: Share = Field(0.15, description="people below this score are dropped")
    refine: bool = Field(True, description="refine each person by a second, single-person network")


class TracksSettings(Section):
    """Stage ``tracks``: identities over time, interpolation."""

    min_presence: Share = Field(
        0.2,
        description="people seen in a smaller share of the frames, and for less than min_seconds, "
        "are bystanders",
    )
    min_seconds: float = Field(
        1.0, ge=0, description="people seen for so long count, however long the clip is"
    )
    max_gap_seconds: float = Field(
        4.0, gt=0, description="a person unseen for longer than this comes back as another"
    )
    min_joint_score: Share = Field(0.25, description="joints below this score are interpolated")
    smoothing: float = Field(0.85, ge=0, description="width of the jitter filter, frames; 0 is off")


class CameraSettings(Section):
    """Stage ``camera``: homographies from each frame to the canvas."""

    mode: Literal["auto", "still", "stabilise", "pan"] = Field(
        "auto", description="how the camera moved; auto measures it"
    )
    reference: Index | None = Field(
        None, description="frame whose plane is the canvas; none: chosen automatically"
    )
    features: PositiveInt = Field(2000, description="ORB features per frame")


class UvSettings(Section):
    """Stage ``uv``: keypoints to UV."""

    crop_size: PositiveInt = Field(128, description="side of the network's input, pixels")


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


class TrainSettings(Section):
    """Stage ``train``: the layered neural renderer.

    Descriptions name the paper's value where it is another; preset ``paper`` sets them all.
    """

    channels: PositiveInt = Field(16, description="base channels of the renderer (the paper: 64)")
    renderer: Literal["printed", "released"] = Field(
        "printed",
        description="released: layers 6 and 7 dilated by 2 and layer 1 with a plain ReLU, as in "
        "the authors' code",
    )
    background: Literal["canvas", "network"] = Field(
        "canvas",
        description="a picture of its own, or a pass of the network with a texture tile of its own "
        "that lies behind people's in their layers' inputs (the paper)",
    )
    texture_channels: Annotated[int, Field(ge=3)] = Field(16, description="channels of a texel")
    tile: PositiveInt = Field(16, description="texels on a side of each of a person's 24 tiles")
    texture_start: Literal["seen", "random"] = Field(
        "seen", description="start textures as the colours seen, or at random (the paper)"
    )
    texture_fill: bool = Field(
        True, description="give texels that no frame shows the nearest learned one in the end"
    )
    steps: PositiveInt = Field(3000, description="updates of the weights")
    epochs: PositiveInt | None = Field(
        None, description="passes over the frames, in place of steps (the paper: 2500)"
    )
    batch: PositiveInt = Field(1, description="frames per update (authors' code: 32)")
    curriculum_epochs: Index = Field(
        0, description="first epochs, on the easier half of the frames alone (the paper: 1000)"
    )
    jitter_brightness: float = Field(
        0.0, ge=0, description="deviation of a random brightness, of 0..1 (authors' code: 0.1)"
    )
    jitter_epochs: Index = Field(400, description="epochs in which brightness is jittered")
    jitter_scale: float = Field(
        1.0, ge=1, description="greatest random enlargement before a crop (authors' code: 1.25)"
    )
    jitter_chance: Share = Field(0.75, description="share of the frames that are enlarged")
    learning_rate: float = Field(2e-3, gt=0)
    warm_up: Index = Field(30, description="steps in which the rate rises (the paper: 0)")
    texture_rate: float = Field(10.0, gt=0, description="of textures, times learning_rate")
    canvas_rate: float = Field(1.0, ge=0, description="of the background, times learning_rate")
    alpha_bias: float = Field(-1.0, description="start of alpha's output, before the tanh")
    alpha_reach: Share = Field(0.02, description="stretch of alpha, so that it reaches 0 and 1")
    colour_bias: float = Field(-1.0, description="start of the colours, before the tanh")
    colour_skip: bool = Field(True, description="show the textures' colours from the start")
    coarse: Share = Field(0.4, description="share of the steps at half the working size")
    trimaps: Literal["evidence", "printed"] = Field(
        "evidence", description="trimaps that give way to evidence, or as they are (the paper)"
    )
    mask_schedule: Literal["share", "measured"] = Field(
        "share", description="mask loss for a share of the steps, or by its own size (Eq. 8)"
    )
    bootstrap: Share = Field(0.35, description="share of the steps that pull mattes to trimaps")
    mask_met: float = Field(
        0.02, gt=0, description="a mask loss below this ends the bootstrap, if measured"
    )
    mask_weight: float = Field(50.0, ge=0, description="of the mask loss in that time")
    mask_weight_after: float = Field(
        5.0, ge=0, description="of the mask loss for as long again, if measured"
    )
    clear_weight: float = Field(5.0, ge=0, description="of its clear half, to the end")
    core_weight: float = Field(0.1, ge=0, description="of its opaque half's core, to the end")
    hidden_weight: float = Field(
        1.0, ge=0, description="of the opaque half where others hide it, to the end"
    )
    sparsity: Literal["summed", "mean", "composite"] = Field(
        "summed",
        description="alpha's weights on the sum or mean (the paper) of layers, or on their "
        "composite (authors' code)",
    )
    spare_hidden: bool = Field(
        True, description="do not make layers sparse where others hide them (not in the paper)"
    )
    l1: float = Field(0.005, ge=0, description="weight of the mean of alpha")
    l1_epochs: PositiveInt | None = Field(
        None, description="epochs in which it counts; none: all (the paper: 200)"
    )
    l0: float = Field(0.001, ge=0, description="weight of the smooth count of alpha")
    cover: float = Field(4.0, ge=0, description="weight of what layers leave unexplained")
    haze: float = Field(0.3, ge=0, description="of alpha beyond what the frame demands of it")
    decay: Share = Field(0.5, description="share of the steps over which the rate falls to 0")
    seed: Index = 0


class UpsampleSettings(Section):
    """Stage ``upsample``: layers at layer size and detail transfer."""

    channels: PositiveInt = Field(16, description="channels of the upsampler (the paper: 64)")
    start: Literal["identity", "random"] = Field(
        "identity", description="begin as the bilinear enlargement, or at random (the paper)"
    )
    residual_scale: float = Field(
        1.0, gt=0, description="factor on what the network adds, 0..1 (authors' code: 0.005)"
    )
    steps: PositiveInt = Field(400, description="updates of the weights")
    epochs: PositiveInt | None = Field(
        None, description="passes over the frames, in place of steps (the paper: 500)"
    )
    batch: PositiveInt = Field(1, description="crops per update (authors' code: 16)")
    crop: PositiveInt = Field(
        192, description="side of the training crops, pixels (the paper: 256)"
    )
    boxed: bool = Field(
        True, description="refine what shows of a layer alone, not whole frames (the paper)"
    )
    guided: bool = Field(
        True, description="show the upsampler what the full-size frame demands of mattes"
    )
    cover: float = Field(
        1.0, ge=0, description="weight of what layers leave unexplained, if guided"
    )
    haze: float = Field(
        0.3, ge=0, description="of alpha beyond what the frame demands of it, if guided"
    )
    tighten: bool = Field(True, description="draw mattes in where the frame is the background")
    detail_transfer: bool = Field(True, description="give layers the video's own detail")
    detail_background: bool = Field(True, description="the background, too (authors' code: not)")
    detail_margin: Share = Field(
        0.015,
        description="around mattes the background gets no detail; share of the frame's width, "
        "0 as in the paper",
    )
    seed: Index = 0


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


class CameraChoice(Section):
    """The camera in ``clip.yaml``."""

    mode: Literal["auto", "still", "stabilise", "pan"] = "auto"
    reference: Index | None = None


class ClipConfig(Section):
    """``clips/CLIP/clip.yaml``: what a person says of one clip. Everything is optional."""

    preset: str | None = Field(None, description="preset for this clip")
    frames: FrameRange = FrameRange()
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
        return self


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


Model = TypeVar("Model", bound=BaseModel)


def _known_keys(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed at ``place`` inside ``model``; empty where they are not fixed."""
    kind: Any = model
    for step in place:
        if isinstance(step, int) and get_origin(kind) is not dict:
            continue
        if get_origin(kind) is dict:  # its keys are free, its values are all of one kind
            kind = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            if step not in fields:
                return []
            kind = fields[step].annotation
        else:
            return []
        if get_origin(kind) is not dict:
            inner = [a for a in get_args(kind) if isinstance(a, type)]
            kind = next((a for a in inner if issubclass(a, BaseModel)), kind)
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return sorted(f.alias or name for name, f in kind.model_fields.items()) if is_model else []


def describe(error: ValidationError, model: type[BaseModel]) -> str:
    """Say in one line each what is wrong, where, and what is allowed instead."""
    lines = []
    for item in error.errors():
        place = item["loc"]
        key = ".".join(str(step) for step in place) or "the file"
        if item["type"] == "extra_forbidden":
            known = _known_keys(model, place[:-1])
            close = difflib.get_close_matches(str(place[-1]), known, n=1)
            hint = f"did you mean '{close[0]}'? " if close else ""
            lines.append(f"unknown key '{key}': {hint}allowed are {', '.join(known)}")
        else:
            message = item["msg"].removeprefix("Value error, ")
            lines.append(f"'{key}': {message} (got {item['input']!r})"[:300])
    return "; ".join(lines)


def validate(data: Any, model: type[Model], source: str) -> Model:
    """Build ``model`` from ``data``; ``source`` names the file in errors.

    Raises:
        InputError: naming the file, the key and what is allowed.
    """
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise InputError(f"{source}: {describe(error, model)}") from error


def read_yaml(path: Path) -> Any:
    """Read a YAML file; raises InputError naming file and line where it is not YAML."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error


def load(path: Path, model: type[Model]) -> Model:
    """Read and validate one YAML file."""
    return validate(read_yaml(path), model, str(path))


def load_clip(path: Path) -> ClipConfig:
    """Read ``clip.yaml``; a missing file means that nothing is said of the clip."""
    return load(path, ClipConfig) if path.exists() else ClipConfig()


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


def stage_json(settings: Settings, stage: str) -> str:
    """Return one stage's settings as canonical JSON, the form in which rules pass them on."""
    return json.dumps(getattr(settings, stage).model_dump(mode="json"), sort_keys=True)
