"""Kriging with gradients on known functions: few evaluations, starts that learn from each other."""

import numpy as np
import pytest

from fluxion.optimize import default_method, multistart


def drawn(*shape):
    return np.random.default_rng(11).random(shape)


def rosenbrock(x):
    """A bent valley to (1, ..., 1), where it is 1."""
    up, flat = x[:, 1:] - x[:, :-1] ** 2, 1.0 - x[:, :-1]
    slopes = np.zeros_like(x)
    slopes[:, 1:] += 200.0 * up
    slopes[:, :-1] -= 400.0 * up * x[:, :-1] + 2.0 * flat
    return 1.0 + np.sum(100.0 * up**2 + flat**2, axis=1), slopes


def two_valleys(x):
    """Two hollows, the deeper at 0.75."""
    value, slopes = np.full(len(x), 10.0), np.zeros_like(x)
    for depth, bottom in ((1.0, 0.2), (1.5, 0.75)):
        away = x - bottom
        hollow = depth * np.exp(-6.0 * np.sum(away**2, axis=1))
        value -= hollow
        slopes += 12.0 * hollow[:, None] * away
    return value, slopes


def stretched(parameters, most):
    """A bowl of curvatures from 1 to `most`, turned, its bottom partly outside of the unit box."""
    turn, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((parameters, parameters)))
    curvature = turn @ np.diag(np.logspace(0, np.log10(most), parameters)) @ turn.T
    bottom = np.random.default_rng(6).uniform(-0.5, 1.5, parameters)

    def bowl(x):
        away = x - bottom
        slopes = np.sum(away[:, :, None] * curvature, axis=1)
        return 100.0 + 0.5 * np.sum(away * slopes, axis=1), slopes

    return bowl


def test_a_bent_valley_is_followed():
    lower, upper = np.full(4, -2.0), np.full(4, 2.0)
    starts = lower + drawn(4, 4) * (upper - lower)
    found = multistart(rosenbrock, starts, lower, upper, method="kriging")
    assert found.value < 1.001
    np.testing.assert_allclose(found.design, 1.0, atol=0.05)
    other = multistart(rosenbrock, starts, lower, upper, method="lbfgsb")
    assert found.value < other.value


def test_active_bounds_and_fewer_evaluations_than_line_searches():
    bowl, lower, upper = stretched(18, 1000.0), np.zeros(18), np.ones(18)
    starts = drawn(4, 18)
    best = multistart(
        bowl, starts[0], lower, upper, method="lbfgsb", evaluations=500, tolerance=1e-13
    )
    found = multistart(bowl, starts, lower, upper, method="kriging", tolerance=1e-7)
    assert best.value <= found.value < best.value * (1.0 + 1e-6)
    at_bounds = (best.design == 0.0) | (best.design == 1.0)
    assert at_bounds.sum() >= 4
    np.testing.assert_array_equal(found.design[at_bounds], best.design[at_bounds])
    other = multistart(bowl, starts, lower, upper, method="lbfgsb", tolerance=1e-7)
    near = [
        np.flatnonzero(each.history.best_so_far < best.value * (1.0 + 1e-5))[0]
        for each in (found, other)
    ]
    assert near[0] < 0.7 * near[1]


def test_the_deeper_valley_is_found_and_starts_in_one_valley_join():
    starts = np.array([[0.1, 0.1, 0.2], [0.9, 0.8, 0.9], [0.7, 0.9, 0.6], [0.15, 0.3, 0.3]])
    found = multistart(two_valleys, starts, np.zeros(3), np.ones(3), method="kriging")
    np.testing.assert_allclose(found.design, 0.75, atol=5e-3)
    assert sum(reason.startswith("joined") for reason in found.reasons) >= 1
    assert sum(reason.startswith("converged") for reason in found.reasons) >= 1
    assert np.sort(found.values)[0] < 8.5 and np.sort(found.values)[-1] < 9.5


def test_a_start_learns_from_its_neighbours():
    bowl, lower, upper = stretched(8, 100.0), np.zeros(8), np.ones(8)
    starts = drawn(3, 8)
    alone = multistart(bowl, starts[0], lower, upper, method="kriging")
    among = multistart(bowl, starts, lower, upper, method="kriging")
    first = among.history.designs[among.history.start == 0]
    assert not np.allclose(first[1], alone.history.designs[1])
    steps = [len(np.unique(each.history.seconds)) for each in (alone, among)]
    assert steps[1] < steps[0]


def test_starts_do_not_go_to_one_point_together():
    """Near starts, all of whose surfaces are lowest at the same point."""
    bowl, lower, upper = stretched(6, 10.0), np.zeros(6), np.ones(6)
    starts = 0.5 + 0.1 * np.array([[1.0] * 6, [-1.0] * 6, [1.0, -1.0] * 3])
    found = multistart(bowl, starts, lower, upper, method="kriging").history
    for second in np.unique(found.seconds):
        together = found.designs[found.seconds == second]
        apart = np.abs(together[:, None] - together[None]).max(axis=2)
        assert (apart + np.eye(len(together)) > 1e-3).all()


@pytest.mark.parametrize("noise", [1e-7, 1e-6])
def test_rounding_of_values_does_not_keep_it_busy(noise):
    dice, bowl = np.random.default_rng(2), stretched(10, 100.0)

    def rounded(x):
        values, slopes = bowl(x)
        shake = noise * dice.standard_normal(len(x))
        return values * (1.0 + shake), slopes * (1.0 + 1e3 * noise * dice.standard_normal(x.shape))

    starts = drawn(4, 10)
    found = multistart(rounded, starts, np.zeros(10), np.ones(10), method="kriging")
    best = multistart(bowl, starts, np.zeros(10), np.ones(10), method="lbfgsb", tolerance=1e-12)
    assert found.value < best.value * (1.0 + 1e-5)
    assert len(found.history) < 60
    assert all(reason.startswith(("converged", "joined")) for reason in found.reasons)


def test_a_single_start_and_a_level_objective():
    bowl = stretched(3, 10.0)
    found = multistart(bowl, drawn(3), np.zeros(3), np.ones(3), method="kriging")
    best = multistart(bowl, drawn(3), np.zeros(3), np.ones(3), method="lbfgsb")
    np.testing.assert_allclose(found.value, best.value, rtol=1e-6)

    def level(x):
        return np.full(len(x), 4.0), np.zeros_like(x)

    found = multistart(level, drawn(2, 3), np.zeros(3), np.ones(3), method="kriging")
    assert len(found.history) == 2 and "no slope is left" in found.reasons[0]


def test_one_evaluation_is_allowed():
    found = multistart(
        rosenbrock, drawn(3, 2), np.zeros(2), np.ones(2), method="kriging", evaluations=1
    )
    assert len(found.history) == 3 and set(found.reasons) == {"stopped: all evaluations were used"}


def test_kriging_is_the_default_where_there_are_few_parameters():
    assert [default_method(n) for n in (1, 18, 40, 41, 500)] == ["kriging"] * 3 + ["lbfgsb"] * 2
    starts = drawn(2, 2)
    default = multistart(rosenbrock, starts, np.zeros(2), np.ones(2), evaluations=6)
    named = multistart(rosenbrock, starts, np.zeros(2), np.ones(2), method="kriging", evaluations=6)
    np.testing.assert_array_equal(default.history.designs, named.history.designs)
