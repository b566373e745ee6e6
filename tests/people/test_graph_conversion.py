"""Each operation against numpy, by the definitions of TensorFlow's documentation."""

import numpy as np
import onnxruntime
import pytest

from retime.people.graph_conversion import ConversionError, convert
from retime.people.graph_model import GraphModel, GraphNode

RNG = np.random.default_rng(5)


def placeholder(shape, dtype="DT_FLOAT"):
    return GraphNode("x", "Placeholder", (), {"dtype": dtype, "shape": list(shape)})


def run(x, *nodes, constants=None, output=None, shape=None):
    """Convert a graph that reads ``x`` and return the value of its last node's output."""
    constants = constants or {}
    kind = {"float32": "DT_FLOAT", "int32": "DT_INT32"}[x.dtype.name]
    graph = [placeholder(shape or x.shape, kind), *nodes]
    graph += [GraphNode(name, "Const", (), {}) for name in constants]
    model = GraphModel({node.name: node for node in graph}, constants)
    converted = convert(model, {"result": output or nodes[-1].name})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(converted.SerializeToString(), options)
    return session.run(["result"], {"x": x})[0]


def image(height, width, channels):
    return RNG.normal(size=(1, height, width, channels)).astype(np.float32)


def padded(x, kernel, stride, padding):
    """Pad as TensorFlow's SAME does: the odd row or column goes to the end."""
    if padding == "VALID":
        return x
    total = [
        max((-(-n // s) - 1) * s + k - n, 0)
        for n, k, s in zip(x.shape[1:3], kernel, stride, strict=True)
    ]
    pads = [(p // 2, p - p // 2) for p in total]
    return np.pad(x, ((0, 0), *pads, (0, 0)))


def convolve(x, w, stride, padding, depthwise=False):
    """Convolve ``[1, H, W, C]`` with ``[kh, kw, C, D]``, by the definition."""
    kh, kw = w.shape[:2]
    x = padded(x, (kh, kw), stride, padding)
    rows = range(0, x.shape[1] - kh + 1, stride[0])
    columns = range(0, x.shape[2] - kw + 1, stride[1])
    if depthwise:
        patches = [
            [np.einsum("ijc,ijcm->cm", x[0, r : r + kh, c : c + kw], w).ravel() for c in columns]
            for r in rows
        ]
    else:
        patches = [
            [np.einsum("ijc,ijcd->d", x[0, r : r + kh, c : c + kw], w) for c in columns]
            for r in rows
        ]
    return np.array(patches)[None]


def attributes(stride=1, padding="SAME", **more):
    return {
        "strides": [1, stride, stride, 1],
        "dilations": [1, 1, 1, 1],
        "padding": padding,
        "data_format": "NHWC",
        "explicit_paddings": [],
    } | more


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(5, 6), (6, 5)])
def test_convolution(padding, stride, size):
    x, w = image(*size, 3), RNG.normal(size=(3, 3, 3, 4)).astype(np.float32)
    node = GraphNode("y", "Conv2D", ("x", "w"), attributes(stride, padding))
    expected = convolve(x, w, (stride, stride), padding)
    np.testing.assert_allclose(run(x, node, constants={"w": w}), expected, atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_convolution(stride):
    x, w = image(6, 5, 3), RNG.normal(size=(3, 3, 3, 2)).astype(np.float32)
    node = GraphNode("y", "DepthwiseConv2dNative", ("x", "w"), attributes(stride))
    expected = convolve(x, w, (stride, stride), "SAME", depthwise=True)
    np.testing.assert_allclose(run(x, node, constants={"w": w}), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("fused", "activation"),
    [
        (["BiasAdd"], lambda v: v),
        (["BiasAdd", "Relu"], lambda v: np.maximum(v, 0)),
        (["BiasAdd", "Relu6"], lambda v: np.clip(v, 0, 6)),
    ],
)
@pytest.mark.parametrize("depthwise", [False, True])
def test_fused_convolution(fused, activation, depthwise):
    x, w = 5 * image(4, 4, 2), RNG.normal(size=(1, 1, 2, 1 if depthwise else 3)).astype(np.float32)
    bias = np.array([1, -2] if depthwise else [1, -2, 3], np.float32)
    kind = "FusedDepthwiseConv2dNative" if depthwise else "_FusedConv2D"
    node = GraphNode("y", kind, ("x", "w", "b"), attributes(fused_ops=fused))
    expected = activation(convolve(x, w, (1, 1), "SAME", depthwise) + bias)
    np.testing.assert_allclose(run(x, node, constants={"w": w, "b": bias}), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("operation", "function"),
    [
        ("Add", np.add),
        ("AddV2", np.add),
        ("Sub", np.subtract),
        ("Mul", np.multiply),
        ("RealDiv", np.divide),
    ],
)
def test_arithmetic_with_a_constant_that_is_broadcast(operation, function):
    x, c = image(2, 3, 2), np.array([3, -4], np.float32)
    result = run(x, GraphNode("y", operation, ("x", "c"), {}), constants={"c": c})
    np.testing.assert_allclose(result, function(x, c), rtol=1e-6)


@pytest.mark.parametrize(
    ("operation", "function"),
    [
        ("Identity", lambda v: v),
        ("Relu", lambda v: np.maximum(v, 0)),
        ("Sigmoid", lambda v: 1 / (1 + np.exp(-v))),
    ],
)
def test_functions_of_one_tensor(operation, function):
    x = image(2, 3, 2)
    result = run(x, GraphNode("y", operation, ("x",), {}))
    np.testing.assert_allclose(result, function(x), rtol=1e-6)


def test_integers_are_cast_to_floats():
    x = np.array([[0, 255]], np.int32)
    result = run(x, GraphNode("y", "Cast", ("x",), {"SrcT": "DT_INT32", "DstT": "DT_FLOAT"}))
    np.testing.assert_array_equal(result, np.array([[0, 255]], np.float32))


def test_expand_and_squeeze():
    x = image(2, 1, 3)
    nodes = [
        GraphNode("wide", "ExpandDims", ("x", "axis"), {}),
        GraphNode("y", "Squeeze", ("wide",), {"squeeze_dims": [0, 3]}),
    ]
    result = run(x, *nodes, constants={"axis": np.array(1, np.int32)})
    np.testing.assert_array_equal(result, x[:, None].squeeze((0, 3)))


def test_squeeze_without_axes_drops_all_of_length_one():
    x = image(2, 1, 3)
    assert run(x, GraphNode("y", "Squeeze", ("x",), {"squeeze_dims": []})).shape == (2, 3)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_unpack(part):
    x = image(2, 3, 4)
    node = GraphNode("y", "Unpack", ("x",), {"axis": 2, "num": 3})
    np.testing.assert_array_equal(run(x, node, output=f"y:{part}"), x[:, :, part])


def test_slice_with_strides_and_negative_ends():
    x = image(5, 6, 3)
    constants = {
        "begin": np.array([0, 1, 0], np.int32),
        "end": np.array([1, 5, -1], np.int32),
        "strides": np.array([1, 2, 1], np.int32),
    }
    node = GraphNode("y", "StridedSlice", ("x", *constants), {"begin_mask": 0, "end_mask": 0})
    np.testing.assert_array_equal(run(x, node, constants=constants), x[0:1, 1:5:2, 0:-1])


def bilinear(x, height, width):
    """Resize with half-pixel centres and clamped borders, by the definition."""
    result = np.zeros((1, height, width, x.shape[3]))
    for i in range(height):
        for j in range(width):
            y = np.clip((i + 0.5) * x.shape[1] / height - 0.5, 0, x.shape[1] - 1)
            z = np.clip((j + 0.5) * x.shape[2] / width - 0.5, 0, x.shape[2] - 1)
            for r in range(x.shape[1]):
                for c in range(x.shape[2]):
                    weight = max(0, 1 - abs(y - r)) * max(0, 1 - abs(z - c))
                    result[0, i, j] += weight * x[0, r, c]
    return result


def test_doubling_an_image_whose_size_is_known_only_at_run_time():
    x = image(3, 4, 2)
    constants = {
        "begin": np.array([1], np.int32),
        "end": np.array([3], np.int32),
        "strides": np.array([1], np.int32),
        "two": np.array([2, 2], np.int32),
    }
    nodes = [
        GraphNode("shape", "Shape", ("x",), {"out_type": "DT_INT32"}),
        GraphNode("size", "StridedSlice", ("shape", "begin", "end", "strides"), {}),
        GraphNode("double", "Mul", ("size", "two"), {}),
        GraphNode("y", "ResizeBilinear", ("x", "double"), {"half_pixel_centers": True}),
    ]
    result = run(x, *nodes, constants=constants, shape=[1, -1, -1, 2])
    # Equal weights would hide an error of half a pixel; doubling has 1/4 and 3/4.
    np.testing.assert_allclose(result, bilinear(x, 6, 8), atol=1e-6)


def test_only_what_the_outputs_need_is_converted():
    strange = GraphNode("z", "TopKV2", ("x",), {})
    nodes = [strange, GraphNode("y", "Relu", ("x",), {})]
    np.testing.assert_array_equal(run(-np.ones((1, 2), np.float32), *nodes), [[0, 0]])


def test_nodes_may_come_in_any_order():
    x = image(1, 1, 1)
    nodes = [GraphNode("y", "Relu", ("z",), {}), GraphNode("z", "Sigmoid", ("x",), {})]
    np.testing.assert_allclose(run(x, *nodes, output="y"), 1 / (1 + np.exp(-x)), rtol=1e-6)


def test_a_number_in_several_places_is_one_tensor():
    x = image(1, 2, 1)
    nodes = [GraphNode("a", "Relu", ("x",), {}), GraphNode("y", "AddV2", ("a", "a"), {})]
    np.testing.assert_allclose(run(x, *nodes), 2 * np.maximum(x, 0))


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (GraphNode("y", "TopKV2", ("x",), {}), "TopKV2 of 'y' is not supported"),
        (GraphNode("y", "Relu", ("absent",), {}), "no node 'absent'"),
        (GraphNode("y", "Conv2D", ("x", "x"), attributes()), "'x' is not a constant"),
        (
            GraphNode("y", "StridedSlice", ("x", "x", "x", "x"), {"shrink_axis_mask": 1}),
            "shrink_axis_mask not supported",
        ),
        (
            GraphNode("y", "ResizeBilinear", ("x", "x"), {"align_corners": True}),
            "only half-pixel centres",
        ),
        (
            GraphNode("y", "Conv2D", ("x", "x"), attributes(padding="EXPLICIT")),
            "layout or padding not supported",
        ),
    ],
)
def test_what_is_not_known_is_refused(node, message):
    model = GraphModel({"x": placeholder([1, 2, 2, 1]), "y": node}, {})
    with pytest.raises(ConversionError, match=message):
        convert(model, {"result": "y"})


def test_an_unknown_activation_is_refused():
    node = GraphNode("y", "_FusedConv2D", ("x", "w"), attributes(fused_ops=["Elu"]))
    graph = {"x": placeholder([1, 2, 2, 1]), "w": GraphNode("w", "Const", (), {}), "y": node}
    model = GraphModel(graph, {"w": np.ones((1, 1, 1, 1), np.float32)})
    with pytest.raises(ConversionError, match="activation Elu not supported"):
        convert(model, {"result": "y"})
