"""`fluxion predict`: what a model file says of designs."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from fluxion.cli import _options as take
from fluxion.cli._console import messages, print_json, results, titled_table
from fluxion.errors import InputError

if TYPE_CHECKING:
    from fluxion.serving import Prediction, SurrogateManager

#: Rows that a table shows.
_SHOWN = 20
_KWH = {"J": ("kWh", 3.6e6), "W": ("kW", 1e3)}


def predict(
    model: Annotated[
        Path, typer.Argument(metavar="FILE.onnx", help="A model file.", show_default=False)
    ],
    designs: Annotated[
        str | None,
        typer.Argument(
            metavar="DESIGNS.csv",
            help="Designs, a column for each parameter; - reads standard input.",
            show_default="one design, the middle of all ranges",
        ),
    ] = None,
    climate: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One that the file carries, or a weather to read."),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be repeated."),
    ] = None,
    backend: Annotated[str, typer.Option(help="cpu, cuda, coreml, directml or openvino.")] = "cpu",
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail if the backend is not there.")
    ] = False,
    describe: Annotated[
        bool, typer.Option("--describe", help="Say what the model takes and gives, and end.")
    ] = False,
    benchmark: Annotated[
        bool, typer.Option("--benchmark", help="Measure designs a second by batch, and end.")
    ] = False,
    json: take.JsonOption = False,
) -> None:
    """Ask a model file about designs; needs no JAX.

    Rows outside the range of the training data are flagged.

    Example: fluxion predict office.onnx --climate boulder --set heating_setpoint=20
    """
    from fluxion.serving import SurrogateManager

    manager = SurrogateManager(model, backend, strict=strict)
    if describe:
        return _describe(manager, json)
    if benchmark:
        return _benchmark(manager, json)
    rows = _designs(manager, designs, values or [])
    prediction = manager.predict(rows, _climate(manager, climate), monthly=False)
    if json:
        print_json(_report(prediction))
    else:
        _print(prediction, model)


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


def _describe(manager: SurrogateManager, json: bool) -> None:
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


def _benchmark(manager: SurrogateManager, json: bool) -> None:
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
