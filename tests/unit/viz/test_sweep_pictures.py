"""Pictures of a stored sweep: the front is the front, and arrays that do not fit are refused."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion import viz
from fluxion.errors import InputError


def test_front_by_comparing_every_pair() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 12, (2, 60)).astype(float)
    front = viz.pareto_front(first, second)
    beaten = [
        any(
            (first[j] <= first[i] and second[j] <= second[i])
            and (first[j] < first[i] or second[j] < second[i])
            for j in range(60)
        )
        for i in range(60)
    ]
    best = {(first[i], second[i]) for i in range(60) if not beaten[i]}
    assert {(first[i], second[i]) for i in front} == best
    assert len(front) == len(best)
    assert np.all(np.diff(first[front]) > 0)


def test_pictures_are_drawn() -> None:
    samples = np.random.default_rng(1).random((9, 2))
    results = {"heating [kWh]": samples[:, 0], "cooling [kWh]": np.ones(9)}
    figure = viz.parallel_coordinates(samples, ["a [m]", "b"], results, title="nine")
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["a [m]", "b", *results]
    front = viz.pareto_front(samples[:, 0], samples[:, 1])
    figure = viz.pareto(*samples.T, *samples[front].T)
    assert figure.axes[0].get_xlabel() == "heating [kWh]"


def test_arrays_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="2 parameters"):
        viz.parallel_coordinates(np.ones((3, 1)), ["a", "b"], {"x": np.ones(3)})
    with pytest.raises(InputError, match="shapes"):
        viz.pareto(np.ones(3), np.ones(2), np.ones(1), np.ones(1))
