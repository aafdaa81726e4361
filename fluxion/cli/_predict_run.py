"""What `fluxion predict` does: designs from a file, answers as a table or as JSON."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.cli._console import messages, print_json, results, titled_table
from fluxion.errors import InputError

if TYPE_CHECKING:
    from fluxion.serving import Prediction, SurrogateManager

#: Rows that a table shows.
_SHOWN = 20
_KWH = {"J": ("kWh", 3.6e6), "W": ("kW", 1e3)}


def run_prediction(
    manager: SurrogateManager,
    designs: str | None,
    climate: str | None,
    values: list[str],
    *,
    json: bool,
) -> None:
    """Answer and print.

    Args:
        manager: Of the model file.
        designs: A CSV file, or - for standard input; None for the middle of all ranges.
        climate: Of the file, or a weather to read.
        values: Parameters that are set, NAME=VALUE.
        json: Print one JSON object.

    Raises:
        InputError: Designs, values or a climate at fault.
    """
    rows = _designs(manager, designs, values)
    prediction = manager.predict(rows, _climate(manager, climate), monthly=False)
    if json:
        print_json(_report(prediction))
    else:
        _print(prediction, manager.file.path)


def _climate(manager: SurrogateManager, name: str | None) -> Any:
    if name is None or name in manager.climates:
        return name
    if not any(each.name == "climate" for each in manager.signature.inputs):
        return name
    with messages().status("reading the weather"):
        try:
            from fluxion.io import read_weather_file
            from fluxion.surrogates import climate_features

            return np.asarray(climate_features(read_weather_file(name).weather))
        except InputError as error:
            raise InputError(
                f"{error}; the model file carries {', '.join(manager.climates) or 'no climate'}"
            ) from None


def _designs(manager: SurrogateManager, source: str | None, values: list[str]) -> Any:
    """Columns by name: from a file, or the middle of the ranges; then what was set."""
    own = [c for each in manager.signature.inputs if each.rows is None for c in each.columns]
    if source is None:
        columns = {
            c.name: [0.5 * (c.low + c.high) if np.isfinite(c.low + c.high) else c.shift]
            for c in own
        }
    else:
        columns = _read(source)
    count = len(next(iter(columns.values()), []))
    for text in values:
        name, _, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not name or value != value:
            raise InputError(f"--set {text!r} was given; write NAME=VALUE with a number")
        columns[name] = [value] * count
    return columns


def _read(source: str) -> dict[str, list[float]]:
    if source == "-":
        text = sys.stdin.read()
    else:
        try:
            text = Path(source).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"the designs {source!r} cannot be read ({error}); give a CSV file"
            ) from None
    reader = csv.DictReader(text.splitlines())
    columns: dict[str, list[float]] = {name: [] for name in reader.fieldnames or ()}
    for number, row in enumerate(reader, start=2):
        for name in columns:
            try:
                columns[name].append(float(row[name]))
            except (TypeError, ValueError):
                raise InputError(
                    f"{source}, line {number}: {name!r} is {row[name]!r}; give a number"
                ) from None
    return columns


def _print(prediction: Prediction, model: Path) -> None:
    names = [name for name, values in prediction.values.items() if values.ndim == 2]
    caption = f"sums of energies, largest zone's peaks; {prediction.provider.name} of ONNX Runtime"
    table = titled_table(f"{model.name}, {len(prediction):,} designs", caption)
    table.add_column("design", justify="right")
    for name in names:
        unit, _ = _KWH.get(prediction.units[name], (prediction.units[name], 1.0))
        table.add_column(f"{name} [{unit}]", justify="right")
    table.add_column("outside", justify="left")
    for row in range(min(len(prediction), _SHOWN)):
        cells = []
        for name in names:
            _, factor = _KWH.get(prediction.units[name], ("", 1.0))
            cell = f"{_whole(prediction.values, name, row) / factor:,.1f}"
            if name in prediction.std:
                cell += f" ± {_whole(prediction.std, name, row) / factor:,.1f}"
            cells.append(cell)
        beyond = [
            n for n, out in zip(prediction.columns, prediction.outside[row], strict=True) if out
        ]
        table.add_row(str(row), *cells, ", ".join(beyond))
    results().print(table)
    if len(prediction) > _SHOWN:
        messages().print(f"{len(prediction) - _SHOWN:,} more; --json prints all")


def _whole(values: dict[str, np.ndarray], name: str, row: int) -> float:
    """Of the building: zones add, but peaks, of which the largest counts."""
    found = values[name][row]
    return float(found.max() if name.startswith("peak") else found.sum())


def _report(prediction: Prediction) -> dict[str, Any]:
    def plain(values: dict[str, np.ndarray]) -> dict[str, Any]:
        return {name: array.tolist() for name, array in values.items()}

    return {
        "results": plain(prediction.values),
        "std": plain(prediction.std),
        "lower": plain(prediction.lower),
        "upper": plain(prediction.upper),
        "level": prediction.level,
        "units": prediction.units,
        "parts": {name: list(parts) for name, parts in prediction.parts.items()},
        "outside": {
            name: np.flatnonzero(prediction.outside[:, i]).tolist()
            for i, name in enumerate(prediction.columns)
            if prediction.outside[:, i].any()
        },
        "outside_climate": list(prediction.outside_climate),
        "provider": prediction.provider.name,
    }


def describe_model(manager: SurrogateManager, json: bool) -> None:
    """Print what a model takes and gives."""
    file = manager.file
    facts = {
        "kind": file.kind,
        "precision": file.precision,
        "sha256": file.sha256,
        "task": file.signature.task,
        "inputs": {
            each.name: [
                {
                    "name": c.name, "unit": c.unit,
                    "low": c.low if np.isfinite(c.low) else None,
                    "high": c.high if np.isfinite(c.high) else None,
                }
                for c in each.columns
            ]
            for each in file.signature.inputs
        },
        "outputs": {
            o.name: {"unit": o.unit, "parts": list(o.parts)} for o in file.signature.outputs
        },
        "periods": list(file.signature.periods),
        "climates": list(manager.climates),
        "provider": manager.provider.name,
    }  # fmt: skip
    if json:
        return print_json(facts)
    table = titled_table(
        f"{file.path.name}: {file.kind}, {file.precision}",
        f"gives {', '.join(facts['outputs'])}; climates: {', '.join(manager.climates) or 'none'}",
    )
    for head in ("input", "column", "unit", "low", "high"):
        table.add_column(head, justify="right" if head in ("low", "high") else "left")
    for name, columns in facts["inputs"].items():
        for c in columns:
            limits = ["" if c[key] is None else f"{c[key]:.4g}" for key in ("low", "high")]
            table.add_row(name, c["name"], c["unit"], *limits)
    results().print(table)


def benchmark_model(manager: SurrogateManager, json: bool) -> None:
    """Measure and print rows a second by batch."""
    from fluxion.serving import measure_speed

    with messages().status("measuring"):
        speed = measure_speed(manager)
    if json:
        return print_json({"rows_per_s": {str(k): v for k, v in speed.items()}})
    table = titled_table(manager.file.path.name, f"on {manager.provider.name}, one session")
    table.add_column("rows at once", justify="right")
    table.add_column("rows a second", justify="right")
    for rows, rate in speed.items():
        table.add_row(f"{rows:,}", f"{rate:,.0f}")
    results().print(table)
