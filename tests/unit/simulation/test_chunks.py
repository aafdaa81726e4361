"""Chunks of time side by side: the serial run again, whatever the cuts, and its gradient."""

from __future__ import annotations

import os
import subprocess
import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import NonFiniteError, SimulationError
from fluxion.simulation import Controls
from fluxion.simulation._chunks import cut_days
from fluxion.simulation._simulate import _run

# 11 days in 4 chunks of 3: the first one is filled up with a day.
DAYS, WARMUP, CHUNKS = 9, 2, 4
OUTPUTS = ("zone_temperature", "incident_solar")
EXACT = {"warmup_days": WARMUP, "time_chunks": CHUNKS, "seam_tolerance": 1e-10}


@pytest.fixture(scope="module")
def weather():
    return fx.default_weather(dtype=float).select_days(60, DAYS)


def on_the_floor(case):
    """Without traced beams: a program that compiles in half the time."""
    building = fx.cases.ashrae140(case)
    zones = tuple(zone.replace(beam_to="floor") for zone in building.zones)
    return fx.build(building.replace(zones=zones), dtype=float)


@pytest.fixture(scope="module")
def network():
    """Heavy and free: it remembers longer than a chunk lasts."""
    return on_the_floor("900FF")


@pytest.fixture(scope="module")
def controls(weather):
    flow = 300.0 * np.sin(np.arange(weather.hours) / 9.0)
    return Controls(heat_flow=jnp.asarray(flow[:, None]))


@pytest.fixture(scope="module")
def cold(network):
    """A start far from where the building ends up."""
    state = fx.networks.uniform_state(network)
    return jax.tree.map(lambda leaf: leaf - 8.0 * (leaf > 0), state)


@pytest.fixture(scope="module")
def run(network, weather, controls, cold):
    def call(weather=weather, start=cold, network=network, **settings):
        return fx.simulate(
            network, weather, controls, outputs=OUTPUTS, initial_state=start, **settings
        )

    return call


@pytest.fixture(scope="module")
def serial(run):
    return run(warmup_days=WARMUP)


def assert_equal(one, other, within):
    for a, b in zip(
        jax.tree.leaves((one.values, one.final_state)),
        jax.tree.leaves((other.values, other.final_state)),
        strict=True,
    ):
        scale = max(float(jnp.max(jnp.abs(b))), 1.0)
        np.testing.assert_allclose(a, b, rtol=0, atol=within * scale)


@pytest.mark.parametrize("devices", [1, 2, 3])
def test_every_day_is_run_once_and_in_order(devices):
    for days in range(1, 40):
        for chunks in range(1, 45):
            cuts = cut_days(days, chunks, devices)
            assert cuts.chunks % devices == 0
            assert cuts.chunks <= max(chunks, 1) + devices - 1
            assert cuts.real.shape == (cuts.chunks, cuts.length)
            # Only days in front are filling, and fewer than the devices' rounding asks for.
            np.testing.assert_array_equal(
                np.flatnonzero(~cuts.real.reshape(-1)), np.arange(cuts.filling)
            )
            assert cuts.real.sum() == days
            assert cuts.filling < devices * cuts.length


def test_the_serial_run_from_the_given_start(run, serial):
    found = run(**EXACT)
    assert_equal(found, serial, 1e-9)
    assert float(found.seams.difference) <= 1e-10
    # One round to join is not enough.
    assert 2 < int(found.seams.rounds) <= CHUNKS
    assert serial.seams is None


@pytest.mark.slow
def test_a_loose_tolerance_costs_less_and_is_kept(run):
    # A light building: it forgets within a chunk.
    light = on_the_floor("600FF")
    serial = run(network=light, warmup_days=WARMUP)
    loose = run(network=light, **{**EXACT, "seam_tolerance": 1.0})
    tight = run(network=light, **EXACT)
    error = np.max(np.abs(loose.zone_temperature - serial.zone_temperature))
    assert 1e-9 < error < 2.0
    assert float(loose.seams.difference) <= 1.0
    assert int(loose.seams.days) < int(tight.seams.days)


