"""Progress of a training on disk: whole or not there, resumed only by the same training."""

import os
import pickle
import signal
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from retime.atomic import replacing

FORMAT = 1
# What torch raises for bytes that are no checkpoint, from its reader of archives to its unpickler.
READING_ERRORS = (
    *(OSError, RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError),
    *(MemoryError, AssertionError, pickle.UnpicklingError, struct.error, zipfile.BadZipFile),
)


def before(path: Path) -> Path:
    """Return where the checkpoint before the one at ``path`` is kept."""
    return path.with_name(f"{path.name}.before")


def save_checkpoint(path: Path, fingerprint: str, state: dict[str, Any]) -> None:
    """Write a checkpoint; the one before it is kept, and a crash leaves both whole."""
    with replacing(path) as partial:
        with partial.open("wb") as file:
            torch.save({"format": FORMAT, "fingerprint": fingerprint, "state": state}, file)
            file.flush()
            os.fsync(file.fileno())  # a power cut must not leave a name without contents
        if path.exists():
            path.replace(before(path))


def drop_checkpoints(path: Path | None) -> None:
    """Delete what is kept of a training that has ended well."""
    if path is not None:
        path.unlink(missing_ok=True)
        before(path).unlink(missing_ok=True)


def load_checkpoint(path: Path | None, fingerprint: str) -> dict[str, Any] | None:
    """Return the state at ``path``, or None where training has to start afresh.

    A checkpoint counts only if it is whole and was made from the same inputs, settings and code,
    of which ``fingerprint`` is the digest. One that does not count is left where it is; why it
    does not is said, and the one before it is tried.
    """
    if path is None:
        return None
    for place in (path, before(path)):
        if not place.exists():
            continue
        held = _read(place)
        reason = held if isinstance(held, str) else _mismatch(held, fingerprint)
        if not reason:
            return held["state"]
        print(f"{place}: {reason}; not used", file=sys.stderr)
    return None


def _read(path: Path) -> dict[str, Any] | str:
    """Return what a checkpoint holds, or why it cannot be read."""
    try:
        held = torch.load(path, weights_only=True, map_location="cpu")
    except READING_ERRORS as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"not a whole checkpoint ({reason})"
    return held if isinstance(held, dict) else "not a checkpoint"


def _mismatch(held: dict[str, Any], fingerprint: str) -> str:
    """Return why a whole checkpoint does not count, "" if it does."""
    if held.get("format") != FORMAT or not isinstance(held.get("state"), dict):
        return "a checkpoint of another version"
    if held.get("fingerprint") != fingerprint:
        return "made from other inputs or settings, or by another version"
    return ""


class Keeper:
    """Saves a training's progress every so often, and when it is asked to stop.

    As often as takes a hundredth of the time, but at most once in ``SECONDS[0]`` and at least once
    in ``SECONDS[1]``: on a slow disk progress is kept less often.

    On SIGTERM the state is saved at the end of the step in hand and the process exits as the
    signal demands; schedulers send it before they kill.
    """

    SECONDS = (1.0, 30.0)
    SHARE = 0.01

    def __init__(
        self, path: Path | None, fingerprint: str, state: Callable[[], dict[str, Any]]
    ) -> None:
        self.path, self.fingerprint, self.state = path, fingerprint, state
        self._due = time.monotonic() + self.SECONDS[0]
        self._asked = False
        self._before: Any = None

    def __enter__(self) -> "Keeper":
        if self.path is not None:
            self._before = signal.signal(signal.SIGTERM, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self.path is not None:
            signal.signal(signal.SIGTERM, self._before)

    def _ask(self, *_: object) -> None:
        self._asked = True

    def step(self) -> None:
        """Call between steps: saves if it is time, and leaves if asked to."""
        if self.path is None:
            return
        began = time.monotonic()
        if not self._asked and began < self._due:
            return
        save_checkpoint(self.path, self.fingerprint, self.state())
        saved = time.monotonic()
        least, most = self.SECONDS
        self._due = saved + min(most, max(least, (saved - began) / self.SHARE))
        if self._asked:
            print(f"stopped; progress is kept in {self.path}", file=sys.stderr)
            sys.exit(128 + signal.SIGTERM)
