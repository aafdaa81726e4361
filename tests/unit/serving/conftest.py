"""A small model written by hand: no JAX and no exporter stand between a test and the runtime."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fluxion.serving import seal
from fluxion.signatures import Column, Input, Output, Signature

onnx = pytest.importorskip("onnx")

MONTHS = tuple(f"m{i}" for i in range(12))
SIGNATURE = Signature(
    "design",
    (
        Input(
            "design",
            (
                Column("u_factor", "W/(m2 K)", 0.5, 3.0, 1.5, 0.5),
                Column("area", "m2", 1.0, 9.0, 5.0, 2.0),
            ),
        ),
        Input("climate", (Column("temperature", "degC", -10.0, 30.0, 10.0, 10.0),), rows=12),
    ),
    (
        Output("monthly_heating", "J", ("south", "north"), (2.0e9, 3.0e9), (0.0, 1.0e8)),
        Output("monthly_peak_heating", "W", ("south", "north"), (1e3, 2e3), (0.0, 0.0)),
    ),
    MONTHS,
)
RNG = np.random.default_rng(3)
W_DESIGN = RNG.normal(size=(2, 4)).astype(np.float32)
W_CLIMATE = RNG.normal(size=(1, 4)).astype(np.float32)
CLIMATES = {"north": RNG.uniform(-5, 20, (12, 1)).tolist(), "south": [[25.0]] * 12}


def graph_bytes(doubt: bool = False) -> bytes:
    """relu(design @ W + climate @ V), its sums and largest values; with doubt a tenth of each."""
    from onnx import TensorProto, helper, numpy_helper

    node, info = helper.make_node, helper.make_tensor_value_info
    weights = {
        "wd": W_DESIGN,
        "wc": W_CLIMATE,
        "axis": np.array([1]),
        "tenth": np.float32(0.1),
        "largest": np.array([False, False, True, True]),
    }
    name = "mean" if doubt else "core"
    nodes = [
        node("MatMul", ["design", "wd"], ["d"]),
        node("Unsqueeze", ["d", "axis"], ["d3"]),
        node("MatMul", ["climate", "wc"], ["c"]),
        node("Add", ["d3", "c"], ["z"]),
        node("Relu", ["z"], [name]),
        node("ReduceSum", [name, "axis"], ["sum"], keepdims=0),
        node("ReduceMax", [name, "axis"], ["max"], keepdims=0),
        node("Where", ["largest", "max", "sum"], ["reduced"]),
    ]
    shapes = {name: ["B", 12, 4], "reduced": ["B", 4]}
    if doubt:
        nodes.append(node("Mul", [name, "tenth"], ["std"]))
        nodes.append(node("Mul", ["reduced", "tenth"], ["reduced_std"]))
        shapes |= {"std": ["B", 12, 4], "reduced_std": ["B", 4]}
    graph = helper.make_graph(
        nodes,
        "hand",
        [info("design", TensorProto.FLOAT, ["B", 2]), info("climate", TensorProto.FLOAT, [12, 1])],
        [info(each, TensorProto.FLOAT, shape) for each, shape in shapes.items()],
        [numpy_helper.from_array(np.asarray(value), each) for each, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return model.SerializeToString()


def metadata(**more) -> dict:
    return {
        "version": "0",
        "kind": "single",
        "precision": "float32",
        "signature": SIGNATURE.to_json(),
        "climates": CLIMATES,
        "training": {"data": "abc"},
        "conformal": None,
        **more,
    }


def expected(designs: np.ndarray, climate: np.ndarray) -> np.ndarray:
    """The same model in NumPy, in physical units."""
    d, c = SIGNATURE.inputs[0].to_unit(designs), SIGNATURE.inputs[1].to_unit(climate)
    core = np.maximum((d @ W_DESIGN)[:, None] + c @ W_CLIMATE, 0.0)
    return SIGNATURE.from_core(core)


@pytest.fixture(scope="session")
def hand() -> ModuleType:
    """What stands above, for tests."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def model_path(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "hand.onnx"
    path.write_bytes(seal(graph_bytes(), metadata()))
    return path


@pytest.fixture
def designs():
    """So many designs within the range of the training data."""

    def some(count: int) -> np.ndarray:
        return np.random.default_rng(count).uniform([0.5, 1.0], [3.0, 9.0], (count, 2))

    return some
