"""Files and folders that are there whole or not at all, whatever kills the process."""

import contextlib
import glob
import os
import platform
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from retime.lacking import naming

# A partial file written on another machine is left behind if it has not grown for so long.
ABANDONED_SECONDS = 3600.0
HOST = re.sub(r"\W", "-", platform.node()) or "host"
OWNER = re.compile(r"\.([^.]+)\.(\d+)\.partial(?:\.\w+)?$")


def partial_path(path: Path) -> Path:
    """Return where this process writes what will be ``path``: hidden, beside it, of its kind.

    What killed processes left of the same file is cleared away.
    """
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.partial*"):
        if _abandoned(left):
            _discard(left)
    return path.with_name(f".{path.name}.{HOST}.{os.getpid()}.partial{path.suffix}")


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):  # read-only: there is none, or it has to stay
            path.unlink(missing_ok=True)


def _abandoned(partial: Path) -> bool:
    """Tell whether nobody writes a partial file any more."""
    owner = OWNER.search(partial.name)
    if owner is None:
        return False
    try:
        if owner[1] != HOST:
            return time.time() - partial.stat().st_mtime > ABANDONED_SECONDS
        os.kill(int(owner[2]), 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    except PermissionError:  # someone else's process
        return False
    return False


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write a file to, which becomes ``path`` if the context ends without error.

    The place has the suffix of ``path``; folders are made as needed. What stood at ``path`` stays
    until it is replaced, and stays for good after an error.

    Raises:
        InputError: disk or memory did not suffice, or writing is not allowed; it names ``path``.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = partial_path(path)
        try:
            yield partial
            partial.replace(path)
        finally:
            _discard(partial)


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder, which becomes ``path`` if the context ends without error.

    Raises:
        InputError: as ``replacing``.
    """
    with naming(path):
        partial = partial_path(path)
        _discard(partial)
        partial.mkdir(parents=True)
        try:
            yield partial
            if path.exists():
                shutil.rmtree(path)
            partial.replace(path)
        finally:
            _discard(partial)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data``."""
    with replacing(path) as partial:
        partial.write_bytes(data)
