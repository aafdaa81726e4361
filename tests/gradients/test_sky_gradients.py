"""Gradients of weather and planes against central differences, also where the sky switches."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.io import default_weather
from fluxion.physics.sky import hay_davies, isotropic, perez_1990, plane_irradiance, surface_normal
from fluxion.physics.sky_temperature import (
    infrared_berdahl_martin,
    infrared_brunt,
    infrared_clark_allen,
    sky_temperature,
)
from fluxion.weather import step_weather

_PLANES = (jnp.asarray([0.0, 90.0, 90.0, 35.0]), jnp.asarray([0.0, 180.0, 260.0, 100.0]))
_MODELS = {"perez": perez_1990, "hay_davies": hay_davies, "isotropic": isotropic}


def _central(function, point, step):
    """Central differences along every entry of a vector."""
    eye = jnp.eye(point.size) * step
    return (jax.vmap(function)(point + eye) - jax.vmap(function)(point - eye)) / (2.0 * step)


def _on_planes(model):
    """Weighted irradiance on four planes of (dni, dhi, zenith, azimuth, turn of the planes)."""

    def total(values):
        dni, dhi, zenith, azimuth, turn = values
        sky = _MODELS[model](dni, dhi, jnp.asarray(1400.0), surface_normal(zenith, azimuth))
        tilt, plane = _PLANES
        received = plane_irradiance(sky, tilt + 0.1 * turn, plane + turn, reflectance=0.2).total
        return received @ jnp.asarray([1.0, 0.7, 0.4, 0.2])

    return total


# dni, dhi, zenith, azimuth and turn of the planes, each near a switch but beside it.
_MOMENTS = {
    "clear noon": (800.0, 80.0, 30.0, 185.0, 0.0),
    "sun at the zenith": (900.0, 60.0, 0.02, 140.0, 0.0),
    "overcast": (0.0, 120.0, 55.0, 150.0, 0.0),
    "no diffuse": (500.0, 1e-9, 55.0, 150.0, 0.0),
    "just risen": (20.0, 5.0, 89.99, 80.0, 0.0),
    "just below the horizon": (20.0, 5.0, 90.01, 80.0, 0.0),
    "five degrees above": (200.0, 40.0, 84.99, 95.0, 0.0),
    "just below five degrees": (200.0, 40.0, 85.01, 95.0, 0.0),
    "grazing the south face from the front": (600.0, 70.0, 60.0, 90.01, 0.0),
    "grazing the south face from behind": (600.0, 70.0, 60.0, 89.99, 0.0),
}


@pytest.fixture(scope="module", params=sorted(_MODELS))
def compiled(request):
    total = _on_planes(request.param)
    differences = lambda point: _central(total, point, 1e-6)  # noqa: E731
    return jax.jit(jax.vmap(jax.grad(total))), jax.jit(jax.vmap(differences))


def test_planes_have_the_right_gradient_beside_every_switch(compiled):
    gradient, differences = compiled
    moments = jnp.asarray(list(_MOMENTS.values()))
    moments = moments.at[:, 1].max(1e-5)  # differences must stay on one side of no diffuse at all
    got, want = gradient(moments), differences(moments)
    got, want = got[:, 1:], want[:, 1:]  # overcast: dni below 0 is outside the model
    np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-5)


def test_planes_have_a_finite_gradient_on_every_switch(compiled):
    gradient, _ = compiled
    switches = [
        (0.0, 0.0, 30.0, 180.0, 0.0),
        (0.0, 0.0, 90.0, 90.0, 0.0),
        (500.0, 0.0, 0.0, 0.0, 0.0),
        (500.0, 50.0, 90.0, 90.0, 0.0),
        (500.0, 50.0, 85.0, 180.0, 0.0),
        (500.0, 50.0, 60.0, 90.0, 0.0),
        (10.0, 5.0, 180.0, 0.0, 0.0),
        (0.0, 50.0, 120.0, 0.0, 0.0),
    ]
    switches = jnp.asarray([*switches, *switches])
    assert np.isfinite(gradient(switches[: len(_MOMENTS)])).all()


@pytest.mark.parametrize("angle", [89.999, 90.001])
def test_the_beam_is_continuous_where_a_plane_turns_away(angle):
    sky = perez_1990(*map(jnp.asarray, (700.0, 60.0, 1400.0)), surface_normal(90.0 - 1e-9, 180.0))
    plane = plane_irradiance(sky, 90.0, 180.0 + angle, reflectance=0.2)
    assert 0.0 <= float(plane.beam) < 0.02


def test_sky_temperature_gradients():
    models = {
        "clark_allen": lambda v: infrared_clark_allen(v[0], v[1], v[2]),
        "brunt": lambda v: infrared_brunt(v[0], v[1], v[2]),
        "berdahl_martin": lambda v: infrared_berdahl_martin(
            v[0], v[1], v[3] * 1000.0, jnp.asarray(15.0), 0.5 + 0.5 * v[2], v[2], v[4]
        ),
    }
    point = jnp.asarray([12.0, 4.5, 0.6, 84.0, 1500.0])
    for model in models.values():
        temperature = lambda v, model=model: sky_temperature(model(v))  # noqa: E731
        want = jax.jit(lambda point, f=temperature: _central(f, point, 1e-4))(point)
        got = jax.jit(jax.grad(temperature))(point)
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-9)


@pytest.fixture(scope="module")
def day():
    return default_weather(dtype=jnp.float64).select_days(80, 2)


def test_a_day_has_the_right_gradient_with_respect_to_place_and_weather(day):
    """Through interpolation, sunrise, the sunlit weights, the sky and the planes."""

    def received(shift):
        site = dataclasses.replace(
            day.site,
            latitude=day.site.latitude + shift[0],
            longitude=day.site.longitude + shift[1],
        )
        moved = dataclasses.replace(
            day,
            site=site,
            dni=day.dni * (1.0 + shift[2]),
            dhi=day.dhi * (1.0 + shift[3]),
            temp_dew=day.temp_dew + shift[4],
            solar_declination=day.solar_declination + shift[5],
        )
        steps = step_weather(moved, steps_per_hour=3)
        tilt, azimuth = (values[:, None] for values in _PLANES)
        planes = plane_irradiance(steps.sky, tilt, azimuth, reflectance=steps.albedo)
        weights = jnp.asarray([1.0, 0.7, 0.4, 0.2])
        return jnp.sum(weights @ planes.total) / 1e3 + jnp.sum(steps.humidity_ratio)

    here = jnp.zeros(6)
    want = jax.jit(lambda point: _central(received, point, 1e-6))(here)
    got = jax.jit(jax.grad(received))(here)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
    assert np.abs(got).min() > 1e-4


def test_every_number_of_a_day_has_a_finite_gradient(day):
    """Also in the polar night and with the sun grazing the horizon all day."""

    def everything(weather):
        leaves = jax.tree.leaves(step_weather(weather, steps_per_hour=2))
        return sum(jnp.sum(leaf) for leaf in leaves)

    gradient = jax.jit(jax.grad(everything))
    for latitude in (36.1, 90.0, -90.0):
        site = dataclasses.replace(day.site, latitude=jnp.asarray(latitude))
        for leaf in jax.tree.leaves(gradient(dataclasses.replace(day, site=site))):
            assert np.isfinite(leaf).all()
