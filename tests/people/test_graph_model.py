import base64
import json

import numpy as np
import pytest

from retime.errors import InputError
from retime.people.graph_model import node_of, read_graph_model, tensor_name


def write(folder, weights, data, nodes=(), **changes):
    document = {
        "format": "graph-model",
        "modelTopology": {"node": list(nodes)},
        "weightsManifest": [{"paths": ["m.bin"], "weights": weights}],
    } | changes
    (folder / "m.json").write_text(json.dumps(document))
    (folder / "m.bin").write_bytes(data)
    return folder / "m.json"


def test_weights_of_every_storage_are_decoded(tmp_path):
    data = (
        np.array([1.5, -2], np.float16).tobytes()
        + np.array([7, 8, 9], np.int32).tobytes()
        + np.array([0, 10, 255], np.uint8).tobytes()
        + np.array([2.5], np.float32).tobytes()
    )
    half = {"dtype": "float16", "original_dtype": "float32"}
    scaled = {"dtype": "uint8", "scale": 0.5, "min": -1.0}
    weights = [
        {"name": "half", "shape": [2, 1], "dtype": "float32", "quantization": half},
        {"name": "whole", "shape": [3], "dtype": "int32"},
        {"name": "scaled", "shape": [3], "dtype": "float32", "quantization": scaled},
        {"name": "scalar", "shape": [], "dtype": "float32"},
    ]
    constants = read_graph_model(write(tmp_path, weights, data)).constants
    np.testing.assert_array_equal(constants["half"], np.array([[1.5], [-2]], np.float32))
    np.testing.assert_array_equal(constants["whole"], np.array([7, 8, 9], np.int32))
    np.testing.assert_array_equal(constants["scaled"], np.array([-1, 4, 126.5], np.float32))
    assert constants["scalar"] == np.float32(2.5)
    assert constants["scalar"].shape == ()
    assert [v.dtype for v in constants.values()] == [np.float32, np.int32, np.float32, np.float32]


def test_nodes_have_decoded_attributes_and_no_control_inputs(tmp_path):
    node = {
        "name": "conv",
        "op": "Conv2D",
        "input": ["x:0", "w", "split:1", "^first"],
        "attr": {
            "padding": {"s": base64.b64encode(b"SAME").decode()},
            "strides": {"list": {"i": ["1", "2", "2", "1"]}},
            "fused": {"list": {"s": [base64.b64encode(b"Relu").decode()]}},
            "none": {"list": {}},
            "flag": {"b": False},
            "epsilon": {"f": 0.5},
            "T": {"type": "DT_FLOAT"},
            "shape": {"shape": {"dim": [{"size": "1"}, {"size": "-1"}]}},
            "empty": {},
        },
    }
    read = read_graph_model(write(tmp_path, [], b"", [node])).nodes["conv"]
    assert read.inputs == ("x", "w", "split:1")
    assert read.attributes == {
        "padding": "SAME",
        "strides": [1, 2, 2, 1],
        "fused": ["Relu"],
        "none": [],
        "flag": False,
        "epsilon": 0.5,
        "T": "DT_FLOAT",
        "shape": [1, -1],
        "empty": None,
    }


def test_names_of_tensors_and_nodes():
    assert tensor_name("a/b:0") == "a/b"
    assert tensor_name("a/b:1") == "a/b:1"
    assert node_of("a/b:1") == "a/b"


def test_a_cut_weight_file_is_refused(tmp_path):
    weights = [{"name": "w", "shape": [4], "dtype": "float32"}]
    with pytest.raises(InputError, match=r"m\.json.*download"):
        read_graph_model(write(tmp_path, weights, bytes(12)))


def test_a_weight_file_with_more_than_is_listed_is_refused(tmp_path):
    weights = [{"name": "w", "shape": [4], "dtype": "float32"}]
    with pytest.raises(InputError, match="hold 20 bytes, 16 are expected"):
        read_graph_model(write(tmp_path, weights, bytes(20)))


@pytest.mark.parametrize("text", ["", "[]", '{"format": "layers-model"}', '{"format": 1'])
def test_what_is_no_graph_model_is_refused(tmp_path, text):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(InputError, match=r"m\.json"):
        read_graph_model(tmp_path / "m.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.json"):
        read_graph_model(tmp_path / "absent.json")
