"""Values outside the spans of the six programs, and why, as sections of the report."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fluxion.validation._ashrae140 import Row, Validation
from fluxion.validation._tables import is_main, number, percent, table

_OUTSIDE = (
    "How far each figure lies beyond the nearest bound, relative to the bound and to the width of "
    "the span, and the program whose result is that bound."
)
_WHY = (
    "The span is that of six programs, and EnergyPlus 9.0.1 is one of them: its own published "
    "value is often the edge. The same descriptions by the engine installed here, at first with "
    "the settings of this report, then step by step with those of its published results, over "
    "the cases with a value outside."
)
_READ = (
    "Every value outside, by each. A bound that EnergyPlus itself leaves when its time step "
    "becomes shorter, or the night before the year colder, says how its published results were "
    "made and nothing about the building."
)
_PUBLISHED = "EnergyPlus"


def span_section(found: Validation) -> list[str]:
    """How far values lie outside, and with EnergyPlus beside them, why."""
    outside = [
        row for row in found.rows() if row.within is False and not row.output.startswith("delta_")
    ]
    if not outside:
        return []
    rows = [
        [row.case, row.output.replace("_", " "), *_beyond(row), _bound_by(found, row)]
        for row in outside
    ]
    head = ("case", "output", "beyond the bound", "in widths of the span", "bound is that of")
    lines = ["## Outside the span", "", _OUTSIDE, "", *table(head, rows, left=2)]
    return lines + (_why(found) if found.variants else [])


def _why(found: Validation) -> list[str]:
    """Counts and values of the cases with values outside, by each way of running EnergyPlus."""
    assert found.engine is not None
    cases = set(found.variants[0].results)
    judged = [row for row in found.rows() if row.case in cases and is_main(row)]
    judged = [row for row in judged if row.within is not None]
    out = [row for row in judged if not row.within]
    columns: dict[str, Mapping[str, Mapping[str, float]]] = {
        "Fluxion": found.results,
        f"EnergyPlus {found.engine.version}": found.engine.results,
        **{f"the same, {each.name}": each.results for each in found.variants},
    }
    rows = []
    for name, results in columns.items():
        values = [results[row.case][row.output] for row in judged]
        inside = [row.holds(value) for row, value in zip(judged, values, strict=True)]
        back = sum(bool(row.holds(results[row.case][row.output])) for row in out)
        rows.append(
            [name, f"{sum(map(bool, inside))} of {len(judged)}", f"{back} of {len(out)}",
             _from_published(found, judged, values)]
        )  # fmt: skip
    head = (
        "by", "inside, of all values of these cases", "inside, of those where Fluxion is not",
        "from the published EnergyPlus, median",
    )  # fmt: skip
    lines = ["### Why values lie outside the spans", "", _WHY, "", *table(head, rows)]
    each = [
        [row.case, row.output.replace("_", " "), row.unit.replace("C", "°C"),
         *(number(x) for x in (row.lower, row.upper, _published(found, row))),
         *(_marked(row, results[row.case][row.output]) for results in columns.values())]
        for row in out
    ]  # fmt: skip
    head = ("case", "output", "unit", "least", "greatest", "published EnergyPlus", *columns)
    return [*lines, _READ, "", *table(head, each, left=3)]


def _beyond(row: Row) -> tuple[str, str]:
    """By how much a value is outside, of the bound and of the width of the span."""
    assert row.lower is not None and row.upper is not None
    bound = row.lower if row.value < row.lower else row.upper
    width = row.upper - row.lower
    spans = f"{(row.value - bound) / width:+.2f}".replace("-", "−") if width else "–"
    return percent((row.value - bound) / abs(bound)) if bound else "–", spans


def _bound_by(found: Validation, row: Row) -> str:
    """Programs whose published result is the bound that a value has crossed."""
    reference = found.references[row.case]
    if row.output not in reference.outputs:
        return "–"
    bound = row.lower if row.value < (row.lower or 0.0) else row.upper
    values = reference.outputs[row.output].values
    return ", ".join(program for program, value in values.items() if value == bound)


def _published(found: Validation, row: Row) -> float | None:
    return found.references[row.case].outputs[row.output].values.get(_PUBLISHED)


def _from_published(found: Validation, judged: list[Row], values: list[float]) -> str:
    """Median of the absolute relative difference from the published EnergyPlus."""
    apart = [
        abs(value / published - 1.0)
        for row, value in zip(judged, values, strict=True)
        if (published := _published(found, row))
    ]
    return f"{100.0 * float(np.median(apart)):.2f} %" if apart else "–"


def _marked(row: Row, value: float) -> str:
    """A value, bold where it is outside."""
    return number(value) if row.holds(value) else f"**{number(value)}**"
