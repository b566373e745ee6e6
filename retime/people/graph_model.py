"""Reader of TensorFlow.js graph models: a JSON topology and one or more binary weight files.

The format is that of the TensorFlow.js converter's documentation: the JSON holds a TensorFlow
GraphDef (`modelTopology`) and a manifest that says which constant lies where in the concatenated
weight files (`weightsManifest`).
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retime.errors import InputError


@dataclass(frozen=True)
class GraphNode:
    """One operation of the graph; ``inputs`` are the tensors it reads, control inputs left out."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class GraphModel:
    """A graph model: its nodes by name, and the value of every ``Const`` node."""

    nodes: dict[str, GraphNode]
    constants: dict[str, np.ndarray]


def tensor_name(reference: str) -> str:
    """Return the canonical name of a tensor: ``node`` for output 0, ``node:k`` for output k."""
    return reference.removesuffix(":0")


def node_of(tensor: str) -> str:
    """Return the name of the node that makes ``tensor``."""
    return tensor.split(":")[0]


def _attribute(value: dict[str, Any]) -> Any:
    """Decode one protobuf-JSON attribute: 64-bit integers are strings there, strings base64."""
    if not value:
        return None
    kind, content = next(iter(value.items()))
    if kind == "i":
        return int(content)
    if kind == "f":
        return float(content)
    if kind == "s":
        return base64.b64decode(content).decode()
    if kind == "shape":
        return [int(axis["size"]) for axis in content.get("dim", [])]
    if kind == "list":
        return [_attribute({k: item}) for k, items in content.items() for item in items]
    return content  # "b" is a boolean already, "type" a name such as DT_FLOAT


def _constant(entry: dict[str, Any], data: bytes, offset: int) -> tuple[np.ndarray, int]:
    """Decode one manifest entry at ``offset``; return its value and the bytes it took.

    Quantised entries are either plain float16, or integers to be scaled (``q * scale + min``).
    """
    dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
    quantization = entry.get("quantization")
    stored = np.dtype(quantization["dtype"]) if quantization else dtype
    count = int(np.prod(shape, dtype=np.int64))
    value = np.frombuffer(data, stored, count, offset).reshape(shape)
    if quantization and stored != np.float16:
        value = value * quantization["scale"] + quantization["min"]
    return value.astype(dtype), count * stored.itemsize


def read_graph_model(path: Path) -> GraphModel:
    """Read the graph model whose JSON lies at ``path``; its weight files lie beside it.

    Raises:
        InputError: the files are missing, are no graph model, or the weight files have another
            length than the manifest says.
    """
    try:
        document = json.loads(path.read_text())
        if not isinstance(document, dict) or document.get("format") != "graph-model":
            raise InputError(f"{path}: not a TensorFlow.js graph model; download it again")
        constants: dict[str, np.ndarray] = {}
        for group in document["weightsManifest"]:
            data = b"".join((path.parent / part).read_bytes() for part in group["paths"])
            offset = 0
            for entry in group["weights"]:
                constants[entry["name"]], size = _constant(entry, data, offset)
                offset += size
            if offset != len(data):
                raise InputError(
                    f"{path}: its weight files hold {len(data)} bytes, {offset} are expected; "
                    "download them again"
                )
        nodes = {
            node["name"]: GraphNode(
                node["name"],
                node["op"],
                tuple(tensor_name(i) for i in node.get("input", []) if not i.startswith("^")),
                {key: _attribute(value) for key, value in node.get("attr", {}).items()},
            )
            for node in document["modelTopology"]["node"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: cannot be read as a TensorFlow.js graph model ({error}); download it again"
        ) from error
    return GraphModel(nodes, constants)
