"""Write the tracked joints in the form in which corrections are read (`corrections.py`)."""

from pathlib import Path

import numpy as np

from retime.artifacts import Tracks
from retime.errors import InputError
from retime.people.corrections import FrameSpan, JointNow, Joints, Place, State, write_corrections
from retime.people.interpolation import CORRECTED, INTERPOLATED, OBSERVED
from retime.people.skeleton import JOINTS

STATES: dict[int, State] = {
    OBSERVED: "observed",
    INTERPOLATED: "interpolated",
    CORRECTED: "corrected",
}
DECIMALS = 2  # of what is exported to be looked at; corrections are written to the last bit


def joints_now(tracks: Tracks, frames: FrameSpan | None = None) -> list[Joints]:
    """Return an entry for each person and frame in which they are present.

    Read back unchanged, the entries say what was said before and no more.

    Args:
        tracks: an open ``Tracks``.
        frames: the first and the last to return; none: all.
    """
    first, last = frames or (0, len(tracks.present) - 1)
    width, height = tracks.source_size
    entries = []
    for column, person in enumerate(tracks.ids[:].tolist()):
        for t in range(first, last + 1):
            if not tracks.present[t, column]:
                continue
            places, state = tracks.keypoints[t, column], tracks.state[t, column]
            beyond = (places < -0.5).any(1) | (places > np.array([width, height]) - 0.5).any(1)
            entries.append(
                Joints(
                    person=person,
                    frame=t,
                    keypoints={
                        name: _now(*place, STATES[int(how)])
                        for name, place, how in zip(JOINTS, places, state, strict=True)
                    },
                    outside=bool((beyond & (state == CORRECTED)).any()),
                )
            )
    return entries


def _now(x: np.float32, y: np.float32, state: State) -> JointNow:
    if state == "corrected":
        return JointNow(at=(float(str(x)), float(str(y))), state=state)
    place: Place = (round(float(x), DECIMALS), round(float(y), DECIMALS))
    return JointNow(at=place, state=state, found=place)


def export_keypoints(tracks: Path, out: Path, frames: FrameSpan | None = None) -> None:
    """Write the joints of ``tracks.h5`` as a correction file.

    Raises:
        InputError: ``tracks`` cannot be read, or has no such frames.
    """
    with Tracks.open(tracks) as people:
        count = len(people.present)
        if frames and frames[1] >= count:
            raise InputError(f"the clip has frames 0 to {count - 1}, not {frames[1]}")
        write_corrections(out, joints_now(people, frames))
