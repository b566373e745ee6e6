"""Change what a YAML text says, and keep the rest of it: comments, order and layout."""

import difflib
import io
import re
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from retime.config import parse_yaml
from retime.errors import InputError

WIDTH = 100
# A key with nothing but a comment behind it, and the next line that holds anything.
KEY = r"^(?P<out> *)[^\s#][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*"
INDENTED = re.compile(KEY.replace(" *", "") + r"(?P<in> +)[^\s#-]", re.MULTILINE)
LISTED = re.compile(KEY + r"(?P<in>(?P=out) *)- ", re.MULTILINE)
BLOCK_DEPTH = 2  # mappings and lists nested deeper than this are written on one line


def with_data(text: str, data: dict[Any, Any], source: str) -> str:
    """Return ``text`` changed so that it says ``data``.

    Comments on lines of their own all stay. One behind a value stays while its key does.

    Args:
        text: YAML; empty, or a mapping.
        data: what it shall say, as ``yaml.safe_load`` returns it.
        source: named in errors.

    Raises:
        InputError: ``text`` cannot be changed in this way (it is not YAML, not a mapping, or has
            anchors that tie together what is to differ).
    """
    if parse_yaml(text, source) == data:
        return text
    try:
        document = _yaml().load(text)
    except YAMLError as error:
        raise _unchangeable(source) from error
    if document is None:
        return _ended(text) + _dump(_built(data, 0), _yaml())
    if not isinstance(document, CommentedMap):
        raise _unchangeable(source)
    _change_mapping(document, data, 0)
    changed = _with_comments(text, _dump(document, _yaml(text)))
    try:
        says = yaml.safe_load(changed)
    except yaml.YAMLError as error:  # a comment has come to stand where none may
        raise _unchangeable(source) from error
    if says != data:
        raise _unchangeable(source)
    return changed


def _unchangeable(source: str) -> InputError:
    return InputError(
        f"{source}: cannot be changed from here without losing what else it holds; "
        "change it as text"
    )


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _yaml(text: str = "") -> YAML:
    """Return a reader and writer that indents as ``text`` does."""
    made = YAML()
    made.preserve_quotes, made.width = True, WIDTH
    made.representer.add_representer(float, _represent_float)
    mapping, items = INDENTED.search(text), LISTED.search(text)
    offset = len(items["in"]) - len(items["out"]) if items else 2
    made.indent(len(mapping["in"]) if mapping else 2, sequence=offset + 2, offset=offset)
    return made


def _dump(document: CommentedMap, writer: YAML) -> str:
    out = io.StringIO()
    writer.dump(document, out)
    return out.getvalue()


def _represent_float(representer: Any, value: float) -> Any:
    """Write a number as YAML 1.1 reads it: with a point even before an exponent."""
    text = yaml.safe_dump(value).split("\n")[0]
    return representer.represent_scalar("tag:yaml.org,2002:float", text)


def _changed(node: Any, value: Any, depth: int) -> Any:
    """Return ``node`` changed to say ``value``, or a new node."""
    if isinstance(node, CommentedMap) and isinstance(value, dict) and value:
        _change_mapping(node, value, depth)
        return node
    if isinstance(node, CommentedSeq) and isinstance(value, list) and value:
        _change_list(node, value, depth)
        return node
    if _plain(node) == value and type(_plain(node)) is type(value):
        return node
    return _built(value, depth)


def _change_mapping(node: CommentedMap, data: dict[Any, Any], depth: int) -> None:
    for key in [key for key in node if key not in data]:
        del node[key]
    for key, value in data.items():
        if key in node:
            _put(node, key, _changed(node[key], value, depth + 1))
        else:
            node[_quoted(key)] = _built(value, depth + 1)


def _change_list(node: CommentedSeq, data: list[Any], depth: int) -> None:
    held, wanted = [_known_by(_plain(item)) for item in node], list(map(_known_by, data))
    steps = difflib.SequenceMatcher(None, held, wanted, autojunk=False)
    for _, start, end, first, last in reversed(steps.get_opcodes()):
        shared = min(end - start, last - first)
        for _ in range(start + shared, end):
            del node[start + shared]
        for number in range(last - 1, first + shared - 1, -1):
            node.insert(start + shared, _built(data[number], depth + 1))
        for k in range(shared):
            _put(node, start + k, _changed(node[start + k], data[first + k], depth + 1))


def _put(node: CommentedMap | CommentedSeq, key: Any, new: Any) -> None:
    """Put a new value into ``node``, without the comments between a key and its old block."""
    if new is not node[key] and isinstance(node[key], CommentedMap | CommentedSeq):
        node.ca.items.pop(key, None)
    node[key] = new


def _known_by(item: Any) -> str:
    """Return what tells an item of a list from the others: its name, or all of it."""
    return repr(item.get("name", item) if isinstance(item, dict) else item)


def _plain(node: Any) -> Any:
    """Return a node as ``yaml.safe_load`` would have it."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _built(value: Any, depth: int) -> Any:
    """Return a new node that says ``value``."""
    if isinstance(value, dict):
        node = CommentedMap((_quoted(key), _built(item, depth + 1)) for key, item in value.items())
        if depth >= BLOCK_DEPTH:
            node.fa.set_flow_style()
        return node
    if isinstance(value, list):
        node = CommentedSeq(_built(item, depth + 1) for item in value)
        if depth >= BLOCK_DEPTH or not any(isinstance(item, dict | list) for item in value):
            node.fa.set_flow_style()
        return node
    return _quoted(value)


def _quoted(value: Any) -> Any:
    """Return a text quoted where YAML 1.1 would take it for something else."""
    if isinstance(value, str) and yaml.safe_load(value) != value:
        return DoubleQuotedScalarString(value)
    return value


def _with_comments(before: str, after: str) -> str:
    """Return ``after`` with those comment lines of ``before`` that are not in it any more."""
    old, new = before.splitlines(), after.splitlines()
    steps = difflib.SequenceMatcher(
        None, [line.strip() for line in old], [line.strip() for line in new], autojunk=False
    )
    lines: list[str] = []
    for step, start, end, first, last in steps.get_opcodes():
        if step in ("delete", "replace"):
            lines += [line for line in old[start:end] if line.lstrip().startswith("#")]
        lines += new[first:last]
    return "\n".join(lines) + "\n"
