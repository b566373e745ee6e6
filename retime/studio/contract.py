"""What the studio's server and its page say to each other.

The models here become the OpenAPI schema from which the page's types are generated. Frames are
counted from 0. Places are in pixels of the source video unless a name says otherwise; a pixel x of
the source lies at ``(x + 0.5) * width / source_width - 0.5`` in the footage. Whatever is read from
a file comes with a ``digest`` of the file's bytes, None where there is no file; whoever writes
sends it back as ``base_digest``, and is answered with 409 if the file is another one by then.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_serializer

from retime.config import LayerChoice, OrderChoice
from retime.people.corrections import Correction
from retime.timing.edit import Edit

Frame = Annotated[int, Field(ge=0, le=1_000_000)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Times = Annotated[list[float | None], Field(description="a number for each output frame")]


class Answer(BaseModel):
    """What the server sends: every field is there, always."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Question(BaseModel):
    """What the page sends: nothing but what is known here."""

    model_config = ConfigDict(extra="forbid")


class Refusal(Answer):
    """Why something was refused: the body of every answer from 400 on."""

    message: str = Field(description="one line for a person to read")
    place: list[str | int] | None = Field(
        None, description="keys and indices that lead to what is wrong, in what was sent or read"
    )
    line: int | None = Field(None, description="of the text, from 1")


# --- the clip -----------------------------------------------------------------------------------


class LayerState(Answer):
    """One layer; its number is its place in the list, from 1. The background is number 0."""

    number: int
    name: str
    people: list[int] = Field(description="ids")
    colour: str = Field(description="#rrggbb by which the page knows it")


class Sound(Answer):
    """The clip's own sound."""

    url: str
    seconds: float = Field(description="length; its beginning is that of frame 0")


class ClipState(Answer):
    """The clip, as its footage shows it."""

    name: str
    frames: int = Field(description="T")
    fps: float
    rate: tuple[int, int] = Field(description="numerator and denominator of fps")
    width: int = Field(description="of the footage")
    height: int
    source_width: int
    source_height: int
    layers: list[LayerState]
    people: list[int] = Field(description="ids of all tracked people, those on no layer included")
    back_to_front: list[list[int]] = Field(description="[T][N] numbers of layers")
    homographies: list[list[list[float]]] = Field(
        description="[T][3][3], pixels of the footage at frame t to pixels of the canvas picture"
    )
    still: bool = Field(description="the camera does not move: every frame is the canvas")
    light: Literal["display", "linear"] = Field(description="what render mixes")
    has_sound: bool
    sound: Sound | None
    edits: list[str]


# --- footage ------------------------------------------------------------------------------------


class Sample(Answer):
    """One coded frame; the k-th of a film is frame k, for no frame is coded out of order."""

    offset: int = Field(description="of its first byte in the file")
    size: int = Field(description="bytes")
    key: bool = Field(description="can be decoded without those before it")


class Film(Answer):
    """A film to be read by ranges and decoded by WebCodecs.

    H.264, 8 bit 4:2:0, BT.709, limited range. A layer's colour is on top and its alpha, straight,
    below as luma: row y of the alpha is row ``alpha_row + y`` of the coded picture.
    """

    url: str
    codec: str = Field(description="avc1.PPCCLL")
    description: str = Field(description="AVCDecoderConfigurationRecord (avcC), base64")
    coded_width: int
    coded_height: int
    alpha_row: int | None = Field(description="first row of the alpha; None: it is opaque")
    constant: bool = Field(description="all frames are the same")
    samples: list[Sample]


class CanvasPicture(Answer):
    """The background plane, PNG; ``homographies`` of the clip lead to its pixels."""

    url: str
    width: int
    height: int


class FootageState(Answer):
    """All that is played."""

    digest: Digest = Field(description="changes when the footage was made anew")
    width: int
    height: int
    canvas: CanvasPicture
    source: Film
    background: Film = Field(description="as each frame sees it: what render composes on")
    layers: list[Film] = Field(description="of layers 1..N")


# --- edits --------------------------------------------------------------------------------------


