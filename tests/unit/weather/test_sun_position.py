"""The sun of the trace against pvlib's Solar Position Algorithm, at every substep of a year."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.io import default_weather
from fluxion.io._weather_sun import sun_coordinates
from fluxion.physics.sun_position import sun_direction, zenith_angle
from fluxion.weather import Site, step_weather

pd = pytest.importorskip("pandas")
pvlib = pytest.importorskip("pvlib")

_STEPS = 4
_PLACES = [
    (64.8, -147.9, -9.0),
    (39.83, -104.65, -7.0),
    (0.5, 32.6, 3.0),
    (-33.39, -70.79, -4.0),
    (28.57, 77.1, 5.5),
    (-77.85, 166.7, 12.0),
    (89.5, 0.0, 0.0),
]


@pytest.fixture(scope="module")
def stepped():
    """One compiled function for all places: only numbers differ."""
    return jax.jit(lambda weather: step_weather(weather, steps_per_hour=_STEPS).sun_direction)


def _spa(hours, latitude, longitude, utc_offset):
    """Unit vectors to the sun at hours of standard time."""
    start = pd.Timestamp(2005, 1, 1, tz="UTC")
    times = pd.DatetimeIndex(start + pd.to_timedelta(hours - utc_offset, unit="h"))
    spa = pvlib.solarposition.get_solarposition(times, latitude, longitude, altitude=100.0)
    zenith, azimuth = np.deg2rad(spa["zenith"]), np.deg2rad(spa["azimuth"])
    level = np.sin(zenith)
    return np.stack([level * np.sin(azimuth), level * np.cos(azimuth), np.cos(zenith)], axis=-1)


def _sunlit_middles(latitude, longitude, utc_offset):
    """Hours of standard time: the middle of each substep, or of its sunlit part."""
    edges = np.arange(8760 * _STEPS + 1) / _STEPS
    height = _spa(edges, latitude, longitude, utc_offset)[:, 2]
    start, end = height[:-1], height[1:]
    crossing = start / np.where(start == end, 1.0, start - end)
    first = np.where((start < 0) & (end > 0), crossing, 0.0)
    last = np.where((start > 0) & (end < 0), crossing, 1.0)
    middles = edges[:-1] + 0.5 * (first + last) / _STEPS
    return middles, (start > 0) & (end > 0), (start > 0) != (end > 0)


def _weather_at(latitude, longitude, utc_offset):
    place = dict(latitude=latitude, longitude=longitude, elevation=100.0, utc_offset=utc_offset)
    declination, equation, extra = sun_coordinates(
        **place, start_day=0, days=365, leap_year=False, year=2005
    )
    return dataclasses.replace(
        default_weather(dtype=float),
        site=Site(**{name: jnp.asarray(value) for name, value in place.items()}),
        solar_declination=jnp.asarray(declination),
        equation_of_time=jnp.asarray(equation),
        dni_extra=jnp.asarray(extra),
    )


@pytest.mark.parametrize("place", _PLACES, ids=lambda place: f"{place[0]:+.1f}")
def test_sun_is_where_spa_has_it(stepped, place):
    middles, day, dawn = _sunlit_middles(*place)
    want = _spa(middles, *place)
    weather = _weather_at(*place)
    for precise, limit in ((weather, 0.002), (weather.astype(jnp.float32), 0.002)):
        chord = np.linalg.norm(np.asarray(stepped(precise), float) - want, axis=-1)
        assert np.rad2deg(chord[day].max()) < limit
        # When it rises is known as well as how high it stands, and worse where it creeps up.
        assert np.rad2deg(chord[dawn].max()) < 10 * limit


def test_directions_at_noon_and_at_equinox():
    turn = jnp.asarray([0.0, -90.0, 90.0])
    level = sun_direction(jnp.asarray(40.0), jnp.asarray(0.0), turn)
    noon = (0.0, -np.sin(np.deg2rad(40.0)), np.cos(np.deg2rad(40.0)))
    np.testing.assert_allclose(level, [noon, (1, 0, 0), (-1, 0, 0)], atol=1e-15)
    south = sun_direction(jnp.asarray(-30.0), jnp.asarray(0.0), jnp.asarray(0.0))
    assert float(south[1]) > 0.4  # the noon sun of the southern hemisphere stands in the north


def test_zenith_angle_is_exact_at_its_ends_and_has_a_finite_gradient():
    up = jnp.asarray([0.0, 0.0, 1.0])
    assert float(zenith_angle(up)) == 0.0
    assert float(zenith_angle(-up)) == np.pi
    np.testing.assert_array_equal(np.isfinite(jax.grad(zenith_angle)(up)), True)
