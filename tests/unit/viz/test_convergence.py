"""The picture of optimizations: steps hold, the band is the span of the runs."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion import viz
from fluxion.errors import InputError


def test_median_and_span_of_runs_that_stand_at_different_places() -> None:
    runs = [
        (np.array([1.0, 4.0]), np.array([10.0, 2.0])),
        (np.array([1.0, 3.0]), np.array([8.0, 4.0])),
        (np.array([2.0, 5.0]), np.array([6.0, 1.0])),
    ]
    figure = viz.convergence(
        {"evaluations": {"three": runs, "one": runs[:1]}, "seconds": {"three": runs}},
        value="cost", title="race", logarithmic=True, target=1.5,
    )  # fmt: skip
    first, second = figure.axes
    line = first.get_lines()[0]
    np.testing.assert_array_equal(line.get_xdata(), [2, 3, 4, 5])  # from where all have a value
    np.testing.assert_array_equal(line.get_ydata(), [8, 6, 4, 2])
    band = first.collections[0].get_datalim(first.transData)
    assert (band.y0, band.y1) == (1, 10)
    assert len(first.collections) == 1  # one run has no span
    assert first.get_ylabel() == "cost" and second.get_xlabel() == "seconds"


@pytest.mark.parametrize(
    "panels",
    [{}, {"x": {}}, {"x": {"a": [(np.arange(3), np.arange(2))]}}, {"x": {"a": [([], [])]}}],
)
def test_nothing_to_draw(panels) -> None:
    with pytest.raises(InputError, match="curves were given"):
        viz.convergence(panels)
