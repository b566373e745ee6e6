"""What is played: the clip and its films."""

from typing import Literal

from pydantic import Field

from retime.studio.contract.common import Answer, Digest


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


class Sample(Answer):
    """One coded frame; the k-th of a film is frame k, for no frame is coded out of order."""

    offset: int = Field(description="of its first byte in the file")
    size: int = Field(description="bytes")
    key: bool = Field(description="can be decoded without those before it")
    box: tuple[int, int, int, int] | None = Field(
        description="left, top, right, bottom of what shows, pixels, the last two not included: "
        "nothing is to be drawn outside. None: nothing shows"
    )


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
