"""A trajectory as a labelled dataset, in memory and as netCDF."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError, SimulationError, require
from fluxion.io._atomic import whole_file
from fluxion.simulation import OUTPUTS, Trajectory
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import Weather

if TYPE_CHECKING:
    import xarray

#: A year whose 1 January falls on each day of the week from Monday on, for time stamps.
_COMMON_YEARS = (2001, 2002, 2003, 2009, 2010, 2005, 2006)
_LEAP_YEARS = (2024, 2008, 2020, 2004, 2016, 2000, 2012)

#: What of the weather goes beside the results: unit and long name.
_WEATHER = {
    "temp_air": ("degC", "Outdoor dry-bulb temperature at the end of the hour"),
    "ghi": ("W/m2", "Global horizontal irradiance, mean of the hour"),
    "dni": ("W/m2", "Direct normal irradiance, mean of the hour"),
    "dhi": ("W/m2", "Diffuse horizontal irradiance, mean of the hour"),
    "wind_speed": ("m/s", "Wind speed at the end of the hour"),
}


def time_stamps(weather: Weather, first_weekday: int) -> np.ndarray:
    """Starts of the hours in local standard time, of a year with the right days of the week.

    Args:
        weather: Whose hours are stamped.
        first_weekday: Of 1 January, Monday 0.
    """
    year = (_LEAP_YEARS if weather.leap_year else _COMMON_YEARS)[first_weekday % 7]
    hours = weather.start_day * HOURS_PER_DAY + np.arange(weather.hours)
    times = np.datetime64(f"{year}-01-01T00", "h") + hours.astype("timedelta64[h]")
    return times.astype("datetime64[ns]")


def to_xarray(
    trajectory: Trajectory, weather: Weather, attributes: Mapping[str, str] | None = None
) -> xarray.Dataset:
    """Results with their axes, units and long names, and the weather they were made with.

    Args:
        trajectory: Of one building.
        weather: Over which it was simulated.
        attributes: What made the result, see `describe_run`.

    Returns:
        A dataset over `time` (starts of hours) and `zone`; results of faces have a further axis
        with names in `face_name` or `outside_name`, empty where a zone has fewer.

    Raises:
        MissingExtraError: xarray is not installed.
        SimulationError: The weather is not the one of the trajectory, or this is a batch.
    """
    xr = require("xarray", "results")
    structure = trajectory.structure
    variables: dict[str, Any] = {}
    for name, output in OUTPUTS.items():
        if name not in trajectory.values:
            continue
        found = np.asarray(trajectory[name])
        if found.ndim != 1 + len(output.axes) or found.shape[0] != weather.hours:
            raise SimulationError(
                f"{name} has the shape {found.shape}, {weather.hours} hours by "
                f"{', '.join(output.axes)} are wanted; give one building's trajectory and the "
                "weather it was simulated over"
            )
        variables[name] = (
            ("time", *output.axes),
            found,
            {"units": output.unit, "long_name": output.title, "cell_methods": "time: mean"},
        )
    for name, (unit, title) in _WEATHER.items():
        values = np.asarray(getattr(weather, name))
        variables[name] = ("time", values, {"units": unit, "long_name": title})
    outside = tuple(e + w for e, w in zip(structure.envelope, structure.window, strict=True))
    coordinates: dict[str, Any] = {
        "time": (
            "time",
            time_stamps(weather, structure.first_weekday),
            {"long_name": "Start of the hour, local standard time"},
        ),
        "zone": ("zone", np.asarray(structure.zones, dtype=object)),
    }
    for axis, names in (("face", structure.face_names), ("outside", outside)):
        if any(axis in OUTPUTS[name].axes for name in trajectory.values):
            coordinates[f"{axis}_name"] = (("zone", axis), np.asarray(names, dtype=object))
    return xr.Dataset(
        variables, coordinates, {"title": "Building simulation", **(attributes or {})}
    )


def save_results(
    path: str | PathLike[str],
    trajectory: Trajectory,
    weather: Weather,
    attributes: Mapping[str, str] | None = None,
) -> None:
    """Write results as netCDF, whole or not at all; `load_results` reads them back.

    Args:
        path: Where to; ends in `.nc`.
        trajectory: Of one building.
        weather: Over which it was simulated.
        attributes: What made the result, see `describe_run`.

    Raises:
        MissingExtraError: xarray or h5netcdf is not installed.
        InputError: The file cannot be written.
    """
    require("h5netcdf", "results")
    dataset = to_xarray(trajectory, weather, attributes)
    encoding = {
        name: {"zlib": True, "complevel": 4} for name in dataset.data_vars if dataset[name].ndim
    }
    with whole_file(path) as partial:
        dataset.to_netcdf(partial, engine="h5netcdf", encoding=encoding)


def load_results(path: str | PathLike[str]) -> xarray.Dataset:
    """Read what `save_results` wrote, into memory.

    Args:
        path: A netCDF file.

    Raises:
        MissingExtraError: xarray or h5netcdf is not installed.
        InputError: There is no such file, or it holds no results.
    """
    xr = require("xarray", "results")
    require("h5netcdf", "results")
    path = Path(path)
    try:
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            return dataset.load()
    except FileNotFoundError:
        raise InputError(f"there is no result file {str(path)!r}; check the path") from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{str(path)!r} is no netCDF file of results ({error}); give one that "
            "save_results or 'fluxion simulate --out' wrote"
        ) from None
