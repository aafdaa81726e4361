"""What a year reduces to: loads and peaks of the whole period, and of each of its months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.simulation._trajectory import OUTPUTS, Trajectory
from fluxion.units import HOURS_PER_DAY, SECONDS_PER_HOUR, month_lengths
from fluxion.weather import Weather

#: Operative temperatures in which people are comfortable [degC] (EN 16798-1:2019, table B.2, II).
COMFORT = (20.0, 26.0)
#: Hours of the day, and days of the week, in which somebody is there to be uncomfortable.
OFFICE_HOURS, OFFICE_DAYS = (8, 18), 5

#: The balance of a zone's air: these terms with their signs sum to zero.
BALANCE = {
    "heating": 1.0, "cooling": -1.0, "airflow": 1.0, "exchange": 1.0,
    "surface": 1.0, "gain": 1.0, "storage": -1.0,
}  # fmt: skip

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Reduction:
    """A result of a period: what it is made of, its unit and what it is called.

    Attributes:
        hourly: Hourly results that it needs.
        unit: Its unit.
        title: What it is, for people.
        monthly: Whether there is one for each month, `(month, zone)`, or one, `(zone,)`.
        of: From the hourly results, `(hour, zone)` each, and the weather's days.
        counted: Whether it is a count, whose slopes are zero nearly everywhere and say nothing.
    """

    hourly: tuple[str, ...]
    unit: str
    title: str
    monthly: bool
    of: Callable[..., Array]
    counted: bool = False


def months_of(weather: Weather) -> tuple[tuple[str, int, int], ...]:
    """Months that a weather touches: name, first hour and the hour after the last.

    Args:
        weather: Whose first day and number of days count.
    """
    ends = np.cumsum(month_lengths(bool(weather.leap_year)))
    found, day = [], 0
    while day < weather.days:
        of_year = (weather.start_day + day) % int(ends[-1])
        month = int(np.searchsorted(ends, of_year, side="right"))
        last = min(weather.days, day + int(ends[month]) - of_year)
        found.append((MONTHS[month], day * HOURS_PER_DAY, last * HOURS_PER_DAY))
        day = last
    return tuple(found)


def _by_month(reduce: Callable[[Array], Array]) -> Callable[..., Array]:
    def of(values: Float[Array, "hour zone"], *, weather: Weather) -> Float[Array, "month zone"]:
        return jnp.stack([reduce(values[first:end]) for _, first, end in months_of(weather)])

    return of


def _at_once(reduce: Callable[[Array], Array]) -> Callable[..., Array]:
    def of(values: Float[Array, "hour zone"], *, weather: Weather) -> Float[Array, "zone"]:
        del weather
        return reduce(values)

    return of


def _energy(values: Float[Array, "hour zone"]) -> Float[Array, "zone"]:
    return jnp.sum(values, axis=0) * SECONDS_PER_HOUR


def _peak(values: Float[Array, "hour zone"]) -> Float[Array, "zone"]:
    return jnp.max(values, axis=0)


def _mean(values: Float[Array, "hour zone"]) -> Float[Array, "zone"]:
    return jnp.mean(values, axis=0)


def _attended(weather: Weather) -> np.ndarray:
    """Hours of the weather in which an office is attended."""
    hours = np.arange(weather.days * HOURS_PER_DAY)
    weekday = (weather.first_weekday + hours // HOURS_PER_DAY) % 7
    clock = hours % HOURS_PER_DAY
    return (weekday < OFFICE_DAYS) & (clock >= OFFICE_HOURS[0]) & (clock < OFFICE_HOURS[1])


def _discomfort(
    air: Float[Array, "hour zone"], radiant: Float[Array, "hour zone"], *, weather: Weather
) -> Float[Array, "month zone"]:
    """Hours of each month in which an attended zone is outside comfort; a count, flat nearly
    everywhere."""
    operative = 0.5 * (air + radiant)
    outside = (operative < COMFORT[0]) | (operative > COMFORT[1])
    counted = jnp.where(outside & jnp.asarray(_attended(weather))[:, None], 1.0, 0.0)
    return _by_month(lambda hours: jnp.sum(hours, axis=0))(
        counted.astype(air.dtype), weather=weather
    )


def _reductions() -> dict[str, Reduction]:
    found = {}
    for name, done in {"heating": "given to", "cooling": "taken from"}.items():
        rate = (f"{name}_rate",)
        energy, peak = f"Heat {done} each zone", f"Largest hourly mean of {name} of each zone"
        found[f"annual_{name}"] = Reduction(
            rate, "J", f"{energy} over the period", False, _at_once(_energy)
        )
        found[f"peak_{name}"] = Reduction(rate, "W", peak, False, _at_once(_peak))
        found[f"monthly_{name}"] = Reduction(
            rate, "J", f"{energy} in each month", True, _by_month(_energy)
        )
        found[f"monthly_peak_{name}"] = Reduction(
            rate, "W", f"{peak} in each month", True, _by_month(_peak)
        )
    for name in (*(term for term in BALANCE if term not in ("heating", "cooling")), "partition"):
        rate = f"{name}_rate"
        found[f"monthly_{name}"] = Reduction(
            (rate,), "J", f"{OUTPUTS[rate].title} in each month", True, _by_month(_energy)
        )
    found["monthly_temperature"] = Reduction(
        ("zone_temperature",), "degC", "Mean air temperature in each month", True, _by_month(_mean)
    )
    found["monthly_discomfort"] = Reduction(
        ("zone_temperature", "radiant_temperature"), "h",
        "Attended hours outside comfort in each month", True, _discomfort, counted=True,
    )  # fmt: skip
    return found


#: Everything that a year reduces to, by name.
REDUCTIONS: dict[str, Reduction] = _reductions()
#: Loads and peaks of the whole period.
LOADS = ("annual_heating", "annual_cooling", "peak_heating", "peak_cooling")


def hourly_of(names: Sequence[str]) -> tuple[str, ...]:
    """Hourly results that these results are made from.

    Args:
        names: Of reductions or of hourly results.

    Raises:
        SimulationError: None was asked for, or one that there is not.
    """
    unknown = [name for name in names if name not in REDUCTIONS and name not in OUTPUTS]
    if unknown or not names:
        raise SimulationError(
            f"unknown result {', '.join(map(repr, unknown)) or '(none was asked for)'}; "
            f"ask for {', '.join([*REDUCTIONS, *OUTPUTS])}"
        )
    each = [REDUCTIONS[name].hourly if name in REDUCTIONS else (name,) for name in names]
    return tuple(dict.fromkeys(hourly for several in each for hourly in several))


def result_of(year: Trajectory, weather: Weather, name: str) -> Array:
    """A result of a year by its name.

    Args:
        year: With the hourly results that it needs.
        weather: Of the year.
        name: Of a reduction or of an hourly result.
    """
    if name not in REDUCTIONS:
        return year[name]
    reduction = REDUCTIONS[name]
    return reduction.of(*(year[hourly] for hourly in reduction.hourly), weather=weather)
