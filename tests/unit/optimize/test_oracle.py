"""The oracle answers as single simulations do, in any batching, and survives bad members."""

import dataclasses
import os
import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError

BOUNDS = {"heating_setpoint": (18, 22), "infiltration": (0.005, 0.04), "orientation": (0, 360)}


@pytest.fixture(scope="module")
def parts():
    network = fx.build(fx.cases.ashrae140("600"))
    weather = fx.default_weather().select_days(10, 2)
    space = fx.DesignSpace(BOUNDS)
    options = fx.Options(warmup_days=1, steps_per_hour=2)
    oracle = fx.BatchOracle(network, weather, space, options=options, batch_size=4)
    return network, weather, space, options, oracle


def test_batches_equal_single_runs_and_report_progress(parts):
    network, weather, space, options, oracle = parts
    designs = space.sample(6, seed=1)
    seen = []
    found = oracle.evaluate_population(designs, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(4, 6), (6, 6)] and found.failed == ()
    for row, x in enumerate(designs):
        year = fx.simulate(space.apply(network, jnp.asarray(x)), weather, options=options)
        for name in ("annual_heating", "annual_cooling", "peak_heating", "peak_cooling"):
            np.testing.assert_allclose(
                getattr(found, name)[row], getattr(year, name), rtol=1e-9, err_msg=name
            )


def test_a_failed_member_is_named_and_alone(parts):
    *_, space, _, oracle = parts
    designs = space.sample(4, seed=2)
    whole = oracle.evaluate_population(designs)
    designs[2, 1] = 1e308  # an airflow that overflows
    found = oracle.evaluate_population(designs)
    assert found.failed == (2,) and np.isnan(found.annual_heating[2]).all()
    keep = [0, 1, 3]
    np.testing.assert_array_equal(found.annual_heating[keep], whole.annual_heating[keep])


@pytest.mark.parametrize(
    ("designs", "line"),
    [
        (np.zeros((3, 2)), "3 values"),
        (np.zeros((0, 3)), "at least one row"),
        (np.array([[20.0, 0.01, 0.0], [20.0, np.nan, 0.0]]), "design 1 of the population"),
    ],
)
def test_bad_populations(parts, designs, line):
    with pytest.raises(SimulationError, match=line):
        parts[-1].evaluate_population(designs)


def test_surrogates_are_refused(parts):
    with pytest.raises(SimulationError, match="no trained surrogate"):
        parts[-1].evaluate_population(np.zeros((1, 3)), use_surrogates=True)


def test_a_space_of_another_network_is_refused(parts):
    network, weather, *_ = parts
    with pytest.raises(SimulationError, match="unknown parameter"):
        fx.BatchOracle(network, weather, fx.DesignSpace({"zone.attic.volume": (1, 2)}))


def test_climates_and_hourly_results(parts):
    network, weather, space, options, oracle = parts
    warm = dataclasses.replace(weather, temp_air=weather.temp_air + 5.0)
    both = fx.BatchOracle(
        network,
        [weather, warm],
        space,
        options=options,
        outputs=("annual_heating", "zone_temperature"),
        batch_size=4,
    )
    designs = space.sample(3, seed=3)
    found = both.evaluate_population(designs)
    assert found.values["zone_temperature"].shape == (2, 3, 48, 1)
    alone = oracle.evaluate_population(designs)
    np.testing.assert_allclose(found.annual_heating[0], alone.annual_heating, rtol=1e-12)
    assert (found.annual_heating[1] < found.annual_heating[0]).all()
    others = space.sample(3, seed=4)
    own = both.evaluate_population(np.stack([designs, others]))
    np.testing.assert_array_equal(own.annual_heating[0], found.annual_heating[0])
    of_all = both.evaluate_population(others)
    np.testing.assert_array_equal(own.annual_heating[1], of_all.annual_heating[1])
    with pytest.raises(SimulationError, match="designs of 3 climates were given for 2"):
        both.evaluate_population(np.zeros((3, 3, 3)))
    with pytest.raises(AttributeError, match="'peak_heating' was not asked for"):
        found.peak_heating  # noqa: B018


def test_climates_of_other_days_are_refused(parts):
    network, weather, space, *_ = parts
    with pytest.raises(SimulationError, match="give climates of the same days"):
        fx.BatchOracle(network, [weather, fx.default_weather().select_days(3, 2)], space)


def test_unknown_results_are_refused(parts):
    network, weather, space, *_ = parts
    with pytest.raises(SimulationError, match="unknown result 'comfort'; ask for annual_heating"):
        fx.BatchOracle(network, weather, space, outputs=("comfort",))


def test_several_devices_give_the_same_as_one():
    """Two devices made of one CPU, in a process of their own."""
    program = """
import jax, numpy as np, fluxion as fx
network = fx.build(fx.cases.ashrae140("195"))
weather = fx.default_weather().select_days(10, 2)
space = fx.DesignSpace({"heating_setpoint": (18, 22), "orientation": (0, 360)})
options = fx.Options(warmup_days=1, steps_per_hour=2)
designs = space.sample(7, seed=1)
both = fx.BatchOracle(network, weather, space, options=options, batch_size=2)
one = fx.BatchOracle(network, weather, space, options=options, devices=jax.local_devices()[:1])
assert len(both.devices) == 2
a, b = both.evaluate_population(designs), one.evaluate_population(designs)
np.testing.assert_allclose(a.annual_heating, b.annual_heating, rtol=1e-5)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "JAX_NUM_CPU_DEVICES": "2", "PJRT_NPROC": "8", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
