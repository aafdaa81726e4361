"""Features of months are what a plain look at the weather gives."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import InputError, WeatherError
from fluxion.io import read_weather_file
from fluxion.surrogates import CLIMATE_FEATURES, climate_features

NAMES = [name for name, _ in CLIMATE_FEATURES]


@pytest.fixture(scope="module")
def year():
    weather = fx.default_weather()
    return weather, np.asarray(jax.jit(climate_features)(weather))


def test_features_of_february(year):
    weather, found = year
    assert found.shape == (12, len(NAMES))
    row = dict(zip(NAMES, found[1], strict=True))
    hours = slice(31 * 24, 59 * 24)
    temperature = np.asarray(weather.temp_air)[hours]
    days = temperature.reshape(28, 24)
    np.testing.assert_allclose(row["temperature"], temperature.mean())
    np.testing.assert_allclose(row["temperature_by_day"], days[:, 8:18].mean())
    np.testing.assert_allclose(
        row["temperature_before"], np.asarray(weather.temp_air)[: 31 * 24].mean()
    )
    np.testing.assert_allclose(row["daily_range"], np.ptp(days, axis=1).mean())
    np.testing.assert_allclose(row["coldest_day"], days.mean(axis=1).min())
    np.testing.assert_allclose(row["cold_below_12"], np.maximum(12 - temperature, 0).mean())
    np.testing.assert_allclose(row["ghi"], np.asarray(weather.ghi)[hours].mean())
    assert row["hours"] == 28 * 24
    work = [d for d in range(28) if (weather.first_weekday + 31 + d) % 7 < 5]
    np.testing.assert_allclose(row["coldest_morning"], days[work, 5:9].mean(axis=1).min())
    np.testing.assert_allclose(row["warmest_afternoon"], days[work, 13:18].mean(axis=1).max())
    three = [temperature[24 * d : 24 * (d + 3)].mean() for d in range(26)]
    np.testing.assert_allclose(row["coldest_three_days"], min(three))
    coldest = int(days.mean(axis=1).argmin())
    wind = np.asarray(weather.wind_speed)[hours].reshape(28, 24)
    np.testing.assert_allclose(row["wind_on_coldest_day"], wind[coldest].mean())
    # January follows December, and the sun stands in the south.
    np.testing.assert_allclose(found[0][2], found[11][0])
    assert row["sun_on_south"] > row["sun_on_east"] > row["sun_on_north"] > 0


def test_the_coldest_start_of_a_month_is_one_day_with_the_days_before_it(year):
    weather, found = year
    days = np.asarray(weather.temp_air).reshape(365, 24)
    morning, daily = days[:, 5:8].mean(axis=1), days.mean(axis=1)
    work = (weather.first_weekday + np.arange(365)) % 7
    for month, (first, end) in {1: (31, 59), 0: (0, 31)}.items():
        row = dict(zip(NAMES, found[month], strict=True))
        for head, asked in (("", work < 5), ("_after_a_day_off", work == 0)):
            told = [
                row[f"{what}_coldest_start{head}"]
                for what in ("morning_of", "three_days_before", "week_before", "sun_before")
            ]
            each = [d for d in range(first, end) if asked[d]]
            of = {
                d: (morning[d], np.mean(np.take(daily, range(d - 3, d), mode="wrap")),
                    np.mean(np.take(daily, range(d - 7, d), mode="wrap")))
                for d in each
            }  # fmt: skip
            picked = min(each, key=lambda d: np.abs(np.array(of[d]) - told[:3]).max())
            np.testing.assert_allclose(told[:3], of[picked])
            felt = {d: of[d][0] + 0.5 * (of[d][1] + of[d][2]) for d in each}
            # Sun before a day is worth at most some kelvin.
            assert felt[picked] < min(felt.values()) + 0.1 * told[3] + 1e-6
            assert 0 < told[3] < 200


def test_features_are_given_by_name_as_a_model_takes_them(year):
    weather, found = year
    names = ("ghi", "week_before_coldest_start")
    few = climate_features(weather, names)
    np.testing.assert_allclose(few, found[:, [NAMES.index(name) for name in names]], rtol=1e-6)
    with pytest.raises(InputError, match="no feature snow"):
        climate_features(weather, ("ghi", "snow"))
    short = climate_features(weather.select_days(4, 2))  # a weekend, or not: any day will do
    assert np.isfinite(short).all()


def test_slopes_reach_the_weather(year):
    weather = year[0].select_days(29, 4)  # of two months
    slope = jax.jit(jax.grad(lambda w: climate_features(w).sum()))(weather)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(slope))
    assert np.abs(slope.temp_air).max() > 0 and np.abs(slope.dni).max() > 0


def test_a_morphed_weather_is_shifted_and_stretched(year):
    weather, _ = year
    same = read_weather_file("default@warmer=0").weather
    np.testing.assert_allclose(same.temp_air, weather.temp_air, atol=1e-12)
    file = read_weather_file("default@warmer=2,seasons=0.5,swing=0.8,sunnier=0.9")
    mild = file.weather
    change = np.asarray(mild.temp_air - weather.temp_air)
    np.testing.assert_allclose(change.mean(), 2.0, atol=1e-9)
    before = np.asarray(weather.temp_air).reshape(365, 24)
    after = np.asarray(mild.temp_air).reshape(365, 24)
    departures = [days - days.mean(axis=1, keepdims=True) for days in (before, after)]
    np.testing.assert_allclose(departures[1], 0.8 * departures[0], atol=1e-9)
    assert after[:31].mean() > before[:31].mean() + 3.0  # the winter is nearer to the year's mean
    np.testing.assert_allclose(mild.ghi, 0.9 * weather.ghi)
    assert (np.asarray(mild.temp_dew) <= np.asarray(mild.temp_air) + 1e-9).all()
    rough = read_weather_file("default@days=1.5").weather.temp_air
    rougher = np.asarray(rough).reshape(365, 24)
    np.testing.assert_allclose(rougher - rougher.mean(axis=1, keepdims=True), departures[0])
    daily = [days.mean(axis=1) for days in (before, rougher)]
    grown = np.polyfit(daily[0] - _smooth(daily[0]), daily[1] - _smooth(daily[0]), 1)[0]
    assert grown == pytest.approx(1.5, abs=1e-9)
    assert file.provenance.sha256 != read_weather_file("default").provenance.sha256


def _smooth(daily):
    around = np.concatenate([daily[-15:], daily, daily[:15]])
    return np.convolve(around, np.ones(31) / 31, mode="valid")


@pytest.mark.parametrize("changes", ["hotter=3", "warmer=x", "warmer=99", "seasons"])
def test_changes_that_mean_nothing_are_refused(changes):
    with pytest.raises(WeatherError, match="warmer|seasons"):
        read_weather_file(f"default@{changes}")