def test_new_numbers_do_not_compile_and_failures_are_named(run, network, weather, cold):
    run(**EXACT)
    run(warmup_days=WARMUP)
    compiled = _run._cache_size()
    warmer = jax.tree.map(lambda leaf: leaf + 1.0, cold)
    assert_equal(run(start=warmer, **EXACT), run(start=warmer, warmup_days=WARMUP), 1e-9)
    # In the middle of a chunk; the state never recovers.
    broken = eqx.tree_at(lambda w: w.wind_speed, weather, weather.wind_speed.at[50].set(jnp.nan))
    with pytest.raises(NonFiniteError, match="from hour 50 "):
        run(weather=broken, **EXACT)
    assert _run._cache_size() == compiled


def test_gradient_is_that_of_the_serial_run(run, network, weather, cold):
    """By a number of the network, the weather and the start, against differences."""

    def load(shift, **settings):
        year = run(
            network=eqx.tree_at(
                lambda n: n.zones.heating_setpoint,
                network,
                network.zones.heating_setpoint + shift[0],
            ),
            weather=eqx.tree_at(lambda w: w.temp_air, weather, weather.temp_air + shift[1]),
            start=jax.tree.map(lambda leaf: leaf + shift[2], cold),
            throw=False,
            **settings,
        )
        ends = jnp.sum(year.final_state.temp_inside) + jnp.sum(year.final_state.modes)
        return jnp.sum(year.zone_temperature) + ends

    got = jax.jit(jax.grad(lambda shift: load(shift, **EXACT)))(jnp.zeros(3))
    for direction, slope in zip(np.eye(3), got, strict=True):
        up, down = (load(sign * 1e-4 * direction, warmup_days=WARMUP) for sign in (1, -1))
        np.testing.assert_allclose(slope, (up - down) / 2e-4, rtol=1e-5)


_ON_TWO_DEVICES = """
import jax, jax.numpy as jnp, numpy as np
import fluxion as fx

jax.config.update("jax_enable_x64", True)
assert len(jax.devices()) == 2
network = fx.build(fx.cases.ashrae140("600FF"), dtype=float)
weather = fx.default_weather(dtype=float).select_days(60, 9)
settings = dict(warmup_days=2, time_chunks=5, seam_tolerance=1e-10)
one, two = (
    fx.simulate(network, weather, devices=devices, **settings)
    for devices in (jax.devices()[:1], jax.devices())
)
for a, b in zip(jax.tree.leaves(one.values), jax.tree.leaves(two.values), strict=True):
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-8)
for a, b in zip(jax.tree.leaves(one.final_state), jax.tree.leaves(two.final_state), strict=True):
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-8)

def load(start, devices):
    year = fx.simulate(
        network, weather, initial_state=start, devices=devices, throw=False, **settings
    )
    return jnp.sum(year.zone_temperature) + jnp.sum(year.final_state.modes)

start = fx.networks.uniform_state(network)
one, two = (
    jax.jit(jax.grad(lambda s: load(s, devices)))(start)
    for devices in (jax.devices()[:1], jax.devices())
)
for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True):
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-8)
"""


@pytest.mark.slow
def test_two_devices_give_what_one_gives():
    subprocess.run(
        [sys.executable, "-c", _ON_TWO_DEVICES],
        check=True,
        env={
            **os.environ,
            "JAX_NUM_CPU_DEVICES": "2",
            "PJRT_NPROC": "8",
            "JAX_PLATFORMS": "cpu",
        },
    )


@pytest.mark.slow
def test_maps_over_buildings(run, network, weather):
    """Members that need different numbers of rounds."""
    thick = jnp.asarray([1.0, 3.0])

    def temperature(factor, **settings):
        changed = eqx.tree_at(
            lambda n: n.layers.thickness, network, network.layers.thickness * factor
        )
        return run(network=changed, throw=False, **settings).zone_temperature

    got = jax.jit(jax.vmap(lambda f: temperature(f, **EXACT)))(thick)
    want = jnp.stack([temperature(f, warmup_days=WARMUP) for f in thick])
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"time_chunks": 0}, "0 chunks of time"),
        ({"time_chunks": 2.5}, "2.5 chunks of time"),
        ({"time_chunks": 4, "seam_tolerance": -1.0}, "seam tolerance of -1.0 K"),
        ({"time_chunks": 4, "seam_tolerance": float("nan")}, "seam tolerance of nan K"),
        ({"devices": jax.devices()}, "time_chunks is 1"),
        ({"time_chunks": 4, "devices": ()}, "no devices"),
    ],
)
def test_refusals(network, weather, settings, message):
    with pytest.raises(SimulationError, match=message):
        fx.simulate(network, weather, **settings)
