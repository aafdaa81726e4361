"""An hour alone is an hour of the simulation, from any state, side by side, with its slopes."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.networks import uniform_state
from fluxion.simulation import Controls, Options, forcing_of_hours, one_hour
from fluxion.simulation._forcing import with_controls

OPTIONS = Options(warmup_days=0, steps_per_hour=2)
OUTPUTS = ("zone_temperature", "heating_rate", "cooling_rate", "storage_rate")


@pytest.fixture(scope="module")
def hours():
    """Two days of a room with a sunspace, whole and by the hour; beams lie on the floor."""
    weather = fx.default_weather(dtype=float).select_days(60, 2)
    building = fx.cases.ashrae140("960")
    zones = tuple(zone.replace(beam_to="floor") for zone in building.zones)
    network = fx.build(building.replace(zones=zones), dtype=float)
    start = uniform_state(network, temperature=17.0)
    forcing = forcing_of_hours(network, weather, options=OPTIONS)
    return network, weather, start, forcing, one_hour(
        network, weather, options=OPTIONS, outputs=OUTPUTS
    )  # fmt: skip


def test_hours_one_after_the_other_are_the_simulation(hours):
    network, weather, start, forcing, hour = hours
    dice = np.random.default_rng(0)
    low = jnp.asarray(dice.uniform(16.0, 21.0, (48, 2)))
    controls = Controls(low, low + 3.0, jnp.asarray(dice.normal(0.0, 200.0, (48, 2))))
    whole = fx.simulate(
        network, weather, controls, outputs=OUTPUTS, initial_state=start, options=OPTIONS
    )
    rows = (forcing, controls)
    end, found = jax.jit(lambda rows: jax.lax.scan(lambda s, x: hour(s, *x), start, rows))(rows)
    for name in OUTPUTS:
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-9, atol=1e-6)
    for a, b in zip(jax.tree.leaves(end), jax.tree.leaves(whole.final_state), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-8)
    # Controls may come with the forcing as well.
    given = forcing_of_hours(network, weather, controls, options=OPTIONS)
    by_hour = jax.vmap(with_controls)(forcing, controls)
    for a, b in zip(jax.tree.leaves(given), jax.tree.leaves(by_hour), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_states_side_by_side_and_slopes_by_the_state(hours):
    _, _, start, forcing, hour = hours
    noon = jax.tree.map(lambda leaf: leaf[12], forcing)
    noon = dataclasses.replace(noon, heating_capacity=0 * noon.heating_capacity)

    def warmer(by):
        state = jax.tree.map(lambda leaf: leaf + by * (leaf > 0), start)
        return jnp.sum(hour(state, noon)[1]["zone_temperature"])

    steps = jnp.array([-1e-4, 0.0, 1e-4])
    found = jax.jit(jax.vmap(warmer))(steps)
    slope = jax.jit(jax.grad(warmer))(0.0)
    np.testing.assert_allclose(slope, (found[2] - found[0]) / 2e-4, rtol=1e-6)
    assert 0.5 < float(slope) < 2.0


def test_results_of_light_are_refused(hours):
    network, weather, *_ = hours
    with pytest.raises(SimulationError, match="incident_solar follows from light"):
        one_hour(network, weather, outputs=("incident_solar",))
