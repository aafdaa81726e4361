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
    """relu(design @ W + climate @ V); with doubt a deviation of a tenth of it."""
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node
    weights = {
        "wd": W_DESIGN,
        "wc": W_CLIMATE,
        "axis": np.array([1]),
        "tenth": np.float32(0.1),
        "sum": np.array([1]),
    }
    name = "mean" if doubt else "core"
    nodes = [
        node("MatMul", ["design", "wd"], ["d"]),
        node("Unsqueeze", ["d", "axis"], ["d3"]),
        node("MatMul", ["climate", "wc"], ["c"]),
        node("Add", ["d3", "c"], ["z"]),
        node("Relu", ["z"], [name]),
    ]
    out = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["B", 12, 4])]
    if doubt:
        nodes += [
            node("Mul", [name, "tenth"], ["std"]),
            node("ReduceSum", ["std", "sum"], ["reduced_std"], keepdims=0),
        ]
        out += [
            helper.make_tensor_value_info("std", TensorProto.FLOAT, ["B", 12, 4]),
            helper.make_tensor_value_info("reduced_std", TensorProto.FLOAT, ["B", 4]),
        ]
    graph = helper.make_graph(
        nodes,
        "hand",
        [
            helper.make_tensor_value_info("design", TensorProto.FLOAT, ["B", 2]),
            helper.make_tensor_value_info("climate", TensorProto.FLOAT, [12, 1]),
        ],
        out,
        [
            numpy_helper.from_array(np.asarray(v), k)
            for k, v in weights.items()
            if doubt or k not in ("tenth", "sum")
        ],
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
