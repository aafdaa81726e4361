"""Pictures of doubt: what stands in them is what was given."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion import viz
from fluxion.errors import InputError


def test_a_curve_for_each_model_over_the_diagonal_and_a_histogram_beside() -> None:
    levels = np.array([0.5, 0.9])
    figure = viz.reliability(
        {"sure": (levels, np.array([0.3, 0.6])), "true": (levels, levels)},
        pit={"true": np.full(4, 0.25)}, title="designs never seen",
    )  # fmt: skip
    first, second = figure.axes
    diagonal, sure, true = first.get_lines()
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    np.testing.assert_array_equal(sure.get_ydata(), [0.3, 0.6])
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["sure", "true"]
    (even,) = second.patches
    np.testing.assert_allclose(even.get_data().values, 1.0)
    assert even.get_edgecolor() == pytest.approx((*_rgb(true.get_color()), 1.0))


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def test_intervals_are_ordered_thinned_and_counted_over_all() -> None:
    mean = np.arange(300.0)[::-1]
    observed = mean + np.where(np.arange(300) % 10 == 0, 5.0, 0.0)
    figure = viz.intervals(mean, mean - 1, mean + 1, observed, value="heating [kWh]", most=50)
    (axes,) = figure.axes
    line = axes.get_lines()[0].get_ydata()
    assert len(line) == 50 and (np.diff(line) > 0).all()
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "inside (90.0% of all)" in texts


@pytest.mark.parametrize("curves", [{}, {"a": (np.ones(2), np.ones(3))}, {"a": ([], [])}])
def test_nothing_to_draw(curves) -> None:
    with pytest.raises(InputError, match="as many levels as shares"):
        viz.reliability(curves)
    with pytest.raises(InputError, match="one number for each case"):
        viz.intervals(*(np.ones(2),) * 3, np.ones(3))
