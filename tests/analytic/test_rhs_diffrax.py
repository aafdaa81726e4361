"""The network's right-hand side integrated by diffrax against the network's own steps.

`simulate` steps the air by backward Euler and everything else to a higher order, so it comes to
the continuous solution with the first power of its step.
"""

from __future__ import annotations

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.networks import coefficients, rhs, rhs_initial_state
from fluxion.simulation import air_capacity, forcing_in_time

diffrax = pytest.importorskip("diffrax")

HOURS, FINE = 36, 60
#: Enough that what walls lose by it is no part of the error of a step (with three, 0.02 K in 960).
MODES = 8
SETTINGS = {"warmup_days": 0, "modes": MODES, "outputs": ("zone_temperature",)}


def floating(name: str):
    case = fx.cases.ashrae140(name)
    if name == "600FF":  # traced beams double what compiles; the slow case has them
        case = case.replace(zones=tuple(zone.replace(beam_to="floor") for zone in case.zones))
    network = fx.build(case, dtype=float)
    off = jnp.zeros_like(network.zones.heating_capacity)
    return eqx.tree_at(
        lambda n: (n.zones.heating_capacity, n.zones.cooling_capacity), network, (off, off)
    )


@jax.jit
def solve(network, c, capacity, forcing):
    """Hourly means of the air, each over the middles of the steps that `simulate` takes."""

    def rate(time, state, _):
        return rhs(network, c, capacity, state, forcing(time / 3600.0))

    times = (jnp.arange(HOURS * FINE) + 0.5) / FINE * 3600.0
    found = diffrax.diffeqsolve(
        diffrax.ODETerm(rate),
        diffrax.Kvaerno5(),
        0.0,
        HOURS * 3600.0,
        10.0,
        rhs_initial_state(network, c, 20.0),
        saveat=diffrax.SaveAt(ts=times, fn=lambda time, state, _: state.temp_air),
        stepsize_controller=diffrax.PIDController(rtol=1e-5, atol=1e-4, dtmax=900.0),
        max_steps=8000,
    )
    return jnp.mean(found.ys.reshape(HOURS, FINE, -1), axis=1)


@pytest.mark.parametrize(
    ("name", "steps", "within"),
    [("600FF", (6, 60), 0.007), pytest.param("960", (6, 60), 0.007, marks=pytest.mark.slow)],
)
def test_diffrax_and_simulate_agree(name, steps, within):
    """Both start at 20 degC; the first half day, a jump that no step resolves, is left out."""
    network = floating(name)
    weather = fx.default_weather(dtype=float).select_days(100, 2)
    # Each in one program: by themselves their operations would be compiled one by one.
    forcing = jax.jit(partial(forcing_in_time, steps_per_hour=FINE))(network, weather)
    c = jax.jit(partial(coefficients, step=60.0, modes=MODES))(network)
    continuous = solve(network, c, air_capacity(network, weather), forcing)
    errors = []
    for count in steps:
        run = fx.simulate(network, weather, steps_per_hour=count, **SETTINGS)
        gap = run.zone_temperature[:HOURS] - continuous
        errors.append(np.abs(np.asarray(gap))[12:].max(axis=0))
    coarse, fine = errors
    print(name, errors)
    assert np.ptp(np.asarray(continuous)[12:], axis=0).max() > 5.0, (
        "the zone hardly moves; choose other days"
    )
    assert (fine < within).all(), (coarse, fine)
    assert (fine < coarse / 3).all(), (coarse, fine)
