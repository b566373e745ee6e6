"""Read YAML files and validate them, with errors that say what is allowed."""

import difflib
import json
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from retime.errors import InputError

Model = TypeVar("Model", bound=BaseModel)


def _known_keys(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed at ``place`` inside ``model``; empty where they are not fixed."""
    kind: Any = model
    for step in place:
        if isinstance(step, int) and get_origin(kind) is not dict:
            continue
        if get_origin(kind) is dict:  # its keys are free, its values are all of one kind
            kind = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            if step not in fields:
                return []
            kind = fields[step].annotation
        else:
            return []
        if get_origin(kind) is not dict:
            inner = [a for a in get_args(kind) if isinstance(a, type)]
            kind = next((a for a in inner if issubclass(a, BaseModel)), kind)
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return sorted(f.alias or name for name, f in kind.model_fields.items()) if is_model else []


def describe(error: ValidationError, model: type[BaseModel]) -> str:
    """Say in one line each what is wrong, where, and what is allowed instead."""
    lines = []
    for item in error.errors():
        place = item["loc"]
        key = ".".join(str(step) for step in place) or "the file"
        if item["type"] == "extra_forbidden":
            known = _known_keys(model, place[:-1])
            close = difflib.get_close_matches(str(place[-1]), known, n=1)
            hint = f"did you mean '{close[0]}'? " if close else ""
            lines.append(f"unknown key '{key}': {hint}allowed are {', '.join(known)}")
        else:
            message = item["msg"].removeprefix("Value error, ")
            lines.append(f"'{key}': {message} (got {item['input']!r})"[:300])
    return "; ".join(lines)


def validate(data: Any, model: type[Model], source: str) -> Model:
    """Build ``model`` from ``data``; ``source`` names the file in errors.

    Raises:
        InputError: naming the file, the key and what is allowed.
    """
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise InputError(f"{source}: {describe(error, model)}") from error


class RepeatedKeyError(Exception):
    """A key that stands twice in one mapping: its name, the line of the first and of the second."""


class _Loader(yaml.SafeLoader):
    """Reads YAML in which no key is given twice; YAML itself would keep the last, silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        first: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in first:
                    raise RepeatedKeyError(key.value, first[key.value], line)
                first[key.value] = line
        return super().construct_mapping(node, deep)


def read_text(path: Path) -> str:
    """Read a text file that a person wrote; raises InputError where there is none, or no text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from error


def parse_yaml(text: str, source: str) -> Any:
    """Return the data of a YAML text.

    Raises:
        InputError: not YAML, or a key that is given twice; the message names source and line.
    """
    try:
        return yaml.load(text, _Loader)
    except RepeatedKeyError as error:
        name, first, line = error.args
        message = f"{source}, line {line}: '{name}' was already given in line {first}; keep one"
        raise InputError(message) from error
    except yaml.YAMLError as error:
        raise InputError(f"{source}: not valid YAML: {' '.join(str(error).split())}") from error


def read_yaml(path: Path) -> Any:
    """Read a YAML file; raises InputError naming file and line where it is not YAML."""
    return parse_yaml(read_text(path), str(path))


def load(path: Path, model: type[Model]) -> Model:
    """Read and validate one YAML file."""
    return validate(read_yaml(path), model, str(path))


def parse_section(text: str, model: type[Model]) -> Model:
    """Return the settings that ``--settings`` gives: JSON, or the path of a YAML file.

    Without any, the defaults hold.

    Raises:
        InputError: it is neither, or a setting is wrong.
    """
    if text.lstrip().startswith("{"):
        try:
            data: Any = json.loads(text)
        except json.JSONDecodeError as error:
            raise InputError(f"--settings: not valid JSON: {error}") from error
        return validate(data, model, "--settings")
    return load(Path(text), model) if text else model()
