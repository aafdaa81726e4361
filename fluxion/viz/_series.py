"""What figures draw of a trajectory: one zone, or all zones together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluxion.errors import InputError
from fluxion.simulation import Trajectory
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import Weather


@dataclass(frozen=True)
class Series:
    """Hourly arrays ready to draw.

    Attributes:
        zones: Names of the zones that are drawn.
        temperature: Of each zone. [degC]
        heating: Of all of them together. [kW]
        cooling: Of all of them together, positive. [kW]
        transmitted: Sun through their windows; None if it was not kept. [kW]
        outdoor: Dry bulb; None without a weather. [degC]
        ghi: Global horizontal irradiance; None without a weather. [W/m2]
        start_day: Day of the year of the first row, from 0.
        leap_year: Whether the year has 366 days.
    """

    zones: tuple[str, ...]
    temperature: np.ndarray
    heating: np.ndarray
    cooling: np.ndarray
    transmitted: np.ndarray | None
    outdoor: np.ndarray | None
    ghi: np.ndarray | None
    start_day: int
    leap_year: bool

    @property
    def days(self) -> int:
        """Number of whole days."""
        return len(self.heating) // HOURS_PER_DAY

    @property
    def conditioned(self) -> bool:
        """Whether anything was heated or cooled."""
        return bool(np.any(self.heating > 0) or np.any(self.cooling > 0))

    @property
    def label(self) -> str:
        """What the mean temperature is of."""
        return self.zones[0] if len(self.zones) == 1 else f"mean of {len(self.zones)} zones"


def series(trajectory: Trajectory, weather: Weather | None, zone: str | None) -> Series:
    """Take out of a trajectory what figures draw.

    Args:
        trajectory: Of one building.
        weather: Over which it was simulated; None leaves the outdoors out.
        zone: Name of the one to draw; None draws all.

    Raises:
        InputError: There is no such zone, it is a batch, or the weather is another one.
    """
    names = trajectory.structure.zones
    if zone is not None and zone not in names:
        raise InputError(f"no zone is named {zone!r}; the zones are {', '.join(names)}")
    chosen = np.arange(len(names)) if zone is None else np.array([names.index(zone)])
    temperature = np.asarray(trajectory.zone_temperature)
    if temperature.ndim != 2:
        raise InputError(
            f"temperatures of shape {temperature.shape} were given, hours by zones are wanted; "
            "draw one member of a batch at a time"
        )
    hours = temperature.shape[0]
    if weather is not None and weather.hours != hours:
        raise InputError(
            f"the weather has {weather.hours} hours, the trajectory {hours}; "
            "give the weather it was simulated over"
        )

    def together(name: str) -> np.ndarray:
        return np.asarray(trajectory[name])[:, chosen].sum(axis=1) / 1000.0

    return Series(
        zones=tuple(names[i] for i in chosen),
        temperature=temperature[:, chosen],
        heating=together("heating_rate"),
        cooling=together("cooling_rate"),
        transmitted=together("transmitted_solar")
        if "transmitted_solar" in trajectory.values
        else None,
        outdoor=None if weather is None else np.asarray(weather.temp_air),
        ghi=None if weather is None else np.asarray(weather.ghi),
        start_day=0 if weather is None else weather.start_day,
        leap_year=trajectory.structure.days == 366,
    )


def by_day(values: np.ndarray) -> np.ndarray:
    """Hourly rows laid out as (day, hour)."""
    return values.reshape(-1, HOURS_PER_DAY, *values.shape[1:])
