"""`Weather` and `step_weather` on the year that pvlib installs."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import WeatherError
from fluxion.io import default_weather
from fluxion.physics.sky import plane_irradiance
from fluxion.physics.sky_temperature import sky_temperature
from fluxion.units import STEFAN_BOLTZMANN, ZERO_CELSIUS
from fluxion.weather import StepWeather, Weather, hourly_infrared, step_weather


@pytest.fixture(scope="module")
def weather() -> Weather:
    return default_weather(dtype=jnp.float64).renamed("")


@pytest.fixture(scope="module")
def steps(weather) -> StepWeather:
    return jax.jit(lambda given: step_weather(given, steps_per_hour=4))(weather)


def stepped(weather, only, **choices):
    """Some outputs of `step_weather`, compiled; what is not looked at is not compiled either."""
    return _compiled(weather, tuple(only.split()), tuple(choices.items()))


@eqx.filter_jit
def _compiled(weather, only, choices):
    steps = step_weather(weather, **{"steps_per_hour": 1, **dict(choices)})
    return tuple(getattr(steps, name) for name in only)


@pytest.fixture(scope="module")
def week(weather) -> Weather:
    return weather.select_days(170, 7)


def test_every_series_has_every_step(weather, steps):
    shapes = {leaf.shape for leaf in jax.tree.leaves(steps)}
    assert shapes == {(weather.hours * 4,), (weather.hours * 4, 3)}
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(steps))


def test_hourly_sunlight_is_conserved(weather, steps):
    for name in ("dni", "dhi"):
        series = np.asarray(getattr(steps, name)).reshape(-1, 4)
        assert series.min() >= 0.0
        np.testing.assert_allclose(series.mean(axis=1), getattr(weather, name), rtol=1e-13)


def test_one_step_keeps_the_irradiances_of_the_file(weather, week):
    dni, dhi = stepped(week, "dni dhi")
    np.testing.assert_array_equal(dni, week.dni)
    np.testing.assert_array_equal(dhi, week.dhi)


def test_values_of_state_meet_the_file_at_the_end_of_the_hour(weather, steps):
    """Around the end of an hour the two nearest substeps straddle the file's value."""
    for name in ("temp_air", "pressure", "wind_speed"):
        fine = np.asarray(getattr(steps, name))
        hourly = np.asarray(getattr(weather, name))
        before, after = fine[3:-4:4], fine[4::4]
        slope = np.diff(hourly, prepend=hourly[-1])
        np.testing.assert_allclose(before + slope[:-1] / 8.0, hourly[:-1], rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(after - slope[1:] / 8.0, hourly[:-1], rtol=1e-10, atol=1e-10)


def test_horizontal_irradiance_closes_with_the_file(weather, steps):
    """The file's global is its own beam and diffuse on the level ground, for the sun here."""
    ours = float(steps.ghi_ground.mean())
    np.testing.assert_allclose(ours, float(weather.ghi.mean()), rtol=5e-3)


@pytest.mark.parametrize("azimuth", [90.0, 180.0, 270.0])
def test_two_steps_see_the_light_of_winter_mornings(weather, azimuth):
    """Most of it comes in hours in which the sun rises or sets."""
    january = weather.select_days(0, 31)

    def on_a_wall(count):
        (sky,) = stepped(january, "sky", steps_per_hour=count)
        return float(plane_irradiance(sky, 90.0, azimuth, reflectance=0.0).total.mean())

    np.testing.assert_allclose(on_a_wall(2), on_a_wall(30), rtol=1.5e-3)


def test_albedo_or_a_given_reflectance(week):
    np.testing.assert_array_equal(stepped(week, "albedo")[0], week.albedo)
    (given,) = stepped(week, "albedo", ground_reflectance=jnp.asarray(0.35))
    np.testing.assert_array_equal(given, 0.35)


def test_sky_temperature_models_differ_and_stay_below_air(week):
    means = {}
    for model in ("infrared", "berdahl_martin", "clark_allen", "brunt"):
        sky = sky_temperature(hourly_infrared(week, model))
        means[model] = float(sky.mean())
        assert -30.0 < float((sky - week.temp_air).mean()) < 0.0
    assert len({round(value, 6) for value in means.values()}) == 3  # infrared is clark_allen here
    np.testing.assert_allclose(means["infrared"], means["clark_allen"], atol=1e-9)


def test_steps_carry_the_chosen_sky_temperature(week):
    """Interpolated as irradiance, so that the long-wave energy of an hour is kept."""
    hourly = hourly_infrared(week, "berdahl_martin")
    (chosen,) = stepped(week, "temp_sky", sky_temperature="berdahl_martin")
    np.testing.assert_allclose(
        STEFAN_BOLTZMANN * (chosen + ZERO_CELSIUS) ** 4,
        0.5 * (hourly + jnp.roll(hourly, 1)),
        rtol=1e-12,
    )


def test_sky_models_differ_where_they_should(week):
    @jax.jit
    def south(given):
        models = ("perez", "perez_energyplus", "hay_davies", "isotropic")
        skies = [step_weather(given, steps_per_hour=1, sky_model=name).sky for name in models]
        return [plane_irradiance(sky, 90.0, 180.0, reflectance=0.2).total.sum() for sky in skies]

    assert len({round(float(value), 3) for value in south(week)}) == 4


def test_ground_temperature_passes_through_the_monthly_means(weather, steps):
    monthly = np.asarray(weather.ground_temperature)
    noon_of_mid_january = int(15.5 * 96)
    np.testing.assert_allclose(steps.ground_temperature[noon_of_mid_january], monthly[0], atol=2e-3)
    midnight = 0.5 * (monthly[0] + monthly[11])
    np.testing.assert_allclose(steps.ground_temperature[0], midnight, atol=2e-2)


def test_selected_days_are_those_days(weather, steps):
    part = weather.select_days(31, 7)
    assert (part.days, part.hours, part.start_day) == (7, 168, 31)
    assert part.first_weekday == (weather.first_weekday + 31) % 7
    np.testing.assert_array_equal(part.temp_air, weather.temp_air[31 * 24 : 38 * 24])
    np.testing.assert_array_equal(part.ground_temperature, weather.ground_temperature)
    (sun,) = stepped(part, "sun_direction", steps_per_hour=4)
    full = steps.sun_direction[31 * 96 : 38 * 96]
    np.testing.assert_allclose(sun, full, atol=1e-6)


@pytest.mark.parametrize(("start", "count"), [(-1, 2), (0, 0), (364, 2)])
def test_days_that_are_not_there_are_refused(weather, start, count):
    with pytest.raises(WeatherError, match="365 days"):
        weather.select_days(start, count)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sky_model": "Perez"}, "sky_model is 'Perez'; choose one of 'perez'"),
        ({"sky_temperature": "swinbank"}, "choose one of 'infrared'"),
        ({"steps_per_hour": 0}, "whole number from 1"),
    ],
)
def test_unknown_choices_are_refused(week, arguments, message):
    with pytest.raises(WeatherError, match=message):
        step_weather(week, **{"steps_per_hour": 1, **arguments})


