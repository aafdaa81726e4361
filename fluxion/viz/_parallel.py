"""Every design as a line over all its parameters and results."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fluxion.errors import InputError, require
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHADES = "viridis_r"
#: Letters in a line of a label.
_WIDTH = 24


def parallel_coordinates(
    samples: np.ndarray,
    names: Sequence[str],
    results: Mapping[str, np.ndarray],
    *,
    title: str = "",
) -> Figure:
    """Draw each design as a line across an axis for every parameter and result.

    Lines are shaded by the sum of the results; the least lie on top.

    Args:
        samples: Parameters of the designs, (design, parameter).
        names: Of the parameters, with their units.
        results: Arrays (design,) by name, with their units.
        title: Over the figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: The arrays do not fit each other.
    """
    samples = np.asarray(samples, dtype=float)
    wrong = [name for name, each in results.items() if np.shape(each) != samples.shape[:1]]
    if samples.ndim != 2 or samples.shape[1] != len(names) or not results or wrong:
        raise InputError(
            f"samples of shape {samples.shape} were given for {len(names)} parameters and "
            f"{len(results)} results; a row and one number of each result are wanted by design"
        )
    columns = np.column_stack([samples, *results.values()])
    low, high = columns.min(axis=0), columns.max(axis=0)
    heights = (columns - low) / np.where(high > low, high - low, 1.0)
    total = np.sum(list(results.values()), axis=0)
    order = np.argsort(-total, kind="stable")
    places = np.arange(columns.shape[1])
    with _style.style():
        lines = require("matplotlib.collections", "viz").LineCollection(
            [np.column_stack([places, row]) for row in heights[order]],
            array=total[order], cmap=_SHADES, linewidths=0.7, alpha=0.5,
        )  # fmt: skip
        figure = _style.new_figure(max(6.0, 1.2 + 1.3 * len(places)), 5.4)
        axes = figure.subplots()
        axes.add_collection(lines)
        axes.set_xlim(-0.15, len(places) - 0.85)
        axes.set_ylim(-0.07, 1.07)
        axes.grid(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.set_yticks([])
        labels = ["\n".join(textwrap.wrap(name, _WIDTH)) for name in (*names, *results)]
        axes.set_xticks(places, labels, rotation=30, ha="right")
        for place in places:
            axes.axvline(float(place), color="#9A9A9A", linewidth=0.8, zorder=1)
            for height, value, side in ((-0.02, low, "top"), (1.02, high, "bottom")):
                axes.text(
                    place, height, f"{value[place]:.4g}", ha="center", va=side, fontsize=7.5
                )  # fmt: skip
        if title:
            axes.set_title(title)
        bar = figure.colorbar(lines, ax=axes, pad=0.02, aspect=35)
        bar.set_label("sum of the results")
        if bar.solids is not None:
            bar.solids.set_alpha(1.0)
        return figure
