"""What the server reads of the clip's results, read again when they were made anew."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from retime.artifacts import Frames, Tracks
from retime.studio.clip import Clip
from retime.timing.placing import SourceLayers
from retime.timing.stage import load_source


class Sources:
    """The layers and people of a clip, as stage ``warp`` has them."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._reading = threading.Lock()
        self._held: tuple[SourceLayers, list[int]] | None = None
        self._stamps: list[tuple[int, int, int]] = []

    @property
    def layers(self) -> SourceLayers:
        """What edits need to know of the layers.

        Raises:
            InputError: artifacts that cannot be read, as for ``load_source``.
        """
        return self._read()[0]

    @property
    def ids(self) -> list[int]:
        """Who was tracked, by their numbers.

        Raises:
            InputError: as ``layers``.
        """
        return self._read()[1]

    def _read(self) -> tuple[SourceLayers, list[int]]:
        clip = self._clip
        tracks, cast, frames = (
            clip.results / name for name in ("tracks.h5", "cast.h5", "frames.h5")
        )
        with self._reading:
            stamps = [_stamp(path) for path in (tracks, cast, frames)]
            if self._held is None or stamps != self._stamps:
                self._held = _layers(clip, tracks, cast, frames), _ids(tracks)
                self._stamps = stamps
            return self._held


def _stamp(path: Path) -> tuple[int, int, int]:
    if not path.exists():  # said by whoever opens it
        return 0, 0, 0
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _layers(clip: Clip, tracks: Path, cast: Path, frames: Path) -> SourceLayers:
    with Frames.open(frames) as filmed:
        video = clip.root / filmed.source
    edits = clip.written / "edits"
    source = load_source(tracks, cast, edits, video)
    heard: dict[tuple[str | None, tuple[int, int, int]], np.ndarray] = {}

    def beats(name: str | None) -> np.ndarray:
        key = name, _stamp(video if name is None else edits / name)
        if key not in heard:
            heard[key] = source.beats(name)
        return heard[key]

    return replace(source, beats=beats)


def _ids(tracks: Path) -> list[int]:
    with Tracks.open(tracks) as tracked:
        return tracked.ids[:].tolist()
