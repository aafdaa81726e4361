"""The checks of `PhysicsValidator`: by how much predictions go beyond what physics allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fluxion.simulation import BALANCE, OUTPUTS, REDUCTIONS
from fluxion.units import HOURS_PER_DAY

if TYPE_CHECKING:
    from fluxion.validation._physics_validator import PhysicsValidator

#: Results by name, (..., period, zone) or (..., zone).
Predictions = dict[str, np.ndarray]
_BELOW_ZERO = 1e-3  # of the largest of the result
_LEAST_FLOW = 1e-3  # of the largest throughput: a zone in which nothing flows has no balance
_AT_LIMIT = 0.999  # of the plant
_J_PER_WH = 3600.0
_YEAR_HOURS = 365 * HOURS_PER_DAY
#: What results of months make over the year; the first that fits holds.
_OF_MONTHS = (("monthly_peak_", "peak_", np.max), ("monthly_", "annual_", np.sum))


@dataclass(frozen=True)
class Excess:
    """How far numbers are beyond a limit, and how far is let pass."""

    result: str
    over: np.ndarray
    unit: str
    tolerance: float
    axes: tuple[str, ...]


Check = Callable[["PhysicsValidator", Predictions], "list[Excess] | str"]


def axes_of(name: str) -> tuple[str, ...]:
    """Last axes of a result."""
    whole = name.startswith("building_")
    plain = name.removeprefix("building_")
    if plain in OUTPUTS:
        axes = ("hour", *OUTPUTS[plain].axes)
    else:
        axes = ("month", "zone") if REDUCTIONS[plain].monthly else ("zone",)
    return tuple(a for a in axes if a != "zone") if whole else axes


def _unit(name: str) -> str:
    plain = name.removeprefix("building_")
    return OUTPUTS[plain].unit if plain in OUTPUTS else REDUCTIONS[plain].unit


def _largest(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def finite(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """Numbers that are none."""
    found = []
    for name, values in given.items():
        bad = (~np.isfinite(values)).astype(float)
        found.append(Excess(name, bad, "not finite", 0.5, axes_of(name)))
    return found or "no result was given"


def non_negative(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """Loads, peaks and counts below zero."""
    found = []
    for name, values in given.items():
        parts = name.removeprefix("building_").split("_")
        if {"heating", "cooling", "discomfort"} & set(parts):
            slack = _BELOW_ZERO * _largest(values)
            found.append(Excess(name, -values, _unit(name), slack, axes_of(name)))
    return found or "no load was given"


def energy_balance(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """What the balance of the air leaves over, as a part of what flows."""
    found, lacking = [], ""
    for name_of, axis in (("{}_rate", "hour"), ("monthly_{}", "month")):
        names = {term: name_of.format(term) for term in BALANCE}
        if not any(name in given for name in names.values()):
            continue
        may_lack = ("exchange", "storage") if axis == "month" else ("exchange",)
        missing = [n for term, n in names.items() if n not in given and term not in may_lack]
        if missing:
            lacking = f"without {', '.join(missing)}"
            continue
        terms = [sign * given[names[t]] for t, sign in BALANCE.items() if names[t] in given]
        flow = sum(np.abs(term) for term in terms)
        least = _LEAST_FLOW * _largest(np.asarray(flow))
        part = np.abs(sum(terms)) / np.maximum(np.asarray(flow), max(least, 1e-30))
        found.append(
            Excess(name_of.format("balance"), part, "of throughput", v.tolerance, (axis, "zone"))
        )
    return found or lacking or "no term of the balance was given"


def peak(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """Means above peaks, and loads above the plant."""
    found = []
    hours = np.array([end - first for _, first, end in v.months], float)
    for what in ("heating", "cooling"):
        pairs = (
            (f"monthly_{what}", f"monthly_peak_{what}", hours[:, None]),
            (f"annual_{what}", f"peak_{what}", hours.sum()),
        )
        for energy, top, length in pairs:
            if energy in given and top in given:
                mean = given[energy] / (length * _J_PER_WH)
                slack = v.tolerance * _largest(given[top])
                over = mean - given[top]
                found.append(Excess(f"{energy} above {top}", over, "W", slack, axes_of(energy)))
        for name, monthly in ((f"{what}_rate", False), (f"monthly_peak_{what}", True)):
            limits = v.of_period(monthly)
            if limits is None or name not in given:
                continue
            most = getattr(limits, f"{what}_capacity")
            slack = v.tolerance * _largest(given[name])
            over = given[name] - most
            found.append(Excess(f"{name} above the plant", over, "W", slack, axes_of(name)))
    return found or "no peak and no load with a plant was given"


def temperature(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """Air beyond physical limits, or beyond its setpoints with capacity to spare."""
    found = []
    for name, monthly in (("zone_temperature", False), ("monthly_temperature", True)):
        if name not in given:
            continue
        air, slack = given[name], v.temperature_tolerance
        low, high = v.air_limits
        over = np.maximum(low - air, air - high)
        found.append(Excess(f"{name} of any building", over, "K", slack, axes_of(name)))
        limits = v.of_period(monthly)
        if limits is None:
            continue
        for what, side in (("heating", 1.0), ("cooling", -1.0)):
            most = getattr(limits, f"{what}_capacity")
            supply = f"monthly_peak_{what}" if monthly else f"{what}_rate"
            over = side * (getattr(limits, f"{what}_setpoint") - air)
            # A plant that is off or at its limit may miss its setpoint.
            spare = most > 0
            if supply in given:
                spare = spare & (given[supply] < _AT_LIMIT * most)
            over = np.where(np.broadcast_to(spare, over.shape), over, -np.inf)
            over = np.where(np.isfinite(air), over, 0.0)
            result = f"{name} beyond its {what} setpoint"
            found.append(Excess(result, over, "K", slack, axes_of(name)))
    return found or "no air temperature was given"


def sums(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """Months that are not the year, zones that are not the building."""
    found = []
    for name, values in given.items():
        plain = name.removeprefix("building_")
        if name != plain and plain in given:
            # A peak of the building is at most the sum of its zones' peaks.
            parts = given[plain].sum(axis=-1)
            over = values - parts if "peak" in plain else np.abs(values - parts)
            slack = v.tolerance * _largest(parts)
            found.append(Excess(f"{name} of {plain}", over, _unit(name), slack, axes_of(name)))
        for head, year, how in (
            ("monthly_peak_", "peak_", np.max),
            ("monthly_", "annual_", np.sum),
        ):
            if not name.startswith(head):
                continue
            whole = year + name.removeprefix(head)
            if whole in given:
                over = np.abs(how(values, axis=-2) - given[whole])
                slack = v.tolerance * _largest(given[whole])
                found.append(Excess(f"{whole} of {name}", over, _unit(whole), slack, ("zone",)))
            break
    return found or "neither a year with its months nor a building with its zones was given"


def exchange(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """What zones give one another and does not cancel, as a part of it."""
    found = []
    for name, axis in (("exchange_rate", "hour"), ("monthly_exchange", "month")):
        if name in given and v.both_ways:
            found.append(_cancels(name, given[name], v.tolerance, (axis,)))
    if sum(end - first for _, first, end in v.months) >= _YEAR_HOURS:
        if "monthly_partition" in given:
            year = given["monthly_partition"].sum(axis=-2)
            found.append(_cancels("monthly_partition over the year", year, v.cancelling, ()))
        hourly = given.get("partition_rate")
        if hourly is not None and hourly.shape[-2] >= _YEAR_HOURS:
            year = hourly.sum(axis=-2)
            found.append(_cancels("partition_rate over the year", year, v.cancelling, ()))
    return found or "no exchange of air that goes both ways, and no year of heat through walls"


def _cancels(name: str, values: np.ndarray, tolerance: float, axes: tuple[str, ...]) -> Excess:
    flow = np.abs(values).sum(axis=-1)
    least = max(_LEAST_FLOW * _largest(flow), 1e-30)
    part = np.abs(values.sum(axis=-1)) / np.maximum(flow, least)
    return Excess(name, np.asarray(part), "of exchange", tolerance, axes)


def neighbours(v: PhysicsValidator, given: Predictions) -> list[Excess] | str:
    """Zones side by side that differ by more than is plausible."""
    if not v.adjacent:
        return "no zones are side by side"
    one, other = (np.array(side) for side in zip(*v.adjacent, strict=True))
    found = []
    for name, axis in (("zone_temperature", "hour"), ("monthly_temperature", "month")):
        if name in given:
            apart = np.abs(given[name][..., one] - given[name][..., other])
            over = apart - v.largest_difference
            found.append(Excess(name, over, "K", v.temperature_tolerance, (axis, "pair")))
    return found or "no air temperature was given"


CHECKS: dict[str, Check] = {
    "finite": finite,
    "non_negative": non_negative,
    "energy_balance": energy_balance,
    "peak": peak,
    "temperature": temperature,
    "sums": sums,
    "exchange": exchange,
    "neighbours": neighbours,
}
