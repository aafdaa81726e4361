"""TMY3 reader on the station file that pvlib installs."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import WeatherError
from fluxion.io import default_weather, read_tmy3, read_tmy3_file, read_weather
from fluxion.io._weather_store import default_weather_path


@pytest.fixture(scope="module")
def greensboro():
    return read_tmy3_file(default_weather_path(), dtype=float)


def test_rows_values_and_units(greensboro):
    weather = greensboro.weather
    assert (weather.hours, weather.start_day, weather.leap_year) == (8760, 0, False)
    # Row 12 is stamped 13:00: what the file has there, read by eye.
    assert float(weather.temp_air[12]) == 11.7
    assert float(weather.ghi[12]) == 155.0
    assert float(weather.pressure[12]) == 99_200.0
    assert float(weather.wind_direction[12]) == 250.0
    assert float(weather.temp_air[-1]) == 2.2
    np.testing.assert_allclose(weather.opaque_sky_cover[12], 1.0)
    site = weather.site
    np.testing.assert_allclose(
        [site.latitude, site.longitude, site.elevation, site.utc_offset],
        [36.1, -79.95, 273.0, -5.0],
    )


def test_what_the_file_lacks_is_computed_and_said(greensboro):
    notes = " | ".join(greensboro.provenance.notes)
    assert "horizontal_infrared: 8760 missing hours by the Clark and Allen model" in notes
    assert "albedo" in notes and "ground_temperature" in notes
    weather = greensboro.weather
    infrared = weather.horizontal_infrared
    assert 150.0 < float(infrared.min()) < 320.0 < float(infrared.mean()) < 370.0
    ground = np.asarray(weather.ground_temperature)
    np.testing.assert_allclose(ground.mean(), weather.temp_air.mean(), atol=0.1)
    assert ground.argmin() in (1, 2) and ground.argmax() in (7, 8)  # lags behind the air


def test_sun_and_radiation_share_their_clock(greensboro):
    """The extraterrestrial sun is up whenever the file has beam, and the declination is right."""
    weather = greensboro.weather
    np.testing.assert_allclose(weather.solar_declination.max(), 23.44, atol=0.01)
    np.testing.assert_allclose(weather.solar_declination.min(), -23.44, atol=0.01)
    assert -14.5 < float(weather.equation_of_time.min()) < -14.0
    assert 16.2 < float(weather.equation_of_time.max()) < 16.7
    assert 1320.0 < float(weather.dni_extra.min()) < float(weather.dni_extra.max()) < 1415.0


def test_default_weather_is_read_once_for_each_precision(greensboro):
    assert default_weather(dtype=jnp.float32) is default_weather(dtype=np.float32)
    np.testing.assert_array_equal(read_weather("default").dni, greensboro.weather.dni)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda lines: lines[:5000], "holds 4998 hours, a TMY3 year has 8760"),
        (lambda lines: [*lines[:9], *lines[10:]], "line 10 is 01/01 09:00 where 01/01 08:00"),
        (lambda lines: ["a,b", "1,2"], "is not a TMY3 station file"),
    ],
)
def test_a_spoiled_file_is_refused(tmp_path, spoil, message):
    lines = default_weather_path().read_text().splitlines()
    path = tmp_path / "spoiled.csv"
    path.write_text("\n".join(spoil(lines)) + "\n")
    with pytest.raises(WeatherError, match=message):
        read_tmy3(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(WeatherError, match="cannot be read"):
        read_tmy3(tmp_path / "nowhere.csv")
