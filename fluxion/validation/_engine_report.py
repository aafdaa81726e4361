"""The comparison with EnergyPlus as a section of the report."""

from __future__ import annotations

import numpy as np

from fluxion.validation._ashrae140 import Validation
from fluxion.validation._engines import SMALL_LOAD, EngineCases
from fluxion.validation._mechanisms import MECHANISMS, QUANTITIES, Switched, notable
from fluxion.validation._tables import factor_table, number, percent, table, zone_table

_INTRO = (
    "The same descriptions, exported and run by the engine over the same weather file. Loads below "
    f"{SMALL_LOAD:g} MWh are compared in MWh. The RMSE is that of hourly means over the year, the "
    "CV-RMSE that of the hourly load, heating plus cooling, over its mean."
)
_FACTORS = (
    "What would turn Fluxion's annual load into that of EnergyPlus. They are reported and applied "
    "nowhere."
)
_NOTABLE = (
    "Where an annual load differs by more than 3 % (of loads below 1 MWh: by more than 0.03 MWh) "
    "or a peak by more than 3 %, single mechanisms are switched, one at a time. The last columns "
    "are the difference that remains with the mechanism named, that which brings the two closest."
)


def engine_section(found: Validation, picture: list[str]) -> list[str]:
    """All about EnergyPlus.

    Args:
        found: The validation.
        picture: Lines that show the differences.
    """
    assert found.engine is not None
    lines = ["## Against EnergyPlus", "", _INTRO, "", *_means(found.engine), *picture]
    lines += ["### Zone by zone", "", *zone_table(found)]
    lines += ["### Calibration factors", "", _FACTORS, "", *factor_table(found)]
    lines += ["### Differences above 3 % and their mechanisms", ""]
    rows = _explained(found)
    if not rows:
        return [*lines, "There are none.", ""]
    head = ("case", "zone", "quantity", "difference", "mechanism", "remains")
    lines += [_NOTABLE, "", *table(head, rows, left=3)]
    lines += [f"- **{each.name}**: {each.text}." for each in MECHANISMS]
    return [*lines, "", *_switch_table(found)]


def differences(engine: EngineCases, name: str) -> np.ndarray:
    """Relative differences of one quantity over all zones where it is large enough. [-]"""
    least = SMALL_LOAD if not name.startswith("peak") else 1e-3
    shares = [zone.difference(name) for zone in engine.zones if getattr(zone, name)[1] >= least]
    return np.asarray([share for share in shares if share is not None])


def _means(engine: EngineCases) -> list[str]:
    rows = []
    for name in QUANTITIES:
        shares = np.abs(differences(engine, name))
        if not len(shares):
            continue
        title = name.replace("_", " ") if name.startswith("peak") else f"annual {name}"
        rows.append(
            [f"{title}, absolute difference", f"{100 * shares.mean():.2f} %",
             f"{100 * shares.max():.2f} %", str(len(shares))]
        )  # fmt: skip
    for name in ("heating", "cooling"):
        small = [
            abs(ours - theirs)
            for ours, theirs in (getattr(zone, name) for zone in engine.zones)
            if 1e-3 < theirs < SMALL_LOAD
        ]
        if small:
            rows.append(
                [f"annual {name} below {SMALL_LOAD:g} MWh", f"{number(float(np.mean(small)))} MWh",
                 f"{number(max(small))} MWh", str(len(small))]
            )  # fmt: skip
    free = [zone.temperature_rmse for zone in engine.zones if zone.case.endswith("FF")]
    if free:
        rows.append(
            ["hourly temperature where it floats, RMSE", f"{np.mean(free):.2f} K",
             f"{max(free):.2f} K", str(len(free))]
        )  # fmt: skip
    loads = [zone.load_cv_rmse for zone in engine.zones if zone.load_cv_rmse is not None]
    if loads:
        rows.append(
            ["hourly load, CV-RMSE", f"{100 * np.mean(loads):.1f} %",
             f"{100 * max(loads):.1f} %", str(len(loads))]
        )  # fmt: skip
    return table(("over all zones", "mean", "worst", "zones"), rows)


def _explained(found: Validation) -> list[list[str]]:
    assert found.engine is not None
    rows = []
    for zone in found.engine.zones:
        for name in notable(zone):
            ours, theirs = getattr(zone, name)
            switched = [each for each in found.switches if each.case == zone.case]
            best = min(switched, key=lambda s: abs(_remains(s, zone.zone, name)), default=None)
            closer = best is not None and abs(_remains(best, zone.zone, name)) < abs(ours - theirs)
            rows.append(
                [
                    zone.case,
                    zone.zone,
                    name.replace("_", " "),
                    _both(zone.difference(name), ours - theirs, name),
                    best.mechanism.name if best is not None and closer else "–",
                    _both(_share(best, zone.zone, name), _remains(best, zone.zone, name), name)
                    if best is not None and closer
                    else "–",
                ]
            )
    return rows


def _switch_table(found: Validation) -> list[str]:
    """Heating and cooling differences of every switched case under every mechanism."""
    cases = list(dict.fromkeys(each.case for each in found.switches))
    shown = list({each.mechanism.name: each.mechanism for each in found.switches}.values())
    by_key = {(each.mechanism.name, each.case): each for each in found.switches}
    lines: list[str] = []
    for name in QUANTITIES:
        rows = []
        for case in cases:
            first = by_key[shown[0].name, case]
            for k, zone in enumerate(first.before):
                if name not in notable(zone):
                    continue
                after = (by_key[each.name, case].after[k].difference(name) for each in shown)
                rows.append([case, zone.zone, percent(zone.difference(name)), *map(percent, after)])
        if rows:
            title = name.replace("_", " ")
            head = ("case", "zone", f"{title}, as it is", *(each.name for each in shown))
            lines += table(head, rows, left=2)
    return lines


def _zone(switched: Switched, zone: str):
    return next(each for each in switched.after if each.zone == zone)


def _remains(switched: Switched, zone: str, name: str) -> float:
    ours, theirs = getattr(_zone(switched, zone), name)
    return ours - theirs


def _share(switched: Switched, zone: str, name: str) -> float | None:
    return _zone(switched, zone).difference(name)


def _both(share: float | None, off: float, name: str) -> str:
    unit = "kW" if name.startswith("peak") else "MWh"
    return f"{percent(share)}, {number(off)} {unit}"
