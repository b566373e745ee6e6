"""The clip as the studio's page plays it: films of the layers, the background and the source.

Browsers decode H.264 and know no alpha, so a layer's film shows its colour above and its alpha, as
grey, below. Key frames come often and no frame is coded out of order: any frame is decoded from a
few samples. ``footage.json`` says all that the page needs to know of the clip and of its films.
"""

import base64
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from pydantic import BaseModel, ValidationError

from retime.artifacts import Frames, Layers
from retime.atomic import replacing_folder, write_text
from retime.errors import InputError
from retime.progress import track
from retime.studio.contract.watching import Sample
from retime.video.encoding import VideoWriter, bleed
from retime.video.pictures import write_picture
from retime.video.sound import extract_sound

INDEX = "footage.json"
CRF = 12
KEY_FRAMES = 12  # one at least every so many frames
# x264: no frames out of order, and key frames that nothing reaches across.
SEEKABLE = {"bf": "0", "g": str(KEY_FRAMES), "keyint_min": "1", "x264-params": "open-gop=0"}
BLOCK = 16  # of the codec: colour and alpha share none
# What lies beyond a picture, pixels: decoders mix the colours at its edge, of half the resolution,
# with their neighbours, whatever those are.
MARGIN = 2
LEAST_ALPHA = 2  # of 255, that shows; less is the coder's noise, and the page draws none of it


class StoredFilm(BaseModel):
    """A film as it lies in the folder."""

    file: str
    codec: str
    description: str
    coded_width: int
    coded_height: int
    alpha_row: int | None
    constant: bool
    samples: list[Sample]


class Footage(BaseModel):
    """What ``footage.json`` holds; the fields are those of ``contract``."""

    clip: str
    rate: tuple[int, int]
    start_seconds: float
    width: int
    height: int
    source_width: int
    source_height: int
    names: list[str]
    people: list[list[int]]
    back_to_front: list[list[int]]
    homographies: list[list[list[float]]]
    still: bool
    light: Literal["display", "linear"]
    canvas: str
    canvas_width: int
    canvas_height: int
    sound: str | None
    source: StoredFilm
    background: StoredFilm
    layers: list[StoredFilm]


def read_footage(folder: Path) -> Footage:
    """Read the index of a folder made by ``run_footage``.

    Raises:
        InputError: there is none, or it is of another version.
    """
    path = folder / INDEX
    try:
        return Footage.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: no footage; rule 'studio' makes it (run snakemake)") from error
    except ValidationError as error:
        raise InputError(
            f"{path}: not footage of this version; delete {folder} and run snakemake again: rule "
            "'studio' makes it anew"
        ) from error


def run_footage(
    layers: Path,
    frames: Path,
    video: Path | None,
    out: Path,
    light: Literal["display", "linear"] = "display",
    threads: int = 1,
) -> None:
    """Write the footage of a clip to the folder ``out``; it appears only when whole.

    Args:
        layers: the ``Layers`` artifact.
        frames: the ``Frames`` artifact.
        video: the source, for its sound.
        out: the folder.
        light: what stage ``render`` mixes in this clip, to be told to the page.
        threads: CPU threads of the encoders.

    Raises:
        InputError: artifacts that cannot be read or are not of one clip, or a source whose sound
            cannot be read.
    """
    from retime.layers.canvas import CanvasPlane

    with (
        Layers.open(layers) as layered,
        Frames.open(frames) as filmed,
        replacing_folder(out) as folder,
    ):
        count, length, height, width, _ = layered.rgba.shape
        if filmed.rgb.shape[:3] != (length, height, width) or filmed.clip != layered.clip:
            raise InputError(
                f"{layers}: made from other frames than {frames}; run snakemake to make both anew"
            )
        source_width, source_height = layered.source_size
        plane = CanvasPlane.at(
            (width, height),
            (source_width, source_height),
            tuple(layered.canvas_bounds),
            layered.homographies[:],
        )
        fps = Fraction(*layered.fps)

        def film(name: str, read: Callable[[int], np.ndarray]) -> StoredFilm:
            return write_film(folder / f"{name}.mp4", read, length, fps, threads)

        source = film("source", lambda t: filmed.rgb[t])
        background = film("background", lambda t: layered.picture(0, t)[..., :3])
        films = [film(f"layer{n}", lambda t, n=n: layered.picture(n, t)) for n in range(1, count)]
        canvas = layered.canvas[:]
        write_picture(folder / "canvas.png", canvas)
        heard = video is not None and filmed.has_sound and not video.is_dir()
        heard = heard and extract_sound(
            video, folder / "sound.wav", layered.start_seconds, float(length / fps)
        )
        index = Footage(
            clip=layered.clip,
            rate=(fps.numerator, fps.denominator),
            start_seconds=layered.start_seconds,
            width=width,
            height=height,
            source_width=source_width,
            source_height=source_height,
            names=layered.names,
            people=layered.people,
            back_to_front=layered.order[:].tolist(),
            homographies=plane.homographies.tolist(),
            still=plane.still,
            light=light,
            canvas="canvas.png",
            canvas_width=canvas.shape[1],
            canvas_height=canvas.shape[0],
            sound="sound.wav" if heard else None,
            source=source,
            background=background,
            layers=films,
        )
        write_text(folder / INDEX, index.model_dump_json())


