"""Bounds of a zone's mean temperature in a month, as they follow from setpoints and schedules."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from fluxion.building import Building, build_for, plant_limits
from fluxion.datasets._dataset import Dataset
from fluxion.errors import InputError
from fluxion.networks import RCNetwork
from fluxion.optimize import DesignSpace
from fluxion.simulation import months_of
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import Weather

#: Air of no building is colder or warmer; holds where a plant promises nothing. [degC]
_ANY_AIR = {"heating": -40.0, "cooling": 70.0}
#: A plant of this capacity holds its setpoint at every step. [W]
_UNLIMITED = 1e8
#: What round-off may make of a setpoint. [K]
SLACK = 2e-3


class Straight:
    """A temperature of each zone that is straight in the design and in a month's workdays.

    Attributes:
        constant: `(zone,)`. [degC]
        design: Slopes by parameter, `(parameter, zone)`.
        workdays: Slope by the share of workdays, `(zone,)`. [K]
    """

    def __init__(self, constant: np.ndarray, design: np.ndarray, workdays: np.ndarray):
        self.constant, self.design, self.workdays = constant, design, workdays

    def __call__(
        self, designs: Float[np.ndarray, "design parameter"], workdays: Float[np.ndarray, "month"]
    ) -> Float[np.ndarray, "design month zone"]:
        """Of each design in each month. [degC]"""
        own = self.constant + designs @ self.design
        return own[:, None, :] + workdays[:, None] * self.workdays


def setpoint_bounds(dataset: Dataset, building: Building) -> tuple[Straight, Straight]:
    """Lower and upper bound of mean temperatures in months, held to the dataset.

    A plant without limit that is always on holds its setpoint at every step, so a month's mean air
    is not below its mean heating setpoint nor above its mean cooling setpoint. Setpoints are what
    the design says, moved by the building's schedules; the mean of a weekly schedule follows from
    the month's share of workdays.

    Args:
        dataset: Of designs with `monthly_temperature`.
        building: That it was made of.

    Raises:
        InputError: Setpoints that do not follow so, or temperatures of the dataset beyond them.
    """
    weathers = dataset.weathers()
    network = build_for(building, weathers[0])
    ends = zip(dataset.names, dataset.low, dataset.high, strict=True)
    space = DesignSpace({name: (float(low), float(high)) for name, low, high in ends})
    known: dict[Any, Any] = {}
    for weather in weathers:
        if _calendar(weather) not in known:
            hourly = plant_limits(build_for(building, weather), weather)
            known[_calendar(weather)] = hourly, hourly.of_months(months_of(weather))
    share = np.stack([_workdays(weather) for weather in weathers])
    found = []
    for what, otherwise in _ANY_AIR.items():
        hourly = [getattr(each, f"{what}_capacity") for each, _ in known.values()]
        always = all((each >= _UNLIMITED).all() for each in hourly)
        base, slope = _of_designs(network, space, f"{what}_setpoint")
        if always and not any("capacity" in name for name in dataset.names):
            own = np.asarray(getattr(network.zones, f"{what}_setpoint"), float)
            monthly = [getattr(known[_calendar(w)][1], f"{what}_setpoint") - own for w in weathers]
            constant, workdays = _of_schedule(np.stack(monthly), share, what)
            found.append(Straight(base + constant, slope, workdays))
        else:
            none = np.zeros_like(base)
            found.append(Straight(none + otherwise, np.zeros_like(slope), none))
    _check(dataset, share, *found)
    return found[0], found[1]


def _calendar(weather: Weather) -> tuple[int, ...]:
    return (
        int(weather.first_weekday), int(weather.start_day), weather.days, int(weather.leap_year)
    )  # fmt: skip


def _workdays(weather: Weather) -> Float[np.ndarray, "month"]:
    """Share of each month's days that are Monday to Friday, as `climate_features` has it."""
    work = (weather.first_weekday + np.arange(weather.days)) % 7 < 5
    spans = [(a // HOURS_PER_DAY, b // HOURS_PER_DAY) for _, a, b in months_of(weather)]
    return np.array([work[first:end].mean() for first, end in spans])


def _of_designs(
    network: RCNetwork, space: DesignSpace, field: str
) -> tuple[Float[np.ndarray, "zone"], Float[np.ndarray, "parameter zone"]]:
    """A zone's setpoint at parameters of 0, and its slopes; it must be straight in them."""
    import jax

    def of(x: Any) -> Any:
        return getattr(space.apply(network, x).zones, field)

    middle, half = 0.5 * (space.lower + space.upper), 0.5 * (space.upper - space.lower)
    every = np.concatenate([middle[None], middle + np.diag(half), space.sample(8, seed=0)])
    said = np.asarray(jax.jit(jax.vmap(of))(every.astype(network.dtype)), float)
    slope = (said[1 : 1 + len(half)] - said[0]) / np.maximum(half, 1e-12)[:, None]
    slope = np.where(np.abs(slope) < 1e-6, 0.0, slope)
    base = said[0] - middle @ slope
    if np.abs(base + every @ slope - said).max() > SLACK:
        raise InputError(
            f"the {field.replace('_', ' ')} is not straight in the parameters; train without laws"
        )
    return base, slope


def _of_schedule(
    monthly: Float[np.ndarray, "weather month zone"],
    share: Float[np.ndarray, "weather month"],
    what: str,
) -> tuple[Float[np.ndarray, "zone"], Float[np.ndarray, "zone"]]:
    """What the schedule adds in a month, as a constant and a slope by the share of workdays."""
    rows = np.stack([np.ones(share.size), share.ravel()], axis=1)
    each = monthly.reshape(share.size, -1)
    found, *_ = np.linalg.lstsq(rows, each, rcond=None)
    found = np.where(np.abs(found) < 1e-9, 0.0, found)
    if np.abs(rows @ found - each).max() > SLACK:
        raise InputError(
            f"the {what} setpoint changes over the seasons or within the working week; its mean "
            "does not follow from a month's workdays, so train without laws"
        )
    return found[0], found[1]


def _check(
    dataset: Dataset, share: Float[np.ndarray, "weather month"], low: Straight, high: Straight
) -> None:
    each = np.broadcast_to(dataset.designs, (len(share), *dataset.designs.shape[-2:]))
    air = dataset.values["monthly_temperature"]
    for number, climate in enumerate(dataset.climates):
        x, days = each[number], share[number]
        beyond = max((low(x, days) - air[number]).max(), (air[number] - high(x, days)).max())
        if beyond > SLACK:
            raise InputError(
                f"monthly temperatures of the dataset in {climate!r} are {beyond:.2g} K beyond "
                "the setpoints of its building; give the building that it was made of"
            )
