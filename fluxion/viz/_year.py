"""The year on one page: daily courses on the left, every hour as a carpet on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.simulation import Trajectory
from fluxion.viz import _style
from fluxion.viz._series import Series, by_day, series
from fluxion.weather import Weather

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def year(
    trajectory: Trajectory,
    weather: Weather | None = None,
    *,
    zone: str | None = None,
    title: str = "",
) -> Figure:
    """Draw temperatures, loads and sun over the whole run.

    Args:
        trajectory: Of one building.
        weather: Over which it was simulated; adds the outdoors.
        zone: Name of the one to draw; None takes all zones together.
        title: Over the figure.

    Returns:
        A figure; save it with `savefig`.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: No such zone, a batch, or a weather of another length.
    """
    data = series(trajectory, weather, zone)
    sunny = data.transmitted is not None or data.ghi is not None
    rows = 1 + data.conditioned + sunny
    with _style.style():
        figure = _style.new_figure(12.0, 0.9 + 2.6 * rows)
        axes: Any = figure.subplots(rows, 2, width_ratios=(1.12, 1.0), squeeze=False)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        _daily_temperature(axes[0, 0], data)
        mean = data.temperature.mean(axis=1)
        _carpet(axes[0, 1], data, mean, f"Air temperature, hourly: {data.label}", "°C")
        if data.conditioned:
            _daily_loads(axes[1, 0], data)
            load = data.heating - data.cooling
            _carpet(axes[1, 1], data, load, "Heating less cooling, hourly", "kW", signed=True)
        if sunny:
            _daily_sun(axes[-1, 0], data)
            if data.transmitted is not None:
                _carpet(axes[-1, 1], data, data.transmitted, "Sun through windows, hourly", "kW")
            elif data.ghi is not None:
                _carpet(axes[-1, 1], data, data.ghi, "Sun on the horizontal, hourly", "W/m²")
        for each in axes[:, 0]:
            _style.month_axis(each, data.start_day, data.days, data.leap_year)
            each.grid(False, axis="x", which="minor")
        return figure


def _band(axes: Axes, low: np.ndarray, high: np.ndarray, colour: str, label: str) -> None:
    middle = np.arange(len(low)) + 0.5
    axes.fill_between(middle, low, high, color=colour, alpha=0.25, linewidth=0, label=label)


def _legend(axes: Axes, entries: int) -> None:
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=entries, borderaxespad=0.1)


def _daily_temperature(axes: Axes, data: Series) -> None:
    middle = np.arange(data.days) + 0.5
    entries = 2
    if data.outdoor is not None:
        outdoor = by_day(data.outdoor)
        _band(axes, outdoor.min(axis=1), outdoor.max(axis=1), _style.OUTDOOR, "outdoors")
        entries += 1
    own = by_day(data.temperature)
    colour = _style.CYCLE[0]
    spread = "daily span" if len(data.zones) == 1 else "daily span of all zones"
    _band(axes, own.min(axis=(1, 2)), own.max(axis=(1, 2)), colour, spread)
    axes.plot(middle, own.mean(axis=(1, 2)), color=colour, label=data.label)
    axes.set_title("Temperature, by day")
    axes.set_ylabel("°C")
    _legend(axes, entries)


def _daily_loads(axes: Axes, data: Series) -> None:
    middle = np.arange(data.days) + 0.5
    axes.set_title("Heat given and taken, by day")
    axes.set_ylabel("kWh a day")
    heating, cooling = by_day(data.heating).sum(axis=1), by_day(data.cooling).sum(axis=1)
    axes.bar(middle, heating, width=1.0, color=_style.HEATING, label="heating")
    axes.bar(middle, -cooling, width=1.0, color=_style.COOLING, label="cooling (downwards)")
    axes.axhline(0.0, color="#404040", linewidth=0.8)
    _positive_labels(axes)
    _legend(axes, 2)


def _daily_sun(axes: Axes, data: Series) -> None:
    middle = np.arange(data.days) + 0.5
    axes.set_title("Sun, by day")
    entries = 0
    if data.transmitted is not None:
        through = by_day(data.transmitted).sum(axis=1)
        axes.bar(middle, through, width=1.0, color=_style.SOLAR, label="through windows (kWh)")
        axes.set_ylabel("kWh a day")
        entries += 1
    if data.ghi is not None:
        target: Any = axes
        if data.transmitted is not None:
            target = axes.twinx()
            target.grid(False)
            target.spines["right"].set_visible(True)
        ghi = by_day(data.ghi).sum(axis=1) / 1000.0
        target.plot(middle, ghi, color=_style.ZONE, linewidth=0.9)
        axes.plot([], [], color=_style.ZONE, linewidth=0.9, label="on the horizontal (kWh/m²)")
        target.set_ylabel("kWh/m² a day")
        target.set_ylim(bottom=0.0)
        entries += 1
    _legend(axes, entries)


def _carpet(
    axes: Axes, data: Series, values: np.ndarray, title: str, unit: str, signed: bool = False
) -> None:
    table = by_day(values).T
    axes.set_title(title)
    _style.month_axis(axes, data.start_day, data.days, data.leap_year)
    axes.set_ylim(0, 24)
    axes.set_yticks([0, 6, 12, 18, 24])
    axes.set_ylabel("hour of the day")
    axes.grid(False)
    largest = float(np.max(np.abs(table))) or 1.0
    shown = axes.imshow(
        table,
        aspect="auto",
        origin="lower",
        extent=(0, data.days, 0, 24),
        cmap="RdBu_r" if signed else "viridis",
        interpolation="nearest",
        vmin=-largest if signed else None,
        vmax=largest if signed else None,
    )
    axes.figure.colorbar(shown, ax=axes, label=unit, pad=0.02, aspect=14)


def _positive_labels(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
