"""Moist air against the tables of ASHRAE Fundamentals, chapter 1, and against itself."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics import moist_air as air

_ATMOSPHERE = 101_325.0


@pytest.mark.parametrize(
    ("temperature", "pressure"),
    [(-40.0, 12.85), (-20.0, 103.24), (0.0, 611.2), (20.0, 2339.2), (50.0, 12351.3)],
)
def test_saturation_pressure_equals_the_table(temperature, pressure):
    """Table 3, thermodynamic properties of water at saturation."""
    np.testing.assert_allclose(air.saturation_pressure(temperature), pressure, rtol=5e-4)


def test_ice_and_water_meet_at_the_triple_point():
    near = jnp.linspace(0.0099, 0.0101, 201)
    pressure = jax.jit(air.saturation_pressure)(near)
    np.testing.assert_allclose(pressure[100], 611.657, rtol=1e-6)
    assert float(jnp.abs(jnp.diff(pressure)).max()) < 1e-4  # 50 Pa/K over 1e-6 K, and no jump
    slope = jax.jit(jax.vmap(jax.grad(air.saturation_pressure)))(near)
    assert float(slope[0]) > float(slope[-1]) > 0.0  # steeper over ice


@pytest.mark.parametrize(
    ("temperature", "ratio", "volume", "enthalpy"),
    [
        (0.0, 0.003789, 0.7781, 9.473e3),
        (20.0, 0.014758, 0.8497, 57.555e3),
        (30.0, 0.027329, 0.8962, 100.006e3),
    ],
)
def test_saturated_air_equals_the_table(temperature, ratio, volume, enthalpy):
    """Table 2, moist air at 101.325 kPa; the ideal gas leaves out up to 0.5 %."""
    saturated = air.humidity_ratio_from_relative_humidity(temperature, 100.0, _ATMOSPHERE)
    np.testing.assert_allclose(saturated, ratio, rtol=5e-3)
    density = air.moist_air_density(temperature, ratio, _ATMOSPHERE)
    np.testing.assert_allclose((1.0 + ratio) / density, volume, rtol=1e-3)
    np.testing.assert_allclose(air.moist_air_enthalpy(temperature, ratio), enthalpy, rtol=1e-3)


@pytest.mark.parametrize(
    ("elevation", "pressure"),
    [(-500.0, 107_478.0), (0.0, _ATMOSPHERE), (1500.0, 84_556.0), (5000.0, 54_020.0)],
)
def test_standard_pressure_equals_the_table(elevation, pressure):
    """Table 1, standard atmospheric data."""
    np.testing.assert_allclose(air.standard_pressure(elevation), pressure, rtol=1e-4)


def test_humidity_measures_agree():
    temperature = jnp.linspace(-30.0, 40.0, 15)
    at_dew = air.humidity_ratio_from_dew_point(temperature, 90_000.0)
    saturated = air.humidity_ratio_from_relative_humidity(temperature, 100.0, 90_000.0)
    np.testing.assert_allclose(at_dew, saturated, rtol=1e-12)
    back = air.vapour_pressure(at_dew, 90_000.0)
    np.testing.assert_allclose(back, air.saturation_pressure(temperature), rtol=1e-12)


def test_specific_heat_is_the_slope_of_enthalpy_per_moist_mass():
    ratio = 0.012
    slope = jax.grad(air.moist_air_enthalpy)(20.0, ratio)
    np.testing.assert_allclose(
        air.moist_air_specific_heat(jnp.asarray(ratio)) * (1.0 + ratio), slope, rtol=1e-12
    )
