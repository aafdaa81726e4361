"""Model files: what was written comes back, and nothing else is served."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.serving import SurrogateManager, read_model_file, seal

onnx = pytest.importorskip("onnx")


def test_metadata_come_back_and_the_graph_is_untouched(hand, model_path) -> None:
    file = read_model_file(model_path)
    assert file.signature == hand.SIGNATURE and (file.kind, file.precision) == ("single", "float32")
    assert file.metadata["training"] == {"data": "abc"}
    np.testing.assert_array_equal(file.climates["south"], hand.CLIMATES["south"])
    model = onnx.load(str(model_path))
    assert (
        model.graph.SerializeToString()
        == onnx.load_from_string(hand.graph_bytes()).graph.SerializeToString()
    )
    assert [p.key for p in model.metadata_props] == ["fluxion"]
    assert seal(file.content, file.metadata) == file.content  # sealed anew it is the same


def test_any_byte_that_changes_is_noticed(model_path, tmp_path) -> None:
    content = model_path.read_bytes()
    path = tmp_path / "changed.onnx"
    places = np.random.default_rng(0).integers(0, len(content), 100)
    for place in places:
        broken = bytearray(content)
        broken[place] ^= 0x10
        path.write_bytes(broken)
        with pytest.raises(InputError, match="model|ONNX file"):
            read_model_file(path)


def test_a_changed_weight_is_told_apart_from_a_broken_file(model_path, tmp_path) -> None:
    content = bytearray(model_path.read_bytes())
    weights = onnx.load_from_string(bytes(content)).graph.initializer[0].raw_data
    content[content.find(weights) + 2] ^= 1
    path = tmp_path / "weight.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="its hash differs"):
        SurrogateManager(path)
    path.write_bytes(model_path.read_bytes()[:-40])
    with pytest.raises(InputError, match="no ONNX file, or is damaged"):
        SurrogateManager(path)


def test_files_from_elsewhere(hand, tmp_path) -> None:
    path = tmp_path / "foreign.onnx"
    with pytest.raises(InputError, match="cannot be read"):
        read_model_file(path)
    path.write_bytes(hand.graph_bytes())
    with pytest.raises(InputError, match="not written by Fluxion"):
        read_model_file(path)
    for content in (b"", b"zone,heating\n1,2\n" * 9, bytes(range(256)), b"\x08\x0a"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="no ONNX file, or is damaged"):
            read_model_file(path)


def test_numbers_outside_the_file_are_refused(hand, tmp_path) -> None:
    model = onnx.load_from_string(hand.graph_bytes())
    for tensor in model.graph.initializer:
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../secret")
        break
    path = tmp_path / "external.onnx"
    path.write_bytes(seal(model.SerializeToString(), hand.metadata()))
    with pytest.raises(InputError, match="numbers in another file"):
        read_model_file(path)


def test_other_formats_and_missing_parts_are_refused(hand, tmp_path) -> None:
    path = tmp_path / "later.onnx"
    text = json.dumps({**hand.metadata(), "format": 2, "sha256": ""})
    model = onnx.load_from_string(hand.graph_bytes())
    onnx.helper.set_model_props(model, {"fluxion": text})
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="format 2, this version reads 1"):
        read_model_file(path)
    told = hand.metadata()
    del told["signature"]
    path.write_bytes(seal(hand.graph_bytes(), told))
    with pytest.raises(InputError, match="says of itself is damaged"):
        read_model_file(path)
