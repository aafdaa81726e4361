"""Sky models and planes against pvlib, given the same sun and the same irradiances."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics import sky as models

pvlib = pytest.importorskip("pvlib")

elevated_air_mass = jax.jit(models.elevated_air_mass)
hay_davies = jax.jit(models.hay_davies)
isotropic = jax.jit(models.isotropic)
perez_1990 = jax.jit(models.perez_1990)
plane_irradiance = jax.jit(models.plane_irradiance)
plane_irradiance_on_normal = jax.jit(models.plane_irradiance_on_normal)
relative_air_mass = jax.jit(models.relative_air_mass)
surface_normal = jax.jit(models.surface_normal)

_SIZE = 4000


@pytest.fixture(scope="module")
def scene():
    """Random suns, irradiances and planes, from overcast to crystal clear."""
    rng = np.random.default_rng(7)
    zenith = np.concatenate([rng.uniform(0.0, 89.9, _SIZE - 3), [0.0, 84.9, 89.99]])
    sky = {
        "zenith": zenith,
        "azimuth": rng.uniform(0.0, 360.0, _SIZE),
        "dni": rng.uniform(0.0, 1000.0, _SIZE) * rng.integers(0, 2, _SIZE),
        "dhi": rng.uniform(0.1, 500.0, _SIZE),
        "dni_extra": rng.uniform(1320.0, 1415.0, _SIZE),
        "tilt": rng.uniform(0.0, 180.0, _SIZE),
        "plane_azimuth": rng.uniform(0.0, 360.0, _SIZE),
    }
    sky["sun"] = np.asarray(surface_normal(jnp.asarray(zenith), jnp.asarray(sky["azimuth"])))
    return sky


def _plane(scene, radiance):
    return plane_irradiance(radiance, scene["tilt"], scene["plane_azimuth"], reflectance=0.3)


def _arguments(scene):
    return (jnp.asarray(scene[name]) for name in ("dni", "dhi", "dni_extra", "sun"))


def test_perez_equals_pvlib(scene):
    mass = pvlib.atmosphere.get_relative_airmass(scene["zenith"], model="kastenyoung1989")
    got = _plane(scene, perez_1990(*_arguments(scene)))
    want = pvlib.irradiance.perez(
        scene["tilt"],
        scene["plane_azimuth"],
        scene["dhi"],
        scene["dni"],
        scene["dni_extra"],
        scene["zenith"],
        scene["azimuth"],
        mass,
        model="allsitescomposite1990",
    )
    np.testing.assert_allclose(got.sky_diffuse, want, rtol=1e-9, atol=1e-9)


def test_hay_davies_equals_pvlib(scene):
    got = _plane(scene, hay_davies(*_arguments(scene)))
    want = pvlib.irradiance.haydavies(
        scene["tilt"],
        scene["plane_azimuth"],
        scene["dhi"],
        scene["dni"],
        scene["dni_extra"],
        scene["zenith"],
        scene["azimuth"],
    )
    # pvlib bounds the cosine of the zenith by 0.01745, here by that of 89 degrees.
    np.testing.assert_allclose(got.sky_diffuse, want, rtol=2e-4, atol=1e-9)


def test_isotropic_ground_and_beam_equal_pvlib(scene):
    got = _plane(scene, isotropic(*_arguments(scene)))
    irradiance = pvlib.irradiance
    tilt, azimuth = scene["tilt"], scene["plane_azimuth"]
    ghi = scene["dni"] * np.cos(np.deg2rad(scene["zenith"])) + scene["dhi"]
    beam = irradiance.beam_component(tilt, azimuth, scene["zenith"], scene["azimuth"], scene["dni"])
    close = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(got.sky_diffuse, irradiance.isotropic(tilt, scene["dhi"]), **close)
    np.testing.assert_allclose(got.ground, irradiance.get_ground_diffuse(tilt, ghi, 0.3), **close)
    np.testing.assert_allclose(got.beam, beam, **close)
    np.testing.assert_allclose(got.total, got.beam + got.sky_diffuse + got.ground, **close)


@pytest.mark.parametrize("model", [perez_1990, hay_davies, isotropic])
def test_a_level_plane_receives_the_horizontal_irradiance(scene, model):
    high = scene["zenith"] < 85.0
    sky = model(*_arguments(scene))
    level = plane_irradiance(sky, 0.0, 0.0, reflectance=0.9)
    np.testing.assert_allclose(level.total[high], sky.ground_horizontal[high], rtol=1e-12)
    np.testing.assert_allclose(level.ground, 0.0)


@pytest.mark.parametrize("model", [perez_1990, hay_davies, isotropic])
def test_below_the_horizon_only_the_dome_is_left(model):
    sun = surface_normal(jnp.asarray([91.0, 120.0, 180.0]), jnp.asarray([90.0, 90.0, 0.0]))
    dni, dhi = jnp.asarray([50.0, 0.0, 0.0]), jnp.asarray([12.0, 3.0, 0.0])
    sky = model(dni, dhi, jnp.full(3, 1360.0), sun)
    np.testing.assert_array_equal(sky.dome, dhi)
    np.testing.assert_array_equal(sky.ground_horizontal, dhi)
    for dark in (sky.beam_normal, sky.circumsolar_normal, sky.horizon):
        np.testing.assert_array_equal(dark, 0.0)
    total = plane_irradiance(sky, 90.0, 90.0, reflectance=0.0).total
    np.testing.assert_allclose(total, dhi / 2.0, rtol=1e-12)


def test_sky_diffuse_never_turns_negative():
    """A dark horizon outweighs the dome on a plane that faces down and away from the sun."""
    sun = surface_normal(jnp.asarray(60.0), jnp.asarray(180.0))
    sky = perez_1990(jnp.asarray(3700.0), jnp.asarray(420.0), jnp.asarray(1400.0), sun)
    plane = plane_irradiance(sky, jnp.linspace(90.0, 180.0, 91), 0.0, reflectance=0.0)
    raw = plane.circumsolar + plane.dome + plane.horizon
    assert float(raw.min()) < 0.0
    assert float(plane.sky_diffuse.min()) == 0.0


def test_precomputed_normals_give_the_same_and_planes_broadcast(scene):
    sky = perez_1990(*_arguments(scene))
    tilt, azimuth = jnp.asarray([[30.0], [90.0]]), jnp.asarray([[180.0], [270.0]])
    direct = plane_irradiance(sky, tilt, azimuth, reflectance=0.2)
    assert direct.total.shape == (2, _SIZE)
    radians = jnp.deg2rad(tilt)
    prepared = plane_irradiance_on_normal(
        sky, surface_normal(tilt, azimuth), jnp.cos(radians), jnp.sin(radians), reflectance=0.2
    )
    np.testing.assert_allclose(direct.total, prepared.total, rtol=1e-12)


def test_air_mass_equals_pvlib_and_stays_finite_below_the_horizon():
    zenith = np.linspace(0.0, 90.0, 181)
    want = pvlib.atmosphere.get_relative_airmass(zenith, model="kastenyoung1989")
    np.testing.assert_allclose(relative_air_mass(jnp.deg2rad(zenith)), want, rtol=1e-9)
    below = relative_air_mass(jnp.deg2rad(jnp.asarray([95.0, 180.0])))
    np.testing.assert_allclose(below, want[-1], rtol=1e-9)
    high = elevated_air_mass(jnp.deg2rad(zenith), jnp.asarray(1650.0))
    np.testing.assert_allclose(high, 0.835 * want, rtol=1e-9)


@pytest.mark.parametrize(
    ("tilt", "azimuth", "normal"),
    [(0, 123, (0, 0, 1)), (90, 0, (0, 1, 0)), (90, 90, (1, 0, 0)), (180, 0, (0, 0, -1))],
)
def test_normals_follow_the_compass(tilt, azimuth, normal):
    got = surface_normal(jnp.asarray(float(tilt)), jnp.asarray(float(azimuth)))
    np.testing.assert_allclose(got, normal, atol=1e-15)


def test_float32_stays_float32_and_close(scene):
    single = [jnp.asarray(value, jnp.float32) for value in _arguments(scene)]
    sky = perez_1990(*single)
    plane = plane_irradiance(sky, 90.0, 180.0, reflectance=0.2)
    assert {leaf.dtype for leaf in jax.tree.leaves(plane)} == {jnp.dtype("float32")}
    got = jax.tree.leaves(sky)
    assert {leaf.dtype for leaf in got} == {jnp.dtype("float32")}
    double = jax.tree.leaves(perez_1990(*_arguments(scene)))
    for low, full in zip(got, double, strict=True):
        far = np.abs(np.asarray(low) - np.asarray(full)) > 1e-2 + 1e-3 * np.abs(full)
        assert far.mean() < 2e-3  # a few clearnesses fall on the other side of a bin edge
