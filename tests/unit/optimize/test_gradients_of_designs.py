"""Gradients of designs: right, alike by every road, by row and climate; descents that use them."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.optimize import (
    GradientOracle,
    Integer,
    LinearConstraint,
    jacobian,
    optimize_design,
    value_and_gradient,
)

#: Case 195 is a box without windows: what it does not have need not be compiled.
WALL = "construction.light wall.fiberglass quilt, wall"
BOUNDS = {
    "heating_setpoint": (18.0, 20.0),
    f"{WALL}.thickness": (0.02, 0.3),
    f"{WALL}.conductivity": (0.02, 0.06),
    "surface.outside_solar_absorptance": (0.2, 0.9),
}
#: What a unit of each parameter costs, so that thick insulation is not free.
PRICES = jnp.array([0.0, 60.0, -200.0, 0.0])


def cost(year, x):
    """Energy [kWh] that insulation and tightness save, against what they cost."""
    return jnp.sum(year.annual_heating + 0.5 * year.annual_cooling) / 3.6e6 + PRICES @ x


@pytest.fixture(scope="module")
def parts():
    network = fx.build(fx.cases.ashrae140("195"))
    weather = fx.default_weather().select_days(315, 2)
    return network, weather, fx.DesignSpace(BOUNDS), fx.Options(warmup_days=1, steps_per_hour=2)


@pytest.fixture(scope="module")
def oracle(parts):
    network, weather, space, options = parts
    warm = dataclasses.replace(weather, temp_air=weather.temp_air + 4.0)
    made = GradientOracle(network, [weather, warm], space, cost, options=options, batch_size=8)
    made.value_and_gradient(space.sample(8, seed=0))  # a full batch: it compiles for all others
    return made


@pytest.fixture(scope="module")
def found(oracle, parts):
    return oracle.value_and_gradient(parts[2].sample(3, seed=1))


def test_gradients_are_those_of_central_differences(parts, oracle, found):
    space = parts[2]
    steps = 1e-5 * np.diag(space.upper - space.lower)
    x = found.designs[0]
    around = oracle.value_and_gradient(np.concatenate([x + steps, x - steps])).values
    slopes = (around[:, :4] - around[:, 4:]) / (2 * np.diag(steps))
    np.testing.assert_allclose(found.gradients[:, 0], slopes, rtol=1e-4, atol=1e-5)


def test_climates_come_first_and_differ(found):
    assert found.values.shape == (2, 3) and found.gradients.shape == (2, 3, 4)
    assert found.failed == () and found.reasons == ()
    assert (found.values[1] != found.values[0]).all()


@pytest.mark.slow
def test_values_are_those_of_single_simulations(parts, found):
    network, weather, space, options = parts
    for row, x in enumerate(found.designs):
        year = fx.simulate(space.apply(network, jnp.asarray(x)), weather, options=options)
        np.testing.assert_allclose(found.values[0, row], cost(year, x), rtol=1e-12)


def test_a_jacobian_holds_the_gradients_of_its_results(parts, found):
    network, weather, space, options = parts
    several = GradientOracle(
        network, weather, space, adjoint="forward", options=options,
        results=("annual_heating", "annual_cooling", "peak_heating"), batch_size=4,
    ).jacobian(found.designs)  # fmt: skip
    assert {name: leaf.shape for name, leaf in several.gradients.items()} == {
        "annual_heating": (3, 1, 4), "annual_cooling": (3, 1, 4), "peak_heating": (3, 1, 4),
    }  # fmt: skip
    values = (several.values["annual_heating"] + 0.5 * several.values["annual_cooling"])[:, 0]
    np.testing.assert_allclose(
        values / 3.6e6 + found.designs @ np.asarray(PRICES), found.values[0], rtol=1e-12
    )
    both = several.gradients["annual_heating"] + 0.5 * several.gradients["annual_cooling"]
    np.testing.assert_allclose(
        both[:, 0] / 3.6e6 + np.asarray(PRICES), found.gradients[0], rtol=1e-9, atol=1e-9
    )


@pytest.mark.slow
def test_a_single_design_is_a_row(parts, found):
    network, weather, space, options = parts
    single = jax.jit(value_and_gradient(network, space, cost, options=options))
    for row, x in enumerate(found.designs):
        value, gradient = single(weather, jnp.asarray(x))
        np.testing.assert_allclose(found.values[0, row], value, rtol=1e-12)
        np.testing.assert_allclose(found.gradients[0, row], gradient, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("adjoint", ["stored", "checkpointed", "direct"])
def test_every_adjoint_gives_the_same(parts, found, adjoint):
    network, weather, space, options = parts
    many = jax.jit(value_and_gradient(network, space, cost, adjoint=adjoint, options=options))
    values, gradients = many(weather, jnp.asarray(found.designs))
    np.testing.assert_allclose(values, found.values[0], rtol=1e-12)
    np.testing.assert_allclose(gradients, found.gradients[0], rtol=1e-9, atol=1e-9)
    rows = jax.jit(jacobian(network, space, "peak_heating", adjoint=adjoint, options=options))
    _, slopes = rows(weather, jnp.asarray(found.designs))
    forward = jax.jit(jacobian(network, space, "peak_heating", adjoint="forward", options=options))(
        weather, jnp.asarray(found.designs)
    )[1]
    np.testing.assert_allclose(
        slopes["peak_heating"], forward["peak_heating"], rtol=1e-9, atol=1e-6
    )


def test_a_failed_row_is_named_and_alone(oracle, found):
    designs = found.designs.copy()
    designs[1, 2] = 0.0  # a layer that conducts nothing
    seen = []
    broken = oracle.value_and_gradient(designs, progress=lambda *each: seen.append(each))
    assert broken.failed == (1,) and "not finite in climate 1: objective" in broken.reasons[0]
    assert np.isnan(broken.values[:, 1]).all() and np.isnan(broken.gradients[:, 1]).all()
    np.testing.assert_allclose(broken.gradients[:, [0, 2]], found.gradients[:, [0, 2]], rtol=1e-9)
    assert seen[-1] == (3, 3)


def test_an_optimization_beats_as_many_random_designs(parts, oracle):
    network, _, space, options = parts
    best = optimize_design(
        network, oracle.climates, space, cost, starts=2, evaluations=8, options=options
    )
    again = oracle.value_and_gradient(best.design[None])
    np.testing.assert_allclose(best.value, again.values.mean(), rtol=1e-9)
    assert best.simulations == 2 * len(best.history) <= 32
    assert best.names == space.names and set(best.parameters()) == set(BOUNDS)
    assert (best.design >= space.lower).all() and (best.design <= space.upper).all()
    random = oracle.value_and_gradient(space.sample(16, seed=5, method="random"))
    values = random.values.mean(axis=0)
    assert best.value < values.min()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"objective": "comfort"}, "unknown result 'comfort'; take annual_heating"),
        ({"objective": {}}, r"\(none was given\)"),
        ({"objective": {"annual_heating": np.inf}}, "weight of annual_heating is inf"),
        ({"adjoint": "backsolve"}, "unknown adjoint 'backsolve'"),
        ({"space": fx.DesignSpace({"heating_setpiont": (1, 2)})}, "did you mean"),
        ({"starts": 0}, "0 starts were asked for"),
        ({"starts": np.full((1, 4), 99.0)}, "start 0 lies outside"),
        ({"objective": lambda year, x: year.annual_heating}, r"gave \(1,\); it must give one"),
        ({"batch_size": 0}, "a batch of 0 designs"),
    ],
)
def test_bad_input(parts, changes, line):
    network, weather, space, options = parts
    given = {"space": space, "objective": cost, "options": options} | changes
    with pytest.raises(SimulationError, match=line):
        optimize_design(network, weather, **given)


@pytest.mark.parametrize(
    ("kind", "constraints", "line"),
    [
        (Integer(18, 20), (), "heating_setpoint of the space are whole numbers"),
        ({"low": 18, "high": 20}, (), "heating_setpoint of the space are whole numbers or choices"),
        (
            (18, 20),
            [LinearConstraint("warm", {"heating_setpoint": 1}, at_least=19)],
            "the space has constraints",
        ),
    ],
)
def test_spaces_without_slopes_are_refused(parts, kind, constraints, line):
    network, weather, *_ = parts
    space = fx.DesignSpace({"heating_setpoint": kind}, constraints)
    with pytest.raises(SimulationError, match=line):
        optimize_design(network, weather, space, cost)
