"""Hourly results as a table that any program reads."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from os import PathLike

import numpy as np

from fluxion.io._atomic import whole_file
from fluxion.io._results import time_stamps
from fluxion.simulation import OUTPUTS, Trajectory
from fluxion.weather import Weather


def write_hourly_csv(
    path: str | PathLike[str],
    trajectory: Trajectory,
    weather: Weather,
    attributes: Mapping[str, str] | None = None,
) -> None:
    """Write the results of each zone hour by hour, with the outdoor temperature and the sun.

    Lines that begin with `#` say what made the file. A column is named `OUTPUT ZONE [UNIT]`.

    Args:
        path: Where to.
        trajectory: Of one building.
        weather: Over which it was simulated.
        attributes: What made the result, see `describe_run`.

    Raises:
        InputError: The file cannot be written.
    """
    stamps = time_stamps(weather, trajectory.structure.first_weekday)
    header = ["time", "temp_air [degC]", "ghi [W/m2]"]
    columns = [np.asarray(weather.temp_air), np.asarray(weather.ghi)]
    for name, output in OUTPUTS.items():
        if name not in trajectory.values or output.axes != ("zone",):
            continue
        for i, zone in enumerate(trajectory.structure.zones):
            header.append(f"{name} {zone} [{output.unit}]")
            columns.append(np.asarray(trajectory[name])[:, i])
    texts = np.datetime_as_string(stamps, unit="m")
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        for key, value in (attributes or {}).items():
            stream.write(f"# {key}: {value}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        for text, *row in zip(texts, *columns, strict=True):
            writer.writerow([text, *(f"{value:.6g}" for value in row)])
