"""What a building's plant and thermostat allow, hour by hour and month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluxion.networks import RCNetwork
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import Weather


@dataclass(frozen=True)
class PlantLimits:
    """Setpoints and capacities, each `(..., hour, zone)`; any axis may be of length one.

    Attributes:
        heating_setpoint: Air is not colder while the plant has capacity left. [degC]
        cooling_setpoint: Air is not warmer while it has. [degC]
        heating_capacity: [W]
        cooling_capacity: [W]
    """

    heating_setpoint: np.ndarray
    cooling_setpoint: np.ndarray
    heating_capacity: np.ndarray
    cooling_capacity: np.ndarray

    def of_months(self, months: tuple[tuple[str, int, int], ...]) -> PlantLimits:
        """Mean setpoints and largest capacities of each month."""

        def by_month(values: np.ndarray, how) -> np.ndarray:
            if values.shape[-2] == 1:
                return values
            return np.stack([how(values[..., a:b, :], axis=-2) for _, a, b in months], axis=-2)

        return PlantLimits(
            by_month(self.heating_setpoint, np.mean), by_month(self.cooling_setpoint, np.mean),
            by_month(self.heating_capacity, np.max), by_month(self.cooling_capacity, np.max),
        )  # fmt: skip


def plant_limits(network: RCNetwork, weather: Weather) -> PlantLimits:
    """Limits of a network's own thermostats and plants over the hours of a weather.

    Args:
        network: The network.
        weather: Whose days count.
    """
    s, z = network.structure, network.zones
    hours = weather.start_day * HOURS_PER_DAY + np.arange(weather.days * HOURS_PER_DAY)
    hourly = np.asarray(network.schedules, float)[:, hours % (s.days * HOURS_PER_DAY)]

    def scheduled(indices: tuple[int, ...], otherwise: float, how) -> np.ndarray:
        values = how(hourly, axis=-1)
        constant = np.full(len(hours), otherwise)
        return np.stack([values[i] if i >= 0 else constant for i in indices], axis=-1)

    # Within an hour schedules are straight lines: the mean of a setpoint is that of its ends.
    return PlantLimits(
        np.asarray(z.heating_setpoint, float) + scheduled(s.heating_schedule, 0.0, np.mean),
        np.asarray(z.cooling_setpoint, float) + scheduled(s.cooling_schedule, 0.0, np.mean),
        np.asarray(z.heating_capacity, float) * scheduled(s.heating_availability, 1.0, np.max),
        np.asarray(z.cooling_capacity, float) * scheduled(s.cooling_availability, 1.0, np.max),
    )
