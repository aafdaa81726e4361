"""Derivatives of annual loads as a section of the report."""

from __future__ import annotations

from collections.abc import Mapping

from fluxion.validation._sensitivities import Sensitivities
from fluxion.validation._tables import table

_TEXT = (
    "Derivatives of the annual loads with respect to parameters, by automatic differentiation "
    "through the whole year. The unit of a derivative is kWh for each unit of the parameter. A "
    "name without a place stands for all places that have it, all set to one value."
)


def sensitivity_section(found: Mapping[str, Sensitivities]) -> list[str]:
    """Tables of d(annual heating) and d(annual cooling) by case and parameter."""
    names = list(dict.fromkeys(name for each in found.values() for name in each.parameters))
    units = {
        name: unit
        for each in found.values()
        for name, unit in zip(each.parameters, each.units, strict=True)
    }
    lines = ["## Sensitivities", "", _TEXT, ""]
    for load in ("heating", "cooling"):
        rows = []
        for case, each in found.items():
            slopes = dict(zip(each.parameters, getattr(each, load), strict=True))
            rows.append([case, *(_slope(slopes.get(name)) for name in names)])
        head = ["case", *(f"{name} [{units[name]}]" for name in names)]
        lines += [f"### Annual {load}", "", *table(head, rows)]
    return lines


def _slope(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}".replace("-", "−")
