"""Files that a person writes and the page changes: whole, and never over what it has not seen."""

import hashlib
import threading
from pathlib import Path

from retime.atomic import write_bytes
from retime.studio.refusal import Refused

_writing = threading.Lock()


class StaleError(Exception):
    """The file is not the one that was changed."""


def digest_of(contents: bytes | None) -> str | None:
    """Return 16 hexadecimal digits of a file's contents, None for no file."""
    return None if contents is None else hashlib.sha256(contents).hexdigest()[:16]


def read(path: Path, folder: Path) -> bytes | None:
    """Return the contents of a file, None if there is none.

    Raises:
        Refused: the file is a link that leads out of ``folder``.
    """
    check_inside(path, folder)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def check_inside(path: Path, folder: Path) -> None:
    """Refuse a path that leads out of ``folder``."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Refused(404, f"{path.name} leads out of the clip's folder")


def save(path: Path, contents: bytes | None, base: str | None, folder: Path) -> None:
    """Write a file, or remove it (None), if it still is what the change was made from.

    Args:
        path: the file.
        contents: its new contents.
        base: ``digest_of`` the contents that were changed.
        folder: that the file must lie in.

    Raises:
        StaleError: the file has become another one.
        Refused: it is a link that leads out of ``folder``.
    """
    with _writing:
        if digest_of(read(path, folder)) != base:
            raise StaleError
        if contents is not None:
            write_bytes(path, contents)
        else:
            path.unlink(missing_ok=True)
