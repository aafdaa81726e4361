"""Whether predictions obey physics: of a surrogate, of the simulator, of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fluxion.building import PlantLimits, plant_limits
from fluxion.errors import InputError
from fluxion.networks import RCNetwork
from fluxion.simulation import OUTPUTS, REDUCTIONS
from fluxion.validation._physics_checks import CHECKS, Excess, Predictions, axes_of
from fluxion.validation._physics_limits import (
    YEAR,
    air_goes_both_ways,
    months_or_year,
    neighbours,
)
from fluxion.validation._physics_report import PhysicsFinding, PhysicsReport, Place
from fluxion.weather import Weather

#: Names of all checks, in the order in which they are made.
PHYSICS_CHECKS = tuple(CHECKS)
#: Places of violations that are told for each check of each result.
_PLACES = 10


@dataclass(frozen=True)
class PhysicsValidator:
    """Checks of predictions, with the limits of a building; `of` takes them from a network.

    Checks, each of which can be chosen alone:

    - `finite`: no NaN and no infinity.
    - `non_negative`: heating, cooling, their peaks and counts.
    - `energy_balance`: heating - cooling + airflow + exchange + surface + gain = storage, zone by
      zone, as a part of all that flows. Exchange may be left out where there is none, and storage
      by month: of an office's it was 0.9 % at most.
    - `peak`: the mean of a load is not above its peak, and loads are not above the plant.
    - `temperature`: air within physical limits, and within its setpoints unless the plant is at
      its limit.
    - `sums`: months make the year, and zones the building (`building_monthly_heating` and so on).
    - `exchange`: what zones give one another cancels over the building: air at all times if it
      goes both ways, heat through walls over the whole year.
    - `neighbours`: zones side by side do not differ by more than is plausible.

    Attributes:
        zones: Names along the last axis.
        months: Name, first hour and the hour after the last of each.
        limits: Of thermostats and plants; None for none known.
        adjacent: Pairs of zones with a wall or air between them.
        both_ways: Whether zones give as much air as they get.
        checks: Those to make.
        tolerance: Of balances, sums and peaks, as a part of what flows. [-]
        cancelling: Of heat through walls over a whole year, as a part of it. [-]
        temperature_tolerance: [K]
        air_limits: Air of no building is colder or warmer. [degC]
        largest_difference: Of the air of zones side by side. [K]
    """

    zones: tuple[str, ...]
    months: tuple[tuple[str, int, int], ...] = YEAR
    limits: PlantLimits | None = None
    adjacent: tuple[tuple[int, int], ...] = ()
    both_ways: bool = False
    checks: tuple[str, ...] = PHYSICS_CHECKS
    tolerance: float = 0.01
    cancelling: float = 0.02
    temperature_tolerance: float = 0.05
    air_limits: tuple[float, float] = (-60.0, 90.0)
    largest_difference: float = 40.0
    _months: PlantLimits | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        unknown = [check for check in self.checks if check not in CHECKS]
        if unknown or not self.checks:
            raise InputError(
                f"unknown check {', '.join(map(repr, unknown)) or '(none was asked for)'}; "
                f"choose from {', '.join(CHECKS)}"
            )
        hours = (1, self.months[-1][2])
        if self.limits is not None and all(
            each.shape[-2] in hours for each in vars(self.limits).values()
        ):
            object.__setattr__(self, "_months", self.limits.of_months(self.months))

    @staticmethod
    def of(network: RCNetwork, weather: Weather | None = None, **settings: Any) -> PhysicsValidator:
        """With the zones, neighbours, thermostats and plants of a network.

        Args:
            network: Whose limits hold for all designs; where designs change setpoints or
                capacities, give `limits` with an axis of designs instead.
            weather: Whose hours count; without it months are those of a year of 365 days, and
                thermostats are not looked at.
            settings: Other attributes.
        """
        known: dict[str, Any] = {
            "zones": network.structure.zones,
            "months": months_or_year(weather),
            "limits": None if weather is None else plant_limits(network, weather),
            "adjacent": neighbours(network),
            "both_ways": air_goes_both_ways(network),
        }
        return PhysicsValidator(**{**known, **settings})

    def only(self, *checks: str) -> PhysicsValidator:
        """The same with these checks only."""
        return replace(self, checks=checks)

    def of_period(self, monthly: bool) -> PlantLimits | None:
        """Limits by month or by hour; None by month if they are of other hours than the months."""
        return self._months if monthly else self.limits

    def validate(self, predictions: Mapping[str, ArrayLike]) -> PhysicsReport:
        """Check predictions.

        Args:
            predictions: By the names of `fluxion.simulation.OUTPUTS` and `REDUCTIONS`, units as
                there: hourly `(..., hour, zone)`, monthly `(..., month, zone)`, of the year
                `(..., zone)`; with `building_` before the name of a sum over zones, without the
                last axis. Leading axes are designs, or climates and designs.

        Raises:
            InputError: An unknown name, or an array of another shape.
        """
        given = self._arrays(predictions)
        findings: list[PhysicsFinding] = []
        skipped: dict[str, str] = {}
        for check in self.checks:
            found = CHECKS[check](self, given)
            if isinstance(found, str):
                skipped[check] = found
            else:
                findings += [self._finding(check, excess) for excess in found]
        return PhysicsReport(tuple(findings), skipped)

    def _arrays(self, predictions: Mapping[str, ArrayLike]) -> Predictions:
        arrays = {name: np.asarray(values) for name, values in predictions.items()}
        for name, values in arrays.items():
            plain = name.removeprefix("building_")
            if plain not in REDUCTIONS and plain not in OUTPUTS:
                raise InputError(
                    f"there is no result {name!r} to check; name results as "
                    f"{', '.join([*REDUCTIONS, *OUTPUTS])}, or these with building_ before"
                )
            axes = axes_of(name)
            if any(axis in ("face", "outside") for axis in axes):
                continue
            want = tuple({"zone": len(self.zones), "month": len(self.months)}.get(a) for a in axes)
            have = values.shape[-len(axes) :] if axes else ()
            fits = len(have) == len(want) and all(
                w in (None, h) for w, h in zip(want, have, strict=True)
            )
            if not fits or not np.issubdtype(values.dtype, np.number):
                told = zip(axes, want, strict=True)
                wanted = ", ".join(a if w is None else f"{w} {a}s" for a, w in told)
                raise InputError(
                    f"{name} has shape {values.shape} of {values.dtype}; give numbers whose last "
                    f"axes are ({wanted})"
                )
        return arrays

    def _finding(self, check: str, excess: Excess) -> PhysicsFinding:
        # What is not finite is a violation of `finite` alone.
        over = np.nan_to_num(np.asarray(excess.over, float), nan=0.0, posinf=0.0, neginf=0.0)
        beyond = over > excess.tolerance
        count = int(beyond.sum())
        places: list[Place] = []
        if count:
            order = np.argsort(-np.where(beyond, over, -np.inf), axis=None)
            first = order[: min(count, _PLACES)]
            places = [self._place(np.unravel_index(k, over.shape), excess.axes) for k in first]
        return PhysicsFinding(
            check, excess.result, count, over.size,
            float(over.max(initial=0.0)) if count else 0.0,
            excess.unit, excess.tolerance, tuple(places),
        )  # fmt: skip

    def _place(self, index: Sequence[Any], axes: Sequence[str]) -> Place:
        lead = len(index) - len(axes)
        told = {0: [], 1: ["design"], 2: ["climate", "design"]}.get(
            lead, [f"axis {k}" for k in range(lead)]
        )
        place: Place = {}
        for axis, where in zip((*told, *axes), index, strict=True):
            known: dict[str, Iterable[str]] = {
                "zone": self.zones,
                "month": [name for name, *_ in self.months],
                "pair": [f"{self.zones[a]} and {self.zones[b]}" for a, b in self.adjacent],
            }
            place[axis] = list(known[axis])[int(where)] if axis in known else int(where)
        return place
