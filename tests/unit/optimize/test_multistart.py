"""The optimizer on functions whose minimum is known: active bounds, failures, stops, resuming."""

import numpy as np
import pytest

from fluxion.errors import SimulationError
from fluxion.optimize import METHODS, History, multistart

#: A bowl whose bottom lies outside of the box in the first two parameters.
BOTTOM = np.array([-3.0, 9.0, 1.5, 0.2, 2.0])
LOWER, UPPER = np.array([0.0, 0.0, 0.0, 0.0, -4.0]), np.array([2.0, 5.0, 3.0, 1.0, 6.0])
CURVATURE = np.diag([1.0, 4.0, 10.0, 100.0, 2.0])
CURVATURE[2, 4] = CURVATURE[4, 2] = 3.0


def bowl(x):
    away = x - BOTTOM
    slopes = np.sum(away[:, :, None] * CURVATURE, axis=1)  # the same for any number of rows
    return 50.0 + 0.5 * np.sum(away * slopes, axis=1), slopes


def lowest():
    """The minimum within the bounds: the first two at their bounds, the others as they will."""
    x = np.array([0.0, 5.0, 1.5, 0.2, 2.0])
    return x, bowl(x[None])[0][0]


STARTS = LOWER + np.array([[0.1, 0.9, 0.5, 0.5, 0.5], [0.8, 0.2, 0.9, 0.1, 0.3]]) * (UPPER - LOWER)


@pytest.mark.parametrize(
    ("method", "evaluations", "close"),
    [("lbfgsb", 25, 1e-6), ("kriging", 25, 1e-5), ("adam", 120, 2e-3), ("bfgs", 60, 1e-2)],
)
def test_active_bounds_are_reached(method, evaluations, close):
    found = multistart(
        bowl, STARTS, LOWER, UPPER, method=method, evaluations=evaluations, tolerance=1e-10
    )
    x, value = lowest()
    span = UPPER - LOWER
    assert np.abs((found.design - x) / span).max() < 10 * close
    assert value <= found.value < value * (1 + close)
    assert (found.history.designs >= LOWER).all() and (found.history.designs <= UPPER).all()
    joined = np.array([reason.startswith("joined") for reason in found.reasons])
    np.testing.assert_allclose(found.values[~joined], value, rtol=close)
    if method in ("lbfgsb", "kriging"):
        np.testing.assert_array_equal(found.design[:2], x[:2])  # exactly at the bounds
        assert len(found.history) < 2 * 25
        assert all(reason.startswith(("converged", "joined")) for reason in found.reasons)


@pytest.mark.parametrize("method", METHODS)
def test_every_evaluation_is_counted_and_limited(method):
    asked = []

    def counted(x):
        asked.append(len(x))
        return bowl(x)

    found = multistart(
        counted, STARTS, LOWER, UPPER, method=method, evaluations=5, tolerance=0.0, climates=3
    )
    assert sum(asked) == len(found.history) <= 10
    assert found.simulations == 3 * len(found.history)
    assert np.bincount(found.history.start).max() <= 5
    assert (np.diff(found.history.best_so_far) <= 0).all()
    assert found.value == found.history.best_so_far[-1]


@pytest.mark.parametrize("method", sorted(METHODS.keys() - {"kriging"}))
def test_a_start_does_not_depend_on_its_neighbours(method):
    both = multistart(bowl, STARTS, LOWER, UPPER, method=method, evaluations=8)
    for number in range(2):
        alone = multistart(bowl, STARTS[number], LOWER, UPPER, method=method, evaluations=8)
        of_it = both.history.start == number
        np.testing.assert_array_equal(both.history.designs[of_it], alone.history.designs)


