"""Room side of windows: values of the standard's equations, limits, slopes."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from fluxion.physics.convection import natural_convection
from fluxion.physics.window_convection import window_convection

film = jax.jit(window_convection, static_argnames="upright")
PRESSURE = 101325.0


def by_hand(surface, air, height, tilt):
    """Equations 132 to 139 in plain numbers, cold glass seen from a warm room."""
    kelvin = air + 0.25 * (surface - air) + 273.15
    conductivity, viscosity = 2.873e-3 + 7.76e-5 * kelvin, 3.723e-6 + 4.94e-8 * kelvin
    specific, density = 1002.737 + 1.2324e-2 * kelvin, 101325.0 * 28.97 / (8314.462618 * kelvin)
    rayleigh = density**2 * height**3 * 9.80665 * specific * abs(surface - air)
    rayleigh /= kelvin * viscosity * conductivity
    sine = np.sin(np.radians(tilt))
    if tilt < 15:
        nusselt = 0.13 * rayleigh ** (1 / 3)
    elif tilt <= 90:
        critical = 2.5e5 * (np.exp(0.72 * tilt) / sine) ** 0.2
        nusselt = 0.56 * (min(rayleigh, critical) * sine) ** 0.25
        nusselt += 0.13 * (max(rayleigh, critical) ** (1 / 3) - critical ** (1 / 3))
    else:
        nusselt = 0.56 * (rayleigh * sine) ** 0.25
    return nusselt * conductivity / height


@pytest.mark.parametrize(
    ("surface", "height", "tilt"),
    [(8.0, 2.0, 90.0), (19.0, 0.5, 90.0), (2.0, 9.0, 90.0), (5.0, 1.5, 45.0), (5.0, 1.2, 5.0)],
)
def test_cold_glass_by_hand(surface, height, tilt):
    want = by_hand(surface, 20.0, height, tilt)
    got = film(surface, 20.0, height, tilt, PRESSURE)
    np.testing.assert_allclose(got, want, rtol=1e-3)
    if tilt == 90.0:
        same = film(surface, 20.0, height, tilt, PRESSURE, upright=True)
        np.testing.assert_allclose(same, got, rtol=2e-3)


def test_cold_glass_below_a_room_rests():
    """Tilt 150 looks down outside: cold air rests on its inner face."""
    want = by_hand(5.0, 20.0, 1.2, 150.0)
    np.testing.assert_allclose(film(5.0, 20.0, 1.2, 150.0, PRESSURE), want, rtol=1e-3)
    # Warm glass above a room rests alike, by the slope from the horizontal.
    np.testing.assert_allclose(
        film(25.0, 20.0, 1.2, 30.0, PRESSURE), film(25.0, 20.0, 1.2, 30.0, PRESSURE), rtol=1e-9
    )
    assert film(25.0, 20.0, 1.2, 30.0, PRESSURE) < film(15.0, 20.0, 1.2, 30.0, PRESSURE)


def test_tall_windows_and_thin_air_convect_less_than_walls():
    wall = natural_convection(np.float64(-10.0), np.float64(0.0))
    tall = film(10.0, 20.0, 2.0, 90.0, PRESSURE)
    assert 1.5 < float(tall) < 0.8 * float(wall)
    assert float(film(10.0, 20.0, 2.0, 90.0, 83000.0)) < float(tall)


@pytest.mark.parametrize("tilt", [0.0, 30.0, 90.0, 120.0])
@pytest.mark.parametrize("surface", [-5.0, 19.999, 20.0, 20.001, 35.0])
def test_slopes_at_and_across_equal_temperatures(surface, tilt):
    args = np.array([surface, 20.0, 1.3, 90000.0])

    def value(x):
        return film(x[0], x[1], x[2], tilt, x[3])

    slopes = jax.jit(jax.grad(value))(args)
    assert np.isfinite(slopes).all()
    for k, step in enumerate((1e-6, 1e-6, 1e-5, 1.0)):
        up, down = args.copy(), args.copy()
        up[k] += step
        down[k] -= step
        central = (value(up) - value(down)) / (2 * step)
        np.testing.assert_allclose(slopes[k], central, rtol=2e-4, atol=1e-5)