class EditState(Answer):
    """An edit file."""

    name: str
    text: str = Field(description="as the file holds it, comments and all")
    edit: dict[str, Any] | None = Field(
        description="the same as data, short forms as written; None if it is not YAML"
    )
    long_form: Edit | None = Field(
        description="the same with short forms written out, and only what is said; None if wrong"
    )
    digest: Digest | None
    problem: Refusal | None = Field(description="what is wrong with it")

    @field_serializer("long_form")
    def _only_what_is_said(self, edit: Edit | None):
        return edit and edit.model_dump(mode="json", by_alias=True, exclude_unset=True)

    result: str | None = Field(description="URL of the rendered video, if there is one")


class EditChange(Question):
    """An edit to save, as data (comments of the file are kept) or as text."""

    edit: dict[str, Any] | None = None
    text: Annotated[str, Field(max_length=1_000_000)] | None = None
    base_digest: Digest | None = Field(None, description="None: there is no such file yet")


class EditConflict(Answer):
    """The file is not the one that was changed."""

    message: str
    current: EditState | None = Field(description="None: it is gone")


class TimeMapQuestion(Question):
    """An edit, perhaps not saved."""

    edit: dict[str, Any]


class InstanceState(Answer):
    """One showing of a layer: arrays over output frames."""

    name: str
    layer: int = Field(description="number, from 1")
    source_time: Times = Field(description="source frames; None shows nothing")
    offset: list[tuple[float, float]] = Field(description="x, y in source pixels")
    opacity: list[float]
    depth: list[float] = Field(description="larger is nearer to the viewer")
    between: Literal["nearest", "blend", "flow"]


class TimeMapState(Answer):
    """What stage ``warp`` makes of an edit."""

    length: int = Field(description="output frames")
    fps: float
    instances: list[InstanceState]
    background_time: list[float] = Field(description="source frames, of background and camera")
    background_between: Literal["nearest", "blend", "flow"]
    sound_time: Times = Field(description="source frames heard; None is silence")


class PictureQuestion(Question):
    """An output frame of an edit, perhaps not saved."""

    edit: dict[str, Any]
    frame: Frame


class AlignQuestion(Question):
    """Bring a layer into step with another, by their motions."""

    edit: dict[str, Any] = Field({}, description="in which the other layer may be retimed")
    layer: str
    to: str
    signal: str = "centre_y"
    segment: FiniteFloat | None = Field(None, gt=0, le=1e6, description="frames; None: found")
    slack: FiniteFloat | None = Field(None, gt=0, le=1e6, description="frames; None: found")
    ends: Literal["free", "fixed"] = "free"


class AlignState(Answer):
    """The warp found; as points of an edit it is the same one."""

    points: list[tuple[float, float]] = Field(
        description="source times of the layer and of the other one, for align.points"
    )
    span: tuple[float, float] = Field(description="output times between which it holds")
    before: float = Field(description="correlation of the motions there as they were")
    after: float = Field(description="and warped")


# --- people -------------------------------------------------------------------------------------

Point = tuple[float, float]


class PersonState(Answer):
    """One tracked person."""

    id: int
    layer: int | None = Field(description="number of the layer; None: on none")
    present: list[bool] = Field(description="[T], in the picture, seen or hidden")
    joints: list[list[Point | None]] = Field(description="[T][17] source pixels; None: not present")
    score: list[list[float]] = Field(description="[T][17], 0..1")
    origin: list[list[int]] = Field(
        description="[T][17]: 0 absent, 1 observed, 2 interpolated, 3 corrected"
    )
    box: list[tuple[float, float, float, float] | None] = Field(
        description="[T] x0, y0, x1, y1 of the joints, source pixels"
    )
    motion: list[float] = Field(description="[T] the signal, mean 0, standard deviation 1")


class TracksState(Answer):
    """Who was tracked, and how they move."""

    joints: list[str] = Field(description="names of the 17")
    limbs: list[tuple[int, int]] = Field(description="joints to be joined by a line")
    signal: str
    people: list[PersonState]
    layer_motion: list[list[float]] = Field(
        description="[N][T] the signal of each layer, by which it is aligned"
    )


# --- corrections --------------------------------------------------------------------------------


class CorrectionsState(Answer):
    """A file of ``clips/CLIP/keypoints/``; those later by name win."""

    name: str = Field(description="without .json")
    corrections: list[Correction]
    digest: Digest | None
    problem: Refusal | None


