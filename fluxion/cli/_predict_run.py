"""What `fluxion predict` does: designs from a file, answers as a table or as JSON."""

from __future__ import annotations

import csv
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.cli._console import messages, name_files, print_json, results, titled_table
from fluxion.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from fluxion.serving import Prediction, SurrogateManager

#: Rows that a table shows.
_SHOWN = 20
_KWH = {"J": ("kWh", 3.6e6), "W": ("kW", 1e3)}


def open_model(model: Path, backend: str, strict: bool) -> SurrogateManager:
    """The model of a file; where it runs if not where it was asked to is said in one line."""
    from fluxion.serving import FallbackWarning, SurrogateManager

    with _one_line(FallbackWarning):
        return SurrogateManager(model, backend, strict=strict)


def run_prediction(
    manager: SurrogateManager,
    designs: str | None,
    climate: str | None,
    values: list[str],
    *,
    out: Path | None,
    json: bool,
) -> None:
    """Answer and print.

    Args:
        manager: Of the model file.
        designs: A CSV file, or - for standard input; None for the middle of all ranges.
        climate: Of the file, or a weather to read.
        values: Parameters that are set, NAME=VALUE.
        out: A CSV file to write all results to.
        json: Print one JSON object.

    Raises:
        InputError: Designs, values or a climate at fault.
    """
    from fluxion.serving import OutsideTrainingWarning

    rows = _designs(manager, designs, values)
    features = _climate(manager, climate)
    with _one_line(OutsideTrainingWarning):
        prediction = manager.predict(rows, features, monthly=False)
    if json:
        print_json(_report(prediction))
    elif len(prediction) == 1:
        results().print(_zones(prediction, manager.file.path.name))
    else:
        results().print(_totals(prediction, manager.file.path.name))
        if len(prediction) > _SHOWN and out is None:
            messages().print(f"{len(prediction) - _SHOWN:,} more; --out or --json gives all")
    if out is not None:
        _write(out, prediction)
        name_files([out])


@contextmanager
def _one_line(kind: type[Warning]) -> Iterator[None]:
    """Say warnings as remarks, without the place in the code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", kind)
        yield
    for each in caught:
        messages().print(f"note: {each.message}", soft_wrap=True, markup=False)


def _climate(manager: SurrogateManager, name: str | None) -> Any:
    if name is None or name in manager.climates:
        return name
    if not any(each.name == "climate" for each in manager.signature.inputs):
        return name
    with messages().status("reading the weather"):
        try:
            from fluxion.io import read_weather_file
            from fluxion.surrogates import climate_features

            names = manager.signature.input("climate").names
            return np.asarray(climate_features(read_weather_file(name).weather, names))
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
        source, text = "standard input", sys.stdin.read()
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


def _zones(prediction: Prediction, model: str) -> Table:
    """One design, zone by zone."""
    doubt = "; ± standard deviation" if prediction.std else ""
    if prediction.level is not None and prediction.lower:
        doubt += f", and the interval of {100 * prediction.level:g} % below"
    table = titled_table(model, f"{_where(prediction)}{doubt}")
    names = _yearly(prediction)
    table.add_column("")
    for name in names:
        table.add_column(_head(prediction, name), justify="right")
    parts = prediction.parts[names[0]] if names else ()
    together = all(prediction.parts[name] == parts for name in names)
    for place, part in enumerate(parts if together else ()):
        cells = []
        for name in names:
            cell = _number(prediction, prediction.values, name, place)
            if name in prediction.std:
                cell += f" ± {_number(prediction, prediction.std, name, place)}"
            if name in prediction.lower:
                low, high = (
                    _number(prediction, end, name, place)
                    for end in (prediction.lower, prediction.upper)
                )
                cell += f"\n[dim]{low} to {high}[/dim]"
            cells.append(cell)
        table.add_row(part, *cells)
    if not together or len(parts) > 1:
        table.add_section()
        table.add_row("all", *(_whole(prediction, name, 0) for name in names))
    return table


def _totals(prediction: Prediction, model: str) -> Table:
    """Many designs, all zones together."""
    table = titled_table(
        f"{model}, {len(prediction):,} designs",
        f"all zones together: sums, but of peaks the largest; {_where(prediction)}",
    )
    table.add_column("design", justify="right")
    names = _yearly(prediction)
    for name in names:
        table.add_column(_head(prediction, name), justify="right")
    if prediction.outside.any():
        table.add_column("outside the training")
    for row in range(min(len(prediction), _SHOWN)):
        cells = [_whole(prediction, name, row) for name in names]
        if prediction.outside.any():
            beyond = np.array(prediction.columns)[prediction.outside[row]]
            cells.append(", ".join(beyond))
        table.add_row(str(row), *cells)
    return table


def _where(prediction: Prediction) -> str:
    return f"computed on {prediction.provider.name} in {1000 * prediction.seconds:.1f} ms"


def _yearly(prediction: Prediction) -> list[str]:
    """Results with one number for each zone."""
    return [name for name, values in prediction.values.items() if values.ndim == 2]


def _head(prediction: Prediction, name: str) -> str:
    unit, _ = _KWH.get(prediction.units[name], (prediction.units[name], 1.0))
    return f"{name.replace('_', ' ')}\n[dim]{unit}[/dim]"


def _number(
    prediction: Prediction, values: dict[str, np.ndarray], name: str, place: int, row: int = 0
) -> str:
    _, factor = _KWH.get(prediction.units[name], ("", 1.0))
    return f"{values[name][row, place] / factor:,.1f}"


def _whole(prediction: Prediction, name: str, row: int) -> str:
    """Of the building: zones add, but peaks, of which the largest counts."""
    found = prediction.values[name][row]
    _, factor = _KWH.get(prediction.units[name], ("", 1.0))
    return f"{(found.max() if name.startswith('peak') else found.sum()) / factor:,.1f}"


def _write(path: Path, prediction: Prediction) -> None:
    """A row for each design; results in their own units, with their doubt."""
    from fluxion.io import whole_file

    columns: dict[str, np.ndarray] = {}
    for name in _yearly(prediction):
        for place, part in enumerate(prediction.parts[name]):
            for kind, values in (
                ("", prediction.values),
                (" std", prediction.std),
                (" lower", prediction.lower),
                (" upper", prediction.upper),
            ):
                if name in values:
                    head = f"{name}{kind}: {part} [{prediction.units[name]}]"
                    columns[head] = values[name][:, place]
    columns["outside"] = prediction.outside.any(axis=1).astype(int)
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


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
    facts = manager.describe()
    if json:
        return print_json(facts)
    table = titled_table(
        f"{manager.file.path.name}: {facts['kind']}, {facts['precision']}, "
        f"{facts['bytes'] / 1024:.1f} KiB",
        f"gives {', '.join(facts['outputs'])}\nclimates: {', '.join(facts['climates']) or 'none'}"
        f"\nSHA-256 {facts['sha256']}",
    )
    for head in ("input", "column", "unit", "low", "high"):
        table.add_column(head, justify="right" if head in ("low", "high") else "left")
    for name, columns in facts["inputs"].items():
        for column, told in columns.items():
            limits = ["" if told[key] is None else f"{told[key]:.4g}" for key in ("low", "high")]
            table.add_row(name, column, told["unit"], *limits)
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
