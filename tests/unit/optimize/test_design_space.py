"""Design spaces: names reach the numbers they stand for, and bad input is refused in one line."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.optimize import parameters


@pytest.fixture(scope="module")
def network():
    return fx.build(fx.cases.ashrae140("610"))


def changed_leaves(before, after):
    pairs = zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
    return sum(not np.array_equal(a, b) for a, b in pairs)


def test_every_parameter_sets_one_array_and_reads_back(network):
    known = parameters(network)
    assert len(known) > 100
    for name, parameter in known.items():
        value = float(parameter.value(network)) * 1.01 + 0.001
        after = parameter.set(network, jnp.asarray(value))
        assert changed_leaves(network, after) == 1, name
        np.testing.assert_allclose(parameter.value(after), value, rtol=1e-9, err_msg=name)


def test_a_name_touches_only_its_place(network):
    space = fx.DesignSpace({"surface.south.outside_solar_absorptance": (0.1, 0.9)})
    after = space.apply(network, jnp.array([0.33]))
    slot = network.structure.envelope[0].index("south")
    moved = np.asarray(after.envelope.outside_solar_absorptance != 0.6)
    assert moved.sum() == 1 and moved[0, slot]


def test_values_are_those_of_the_description(network):
    space = fx.DesignSpace(
        {"heating_setpoint": (18, 22), "infiltration": (0.01, 0.03), "overhang.depth": (0.1, 2)}
    )
    np.testing.assert_allclose(space.values(network), [20.0, 0.018, 1.0])
    assert space.units(network) == ("degC", "m3/s", "m")


def test_window_u_factor_replaces_the_gas_model(network):
    space = fx.DesignSpace({"window.u_factor": (0.8, 3.0)})
    # 12 mm of air between clear panes: 2.8 to 2.9 with standard films (ISO 10077-1, annex).
    assert 2.6 < space.values(network)[0] < 2.95
    after = space.apply(network, jnp.array([1.7]))
    assert all(all(row) for row in after.structure.gap_fixed)
    np.testing.assert_allclose(space.values(after), [1.7], rtol=1e-12)


@pytest.mark.parametrize("method", ["sobol", "latin_hypercube", "random"])
def test_samples_fill_the_box_and_repeat(method):
    space = fx.DesignSpace({"orientation": (0, 360), "heating_setpoint": (18, 22)})
    x = space.sample(100, seed=3, method=method)
    assert x.shape == (100, 2) and (x >= space.lower).all() and (x <= space.upper).all()
    np.testing.assert_array_equal(x, space.sample(100, seed=3, method=method))
    assert not np.array_equal(x, space.sample(100, seed=4, method=method))
    middle = (space.lower + space.upper) / 2
    np.testing.assert_allclose(x.mean(axis=0), middle, rtol=0.06)


@pytest.mark.parametrize(
    ("bounds", "line"),
    [
        ({}, "none was given"),
        ({"orientation": (10, 0)}, "lower one first"),
        ({"orientation": (0, float("nan"))}, "finite"),
        ({"orientation": 3}, "lowest and a highest"),
    ],
)
def test_bad_bounds(bounds, line):
    with pytest.raises(SimulationError, match=line):
        fx.DesignSpace(bounds)


def test_unknown_names_are_answered_with_near_ones(network):
    space = fx.DesignSpace({"heating_setpiont": (18, 22)})
    with pytest.raises(SimulationError, match="did you mean 'heating_setpoint'"):
        space.check(network)


def test_a_design_of_the_wrong_width(network):
    space = fx.DesignSpace({"orientation": (0, 360)})
    with pytest.raises(SimulationError, match=r"use jax\.vmap"):
        space.apply(network, jnp.zeros((3, 1)))
