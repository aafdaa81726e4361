"""How optimizations come down: the best value so far over evaluations or seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Where a run stands and the best value that it has there; both (point,), the first rising.
Curve = tuple[np.ndarray, np.ndarray]
_COLOURS = (_style.CYCLE[0], _style.HEATING, _style.COOLING, *_style.CYCLE[1:3], _style.SOLAR)


def convergence(
    panels: Mapping[str, Mapping[str, Sequence[Curve]]],
    *,
    value: str = "objective",
    title: str = "",
    logarithmic: bool = False,
    target: float | None = None,
) -> Figure:
    """Draw the best value so far; of several runs of a method the median, and the span of all.

    Args:
        panels: By the name of the axis across ("evaluations"), the runs of each method by its
            name: where they stand and the best value there. A value holds until the next.
        value: Name and unit of the value.
        title: Over the figure.
        logarithmic: Both axes; the values must be above 0 then.
        target: A value to mark.

    Returns:
        A figure with a panel for each axis across.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: There is nothing to draw, or the arrays do not fit each other.
    """
    curves = [c for methods in panels.values() for runs in methods.values() for c in runs]
    if not curves or any(len(x) != len(y) or len(x) == 0 for x, y in curves):
        raise InputError(
            f"{len(curves)} curves were given; give one or more, of as many places as values"
        )
    with _style.style():
        figure = _style.new_figure(5.4 * len(panels) + 0.6, 4.2)
        axes: Any = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for each, (across, methods) in zip(axes, panels.items(), strict=True):
            for number, (name, runs) in enumerate(methods.items()):
                colour = _COLOURS[number % len(_COLOURS)]
                x, low, middle, high = _summary(runs)
                each.plot(x, middle, drawstyle="steps-post", color=colour, label=name)
                if len(runs) > 1:
                    each.fill_between(
                        x, low, high, step="post", color=colour, alpha=0.18, linewidth=0
                    )
            if target is not None:
                each.axhline(target, color=_style.OUTDOOR, linewidth=0.9, linestyle=(0, (4, 3)))
            if logarithmic:
                each.set_xscale("log")
                each.set_yscale("log")
            each.set_xlabel(across)
        axes[0].set_ylabel(value)
        axes[0].legend(loc="lower left" if logarithmic else "upper right")
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        return figure


def _summary(runs: Sequence[Curve]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where, and the least, median and greatest value of the runs there."""
    begin = max(float(x[0]) for x, _ in runs)  # from where all have a value
    places = np.unique(np.concatenate([np.asarray(x, float) for x, _ in runs]))
    places = places[places >= begin]
    values = np.stack(
        [np.asarray(y)[np.searchsorted(x, places, side="right") - 1] for x, y in runs]
    )
    return places, values.min(axis=0), np.median(values, axis=0), values.max(axis=0)
