"""The fused kernel as populations see it: refused where it cannot run, and differentiable."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.lanes import lane_map
from fluxion.optimize import population_function
from fluxion.optimize._fused import choose_kernel, with_derivative_of

on_cpu = pytest.mark.skipif(jax.default_backend() != "cpu", reason="refused on a CPU")


@pytest.mark.parametrize(
    ("kernel", "dtype", "platform", "line"),
    [
        ("fast", jnp.float32, "gpu", "unknown kernel 'fast'; take one of auto, scan"),
        ("fused", jnp.float32, "cpu", "needs an NVIDIA GPU, JAX runs on cpu here; take kernel="),
        ("fused", jnp.float64, "gpu", "float32, the network is of float64"),
    ],
)
def test_a_kernel_that_cannot_run_is_refused_in_one_line(kernel, dtype, platform, line) -> None:
    with pytest.raises(SimulationError, match=line):
        choose_kernel(kernel, dtype, platform)


@on_cpu
def test_populations_and_oracles_refuse_it_before_anything_runs() -> None:
    network = fx.build(fx.cases.ashrae140("600"))
    space = fx.DesignSpace({"heating_setpoint": (18, 22)})
    with pytest.raises(SimulationError, match="kernel='auto'"):
        population_function(network, space, kernel="fused")
    with pytest.raises(SimulationError, match="kernel='auto'"):
        fx.BatchOracle(network, fx.default_weather(), space, kernel="fused")


def test_reverse_mode_is_that_of_the_plain_form() -> None:
    def plain(weather, x):
        return {"load": weather["air"] @ x**2, "peak": jnp.max(x * weather["air"])}

    def many(weather, x):  # the same numbers, by something without a derivative
        found = lane_map(plain, in_axes=(None, 0))(weather, x)
        return jax.tree.map(lambda v: jax.lax.stop_gradient(v), found)

    dice = np.random.default_rng(0)
    weather = {"air": jnp.asarray(dice.uniform(1, 2, 3))}
    x = jnp.asarray(dice.uniform(1, 2, (4, 3)))

    def loss(function):
        return lambda weather, x: jnp.sum(jnp.sin(function(weather, x)["load"]))

    reference = loss(jax.vmap(plain, in_axes=(None, 0)))
    fused = loss(with_derivative_of(plain, many))
    for which in (1, (0, 1)):
        got, want = (jax.jit(jax.grad(f, which))(weather, x) for f in (fused, reference))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), got, want)


@pytest.mark.slow
def test_an_oracle_and_the_slopes_of_a_population() -> None:
    network = fx.build(fx.cases.ashrae140("600"))
    weather = fx.default_weather().select_days(10, 1)
    space = fx.DesignSpace({"heating_setpoint": (18, 22), "orientation": (0, 360)})
    options = fx.Options(warmup_days=1, steps_per_hour=1)
    designs = space.sample(3, seed=1)
    found, plain = (
        fx.BatchOracle(
            network, weather, space, options=options, batch_size=4, kernel=kernel
        ).evaluate_population(designs)
        for kernel in ("interpreted", "scan")
    )
    for name, values in plain.values.items():
        np.testing.assert_allclose(found.values[name], values, rtol=1e-9)

    many = population_function(network, space, options=options, kernel="interpreted")
    slopes = jax.jit(jax.grad(lambda x: jnp.sum(many(weather, x)["annual_heating"])))

    def one(x):
        year = fx.simulate(space.apply(network, x), weather, options=options, throw=False)
        return jnp.sum(year.annual_heating)

    want = jax.jit(jax.vmap(jax.grad(one)))(jnp.asarray(designs))
    np.testing.assert_allclose(slopes(jnp.asarray(designs)), want, rtol=1e-8)
