"""Gap conductance: limits, an independent reading of the correlations, gases, symmetry."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.glazing_gap import (
    GAS_COEFFICIENTS,
    GAS_NAMES,
    gap_conductance,
    gap_convection,
    gap_radiation,
    mix_gases,
)

AIR = jnp.asarray(GAS_COEFFICIENTS[0])
convection = jax.jit(gap_convection)
PRESSURE = 101325.0


def rayleigh_number(temp_a, temp_b, thickness, gas, pressure):
    t = 0.5 * (temp_a + temp_b) + 273.15
    k, mu, cp = gas[0] + gas[1] * t, gas[2] + gas[3] * t, gas[4] + gas[5] * t
    rho = pressure * gas[6] / (8314.462618 * t)
    ra = 9.80665 / t * abs(temp_a - temp_b) * thickness**3 * rho**2 * cp / (mu * k)
    return ra, k / thickness


def nusselt(ra, aspect, tilt):
    """The correlations as printed, branches and all; tilt from horizontal, heated below."""
    if ra <= 1e4:
        first = 1 + 1.7596678e-10 * ra**2.2984755
    elif ra <= 5e4:
        first = 0.028154 * ra**0.4134
    else:
        first = 0.0673838 * ra ** (1 / 3)
    vertical = max(first, 0.242 * (ra / aspect) ** 0.272)
    if tilt > 90:
        return 1 + (vertical - 1) * np.sin(np.radians(tilt))
    if tilt >= 60:
        g = 0.5 / (1 + (ra / 3160) ** 20.6) ** 0.1
        one = (1 + (0.0936 * ra**0.314 / (1 + g)) ** 7) ** (1 / 7)
        sixty = max(one, (0.104 + 0.175 / aspect) * ra**0.283)
        return sixty + (tilt - 60) / 30 * (vertical - sixty)
    drive = ra * np.cos(np.radians(tilt))
    onset = max(1 - 1708 / drive, 0)
    rest = max((drive / 5830) ** (1 / 3) - 1, 0)
    return 1 + 1.44 * onset * (1 - 1708 * np.sin(np.radians(1.8 * tilt)) ** 1.6 / drive) + rest


@pytest.mark.parametrize("tilt", [0.0, 30.0, 50.0, 63.0, 75.0, 90.0])
@pytest.mark.parametrize("inside", [22.0, -8.0])  # warmer, then colder than the outer pane
def test_convection_against_the_printed_correlations(tilt, inside):
    for gas, thickness in ((0, 0.006), (0, 0.012), (1, 0.016), (2, 0.03), (3, 0.05)):
        row = GAS_COEFFICIENTS[gas]
        ra, conduction = rayleigh_number(2.0, inside, thickness, row, PRESSURE)
        angle = tilt if inside > 2.0 else 180.0 - tilt
        want = nusselt(ra, 1.2 / thickness, angle) * conduction
        got = convection(2.0, inside, thickness, jnp.asarray(row), tilt, 1.2, PRESSURE)
        np.testing.assert_allclose(got, want, rtol=0.007)  # bridged jumps, smooth maximum


def test_still_gas_conducts():
    for name, row in zip(GAS_NAMES, GAS_COEFFICIENTS, strict=True):
        got = convection(10.0, 10.0, 0.012, jnp.asarray(row), 90.0, 1.0, PRESSURE)
        want = (row[0] + row[1] * 283.15) / 0.012
        np.testing.assert_allclose(got, want, rtol=3e-4, err_msg=name)


def test_thin_air_convects_less():
    thick, thin = (convection(-10.0, 15.0, 0.02, AIR, 90.0, 2.0, p) for p in (PRESSURE, 83e3))
    still = convection(2.5, 2.5, 0.02, AIR, 90.0, 2.0, 83e3)
    assert float(still) < float(thin) < float(thick) - 0.02


def test_radiation_limits():
    sigma = 5.670374419e-8
    both_black = gap_radiation(10.0, 30.0, 1.0, 1.0)
    np.testing.assert_allclose(both_black * 20.0, sigma * (303.15**4 - 283.15**4), rtol=1e-12)
    assert float(gap_radiation(10.0, 30.0, 0.0, 0.84)) == 0.0
    assert float(gap_radiation(10.0, 30.0, 0.0, 0.0)) == 0.0
    np.testing.assert_allclose(
        gap_radiation(10.0, 30.0, 0.047, 0.84), gap_radiation(30.0, 10.0, 0.84, 0.047), rtol=1e-14
    )


def test_conductance_is_the_sum_and_is_even_for_a_vertical_gap():
    args = (0.012, 0.84, 0.3, AIR, 90.0, 1.5, PRESSURE)
    forth, back = gap_conductance(-5.0, 15.0, *args), gap_conductance(15.0, -5.0, *args)
    np.testing.assert_allclose(forth, back, rtol=1e-12)
    parts = gap_convection(-5.0, 15.0, 0.012, AIR, 90.0, 1.5, PRESSURE) + gap_radiation(
        -5.0, 15.0, 0.84, 0.3
    )
    np.testing.assert_allclose(forth, parts, rtol=1e-14)


def test_mixtures_lie_between_and_pure_gases_are_rows():
    np.testing.assert_allclose(mix_gases(jnp.eye(4)), GAS_COEFFICIENTS, rtol=1e-14)
    mixed = mix_gases(jnp.array([0.1, 0.9, 0.0, 0.0]))
    # Specific heat per mass: 10 % of the moles of air are 7.5 % of the mass.
    share = 0.1 * 28.97 / (0.1 * 28.97 + 0.9 * 39.948)
    np.testing.assert_allclose(mixed[4], share * 1002.737 + (1 - share) * 521.9285, rtol=1e-12)
    np.testing.assert_allclose(mixed[0], 0.1 * 2.873e-3 + 0.9 * 2.285e-3, rtol=1e-12)


def test_batches_and_keeps_single_precision():
    single = [jnp.full(3, x, jnp.float32) for x in (-5.0, 15.0, 0.012, 0.84, 0.84)]
    rest = [jnp.full(3, x, jnp.float32) for x in (90.0, 1.5, PRESSURE)]
    got = gap_conductance(*single, jnp.asarray(GAS_COEFFICIENTS[:3], jnp.float32), *rest)
    assert got.dtype == jnp.float32 and got.shape == (3,)
    want = [
        gap_conductance(-5.0, 15.0, 0.012, 0.84, 0.84, jnp.asarray(row), 90.0, 1.5, PRESSURE)
        for row in GAS_COEFFICIENTS[:3]
    ]
    np.testing.assert_allclose(got, want, rtol=1e-5)


def test_no_jump_at_any_seam():
    """A step of a millionth in the input moves the result by no more than its slope allows."""
    differences = jnp.linspace(0.1, 60.0, 4000)
    values = convection(0.0 - differences / 2, differences / 2, 0.02, AIR, 90.0, 1.5, PRESSURE)
    assert float(jnp.max(jnp.abs(jnp.diff(values)))) < 0.01
    tilts = jnp.linspace(0.0, 180.0, 4000)
    for inside in (25.0, -25.0):
        values = convection(0.0, inside, 0.015, AIR, tilts, 1.5, PRESSURE)
        assert float(jnp.max(jnp.abs(jnp.diff(values)))) < 0.03