def write_film(
    path: Path, read: Callable[[int], np.ndarray], length: int, fps: Fraction, threads: int
) -> StoredFilm:
    """Encode frames ``read(0)`` to ``read(length - 1)``, uint8 [H, W, 3 or 4], as one film."""
    first = read(0)
    packed = pack(first)
    height, width, _ = packed.shape
    constant, boxes = True, []
    with VideoWriter(path, (width, height), fps, CRF, threads, options=SEEKABLE) as writer:
        for t in track(range(length), f"footage {path.stem}", length):
            picture = read(t)
            constant = constant and np.array_equal(picture, first)
            boxes.append(box_of(picture))
            writer.write(pack(picture))
    return _indexed(path, height // 2 if first.shape[2] == 4 else None, constant, boxes)


def box_of(picture: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return where a picture shows: left, top, right, bottom, the last two not included.

    Args:
        picture: uint8 [H, W, 3], which shows everywhere, or [H, W, 4] with straight alpha.

    Returns:
        pixels; None if no alpha reaches ``LEAST_ALPHA``.
    """
    height, width, channels = picture.shape
    if channels == 3:
        return 0, 0, width, height
    shows = picture[..., 3] >= LEAST_ALPHA
    rows, columns = (np.flatnonzero(shows.any(axis)) for axis in (1, 0))
    if not rows.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def pack(picture: np.ndarray) -> np.ndarray:
    """Return a picture as it is coded: with room at the right and below, and alpha as grey below.

    Args:
        picture: uint8 [H, W, 3], or [H, W, 4] with straight alpha.

    Returns:
        uint8 [h, w, 3], or [2h, w, 3] with the alpha in the lower half, where h and w are the next
        multiples of ``BLOCK`` that leave a margin; the last row and column fill it. Colours of a
        picture with alpha are drawn out beyond the edge of what shows.
    """
    height, width, channels = picture.shape
    rows, columns = (-(-(side + MARGIN) // BLOCK) * BLOCK - side for side in (height, width))

    def roomy(part: np.ndarray) -> np.ndarray:
        return np.pad(part, ((0, rows), (0, columns), (0, 0)), mode="edge")

    if channels == 3:
        return roomy(picture)
    alpha = np.repeat(picture[..., 3:], 3, axis=2)
    return np.concatenate([roomy(bleed(picture)[..., :3]), roomy(alpha)])


def _indexed(
    path: Path,
    alpha_row: int | None,
    constant: bool,
    boxes: list[tuple[int, int, int, int] | None],
) -> StoredFilm:
    """Return where each frame of a film lies in its file, and what of it shows."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        head = bytes(stream.codec_context.extradata)
        packets = [packet for packet in container.demux(stream) if packet.size]
        samples = [
            Sample(offset=packet.pos, size=packet.size, key=packet.is_keyframe, box=box)
            for packet, box in zip(packets, boxes, strict=True)
        ]
        return StoredFilm(
            file=path.name,
            codec=f"avc1.{head[1:4].hex()}",
            description=base64.b64encode(head).decode(),
            coded_width=stream.width,
            coded_height=stream.height,
            alpha_row=alpha_row,
            constant=constant,
            samples=samples,
        )
