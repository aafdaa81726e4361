"""Many designs at once: what each parameter does to the loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 12
_COLOURS = {"heating": _style.HEATING, "cooling": _style.COOLING}


def designs(
    samples: np.ndarray,
    names: Sequence[str],
    results: Mapping[str, np.ndarray],
    *,
    unit: str = "kWh",
    title: str = "",
) -> Figure:
    """Draw every result of many designs over every parameter, the strongest parameters first.

    Args:
        samples: Parameters of the designs, (design, parameter).
        names: Of the parameters, with their units.
        results: Arrays (design,) by name; heating and cooling have colours of their own.
        unit: Of the results.
        title: Over the figure.

    Returns:
        A figure with a panel for each of at most twelve parameters.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: The arrays do not fit each other.
    """
    samples = np.asarray(samples)
    arrays = {name: np.asarray(values) for name, values in results.items()}
    if samples.ndim != 2 or samples.shape[1] != len(names):
        raise InputError(
            f"samples of shape {samples.shape} were given for {len(names)} parameters; "
            "(design, parameter) is wanted"
        )
    for name, values in arrays.items():
        if values.shape != samples.shape[:1]:
            raise InputError(
                f"{name} has the shape {values.shape}, {samples.shape[:1]} is wanted: "
                "one number for each design"
            )
    strength = np.max([np.abs(rank_correlation(samples, v)) for v in arrays.values()], axis=0)
    order = np.argsort(-strength, kind="stable")[:_MOST]
    columns = min(4, len(order))
    rows = -(-len(order) // columns)
    with _style.style():
        figure = _style.new_figure(max(6.0, 3.1 * columns), 0.8 + 2.6 * rows)
        axes: Any = figure.subplots(rows, columns, sharey=True, squeeze=False)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        for panel, each in enumerate(axes.ravel()):
            if panel >= len(order):
                each.set_visible(False)
                continue
            for number, (name, values) in enumerate(arrays.items()):
                colour = _COLOURS.get(name, _style.CYCLE[number % len(_style.CYCLE)])
                each.scatter(
                    samples[:, order[panel]], values, s=7, color=colour, alpha=0.45, linewidths=0,
                    label=name,
                )  # fmt: skip
            each.set_xlabel(names[order[panel]])
            each.set_ylim(bottom=0.0)
        for row in axes:
            row[0].set_ylabel(unit)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        legend = figure.legend(
            handles, labels, loc="outside upper right", ncols=len(labels), markerscale=2.5
        )
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_alpha(1.0)
        return figure


def rank_correlation(samples: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Spearman's correlation of each column of samples with the values; 0 where constant. [-]"""

    def standard_ranks(column: np.ndarray) -> np.ndarray:
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        mean_rank = np.cumsum(counts) - (counts - 1) / 2.0
        ranks = mean_rank[inverse] - mean_rank[inverse].mean()
        length = np.sqrt(np.sum(ranks**2))
        return ranks / length if length > 0 else ranks

    target = standard_ranks(np.asarray(values))
    return np.array([standard_ranks(column) @ target for column in np.asarray(samples).T])