def test_float32_in_float32_out(week):
    shapes = jax.eval_shape(
        lambda given: step_weather(given, steps_per_hour=3), week.astype(jnp.float32)
    )
    assert {leaf.dtype for leaf in jax.tree.leaves(shapes)} == {jnp.dtype("float32")}
    names = "temp_air humidity_ratio temp_sky dni ghi_ground"
    single, double = stepped(week.astype(jnp.float32), names), stepped(week, names)
    for low, full in zip(single, double, strict=True):
        np.testing.assert_allclose(low, full, rtol=2e-4, atol=2e-2)


def test_other_numbers_do_not_compile_again(week):
    traces = []

    @eqx.filter_jit
    def mean(given):
        traces.append(1)
        return step_weather(given, steps_per_hour=1, sky_model="isotropic").temp_air.mean()

    first = mean(week)
    warmer = dataclasses.replace(week, temp_air=week.temp_air + 1.0)
    np.testing.assert_allclose(mean(warmer), first + 1.0, rtol=1e-12)
    moved = dataclasses.replace(
        week, site=dataclasses.replace(week.site, latitude=week.site.latitude + 1.0)
    )
    mean(moved)
    assert len(traces) == 1
    mean(week.renamed("elsewhere"))
    assert len(traces) == 2
    mean(week.renamed("elsewhere").renamed(week.name))
    assert len(traces) == 2


def test_latitudes_can_be_mapped(week):
    @jax.jit
    @jax.vmap
    def at(latitude):
        site = dataclasses.replace(week.site, latitude=latitude)
        return step_weather(dataclasses.replace(week, site=site), steps_per_hour=1).ghi_ground

    mapped = at(jnp.asarray([-30.0, 0.0, 36.1]))
    assert mapped.shape == (3, 168)
    np.testing.assert_allclose(mapped[2], stepped(week, "ghi_ground")[0], rtol=1e-12)
    assert float(mapped[2].sum()) > float(mapped[0].sum())  # June
