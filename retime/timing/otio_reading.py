"""OpenTimelineIO timelines back into edits; see ``otio`` for what they hold."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from retime.atomic import write_text
from retime.errors import InputError
from retime.timing.otio import CLIPS_WITHIN, KEY, VERSION, opentimelineio
from retime.timing.pieces import Piece, remap_keys, straight_pieces, value_keys

SAME = 1e-4  # frames


def read_timeline(path: Path, out: Path) -> None:
    """Turn an ``.otio`` file written by ``write_timeline``, as it is or edited, into an edit file.

    Tracks may be trimmed, cut, slowed, moved in time, put in another order, copied, or deleted
    (which removes the layer).

    Raises:
        InputError: not such a file, or with clips that an edit cannot say; names what.
    """
    otio = opentimelineio()
    if not path.exists():
        raise InputError(f"{path}: no such file")
    try:
        timeline = otio.adapters.read_from_file(str(path))
    except (otio.exceptions.OTIOError, ValueError) as error:
        raise InputError(f"{path}: not an OpenTimelineIO file ({error})") from error
    about = getattr(timeline, "metadata", {}).get(KEY)
    if about is None or about.get("version") != VERSION:
        raise InputError(
            f"{path}: not a timeline written by 'retime otio write' (version {VERSION}); names of "
            "layers stand in its metadata"
        )
    tracks = [t for t in timeline.tracks if t.kind == otio.schema.TrackKind.Video]
    read = [_read_track(otio, track, path) for track in tracks]
    length = max((len(one["curve"]) for one in read), default=int(about["frames"]))
    edit = _edit(about, read, length)
    text = yaml.safe_dump(edit, sort_keys=False, default_flow_style=None, width=100)
    write_text(out, f"# From {path.name}\n{text}")


def _read_track(otio: Any, track: Any, path: Path) -> dict:
    """Return what a track says: metadata, and its curve by the clips or, unchanged, exactly."""
    said = dict(track.metadata.get(KEY) or {})
    if "layer" not in said:
        raise InputError(f"{path}: track '{track.name}' says in no metadata which layer it is")
    curve: list[float] = []
    for item in track:
        if isinstance(item, otio.schema.Transition):
            raise InputError(
                f"{path}: track '{track.name}' has a transition; an edit has none: use opacity"
            )
        lasts = round(item.trimmed_range().duration.value)
        if isinstance(item, otio.schema.Gap):
            curve += [math.nan] * lasts
            continue
        slope = _speed(otio, item, track, path)
        first = item.trimmed_range().start_time.value
        curve += [first + slope * n for n in range(lasts)]
    exact = [math.nan if x is None else x for x in list(said.get("source_time", []))]
    written = [p.at(t) for p in straight_pieces(np.array(exact), CLIPS_WITHIN) for t in _span(p)]
    unchanged = len(written) == len(curve) and np.allclose(
        written, curve, atol=SAME, equal_nan=True
    )
    return said | {"name": track.name, "curve": np.array(exact if unchanged else curve, float)}


def _span(piece: Piece) -> range:
    return range(piece.start, piece.start + piece.length)


def _speed(otio: Any, clip: Any, track: Any, path: Path) -> float:
    speed = 1.0
    for effect in clip.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):  # a FreezeFrame is one of speed 0
            speed *= effect.time_scalar
        elif isinstance(effect, otio.schema.TimeEffect):
            raise InputError(
                f"{path}: a clip of track '{track.name}' has the time effect "
                f"'{effect.effect_name}', which an edit cannot say"
            )
    return speed


def _edit(about: dict, tracks: list[dict], length: int) -> dict:
    """Return the edit that shows what the tracks show."""
    names = list(about["layers"])
    edit: dict[str, Any] = {"length": length}
    ground = next((track for track in tracks if track["layer"] == 0), {})
    between = str(ground.get("between", "nearest"))
    if between != "nearest":
        edit["between"] = between
    layers: dict[str, Any] = {}
    shown = []
    for track in tracks:
        curve = _filled(track["curve"], length)
        if track["layer"] == 0:
            if not np.array_equal(curve, np.arange(length)):
                edit["background"] = {"remap": remap_keys(straight_pieces(curve))}
            continue
        name = names[int(track["layer"]) - 1]
        said = _instance(track, curve, length)
        if track.get("between", between) != between:
            said["between"] = str(track["between"])
        shown.append((name, track))
        if name not in layers:
            layers[name] = said
        else:
            layers[name].setdefault("duplicate", []).append(said)
    layers |= {name: "remove" for name in names if name not in layers}
    _depths(edit, layers, shown, length)
    edit["layers"] = layers
    sound = about.get("sound", "keep")
    edit["sound"] = sound if isinstance(sound, str) else {"with": names[int(sound["with"]) - 1]}
    return edit


def _filled(curve: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([curve[:length], np.full(max(0, length - len(curve)), np.nan)])


def _instance(track: dict, curve: np.ndarray, length: int) -> dict:
    said: dict[str, Any] = {"remap": remap_keys(straight_pieces(curve)) or [[0, 0]]}
    opacity = np.ones(length)
    given = np.array(list(track.get("opacity") or [1.0]), float)
    opacity[: len(given)] = given[:length]
    opacity[len(given) :] = given[-1]
    opacity[np.isnan(curve)] = 0.0
    keys = value_keys(straight_pieces(opacity))
    if keys != [[0, 1], [length - 1, 1]] and keys != [[0, 1]]:
        said["opacity"] = keys
    move = list(track.get("move") or [0.0, 0.0])
    if any(move):
        said["move"] = [float(x) for x in move]
    return said


def _depths(edit: dict, layers: dict, shown: list[tuple[str, dict]], length: int) -> None:
    """Say who is in front: as the metadata says, or by the tracks if their order was changed.

    Of several tracks of a layer the first counts as the layer, the others as copies before it.
    """
    places = [track.get("place", -1) for _, track in shown]
    depth = [np.array(list(track.get("depth") or []), float) for _, track in shown]
    as_written = places == sorted(set(places)) and all(len(d) == length for d in depth)
    if not as_written:
        depth = [np.full(length, float(n)) for n in range(len(shown))]
    own: dict[str, int] = {}
    for number, (name, _) in enumerate(shown):
        own.setdefault(name, number)
    for said in layers.values():
        for copy in said["duplicate"] if isinstance(said, dict) and "duplicate" in said else []:
            copy["depth"] = "front"
    if len(own) < 2:
        return
    orders = []
    for t in range(length):
        order = sorted(own, key=lambda name: depth[own[name]][t])
        if orders and orders[-1]["back_to_front"] == order:
            orders[-1]["to"] = t + 1
        else:
            orders.append({"from": t, "to": t + 1, "back_to_front": order})
    edit["order"] = orders
