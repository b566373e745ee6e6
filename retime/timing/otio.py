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
from pathlib import Path
from typing import Any

import numpy as np

from retime.artifacts import Seeds, TimeMap
from retime.atomic import replacing
from retime.errors import InputError
from retime.timing.pieces import Piece, straight_pieces

CLIPS_WITHIN = 0.05  # frames
KEY, VERSION = "retime", 1
SAME = 1e-4  # frames


def opentimelineio() -> Any:
    """Return the package.

    Raises:
        InputError: it is not installed.
    """
    try:
        import opentimelineio as package
    except ImportError as error:
        raise InputError(
            "timelines need the package OpenTimelineIO: pip install 'retime[exchange]'"
        ) from error
    return package


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
    otio = opentimelineio()
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
    with replacing(out) as partial:
        otio.adapters.write_to_file(timeline, str(partial))


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
