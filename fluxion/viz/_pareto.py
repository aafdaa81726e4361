"""Two loads against each other, and the designs that no other beats in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fluxion.errors import InputError
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def pareto_front(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Rows that no other row beats in one value without being worse in the other.

    Args:
        first: To be small, (design,).
        second: To be small, (design,).

    Returns:
        Their indices, by the first value rising; of equal rows the first.
    """
    first, second = np.asarray(first), np.asarray(second)
    order = np.lexsort((second, first))
    values = second[order]
    least_before = np.concatenate([[np.inf], np.minimum.accumulate(values)[:-1]])
    return order[values < least_before]


def pareto(
    first: np.ndarray,
    second: np.ndarray,
    front_first: np.ndarray,
    front_second: np.ndarray,
    *,
    names: tuple[str, str] = ("heating", "cooling"),
    unit: str = "kWh",
    title: str = "",
) -> Figure:
    """Draw designs by two values that shall both be small, and the front.

    Args:
        first: Of designs to show, (design,).
        second: Of the same designs.
        front_first: Of the designs of the front, rising; see `pareto_front`.
        front_second: Of the same designs.
        names: Of the two values.
        unit: Of both.
        title: Over the figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: The arrays do not fit each other.
    """
    shapes = [np.shape(each) for each in (first, second, front_first, front_second)]
    if shapes[0] != shapes[1] or shapes[2] != shapes[3] or len(shapes[0]) != 1:
        raise InputError(f"values of shapes {shapes} were given; both are wanted for each design")
    with _style.style():
        figure = _style.new_figure(6.4, 5.2)
        axes = figure.subplots()
        axes.scatter(
            first, second, s=6, color=_style.OUTDOOR, alpha=0.35, linewidths=0, label="designs"
        )
        axes.step(front_first, front_second, where="post", color=_style.ZONE, linewidth=0.9)
        axes.scatter(
            front_first, front_second, s=16, color=_style.CYCLE[0], linewidths=0,
            label=f"front ({len(front_first):,})", zorder=3,
        )  # fmt: skip
        axes.set_xlabel(f"{names[0]} [{unit}]")
        axes.set_ylabel(f"{names[1]} [{unit}]")
        axes.legend(loc="upper right")
        if title:
            axes.set_title(title)
        return figure