class CorrectionsChange(Question):
    """A file of corrections to save; an empty list removes the file."""

    corrections: Annotated[list[dict[str, Any]], Field(max_length=100_000)] = Field(
        description="entries as the file holds them"
    )
    base_digest: Digest | None = None


class TracksQuestion(Question):
    """What would the tracks be with a file of corrections that is not saved yet?"""

    name: Annotated[str, Field(pattern=r"^\w[\w-]*$", max_length=100)]
    corrections: Annotated[list[dict[str, Any]], Field(max_length=100_000)]
    signal: str = "centre_y"


class CorrectionsConflict(Answer):
    """The file is not the one that was changed."""

    message: str
    current: CorrectionsState | None


class PaintedTrimap(Answer):
    """Frames that have one painted trimap."""

    first: int
    last: int = Field(description="itself included")


class TrimapsState(Answer):
    """The painted trimaps of one layer."""

    layer: str
    width: int = Field(description="of a trimap, pixels; the source's size will do as well")
    height: int
    painted: list[PaintedTrimap]
    digest: Digest | None = Field(description="of all of the layer's")


class TrimapChange(Question):
    """A trimap for a range of frames."""

    first: Frame
    last: Frame = Field(description="itself included")
    png: Annotated[str, Field(max_length=30_000_000)] = Field(
        description="a grey PNG of 0, 128 and 255, base64; transparent: stays automatic"
    )
    base_digest: Digest | None = None


class TrimapConflict(Answer):
    """The layer's trimaps are not those that were changed."""

    message: str
    current: TrimapsState


class ClipFileState(Answer):
    """What ``clip.yaml`` says of layers and order."""

    text: str
    layers: list[LayerChoice]
    ignore: list[int]
    order: list[OrderChoice]
    digest: Digest | None
    problem: Refusal | None


class ClipFileChange(Question):
    """What ``clip.yaml`` shall say of layers and order; all else in it stays, comments included."""

    layers: list[LayerChoice]
    ignore: list[Annotated[int, Field(gt=0)]]
    order: list[OrderChoice]
    base_digest: Digest | None = None


class ClipFileConflict(Answer):
    """The file is not the one that was changed."""

    message: str
    current: ClipFileState


# --- running ------------------------------------------------------------------------------------


class RunQuestion(Question):
    """What to make: the results of these edits, and the footage if the layers change."""

    edits: list[str] | None = Field(None, description="None: of all")


class JobState(Answer):
    """A job of the workflow."""

    job: int
    rule: str
    message: str
    reason: str | None = Field(description="why it runs")
    seconds: float | None = Field(
        description="expected, from the last time or from the like; None: not known"
    )


class PlanState(Answer):
    """What would run now, in no certain order."""

    jobs: list[JobState]
    seconds: float = Field(description="expected of those known, one after the other")
    unknown: int = Field(description="jobs of which it is not known how long they take")


RunEnd = Literal["done", "failed", "stopped"]


class RunState(Answer):
    """The run that goes on, or the last one."""

    number: int = Field(description="0: there was none")
    state: Literal["none", "running"] | RunEnd


class RunStarted(Answer):
    """The first event of a run."""

    kind: Literal["run_started"] = "run_started"
    run: int


class JobStarted(Answer):
    """A job began."""

    kind: Literal["job_started"] = "job_started"
    job: JobState


class JobProgress(Answer):
    """How far a job has come."""

    kind: Literal["job_progress"] = "job_progress"
    job: int
    what: str
    done: int
    total: int
    seconds_left: float


class JobFinished(Answer):
    """A job ended well."""

    kind: Literal["job_finished"] = "job_finished"
    job: int


class JobFailed(Answer):
    """A job failed."""

    kind: Literal["job_failed"] = "job_failed"
    job: int
    rule: str
    message: str
    log: list[str] = Field(description="its log's last lines")


class RunProgress(Answer):
    """How many jobs of the run are done."""

    kind: Literal["run_progress"] = "run_progress"
    done: int
    total: int


class RunEnded(Answer):
    """The last event of a run."""

    kind: Literal["run_ended"] = "run_ended"
    state: RunEnd
    message: str


RunEvent = Annotated[
    RunStarted | JobStarted | JobProgress | JobFinished | JobFailed | RunProgress | RunEnded,
    Field(discriminator="kind"),
]
