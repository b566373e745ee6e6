"""Converter from TensorFlow.js graph models to ONNX, for convolutional networks.

Only the operations that pose networks use up to their output maps are known; any other raises. What
follows the maps (picking peaks) is better done in numpy, where it can be read.

Tensors keep TensorFlow's layout, [batch, height, width, channels]. ONNX convolves and resizes in
[batch, channels, height, width], so each such operation stands between two transpositions;
onnxruntime cancels neighbouring ones when it loads the model.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from retime.people.graph_model import GraphModel, GraphNode, node_of, tensor_name

OPSET = 17
IR_VERSION = 8

_ONNX_TYPES = {
    "DT_FLOAT": TensorProto.FLOAT,
    "DT_INT32": TensorProto.INT32,
    "DT_INT64": TensorProto.INT64,
    "DT_BOOL": TensorProto.BOOL,
}
_TO_CHANNELS_FIRST = [0, 3, 1, 2]
_TO_CHANNELS_LAST = [0, 2, 3, 1]


class ConversionError(Exception):
    """The graph uses an operation, or a variant of one, that the converter does not know."""


class _Builder:
    """The ONNX graph under construction."""

    def __init__(self, model: GraphModel) -> None:
        self.model = model
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.initializers: dict[str, np.ndarray] = {}

    def constant(self, tensor: str, node: GraphNode) -> np.ndarray:
        """Return the value of ``tensor``, which must be a constant."""
        if tensor not in self.model.constants:
            raise ConversionError(f"{node.operation} '{node.name}': '{tensor}' is not a constant")
        return self.model.constants[tensor]

    def literal(self, value: np.ndarray) -> str:
        """Add ``value`` as an initializer of its own; return its name."""
        name = f"literal_{len(self.initializers)}"
        self.initializers[name] = np.ascontiguousarray(value)
        return name

    def integers(self, *values: int) -> str:
        """Add a vector of 64-bit integers; return its name."""
        return self.literal(np.array(values, np.int64))

    def emit(
        self, kind: str, inputs: list[str], output: str | list[str] | None = None, **attributes
    ) -> str:
        """Add one ONNX node; return the name of its first output."""
        outputs = output if isinstance(output, list) else [output or f"step_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]


_Handler = Callable[[_Builder, GraphNode], None]
_HANDLERS: dict[str, _Handler] = {}


def _handles(*operations: str) -> Callable[[_Handler], _Handler]:
    def register(handler: _Handler) -> _Handler:
        _HANDLERS.update(dict.fromkeys(operations, handler))
        return handler

    return register


_SAME_MEANING = {
    "Add": "Add",
    "AddV2": "Add",
    "Identity": "Identity",
    "Mul": "Mul",
    "RealDiv": "Div",
    "Relu": "Relu",
    "Sigmoid": "Sigmoid",
    "Sub": "Sub",
}


@_handles(*_SAME_MEANING)
def _elementwise(builder: _Builder, node: GraphNode) -> None:
    builder.emit(_SAME_MEANING[node.operation], list(node.inputs), node.name)


@_handles("Placeholder")
def _placeholder(builder: _Builder, node: GraphNode) -> None:
    shape = [f"axis_{i}" if n < 0 else n for i, n in enumerate(node.attributes["shape"])]
    kind = _ONNX_TYPES[node.attributes["dtype"]]
    builder.inputs.append(helper.make_tensor_value_info(node.name, kind, shape))


@_handles("Cast")
def _cast(builder: _Builder, node: GraphNode) -> None:
    builder.emit("Cast", list(node.inputs), node.name, to=_ONNX_TYPES[node.attributes["DstT"]])


@_handles("Shape")
def _shape(builder: _Builder, node: GraphNode) -> None:
    # TensorFlow counts in int32 here and arithmetic follows in int32; ONNX gives int64.
    builder.emit("Cast", [builder.emit("Shape", [node.inputs[0]])], node.name, to=TensorProto.INT32)


@_handles("ExpandDims")
def _expand(builder: _Builder, node: GraphNode) -> None:
    axis = int(builder.constant(node.inputs[1], node))
    builder.emit("Unsqueeze", [node.inputs[0], builder.integers(axis)], node.name)


@_handles("Squeeze")
def _squeeze(builder: _Builder, node: GraphNode) -> None:
    axes = node.attributes.get("squeeze_dims") or []
    names = [builder.integers(*axes)] if axes else []
    builder.emit("Squeeze", [node.inputs[0], *names], node.name)


@_handles("Unpack")
def _unpack(builder: _Builder, node: GraphNode) -> None:
    axis, count = node.attributes.get("axis") or 0, node.attributes["num"]
    slices = [f"{node.name}/slice_{k}" for k in range(count)]
    builder.emit("Split", [node.inputs[0], builder.integers(*[1] * count)], slices, axis=axis)
    for k, part in enumerate(slices):
        output = tensor_name(f"{node.name}:{k}")
        builder.emit("Squeeze", [part, builder.integers(axis)], output)


@_handles("StridedSlice")
def _strided_slice(builder: _Builder, node: GraphNode) -> None:
    masks = [key for key, value in node.attributes.items() if key.endswith("_mask") and value]
    if masks:
        raise ConversionError(f"StridedSlice '{node.name}': {', '.join(masks)} not supported")
    begin, end, strides = (builder.constant(name, node) for name in node.inputs[1:4])
    bounds = [builder.integers(*v) for v in (begin, end, range(len(begin)), strides)]
    builder.emit("Slice", [node.inputs[0], *bounds], node.name)


@_handles("ResizeBilinear")
def _resize(builder: _Builder, node: GraphNode) -> None:
    if node.attributes.get("align_corners") or not node.attributes.get("half_pixel_centers"):
        raise ConversionError(f"ResizeBilinear '{node.name}': only half-pixel centres supported")
    image = builder.emit("Transpose", [node.inputs[0]], perm=_TO_CHANNELS_FIRST)
    batch_and_channels = builder.emit(
        "Slice", [builder.emit("Shape", [image]), builder.integers(0), builder.integers(2)]
    )
    size = builder.emit("Cast", [node.inputs[1]], to=TensorProto.INT64)
    target = builder.emit("Concat", [batch_and_channels, size], axis=0)
    resized = builder.emit(
        "Resize",
        [image, "", "", target],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    builder.emit("Transpose", [resized], node.name, perm=_TO_CHANNELS_LAST)


def _activate(builder: _Builder, tensor: str, activation: str, node: GraphNode) -> str:
    if activation == "Relu":
        return builder.emit("Relu", [tensor])
    if activation == "Relu6":
        bounds = [builder.literal(np.float32(0)), builder.literal(np.float32(6))]
        return builder.emit("Clip", [tensor, *bounds])
    raise ConversionError(f"{node.operation} '{node.name}': activation {activation} not supported")


@_handles("Conv2D", "_FusedConv2D", "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative")
def _convolution(builder: _Builder, node: GraphNode) -> None:
    attributes = node.attributes
    if attributes.get("data_format", "NHWC") != "NHWC" or attributes["padding"] not in (
        "SAME",
        "VALID",
    ):
        raise ConversionError(f"{node.operation} '{node.name}': layout or padding not supported")
    kernel = builder.constant(node.inputs[1], node)  # [kh, kw, C_in, C_out or multiplier]
    if "epthwise" in node.operation:
        kh, kw, channels, multiplier = kernel.shape
        weights = kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, kh, kw)
        groups = channels
    else:
        weights, groups = kernel.transpose(3, 2, 0, 1), 1  # [C_out, C_in, kh, kw]
    inputs = [
        builder.emit("Transpose", [node.inputs[0]], perm=_TO_CHANNELS_FIRST),
        builder.literal(weights),
    ]
    fused = attributes.get("fused_ops") or []
    if fused[:1] == ["BiasAdd"]:
        inputs.append(builder.literal(builder.constant(node.inputs[2], node)))
        fused = fused[1:]
    result = builder.emit(
        "Conv",
        inputs,
        group=groups,
        kernel_shape=list(weights.shape[2:]),
        strides=attributes["strides"][1:3],
        dilations=(attributes.get("dilations") or [1, 1, 1, 1])[1:3],
        auto_pad="SAME_UPPER" if attributes["padding"] == "SAME" else "VALID",
    )
    for activation in fused:
        result = _activate(builder, result, activation, node)
    builder.emit("Transpose", [result], node.name, perm=_TO_CHANNELS_LAST)


def _needed(model: GraphModel, tensors: list[str]) -> list[GraphNode]:
    """Return the nodes that ``tensors`` depend on, each after all it reads."""
    ordered: list[GraphNode] = []
    done: set[str] = set()
    stack = [(node_of(tensor), False) for tensor in tensors]
    while stack:
        name, inputs_done = stack.pop()
        if name in done:
            continue
        if name not in model.nodes:
            raise ConversionError(f"the graph has no node '{name}'")
        node = model.nodes[name]
        if inputs_done:
            done.add(name)
            ordered.append(node)
        else:
            stack.append((name, True))
            stack += [(node_of(i), False) for i in node.inputs]
    return ordered


def convert(model: GraphModel, outputs: Mapping[str, str]) -> onnx.ModelProto:
    """Convert the part of ``model`` that computes ``outputs`` to ONNX.

    ``outputs`` maps the name each output shall have to the tensor of the graph it is; all are
    float32. Inputs keep their names, types and layouts.

    Raises:
        ConversionError: an operation needed for the outputs is not known.
    """
    builder = _Builder(model)
    wanted = {name: tensor_name(tensor) for name, tensor in outputs.items()}
    for node in _needed(model, list(wanted.values())):
        if node.operation == "Const":
            builder.initializers[node.name] = builder.constant(node.name, node)
        elif node.operation in _HANDLERS:
            _HANDLERS[node.operation](builder, node)
        else:
            raise ConversionError(f"operation {node.operation} of '{node.name}' is not supported")
    for name, tensor in wanted.items():
        builder.emit("Identity", [tensor], name)
    read = {name for node in builder.nodes for name in node.input}
    graph = helper.make_graph(
        builder.nodes,
        "converted",
        builder.inputs,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted],
        [numpy_helper.from_array(v, n) for n, v in builder.initializers.items() if n in read],
    )
    converted = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    converted.ir_version = IR_VERSION
    converted = onnx.shape_inference.infer_shapes(converted)
    onnx.checker.check_model(converted)
    return converted
