"""Smaller models: weights of 8 or 16 bits, and what that costs in accuracy and speed."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fluxion.errors import InputError, require
from fluxion.export._surrogate import random_inputs
from fluxion.io import whole_file
from fluxion.serving import (
    ModelFile,
    SurrogateManager,
    measure_speed,
    open_session,
    read_model_file,
    seal,
)

#: What only these operations take part in: scales, activations and sums stay as they are.
_OPERATIONS = ["Gemm", "MatMul"]
_CALIBRATION = (16, 128)  # batches, rows of each
_ROWS = 2000
#: What each mode does, and the precision that the file states.
MODES = {
    "int8": ("weights and inputs of products in 8 bits, per channel, calibrated", "int8"),
    "int8-dynamic": ("8 bits per channel, inputs scaled at every call", "int8"),
    "int8-dynamic-tensor": ("8 bits per tensor, inputs scaled at every call", "int8"),
    "fp16": ("weights kept in 16 bits, computed in 32", "float16"),
}


def quantize(
    path: str | PathLike[str] | ModelFile,
    out: str | PathLike[str],
    mode: str = "int8",
    *,
    inputs: Sequence[Mapping[str, np.ndarray]] | None = None,
) -> ModelFile:
    """Write a model with smaller weights.

    Args:
        path: Of a model file in single precision.
        out: Of the new one; it appears whole or not at all.
        mode: "int8" (per channel, the range of activations taken from `inputs`), "int8-dynamic"
            (per channel), "int8-dynamic-tensor", or "fp16", which halves the file and is as fast
            and nearly as exact as before.
        inputs: Batches of inputs of the core to calibrate "int8" with; by default random designs
            within the range of the training data, with the climates that the file carries.

    Returns:
        The file as it was written.

    Raises:
        InputError: A mode that is not known, or a file that is not in single precision.
        MissingExtraError: The extra `export` is not installed.
    """
    if mode not in MODES:
        raise InputError(f"mode {mode!r} was given; take one of {', '.join(MODES)}")
    file = path if isinstance(path, ModelFile) else read_model_file(path)
    if file.precision != "float32":
        raise InputError(
            f"{str(file.path)!r} is already {file.precision}; give the model in single precision"
        )
    require("onnx", "export")
    require("onnxruntime", "export")
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.onnx", Path(folder) / "after.onnx"
        before.write_bytes(seal(file.content, {}))
        if mode == "fp16":
            content = _half(file.content)
        else:
            content = _eight_bits(before, after, mode, inputs or list(calibration_inputs(file)))
    told = {
        **{name: value for name, value in file.metadata.items() if name != "sha256"},
        "precision": MODES[mode][1],
        "quantized": {"mode": mode, "from_sha256": file.sha256},
    }
    with whole_file(out) as partial:
        partial.write_bytes(seal(content, told))
    return read_model_file(out)


@dataclass(frozen=True)
class Variant:
    """A model file against the one in single precision.

    Attributes:
        name: Of the file.
        precision: Of its weights.
        size: Of the file. [B]
        error: Mean difference from single precision, as share of the deviation of each number over
            the samples.
        largest_error: The largest one.
        total_error: Mean difference of the sum over all periods (and parts), as share of its mean.
        speed: Rows a second by size of the batch.
    """

    name: str
    precision: str
    size: int
    error: float
    largest_error: float
    total_error: float
    speed: dict[int, float]


def compare(
    path: str | PathLike[str],
    others: Sequence[str | PathLike[str]],
    *,
    inputs: Mapping[str, np.ndarray] | None = None,
    batches: Sequence[int] = (1, 10, 100, 1_000, 10_000, 100_000),
    seconds: float = 0.5,
) -> list[Variant]:
    """Size, error and speed of models beside the first.

    Args:
        path: Of the model in single precision.
        others: Of its variants.
        inputs: Of the core, to take the errors on; by default random ones within the range of the
            training data.
        batches: Rows of a call; none leaves out the speed.
        seconds: To spend on each speed.
    """
    files = [read_model_file(each) for each in (path, *others)]
    given = inputs or next(iter(calibration_inputs(files[0], (1, _ROWS), seed=1)))
    first, found = None, []
    for file in files:
        manager = SurrogateManager(file)
        session, _ = open_session(file.content)
        got = session.run(None, {**given, **manager.masks})[0].astype(np.float64)
        first = got if first is None else first
        spread = first.std(axis=0)
        error = np.abs(got - first) / np.where(spread > 0, spread, 1.0)
        axes = tuple(range(1, got.ndim))
        total, ours = first.sum(axis=axes), got.sum(axis=axes)
        found.append(
            Variant(
                file.path.name,
                file.precision,
                len(file.content),
                float(error.mean()),
                float(error.max()),
                float(np.abs(ours - total).mean() / max(np.abs(total).mean(), 1e-30)),
                measure_speed(manager, batches, seconds=seconds) if batches else {},
            )
        )
    return found


def comparison_table(variants: Sequence[Variant]) -> str:
    """A comparison as text in Markdown, with a line for every batch where a variant is slower."""
    first, batches = variants[0], list(variants[0].speed)
    heads = ["file", "precision", "KiB", "error", "largest", "error of the sum"]
    heads += [f"{_short(rows)} rows" for rows in batches]
    lines = ["| " + " | ".join(heads) + " |", "|---|---|" + "---:|" * (len(heads) - 2)]
    for each in variants:
        speeds = [
            f"{each.speed[rows]:,.0f}/s"
            if each is first
            else f"{each.speed[rows] / first.speed[rows]:.2f}x"
            for rows in batches
        ]
        errors = [each.error, each.largest_error, each.total_error]
        told = ["-"] * 3 if each is first else [f"{100 * error:.2g} %" for error in errors]
        cells = [each.name, each.precision, f"{each.size / 1024:.1f}", *told, *speeds]
        lines.append("| " + " | ".join(cells) + " |")
    remarks = []
    for each in variants[1:]:
        slower = [_short(r) for r in batches if each.speed[r] < 0.95 * first.speed[r]]
        if slower:
            remarks.append(
                f"{each.name} is slower than {first.name} at {', '.join(slower)} rows a call."
            )
    note = (
        "Errors are differences from single precision, as share of the deviation of each number "
        "over the samples; of the sum, as share of its mean."
    )
    return "\n".join([*lines, "", note, *remarks])


def calibration_inputs(
    file: ModelFile, size: tuple[int, int] = _CALIBRATION, seed: int = 0
) -> Iterator[dict[str, np.ndarray]]:
    """Batches of inputs of the core: designs within the range of the training data, each batch
    with one of the climates that the file carries."""
    masks = SurrogateManager(file).masks
    climates = list(file.climates.values())
    shared = [each for each in file.signature.inputs if each.rows is not None]
    for number in range(size[0]):
        feed = random_inputs(file.signature, size[1], seed=seed * 1000 + number)
        if climates and shared:
            rows = shared[0].to_unit(climates[number % len(climates)])
            feed[shared[0].name] = np.asarray(rows, np.float32)
        yield {**feed, **masks}


def _eight_bits(
    before: Path, after: Path, mode: str, inputs: Sequence[Mapping[str, np.ndarray]]
) -> bytes:
    from onnxruntime import quantization as q

    feeds = iter(inputs)

    class Reader(q.CalibrationDataReader):
        def get_next(self) -> Any:
            return next(feeds, None)

    dynamic: Callable[[], None] = lambda: q.quantize_dynamic(  # noqa: E731
        before,
        after,
        op_types_to_quantize=_OPERATIONS,
        per_channel=mode == "int8-dynamic",
        weight_type=q.QuantType.QInt8,
    )
    static: Callable[[], None] = lambda: q.quantize_static(  # noqa: E731
        before,
        after,
        Reader(),
        quant_format=q.QuantFormat.QDQ,
        op_types_to_quantize=_OPERATIONS,
        per_channel=True,
        activation_type=q.QuantType.QUInt8,
        weight_type=q.QuantType.QInt8,
        # What a product gives stays whole: as fast, and half the error.
        extra_options={"OpTypesToExcludeOutputQuantization": _OPERATIONS},
    )
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        static() if mode == "int8" else dynamic()
    finally:
        logging.disable(level)
    return _plain(after.read_bytes())


def _plain(content: bytes) -> bytes:
    """A model without what a tool wrote about itself, always the same bytes."""
    from onnx import ModelProto

    model = ModelProto.FromString(content)
    _whole_elsewhere(model.graph)
    del model.metadata_props[:]
    del model.graph.value_info[:]
    return model.SerializeToString(deterministic=True)


def _whole_elsewhere(graph: Any) -> None:
    """Let what is no product take numbers as they were before they were rounded for one."""
    makers = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type in (*_OPERATIONS, "QuantizeLinear", "DequantizeLinear"):
            continue
        for place, name in enumerate(node.input):
            widened = makers.get(name)
            if widened is None or widened.op_type != "DequantizeLinear":
                continue
            rounded = makers.get(widened.input[0])
            if rounded is not None and rounded.op_type == "QuantizeLinear":
                node.input[place] = rounded.input[0]


def _half(content: bytes) -> bytes:
    """Weights of products in half precision, widened once when a session opens."""
    from onnx import ModelProto, TensorProto, helper, numpy_helper

    model = ModelProto.FromString(content)
    graph = model.graph
    weights = {n.input[1] for n in graph.node if n.op_type in _OPERATIONS}
    casts = []
    for tensor in graph.initializer:
        if tensor.name not in weights or tensor.data_type != TensorProto.FLOAT:
            continue
        name, values = tensor.name, numpy_helper.to_array(tensor)
        if np.abs(values).max() > np.finfo(np.float16).max:
            raise InputError(f"weights of {name} are too large for 16 bits; take int8")
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    for place, cast in enumerate(casts):
        graph.node.insert(place, cast)
    del model.metadata_props[:]
    return model.SerializeToString(deterministic=True)


def _short(rows: int) -> str:
    return f"{rows // 1000}k" if rows >= 1000 and rows % 1000 == 0 else str(rows)
