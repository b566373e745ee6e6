"""Progress of a training on disk: whole or not there, resumed only by the same training."""

import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from retime.atomic import replacing

FORMAT = 1


def save_checkpoint(path: Path, fingerprint: str, state: dict[str, Any]) -> None:
    """Write a checkpoint; a crash leaves the one before it in place."""
    with replacing(path) as partial:
        torch.save({"format": FORMAT, "fingerprint": fingerprint, "state": state}, partial)


def load_checkpoint(path: Path | None, fingerprint: str) -> dict[str, Any] | None:
    """Return the state at ``path``, or None where training has to start afresh (and say why).

    A checkpoint counts only if it is whole and was made from the same inputs, settings and code,
    of which ``fingerprint`` is the digest.
    """
    if path is None or not path.exists():
        return None
    try:
        held = torch.load(path, weights_only=True, map_location="cpu")
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        print(f"{path}: not a whole checkpoint ({reason}); starting afresh", file=sys.stderr)
        return None
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        print(f"{path}: a checkpoint of another version; starting afresh", file=sys.stderr)
        return None
    if held.get("fingerprint") != fingerprint:
        print(f"{path}: made from other inputs or settings; starting afresh", file=sys.stderr)
        return None
    return held["state"]


class Keeper:
    """Saves a training's progress every so often, and when it is asked to stop.

    On SIGTERM the state is saved at the end of the step in hand and the process exits as the
    signal demands; schedulers send it before they kill.
    """

    def __init__(
        self,
        path: Path | None,
        fingerprint: str,
        state: Callable[[], dict[str, Any]],
        seconds: float = 30.0,
    ) -> None:
        self.path, self.fingerprint, self.state, self.seconds = path, fingerprint, state, seconds
        self._last = time.monotonic()
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
        if not self._asked and time.monotonic() - self._last < self.seconds:
            return
        save_checkpoint(self.path, self.fingerprint, self.state())
        self._last = time.monotonic()
        if self._asked:
            print(f"stopped; progress is kept in {self.path}", file=sys.stderr)
            sys.exit(128 + signal.SIGTERM)
