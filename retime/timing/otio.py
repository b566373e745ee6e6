"""Edits as OpenTimelineIO timelines, for editing programs, and back.

A timeline has a track for the background and one for each instance of a layer, back to front. A
track's clips are straight pieces of its time map: ``LinearTimeWarp`` where it plays at another
speed, ``FreezeFrame`` where it stands, gaps where nothing shows. As OTIO has it, a clip's
``source_range`` begins at the source time shown first and lasts as long as the clip does in the
timeline. Smooth curves are cut into pieces that stray less than ``CLIPS_WITHIN`` frames; the exact
curve, and what OTIO has no word for, stands in the metadata under ``retime``. Coming back, a track
whose clips are as they were written is taken from there, any other from its clips.
"""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from retime.artifacts import Seeds, TimeMap
from retime.errors import InputError
from retime.timing.pieces import Piece, remap_keys, straight_pieces, value_keys

CLIPS_WITHIN = 0.05  # frames
KEY, VERSION = "retime", 1
SAME = 1e-4  # frames


def _otio() -> Any:
    try:
        import opentimelineio
    except ImportError as error:
        raise InputError(
            "timelines need the package OpenTimelineIO: pip install 'retime[exchange]'"
        ) from error
    return opentimelineio


def write_timeline(timemap: Path, seeds: Path, out: Path, media: str = "") -> None:
    """Write a time map as an ``.otio`` file.

    Args:
        timemap: the ``TimeMap`` artifact.
        seeds: the ``Seeds`` artifact, for the names of all layers.
        out: the file to write.
        media: folder, or start of a URL, in which the layers lie as filmed, as ``retime export``
            of an edit that changes nothing writes them (``01-NAME.mov``, ...); empty: none.

    Raises:
        InputError: files that cannot be read or are not of one clip.
    """
    otio = _otio()
    with TimeMap.open(timemap) as made, Seeds.open(seeds) as seeded:
        if made.clip != seeded.clip:
            raise InputError(f"{timemap}: of the clip '{made.clip}', not '{seeded.clip}'")
        names, clip, frames = seeded.names, made.clip, len(seeded.order)
        fps = made.fps[0] / made.fps[1]
        timeline = otio.schema.Timeline(name=str(made.edit.get("name", "edit")))
        timeline.metadata[KEY] = {
            "version": VERSION,
            "clip": clip,
            "layers": names,
            "frames": len(made.background_time),
            "sound": _sound(made),
        }
        background, times = made.background_time[:], made.source_time[:]
        opacity, depth, offset = made.opacity[:], made.depth[:], made.offset[:]
        layers, between = made.layer[:].tolist(), made.between
        instances = made.names

    def track(name: str, layer: int, curve: np.ndarray, more: dict) -> Any:
        track = otio.schema.Track(name=name, kind=otio.schema.TrackKind.Video)
        pieces = straight_pieces(curve, CLIPS_WITHIN)
        for piece in pieces:
            track.append(
                _item(otio, piece, name, fps, _media(otio, media, layer, names, fps, frames))
            )
        exact = [None if math.isnan(x) else x for x in curve.tolist()]
        track.metadata[KEY] = {"layer": layer, "source_time": exact, **more}
        return track

    tracks = [track("background", 0, background, {"between": between[0]})]
    for place, m in enumerate(np.argsort(depth.mean(axis=1), kind="stable").tolist()):
        more = {
            "instance": m,
            "between": between[m + 1],
            "opacity": opacity[m].tolist(),
            "depth": depth[m].tolist(),
            "move": offset[m, 0].tolist(),
            "place": place,
        }
        tracks.append(track(instances[m], layers[m], times[m], more))
    timeline.tracks.extend(tracks)
    partial = out.with_name(f".{out.stem}.{os.getpid()}.partial.otio")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        otio.adapters.write_to_file(timeline, str(partial))
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def read_timeline(path: Path, out: Path) -> None:
    """Turn an ``.otio`` file written by ``write_timeline``, as it is or edited, into an edit file.

    Tracks may be trimmed, cut, slowed, moved in time, put in another order, copied, or deleted
    (which removes the layer).

    Raises:
        InputError: not such a file, or with clips that an edit cannot say; names what.
    """
    otio = _otio()
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
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    out.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(edit, sort_keys=False, default_flow_style=None, width=100)
    partial.write_text(f"# From {path.name}\n{text}", encoding="utf-8")
    partial.replace(out)


def _item(otio: Any, piece: Piece, name: str, fps: float, reference: Any) -> Any:
    time = otio.opentime.RationalTime
    lasts = time(piece.length, fps)
    if math.isnan(piece.value):
        return otio.schema.Gap(duration=lasts)
    clip = otio.schema.Clip(
        name=name,
        media_reference=reference,
        source_range=otio.opentime.TimeRange(time(piece.value, fps), lasts),
    )
    if piece.slope == 0:
        clip.effects.append(otio.schema.FreezeFrame())
    elif piece.slope != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=piece.slope))
    return clip


def _media(otio: Any, media: str, layer: int, names: list[str], fps: float, frames: int) -> Any:
    if not media:
        return otio.schema.MissingReference()
    time = otio.opentime.RationalTime
    name = f"{layer:02d}-{names[layer - 1] if layer else 'background'}.mov"
    return otio.schema.ExternalReference(
        target_url=f"{media.rstrip('/')}/{name}",
        available_range=otio.opentime.TimeRange(time(0, fps), time(frames, fps)),
    )


def _sound(made: TimeMap) -> Any:
    heard = made.sound_time[:]
    if np.isnan(heard).all():
        return "drop"
    for m, layer in enumerate(made.layer[:].tolist()):
        if np.array_equal(made.source_time[m], heard) and not np.allclose(np.diff(heard), 1):
            return {"with": layer}
    return "keep"


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
