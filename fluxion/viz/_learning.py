"""How a training went: loss, its terms and the error on held-out designs over the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fluxion.errors import InputError
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_APART = {"step", "error", "error_low", "error_high"}


def learning_curves(course: Sequence[Mapping[str, float]], *, title: str = "") -> Figure:
    """Draw the course of a training.

    Args:
        course: A row for each epoch: "step", "loss", the terms of the loss by name, and "error" on
            held-out data with the least and greatest of the members, "error_low", "error_high".
        title: Over the figure.

    Returns:
        A figure of two panels: the loss with its terms, and the error.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: No row.
    """
    if not course:
        raise InputError("no epoch was given; train at least one")
    steps = [row["step"] for row in course]
    with _style.style():
        figure = _style.new_figure(10.2, 4.0)
        axes: Any = figure.subplots(1, 2)
        names = [n for n in course[0] if n not in _APART and not n.startswith("weight_")]
        for number, name in enumerate(names):
            values = [row[name] for row in course]
            if max(values) <= 0:
                continue
            colour = _style.CYCLE[number % len(_style.CYCLE)]
            wide = 1.8 if name == "loss" else 1.0
            axes[0].plot(steps, values, color=colour, label=name, linewidth=wide)
        axes[0].set_ylabel("loss and its terms [-]")
        axes[1].fill_between(
            steps,
            [row["error_low"] for row in course],
            [row["error_high"] for row in course],
            color=_style.CYCLE[0], alpha=0.2, linewidth=0, label="members",
        )  # fmt: skip
        axes[1].plot(steps, [row["error"] for row in course], color=_style.CYCLE[0], label="median")
        axes[1].set_ylabel("error on held-out designs [-]")
        for each in axes:
            each.set_yscale("log")
            each.set_xlabel("steps")
            each.legend(loc="upper right")
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        return figure
