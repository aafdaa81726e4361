"""Colours, fonts and axes that all figures share; the one place that loads matplotlib.

Colours are Okabe and Ito's, which stay apart for every kind of colour vision.
Source: Okabe, Ito, Color Universal Design, 2008.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import require
from fluxion.units import month_lengths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEATING = "#D55E00"
COOLING = "#0072B2"
SOLAR = "#E69F00"
OUTDOOR = "#7F7F7F"
ZONE = "#000000"
#: For zones, designs and other things that have no colour of their own.
CYCLE = ("#009E73", "#CC79A7", "#56B4E9", "#0072B2", "#E69F00", "#D55E00")

_STYLE: dict[str, Any] = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 150,
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@contextmanager
def style() -> Iterator[None]:
    """The house style, inside the block only."""
    matplotlib = require("matplotlib", "viz")
    with matplotlib.rc_context(_STYLE):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure that belongs to no window and no global list. Sizes in inches."""
    return require("matplotlib.figure", "viz").Figure(figsize=(width, height))


def month_starts(leap_year: bool = False) -> np.ndarray:
    """Days of the year, from 0, on which months begin, and the year's end."""
    return np.cumsum([0, *month_lengths(leap_year)])


def date_of(day: int, leap_year: bool = False) -> str:
    """A day of the year, from 0, as people write it: 3 Jan."""
    starts = month_starts(leap_year)
    day = day % int(starts[-1])
    month = int(np.searchsorted(starts, day, side="right")) - 1
    return f"{day - int(starts[month]) + 1} {_MONTHS[month]}"


def month_axis(axes: Axes, start_day: int, days: int, leap_year: bool) -> None:
    """Mark the months on an axis in days since the first row; single days if they are few."""
    axes.set_xlim(0, days)
    if days <= 62:
        ticks = np.arange(0, days, max(1, days // 8))
        axes.set_xticks(ticks, [date_of(start_day + int(tick), leap_year) for tick in ticks])
        return
    starts = month_starts(leap_year)
    year = int(starts[-1])
    both = np.concatenate([starts[:-1], starts[:-1] + year]) - start_day
    inside = (both >= 0) & (both < days)
    middle = both + np.tile(np.diff(starts), 2) / 2
    axes.set_xticks(both[inside], [""] * int(inside.sum()))
    shown = (middle >= 0) & (middle < days)
    axes.set_xticks(middle[shown], np.array(_MONTHS * 2)[shown], minor=True)
    axes.tick_params(axis="x", which="minor", length=0)