def test_a_failed_start_is_named_and_the_others_stand():
    def broken(x):
        values, slopes = bowl(x)
        values[x[:, 0] > 1.0] = np.nan  # where the second start begins
        return values, slopes

    found = multistart(broken, STARTS, LOWER, UPPER)
    assert found.failed == (1,) and "not finite" in found.reasons[1]
    assert np.isnan(found.values[1]) and found.start == 0
    np.testing.assert_allclose(found.value, lowest()[1], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_an_interruption_keeps_the_best_and_is_resumed_for_nothing(method):
    whole = multistart(bowl, STARTS, LOWER, UPPER, method=method, evaluations=9)
    calls = 0

    def interrupted(x):
        nonlocal calls
        calls += 1
        if calls > 3:
            raise KeyboardInterrupt
        return bowl(x)

    part = multistart(interrupted, STARTS, LOWER, UPPER, method=method, evaluations=9)
    assert part.interrupted and len(part.history) == 6
    assert part.value == part.history.values.min()
    calls = -1000
    rest = multistart(
        interrupted, STARTS, LOWER, UPPER, method=method, evaluations=9, resume=part.history
    )
    assert calls == -1000 + len(np.unique(whole.history.seconds)) - 3
    np.testing.assert_array_equal(rest.history.designs, whole.history.designs)
    assert rest.value == whole.value and not rest.interrupted
    with pytest.raises(SimulationError, match="of another optimization"):
        multistart(bowl, STARTS + 0.1, LOWER, UPPER, method=method, resume=part.history)


def test_only_the_better_half_goes_on():
    starts = LOWER + np.random.default_rng(0).random((5, 5)) * (UPPER - LOWER)
    whole = multistart(bowl, starts, LOWER, UPPER, method="adam", evaluations=9)
    found = multistart(bowl, starts, LOWER, UPPER, method="adam", evaluations=9, halve_after=2)
    # Five begin, three go on after two evaluations, two after four, one after six.
    assert sorted(np.bincount(found.history.start)) == [2, 2, 4, 6, 9]
    for number in range(5):
        mine = found.history.start == number
        kept = whole.history.designs[whole.history.start == number][: mine.sum()]
        np.testing.assert_array_equal(found.history.designs[mine], kept)
    after_two = [whole.history.values[whole.history.start == n][:2].min() for n in range(5)]
    dropped = [n for n in range(5) if "after 2 evaluations" in found.reasons[n]]
    assert set(dropped) == set(np.argsort(after_two)[3:])


@pytest.mark.parametrize("method", METHODS)
def test_a_logarithmic_parameter_is_searched_along_its_logarithm(method):
    """The same steps as those of a search in the logarithms, whose bowl is round there."""
    lower, upper = np.array([1e-4, -1.0]), np.array([10.0, 1.0])
    bottom = np.array([1e-2, 0.25])

    def along(x):  # (log x0, x1)
        away = (x - [np.log(bottom[0]), bottom[1]]) * [0.5, 2.0]
        return 3.0 + np.sum(away**2, axis=1), 2.0 * away * [0.5, 2.0]

    def plain(x):
        values, slopes = along(np.stack([np.log(x[:, 0]), x[:, 1]], axis=1))
        return values, slopes / np.stack([x[:, 0], np.ones(len(x))], axis=1)

    def logs(x):
        return np.stack([np.log(x[..., 0]), x[..., 1]], axis=-1)

    starts = np.array([[5.0, -0.5], [3e-4, 0.9]])
    settings = {"method": method, "evaluations": 30, "tolerance": 1e-10}
    found = multistart(plain, starts, lower, upper, transforms=("log", "linear"), **settings)
    there = multistart(along, logs(starts), logs(lower), logs(upper), **settings)
    first = slice(0, 12)
    np.testing.assert_allclose(
        logs(found.history.designs)[first], there.history.designs[first], rtol=1e-6, atol=1e-6
    )
    if method == "lbfgsb":
        np.testing.assert_allclose(found.design, bottom, rtol=1e-4)
    again = multistart(
        plain, starts, lower, upper, transforms=("log", "linear"), resume=found.history, **settings
    )
    assert len(again.history) == len(found.history)  # nothing was asked twice


def test_stop_and_progress():
    seen: list[History] = []
    found = multistart(
        bowl, STARTS, LOWER, UPPER, progress=seen.append, stop=lambda: len(seen) >= 2
    )
    assert found.interrupted and [len(each) for each in seen] == [2, 4]
    assert found.reasons == ("interrupted", "interrupted")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"method": "magic"}, "unknown method 'magic'; take one of lbfgsb"),
        ({"evaluations": 0}, "0 evaluations a start"),
        ({"halve_after": 0}, "halve_after=0"),
        ({"tolerance": -1.0}, "a tolerance of -1"),
        ({"starts": np.zeros((0, 5))}, "0 starts were given"),
        ({"starts": np.zeros((2, 4))}, r"starts of shape \(2, 4\)"),
        ({"starts": STARTS + 10.0}, "start 0, 1 lies outside"),
        ({"lower": UPPER, "upper": LOWER}, "bounds are reversed"),
        ({"transforms": ("log",)}, "1 transforms were given for 5 parameters"),
        ({"transforms": ("log",) * 5}, "a log transform and the lower bound 0"),
        ({"evaluate": lambda x: (np.full(len(x), np.nan), x)}, "not finite at any of the 2 starts"),
    ],
)
def test_bad_input(changes, line):
    given = {"evaluate": bowl, "starts": STARTS, "lower": LOWER, "upper": UPPER} | changes
    with pytest.raises(SimulationError, match=line):
        multistart(**given)
