"""`fluxion predict` and `fluxion quantize` on a model file written by hand."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from fluxion.serving import seal
from fluxion.signatures import Column, Input, Output, Signature

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

SIGNATURE = Signature(
    "reference",
    (Input("state", (Column("warm", "degC", 0.0, 20.0, 10.0, 5.0), Column("on", "-", 0.0, 1.0))),),
    (Output("load", "W", ("south", "north"), (1e3, 1e3), (0.0, 0.0)),),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Loads of (warm - 10) / 5 kW in the south and twice "on" kW in the north, +- 0.5 kW."""
    from onnx import TensorProto, helper, numpy_helper

    info = helper.make_tensor_value_info
    weights = {
        "w": np.array([[1.0, 0.0], [0.0, 2.0]], np.float32),
        "b": np.zeros(2, np.float32),
        "zero": np.float32(0.0),
        "half": np.float32(0.5),
    }
    nodes = [
        helper.make_node("Gemm", ["state", "w", "b"], ["mean"]),
        helper.make_node("Mul", ["mean", "zero"], ["none"]),
        helper.make_node("Add", ["none", "half"], ["std"]),
    ]
    graph = helper.make_graph(
        nodes,
        "hand",
        [info("state", TensorProto.FLOAT, ["B", 2])],
        [info(name, TensorProto.FLOAT, ["B", 2]) for name in ("mean", "std")],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    told = {
        "version": "0", "kind": "ensemble", "precision": "float32", "climates": {},
        "signature": SIGNATURE.to_json(), "training": {},
        "conformal": {"level": 0.9, "normalised": True, "quantile": [2.0, 2.0]},
    }  # fmt: skip
    path = tmp_path_factory.mktemp("cli") / "hand.onnx"
    path.write_bytes(seal(made.SerializeToString(), told))
    return path


def test_one_design_is_answered_by_zone_with_its_doubt(fluxion, model) -> None:
    result = fluxion("predict", model, "--set", "warm=15")
    assert result.exit_code == 0 and "1.0 ± 0.5" in result.stdout
    assert "0.0 to 2.0" in result.stdout and "interval of 90 %" in result.stdout
    found = json.loads(fluxion("predict", model, "--set", "on=0.25", "--json").stdout)
    np.testing.assert_allclose(found["results"]["load"], [[0.0, 500.0]], atol=1e-3)
    np.testing.assert_allclose(found["upper"]["load"], [[1000.0, 1500.0]], rtol=1e-5)
    assert found["units"] == {"load": "W"} and found["level"] == 0.9 and found["outside"] == {}


def test_designs_of_a_file_are_answered_flagged_and_written(fluxion, model, tmp_path) -> None:
    designs, out = tmp_path / "designs.csv", tmp_path / "answers.csv"
    designs.write_text("on,warm\n" + "0.5,12\n" * 24 + "0.5,25\n")
    result = fluxion("predict", model, designs, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "25 designs" in result.stdout and "outside the training" in result.stdout
    assert "note: 1 of 25 rows lie outside the range of the training data: warm (1)" in (
        result.stderr.replace("\n", " ")
    )
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 25 and float(rows[0]["load: south [W]"]) == pytest.approx(400.0)
    assert [row["outside"] for row in rows] == ["0"] * 24 + ["1"]
    assert float(rows[0]["load upper: north [W]"]) == pytest.approx(2000.0)


def test_a_model_describes_itself_and_is_timed(fluxion, model, monkeypatch) -> None:
    told = json.loads(fluxion("predict", model, "--describe", "--json").stdout)
    assert told["inputs"]["state"]["warm"] == {"unit": "degC", "low": 0.0, "high": 20.0}
    assert told["kind"] == "ensemble" and len(told["sha256"]) == 64
    shown = fluxion("predict", model, "--describe").stdout
    assert "warm" in shown and "degC" in shown and "SHA-256" in shown
    from fluxion.serving import _speed

    monkeypatch.setattr(_speed.measure_speed, "__defaults__", ((1, 10),))
    monkeypatch.setattr(_speed.measure_speed, "__kwdefaults__", {"seconds": 0.01})
    speed = json.loads(fluxion("predict", model, "--benchmark", "--json").stdout)["rows_per_s"]
    assert set(speed) == {"1", "10"} and speed["10"] > speed["1"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "warm"), "write NAME=VALUE"),
        (("--set", "warm=nan"), "write NAME=VALUE"),
        (("--set", "cold=3"), "(unknown: 'cold'); the model takes warm, on"),
        (("nowhere.csv",), "'nowhere.csv' cannot be read"),
        (("--climate", "miami"), "takes none; leave it out"),
        (("--backend", "abacus"), "no backend; take one of cpu"),
    ],
)
def test_bad_input_ends_with_2_and_one_line(fluxion, model, words, said) -> None:
    result = fluxion("predict", model, *words)
    assert result.exit_code == 2 and said in result.stderr
    assert result.stderr.count("\n") == 1 and result.stdout == ""


def test_a_number_that_is_none_is_named_by_its_line(fluxion, model, tmp_path) -> None:
    path = tmp_path / "designs.csv"
    path.write_text("warm,on\n1,0\n2,off\n")
    result = fluxion("predict", model, path)
    assert result.exit_code == 2 and "line 3: 'on' is 'off'" in result.stderr


def test_a_smaller_model_is_written_and_never_over_itself(fluxion, model, tmp_path) -> None:
    out = tmp_path / "small.onnx"
    result = fluxion("quantize", model, "--mode", "fp16", "--no-compare", "--json", "--out", out)
    found = json.loads(result.stdout)
    assert found["precision"] == "float16" and found["bytes"] == out.stat().st_size
    again = fluxion("predict", out, "--set", "warm=15", "--json")
    assert json.loads(again.stdout)["results"]["load"][0][0] == pytest.approx(1000.0)
    refused = fluxion("quantize", model, "--out", model)
    assert refused.exit_code == 2 and "is the model itself" in refused.stderr


def test_predicting_loads_no_jax(model) -> None:
    code = (
        "import sys; from fluxion.cli import app\n"
        f"sys.argv = ['fluxion', 'predict', {str(model)!r}, '--json']\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'jax', 'onnx', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
