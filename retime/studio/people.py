"""The tracked people as the page draws them, with corrections that are saved or not yet."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retime.artifacts import Camera, Tracks
from retime.config import TracksSettings
from retime.errors import InputError
from retime.people.corrections import CorrectionFile, read_corrections
from retime.people.skeleton import JOINTS, LIMBS
from retime.people.stage import run_tracks
from retime.studio.clip import Clip
from retime.studio.contract.correcting import PersonState, TracksState
from retime.studio.refusal import Refused
from retime.timing.placing import SourceLayers
from retime.timing.signals import UnknownSignalError, motion_signal


def tracks_state(clip: Clip, tracks: Path, source: SourceLayers, signal: str) -> TracksState:
    """Return the people of a ``Tracks`` artifact.

    Args:
        clip: whose layers and camera hold.
        tracks: the artifact.
        source: the layers.
        signal: the motion to be shown, see ``signals``.

    Raises:
        InputError: it cannot be read.
        Refused: no such signal.
    """
    with Tracks.open(tracks) as tracked:
        ids = tracked.ids[:].tolist()
        keypoints, present = tracked.keypoints[:], tracked.present[:]
        scores, states = tracked.score[:], tracked.state[:]
    with Camera.open(clip.results / "camera.h5") as filmed:
        homographies = filmed.homographies[:]
    layer_of = {
        person: number for number, people in enumerate(source.people, start=1) for person in people
    }
    try:
        layers = [source.motion(n, signal).tolist() for n in range(1, len(source.names) + 1)]
        motions = [
            motion_signal(keypoints[:, [p]], present[:, [p]], homographies, signal).tolist()
            for p in range(len(ids))
        ]
    except UnknownSignalError as error:
        raise Refused(422, str(error)) from error
    people = [
        PersonState(
            id=person,
            layer=layer_of.get(person),
            present=present[:, p].tolist(),
            joints=[_points(frame) for frame in keypoints[:, p]],
            score=np.nan_to_num(scores[:, p]).tolist(),
            origin=states[:, p].tolist(),
            box=[_box(frame) for frame in keypoints[:, p]],
            motion=motions[p],
        )
        for p, person in enumerate(ids)
    ]
    return TracksState(
        joints=list(JOINTS), limbs=list(LIMBS), signal=signal, people=people, layer_motion=layers
    )


def _points(joints: np.ndarray) -> list[tuple[float, float] | None]:
    return [None if np.isnan(joint).any() else tuple(joint.tolist()) for joint in joints]


def _box(joints: np.ndarray) -> tuple[float, float, float, float] | None:
    if np.isnan(joints).all():
        return None
    return (*np.nanmin(joints, 0).tolist(), *np.nanmax(joints, 0).tolist())


def corrections_text(entries: Sequence[dict[str, Any]]) -> bytes:
    """Return the contents of a file of corrections, an entry a line."""
    lines = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
    return f"[\n{lines}\n]\n".encode()


def checked(
    entries: Sequence[dict[str, Any]], path: Path, frames: int, people: Sequence[int]
) -> CorrectionFile:
    """Read entries as stage ``tracks`` will read them from the file ``path``.

    Raises:
        InputError: they are not of the form, or of no frame or person of the clip.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / path.name
        file.write_bytes(corrections_text(entries))
        try:
            (found,) = read_corrections([file])
        except InputError as error:
            raise InputError(str(error).replace(str(file), str(path))) from error
    regrouped = any("person" not in entry for entry in entries)
    for number, entry in enumerate(entries):
        last = max(entry.get("frames") or [entry.get("frame", 0)])
        if last >= frames:
            raise InputError(
                f"{path}: [{number}]: the clip has frames 0 to {frames - 1}, not {last}"
            )
        if not regrouped and entry["person"] not in people:
            raise InputError(
                f"{path}: [{number}].person: {entry['person']} is not tracked; people are "
                f"{', '.join(map(str, people))}"
            )
    return found


def tracks_with(
    clip: Clip,
    name: str,
    entries: Sequence[dict[str, Any]],
    source: SourceLayers,
    signal: str,
) -> TracksState:
    """Return what stage ``tracks`` would make with other entries in one file of corrections.

    Raises:
        InputError: as for the stage.
    """
    results = clip.results
    with Tracks.open(results / "tracks.h5") as tracked:
        settings = TracksSettings.model_validate(tracked.parameters)
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / f"{name}.json"
        changed.write_bytes(corrections_text(entries))
        files = {path.name: path for path in (clip.written / "keypoints").glob("[!.]*.json")}
        files[changed.name] = changed
        out = Path(folder) / "tracks.h5"
        run_tracks(
            results / "poses.h5",
            out,
            settings,
            [files[key] for key in sorted(files)],
            results / "frames.h5",
        )
        return tracks_state(clip, out, source, signal)
