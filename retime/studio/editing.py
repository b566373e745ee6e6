"""Edits as the page sends them: checked as those of files are, and compiled by the same code."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from retime.artifacts import Camera, Layers
from retime.errors import InputError
from retime.render.composition import Composition
from retime.studio.clip import Clip
from retime.studio.contract.common import Refusal
from retime.studio.contract.retiming import AlignQuestion, AlignState, InstanceState, TimeMapState
from retime.studio.refusal import Refused
from retime.timing.edit import EditError, EditFile, check_edit
from retime.timing.operations import Align
from retime.timing.placing import Placing, SourceLayers
from retime.timing.timemap import Instances, build_instances

DEEPEST, GREATEST = 12, 1e6  # nesting and numbers of an edit that is sent
MOST_SHOWN = 200_000  # instances times output frames
SENT = Path("the edit")  # named in errors of edits that have no file


def as_written(sent: dict[str, Any]) -> dict[str, Any]:
    """Return an edit that came as JSON as YAML would have it: people's numbers as numbers.

    Raises:
        Refused: numbers or texts that no file holds.
    """
    _check_plain(sent, 0)
    layers = sent.get("layers")
    if isinstance(layers, dict):
        numbered = {int(k) if re.fullmatch(r"[1-9]\d{0,8}", k) else k: layers[k] for k in layers}
        return {**sent, "layers": numbered}
    return sent


def _check_plain(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Refused(422, "the edit is nested too deeply")
    if isinstance(value, dict):
        for key, item in value.items():
            _check_plain(key, depth + 1)
            _check_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, depth + 1)
    elif isinstance(value, str):
        check_text(value)
        seconds = re.fullmatch(r"(-?\d+)(\.\d+)? ?s", value)
        if seconds and abs(int(seconds[1])) > GREATEST:
            raise Refused(422, f"'{value[:40]}' is too long a time")
    elif isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= GREATEST):
        raise Refused(422, f"the edit holds the number {value:.3g}, which is no time or place")


def check_text(text: str) -> None:
    """Refuse text that cannot stand in a file."""
    if any(
        "\ud800" <= letter <= "\udfff" or (letter < " " and letter not in "\n\t") for letter in text
    ):
        raise Refused(422, "the text holds characters that no text file holds")


def compiled(file: EditFile, source: SourceLayers) -> Instances:
    """Return what stage ``warp`` makes of an edit.

    Raises:
        EditError: what is wrong with it.
        Refused: more than can be shown.
    """
    length = file.edit.length.frames(source.fps) if file.edit.length else source.length
    copies = sum(len(layer.duplicate) for layer in file.edit.layers.values())
    if length * (len(source.names) + copies) > MOST_SHOWN:
        raise Refused(422, f"the studio shows no more than {MOST_SHOWN} frames of layers")
    return build_instances(file, source)


def sent_edit(sent: dict[str, Any], path: Path = SENT) -> EditFile:
    """Return an edit that came as JSON, checked.

    Raises:
        Refused, EditError: what is wrong with it.
    """
    return check_edit(as_written(sent), {}, path)


def refusal_of(error: InputError, in_text: bool) -> Refusal:
    """Say what is wrong with an edit, and where."""
    if not isinstance(error, EditError):
        return Refusal(message=str(error))
    return Refusal(
        message=error.reason, place=list(error.place), line=error.line if in_text else None
    )


def time_map(made: Instances, fps: float) -> TimeMapState:
    """Return a time map as the page takes it."""
    return TimeMapState(
        length=len(made.background_time),
        fps=fps,
        instances=[
            InstanceState(
                name=made.names[m],
                layer=int(made.layer[m]),
                source_time=_numbers(made.source_time[m]),
                offset=made.offset[m].tolist(),
                opacity=made.opacity[m].tolist(),
                depth=made.depth[m].tolist(),
                between=made.between[m + 1],
            )
            for m in range(len(made.layer))
        ],
        background_time=made.background_time.tolist(),
        background_between=made.between[0],
        sound_time=_numbers(made.sound_time),
    )


def _numbers(values: np.ndarray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def alignment(question: AlignQuestion, source: SourceLayers) -> AlignState:
    """Find the warp by which two layers' motions agree best.

    Raises:
        EditError: unknown layers or signals, or motions that do not agree anywhere.
        Refused: as ``compiled``.
    """
    wanted = question.model_dump(include={"to", "signal", "segment", "slack", "ends"})
    align = Align(auto=True, **{key: value for key, value in wanted.items() if value is not None})
    others = {
        key: layer
        for key, layer in question.edit.get("layers", {}).items()
        if key != question.layer
    }
    file = sent_edit({**question.edit, "layers": others})
    compiled(file, source)
    length = round(file.edit.length.frames(source.fps)) if file.edit.length else source.length
    placing = Placing(file, source, length)
    number, other = placing.number(question.layer, "layer"), placing.number(question.to, "to")
    if number == other:
        raise Refused(422, "a layer cannot be aligned to itself")
    reference = placing.curve(other)
    found = placing.automatic(align, number, other, reference, ())
    last = source.length - 1
    points: list[tuple[float, float]] = []
    for at, own in zip(found.curve.output, found.curve.source, strict=True):
        theirs = float(reference.at(at))
        later = not points or (own > points[-1][0] and theirs > points[-1][1])
        if later and 0 <= own <= last and 0 <= theirs <= last:
            points.append((own, theirs))
    return AlignState(points=points, span=found.span, before=found.before, after=found.after)


def picture(
    clip: Clip, made: Instances, source: SourceLayers, frame: int, linear: bool
) -> np.ndarray:
    """Return an output frame as stage ``render`` composes it, uint8 [H, W, 3].

    Raises:
        InputError: layers that cannot be read.
        Refused: layers older than the time map, or no such frame.
    """
    if frame >= len(made.background_time):
        raise Refused(422, f"the output has {len(made.background_time)} frames")
    layers, camera = clip.results / "layers.h5", clip.results / "camera.h5"
    with Layers.open(layers) as layered, Camera.open(camera) as filmed:
        if layered.names != source.names or len(layered.order) != source.length:
            raise Refused(422, "the layers are older than what is said of them; run the workflow")
        return Composition(layered, filmed, made, linear).edited(frame)
