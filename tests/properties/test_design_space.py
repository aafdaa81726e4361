"""Design spaces of any kinds: maps and their inverses agree, samples are what was asked for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion.errors import SimulationError
from fluxion.optimize import (
    Categorical,
    Constraint,
    Continuous,
    DesignSpace,
    Integer,
    LinearConstraint,
)

numbers = st.floats(-1e4, 1e4).map(lambda x: round(x, 4))
positive = st.floats(1e-3, 1e4)
widths = st.floats(0.01, 1e3)
kinds = st.one_of(
    st.builds(lambda low, width: Continuous(low, low + width), numbers, widths),
    st.builds(lambda low, ratio: Continuous(low, low * (1 + ratio), "log"), positive, widths),
    st.builds(lambda low, n: Integer(low, low + n), st.integers(-50, 50), st.integers(1, 40)),
    st.builds(lambda low, n: Integer(low, low + n, "log"), st.integers(1, 50), st.integers(1, 40)),
    st.lists(numbers, min_size=2, max_size=6, unique=True).map(
        lambda values: Categorical({f"choice {i}": value for i, value in enumerate(values)})
    ),
)
spaces = st.lists(kinds, min_size=1, max_size=5).map(
    lambda found: DesignSpace({f"p{i}": kind for i, kind in enumerate(found)})
)


@given(spaces, st.integers(0, 2**31))
def test_samples_are_allowed_values_and_map_back_to_themselves(space, seed) -> None:
    designs = space.sample(16, seed=seed)
    feasible = space.feasible(designs)
    assert feasible.allowed.all() and set(feasible.reasons) == {""}
    for kind, column in zip(space.kinds.values(), designs.T, strict=True):
        if isinstance(kind, Integer):
            np.testing.assert_array_equal(column, np.round(column))
        if isinstance(kind, Categorical):
            assert set(column) <= set(kind.choices.values())
    unit = space.to_unit(designs)
    assert (unit >= -1e-9).all() and (unit <= 1 + 1e-9).all()
    np.testing.assert_allclose(space.from_unit(unit), designs, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(space.nearest(designs), designs, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(space.from_unit(jnp.asarray(unit)), designs, rtol=1e-9, atol=1e-9)


@given(spaces, st.floats(0, 1))
def test_the_cube_maps_into_the_bounds_and_its_corners_to_the_limits(space, u) -> None:
    for at in (0.0, u, 1.0):
        values = space.from_unit(np.full(space.size, at))
        slack = 1e-9 * (1 + np.abs(space.lower) + np.abs(space.upper))
        assert (values >= space.lower - slack).all() and (values <= space.upper + slack).all()
        ranges = [not isinstance(kind, Categorical) for kind in space.kinds.values()]
        for edge, limit in ((0.0, space.lower), (1.0, space.upper)):
            if at == edge:
                np.testing.assert_allclose(values[ranges], limit[ranges], rtol=1e-9)


def test_continuous_maps_have_the_slopes_of_their_transforms() -> None:
    space = DesignSpace({"a": (2.0, 10.0), "b": Continuous(0.1, 10.0, "log"), "c": Integer(1, 4)})
    at = jnp.full(3, 0.3)
    slopes = jax.jacfwd(space.from_unit)(at)
    value = space.from_unit(at)
    wanted = np.diag([8.0, float(value[1]) * np.log(100.0), 0.0])
    np.testing.assert_allclose(slopes, wanted, rtol=1e-9, atol=1e-12)
    back = jax.jacrev(space.to_unit)(value)
    np.testing.assert_allclose(np.diag(back)[:2] * np.diag(wanted)[:2], 1.0, rtol=1e-9)


def test_whole_numbers_and_choices_are_equally_likely() -> None:
    space = DesignSpace({"n": Integer(1, 4), "c": {"single": 5.8, "double": 2.7}})
    designs = space.sample(1024, seed=1)
    assert set(np.bincount(designs[:, 0].astype(int))[1:]) == {256}
    assert (designs[:, 1] == 5.8).sum() == 512
    assert space.describe(designs[0])["c"] in ("single", "double")
    logs = DesignSpace({"x": Continuous(0.01, 100.0, "log")}).sample(1024)
    assert (logs < 1.0).sum() == 512


APART = LinearConstraint("apart", {"cool": 1, "heat": -1}, at_least=2)
BOX = {"heat": (18, 22), "cool": (20, 28), "area": (1, 9)}


@pytest.mark.parametrize("method", ["sobol", "latin_hypercube", "random"])
def test_only_designs_that_meet_all_constraints_are_drawn(method) -> None:
    small = Constraint("small", lambda v: 30.0 - v["area"] * (v["cool"] - v["heat"]))
    space = DesignSpace(BOX, [APART, small])
    designs = space.sample(200, seed=2, method=method)
    heat, cool, area = designs.T
    assert designs.shape == (200, 3)
    assert (cool - heat >= 2).all() and (area * (cool - heat) <= 30).all()
    np.testing.assert_array_equal(designs, space.sample(200, seed=2, method=method))
    np.testing.assert_allclose(space.margins(jnp.array([20.0, 25.0, 4.0])), [3.0, 10.0], rtol=1e-12)
    slope = jax.jacfwd(space.margins)(jnp.array([20.0, 25.0, 4.0]))
    np.testing.assert_allclose(slope, [[-1, 1, 0], [4, -4, -5]], rtol=1e-12)


def test_what_is_not_allowed_is_told_with_its_reasons() -> None:
    space = DesignSpace(
        {**BOX, "n": Integer(1, 3), "glass": {"a": 1.0, "b": 2.0}},
        [APART, LinearConstraint("range", {"area": 2}, at_least=4, at_most=10)],
    )
    found = space.feasible(
        np.array(
            [
                [20, 24, 3, 2, 1.0],
                [22, 22, 3, 2, 1.0],
                [17, 24, 1, 1.5, 1.5],
                [20, 24, np.nan, 2, 1.0],
            ]
        )
    )
    assert list(found.allowed) == [True, False, False, False]
    assert found.reasons[:2] == ("", "apart is broken by 2")
    for words in (
        "heat is 17, outside 18 to 22", "n is 1.5, no whole number", "none of a, b",
        "range is broken by 2",
    ):  # fmt: skip
        assert words in found.reasons[2]
    assert "area is nan" in found.reasons[3]


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda: DesignSpace({"a": Integer(1.5, 3)}), "'a' has|whole ones"),
        (lambda: DesignSpace({"a": Continuous(0.0, 3.0, "log")}), "above 0"),
        (lambda: DesignSpace({"a": Continuous(1.0, 3.0, "root")}), "linear or log"),
        (lambda: DesignSpace({"a": {"one": 1.0}}), "'a' has 1 choices; give at least two"),
        (lambda: DesignSpace({"a": {"one": 1.0, "two": 1}}), "same number 1"),
        (lambda: DesignSpace({"a": {"one": 1.0, "two": "x"}}), "finite number"),
        (lambda: DesignSpace(BOX, [APART, APART]), "two constraints are named 'apart'"),
        (lambda: DesignSpace({"heat": (1, 2)}, [APART]), "speaks of 'cool'"),
        (lambda: LinearConstraint("x", {"heat": 1}), "give at_least or at_most"),
        (lambda: LinearConstraint("x", {}, at_least=1), "no terms"),
        (lambda: LinearConstraint("x", {"a": 1}, at_least=3, at_most=1), "lower one as at_least"),
        (
            lambda: DesignSpace(BOX, [Constraint("c", lambda v: v["no"])]).sample(3),
            "asks for 'no'",
        ),
        (lambda: DesignSpace(BOX, [Constraint("c", lambda v: 1.0)]).sample(3), "may be an array"),
        (
            lambda: DesignSpace(BOX, [LinearConstraint("far", {"cool": 1}, at_least=27.99)]).sample(
                100
            ),
            "'far' refuses 100%.*loosen",
        ),
        (lambda: DesignSpace(BOX).from_unit(np.zeros(2)), "3 parameters"),
    ],
)
def test_what_is_at_fault_is_one_line(make, line) -> None:
    with pytest.raises(SimulationError, match=line) as error:
        make()
    assert "\n" not in str(error.value)
