"""Figures that people read out of a trajectory, and what made them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import numpy as np

from fluxion._version import __version__
from fluxion.building import Building, dump_building
from fluxion.io._weather_table import WeatherFile
from fluxion.simulation import Options, Trajectory
from fluxion.units import JOULES_PER_KWH, SECONDS_PER_HOUR


def summarize(trajectory: Trajectory) -> dict[str, Any]:
    """Energies, peaks and temperatures of a simulated building and of its zones.

    Args:
        trajectory: Of one building, with temperature, heating and cooling.

    Returns:
        "annual" with the building's energies [kWh] and its peaks, which are the largest hourly
        means of all zones together [kW]; "zones" with each zone's energies [kWh] and the least,
        mean and greatest hourly air temperature [degC].
    """
    heating = np.asarray(trajectory.heating_rate, np.float64)
    cooling = np.asarray(trajectory.cooling_rate, np.float64)
    temperature = np.asarray(trajectory.zone_temperature, np.float64)
    kwh = SECONDS_PER_HOUR / JOULES_PER_KWH

    def energies(heating: np.ndarray, cooling: np.ndarray) -> dict[str, float]:
        return {
            "heating_kWh": float(heating.sum() * kwh),
            "cooling_kWh": float(cooling.sum() * kwh),
        }

    zones = {
        name: {
            **energies(heating[:, i], cooling[:, i]),
            "temperature_min_C": float(temperature[:, i].min()),
            "temperature_mean_C": float(temperature[:, i].mean()),
            "temperature_max_C": float(temperature[:, i].max()),
        }
        for i, name in enumerate(trajectory.structure.zones)
    }
    peaks = {
        "peak_heating_kW": float(heating.sum(axis=1).max() / 1000.0),
        "peak_cooling_kW": float(cooling.sum(axis=1).max() / 1000.0),
    }
    return {"annual": {**energies(heating, cooling), **peaks}, "zones": zones}


def building_sha256(building: Building) -> str:
    """SHA-256 of the canonical JSON of a building: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        dump_building(building), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def describe_run(
    building: Building, weather: WeatherFile, options: Options, **more: Any
) -> dict[str, str]:
    """What made a result, as text that any file format can hold.

    Args:
        building: That was simulated.
        weather: Over which it was.
        options: How it was.
        **more: Further facts, such as the precision.

    Returns:
        Version, names and hashes of building and weather, options as JSON.
    """
    settings = {**dataclasses.asdict(options), **more}
    return {
        "source": f"Fluxion {__version__}",
        "building": building.name,
        "building_sha256": building_sha256(building),
        "weather": f"{weather.weather.name} ({weather.provenance.path.name})",
        "weather_sha256": weather.provenance.sha256,
        "options": json.dumps(settings, sort_keys=True),
    }
