"""Is doubt true: what was said against what happened, and intervals around single cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Levels that intervals were meant to hold, and what they held; both (level,).
Held = tuple[np.ndarray, np.ndarray]
_COLOURS = (_style.CYCLE[0], _style.HEATING, _style.COOLING, *_style.CYCLE[1:3], _style.SOLAR)


def reliability(
    curves: Mapping[str, Held],
    *,
    pit: Mapping[str, np.ndarray] | None = None,
    title: str = "",
) -> Figure:
    """Draw how often intervals held what they were meant to hold.

    On the diagonal doubt is true. Below it the model is too sure, above it too unsure.

    Args:
        curves: Of each model by its name, levels and the shares held, see
            `fluxion.uncertainty.reliability`.
        pit: Of each model, the share of cases in each bin of PIT, drawn in a panel of its own: flat
            if doubt is true, a U if the model is too sure.
        title: Over the figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: There is nothing to draw, or arrays that do not fit each other.
    """
    shapes = [(np.shape(levels), np.shape(held)) for levels, held in curves.values()]
    if not shapes or any(a != b or len(a) != 1 or a[0] == 0 for a, b in shapes):
        raise InputError(
            f"curves of shapes {shapes} were given; give one or more, of as many levels as shares"
        )
    with _style.style():
        figure = _style.new_figure(4.6 + 4.2 * bool(pit), 4.4)
        axes: Any = figure.subplots(1, 1 + bool(pit), squeeze=False)[0]
        first = axes[0]
        first.plot([0, 1], [0, 1], color=_style.OUTDOOR, linewidth=0.9, linestyle=(0, (4, 3)))
        for number, (name, (levels, held)) in enumerate(curves.items()):
            first.plot(
                levels, held, marker="o", markersize=3, label=name,
                color=_COLOURS[number % len(_COLOURS)],
            )  # fmt: skip
        first.set_xlim(0, 1)
        first.set_ylim(0, 1)
        first.set_aspect("equal")
        first.set_xlabel("meant to hold [-]")
        first.set_ylabel("held [-]")
        first.legend(loc="upper left")
        if pit:
            _histograms(axes[1], pit, list(curves))
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        return figure


def _histograms(axes: Any, pit: Mapping[str, np.ndarray], order: list[str]) -> None:
    for name, shares in pit.items():
        place = order.index(name) if name in order else len(order)
        edges = np.linspace(0, 1, len(shares) + 1)
        density = np.asarray(shares) * len(shares)
        axes.stairs(density, edges, color=_COLOURS[place % len(_COLOURS)], label=name)
    axes.axhline(1.0, color=_style.OUTDOOR, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("place in the predicted distribution [-]")
    axes.set_ylabel("cases, 1 if even")


def intervals(
    mean: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    observed: np.ndarray,
    *,
    value: str = "",
    most: int = 120,
    title: str = "",
) -> Figure:
    """Draw intervals of cases in the order of what is predicted, and what happened.

    Args:
        mean: What is predicted, (case,).
        lower: Lower ends.
        upper: Upper ends.
        observed: What is true.
        value: Name and unit.
        most: The most cases to draw, spread evenly; the share that is held is of all.
        title: Over the figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: The arrays do not fit each other.
    """
    arrays = [np.asarray(each, float) for each in (mean, lower, upper, observed)]
    if len({each.shape for each in arrays}) != 1 or arrays[0].ndim != 1 or not arrays[0].size:
        raise InputError(
            f"arrays of shapes {[each.shape for each in arrays]} were given; give one number for "
            "each case"
        )
    held = np.mean((arrays[3] >= arrays[1]) & (arrays[3] <= arrays[2]))
    order = np.argsort(arrays[0], kind="stable")
    taken = order[np.unique(np.linspace(0, len(order) - 1, min(most, len(order))).astype(int))]
    middle, low, high, true = (each[taken] for each in arrays)
    inside = (true >= low) & (true <= high)
    place = np.arange(len(taken))
    with _style.style():
        figure = _style.new_figure(7.2, 4.0)
        axes = figure.subplots()
        axes.vlines(place, low, high, color=_style.CYCLE[2], linewidth=1.6, alpha=0.7)
        axes.plot(place, middle, color=_style.OUTDOOR, linewidth=0.8, label="predicted")
        for which, colour, name in (
            (inside, _style.ZONE, f"inside ({held:.1%} of all)"),
            (~inside, _style.HEATING, "outside"),
        ):
            axes.scatter(
                place[which], true[which], s=8, color=colour, linewidths=0, label=name, zorder=3
            )
        axes.set_xlabel("cases, by what is predicted")
        axes.set_ylabel(value)
        axes.legend(loc="upper left")
        if title:
            axes.set_title(title)
        return figure
