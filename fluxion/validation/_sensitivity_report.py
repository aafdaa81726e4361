"""Derivatives of annual loads as a section of the report."""

from __future__ import annotations

from fluxion.validation._ashrae140 import Validation
from fluxion.validation._slope_checks import FLOOR, WIDE
from fluxion.validation._tables import percent, table

_TEXT = (
    "Derivatives of the annual loads with respect to parameters, by automatic differentiation "
    "through the whole year: every case that has a load. The unit of a derivative is kWh for each "
    "unit of the parameter. A name without a place stands for all places that have it, moved "
    "together by as much. The U-factor of windows is set by a fixed resistance of their gaps, in a "
    "year of its own."
)
_CHECK = (
    "Each derivative beside a central difference of two forward years in double precision. "
    "Deviations are relative to the derivative, or to {floor:.0f} % of the largest one of the "
    "parameter where that is more. Loads have kinks: hours in which a plant starts to run, edges "
    "of shade that reach a wall. A short step hardly meets one; with steps {wide:.0f} times as "
    "long, in the last column, kinks and curvature show, most with the orientation, about which "
    "a building that faces due south is nearly symmetric."
)
_ENGINE = (
    "The same parameters changed in the description and both run by EnergyPlus, a step up and a "
    "step down. The steps are long, so that what the engine's tolerances leave open does not "
    "count; Fluxion's difference has the same steps."
)


def sensitivity_section(found: Validation) -> list[str]:
    """Tables of derivatives by case and parameter, and what they were held to."""
    each = found.sensitivities
    names = list(dict.fromkeys(name for slopes in each.values() for name in slopes.parameters))
    units = {
        name: unit
        for slopes in each.values()
        for name, unit in zip(slopes.parameters, slopes.units, strict=True)
    }
    lines = ["## Sensitivities", "", _TEXT, "", *_time(found)]
    for k, load in enumerate(("heating", "cooling")):
        rows = [
            [case, *(_slope(s.of(n)[k] if n in s.parameters else None) for n in names)]
            for case, s in each.items()
        ]
        head = ["case", *(f"{name} [{units[name]}]" for name in names)]
        lines += [f"### Annual {load}", "", *table(head, rows)]
    return lines + _differences(found) + _engine(found)


def _time(found: Validation) -> list[str]:
    slopes, differences = found.slope_seconds
    if not slopes:
        return []
    count = sum(len(each.parameters) for each in found.sensitivities.values())
    return [
        f"{2 * count} derivatives of {len(found.sensitivities)} cases took {slopes:.0f} s, their "
        f"central differences {differences:.0f} s, compiling included where no cache had the "
        "program.",
        "",
    ]


def _differences(found: Validation) -> list[str]:
    if not found.agreements:
        return []
    rows = [
        [f"{a.parameter} [{a.unit}]", f"{a.step:g}", str(a.count), _share(a.median),
         _share(a.worst), a.where, _share(a.worst_wide)]
        for a in found.agreements
    ]  # fmt: skip
    head = (
        "parameter", "step", "derivatives", "median deviation", "worst", "in case",
        f"worst, step times {WIDE:.0f}",
    )  # fmt: skip
    text = _CHECK.format(floor=100.0 * FLOOR, wide=WIDE)
    return ["### Against central differences", "", text, "", *table(head, rows)]


def _engine(found: Validation) -> list[str]:
    rows = []
    for e in found.engine_slopes:
        for k, load in enumerate(("heating", "cooling")):
            theirs = e.energyplus[k]
            ours = (e.slope[k], e.difference[k])
            off = (percent(each / theirs - 1.0) if theirs else "–" for each in ours)
            rows.append(
                [e.case, f"{e.parameter} [{e.unit}]", load, f"{e.step:g}", *map(_slope, ours),
                 _slope(theirs), *off]
            )  # fmt: skip
    if not rows:
        return []
    head = (
        "case", "parameter", "load", "step", "derivative", "difference", "EnergyPlus",
        "derivative off", "difference off",
    )  # fmt: skip
    return ["### Against EnergyPlus with the description changed", "", _ENGINE, "",
            *table(head, rows, left=3)]  # fmt: skip


def _share(value: float) -> str:
    return f"{value:.1e}"


def _slope(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}".replace("-", "−")
