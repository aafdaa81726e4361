"""A week hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError
from fluxion.simulation import Trajectory
from fluxion.units import HOURS_PER_DAY
from fluxion.viz import _style
from fluxion.viz._series import Series, series
from fluxion.weather import Weather

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WEEK = 7
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def busiest_week(trajectory: Trajectory) -> int:
    """First day of the week round the largest load; of a floating building, round its coldest hour.

    Args:
        trajectory: Of one building.

    Returns:
        Days since the trajectory's first row.
    """
    data = series(trajectory, None, None)
    if data.conditioned:
        hour = int(np.argmax(np.maximum(data.heating, data.cooling)))
    else:
        hour = int(np.argmin(data.temperature.mean(axis=1)))
    return int(np.clip(hour // HOURS_PER_DAY - 3, 0, max(0, data.days - _WEEK)))


def week(
    trajectory: Trajectory,
    start_day: int | None = None,
    weather: Weather | None = None,
    *,
    zone: str | None = None,
    title: str = "",
) -> Figure:
    """Draw temperatures, loads and sun of seven days, hour by hour.

    Args:
        trajectory: Of one building.
        start_day: First day, counted from the trajectory's first row; None takes `busiest_week`.
        weather: Over which it was simulated; adds the outdoors.
        zone: Name of the one to draw; None draws all zones.
        title: Over the figure.

    Returns:
        A figure; save it with `savefig`.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: The day is not there, no such zone, a batch, or a weather of another length.
    """
    data = series(trajectory, weather, zone)
    if start_day is None:
        start_day = busiest_week(trajectory)
    if not 0 <= start_day < data.days:
        raise InputError(
            f"a week from day {start_day} was asked of {data.days} days; "
            f"choose a first day from 0 to {max(0, data.days - _WEEK)}"
        )
    days = min(_WEEK, data.days - start_day)
    rows = slice(start_day * HOURS_PER_DAY, (start_day + days) * HOURS_PER_DAY)
    sunny = data.transmitted is not None or data.ghi is not None
    count = 1 + data.conditioned + sunny
    with _style.style():
        figure = _style.new_figure(10.0, 0.7 + 2.2 * count)
        axes: Any = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        _temperature(axes[0], data, rows)
        if data.conditioned:
            _loads(axes[1], data, rows)
        if sunny:
            _sun(axes[-1], data, rows)
        first = data.start_day + start_day
        weekday = (trajectory.structure.first_weekday + first) % 7
        names = [
            f"{_WEEKDAYS[(weekday + i) % 7]} {_style.date_of(first + i, data.leap_year)}"
            for i in range(days)
        ]
        for each in axes:
            each.set_xlim(0, days)
            each.set_xticks(np.arange(days + 1), [""] * (days + 1))
            each.tick_params(axis="x", which="minor", length=0)
        axes[-1].set_xticks(np.arange(days) + 0.5, names, minor=True)
        return figure


def _hours(rows: slice) -> np.ndarray:
    return (np.arange(rows.stop - rows.start) + 0.5) / HOURS_PER_DAY


def _edges(rows: slice) -> np.ndarray:
    return np.arange(rows.stop - rows.start + 1) / HOURS_PER_DAY


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(1.07, 1.0), borderaxespad=0.2)


def _temperature(axes: Axes, data: Series, rows: slice) -> None:
    time, own = _hours(rows), data.temperature[rows]
    if len(data.zones) <= len(_style.CYCLE):
        for i, name in enumerate(data.zones):
            axes.plot(time, own[:, i], color=_style.CYCLE[i], label=name)
    else:
        colour = _style.CYCLE[0]
        low, high = own.min(axis=1), own.max(axis=1)
        axes.fill_between(
            time, low, high, color=colour, alpha=0.25, linewidth=0, label="span of all zones"
        )
        axes.plot(time, own.mean(axis=1), color=colour, label=data.label)
    if data.outdoor is not None:
        axes.plot(time, data.outdoor[rows], color=_style.OUTDOOR, label="outdoors", dashes=(4, 2))
    axes.set_title("Air temperature, hourly mean")
    axes.set_ylabel("°C")
    _legend(axes)


def _loads(axes: Axes, data: Series, rows: slice) -> None:
    axes.set_title("Heating and cooling, hourly mean")
    axes.set_ylabel("kW")
    for values, colour, label in (
        (data.heating, _style.HEATING, "heating"),
        (data.cooling, _style.COOLING, "cooling"),
    ):
        axes.stairs(values[rows], _edges(rows), fill=True, color=colour, alpha=0.85, label=label)
    axes.set_ylim(bottom=0.0)
    _legend(axes)


def _sun(axes: Axes, data: Series, rows: slice) -> None:
    axes.set_title("Sun, hourly mean")
    if data.transmitted is not None:
        axes.stairs(
            data.transmitted[rows],
            _edges(rows),
            fill=True,
            color=_style.SOLAR,
            alpha=0.85,
            label="through windows (kW)",
        )
        axes.set_ylabel("kW")
    if data.ghi is not None:
        target: Any = axes
        if data.transmitted is not None:
            target = axes.twinx()
            target.grid(False)
            target.spines["right"].set_visible(True)
        target.stairs(data.ghi[rows], _edges(rows), color=_style.ZONE, linewidth=1.0)
        target.set_ylabel("W/m²")
        target.set_ylim(bottom=0.0)
        axes.plot([], [], color=_style.ZONE, linewidth=1.0, label="on the horizontal (W/m²)")
    axes.set_ylim(bottom=0.0)
    _legend(axes)
