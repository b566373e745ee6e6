"""YAML with the line of every key, so that an error can say where in the file it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from retime.config import parse_yaml

Place = tuple[str | int, ...]


def parse_marked(text: str, path: Path) -> tuple[Any, dict[Place, int]]:
    """Read the YAML text of a file.

    Returns:
        The data, and the line (from 1) of every key and list item by its place: the keys and
        indices that lead to it.

    Raises:
        InputError: not YAML, or a key that is given twice.
    """
    data = parse_yaml(text, str(path))
    lines: dict[Place, int] = {}
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        _mark(root, (), lines)
    return data, lines


def line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """Return the line of ``place``, or of the nearest thing around it; 1 for the whole file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[*place, index] = item.start_mark.line + 1
            _mark(item, (*place, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            # Keys of edits are words and numbers of people; a merge key ("<<") marks nothing.
            name = yaml.safe_load(key.value) if key.tag == "tag:yaml.org,2002:int" else key.value
            lines[*place, name] = key.start_mark.line + 1
            _mark(value, (*place, name), lines)
