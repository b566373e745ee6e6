"""Read JSON of a known form, with errors that name file and place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from retime.errors import InputError


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def parse_json(path: Path, forms: Mapping[type, Any], expected: str) -> Any:
    """Read a JSON file of a given form.

    Args:
        path: the file.
        forms: what it must hold, if it is a ``dict`` and if it is a ``list``.
        expected: says so, for people.

    Raises:
        InputError: it cannot be read, is not JSON, or not of such a form; file and place are named.
    """
    try:
        held = from_json(read_bytes(path))
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}; expected {expected}") from error
    if type(held) not in forms:
        raise InputError(f"{path}: is of another form; expected {expected}")
    try:
        return TypeAdapter(forms[type(held)]).validate_python(held)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
        raise InputError(
            f"{path}: {place.lstrip('.')}: {first['msg']}; expected {expected}"
        ) from error
