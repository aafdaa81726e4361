"""EPW reader: values, units, hours and gaps of a small synthetic file, and every refusal."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import WeatherError
from fluxion.io import read_epw, read_epw_file, read_weather
from fluxion.io._weather_sun import sun_coordinates

_DAYS = 28
_LAST = "1/28"
# Field numbers of an EPW row.
_DRY, _DEW, _HUMIDITY, _PRESSURE, _INFRARED, _GHI, _DNI, _DHI = 6, 7, 8, 9, 12, 13, 14, 15
_DIRECTION, _SPEED, _TOTAL, _OPAQUE, _CEILING, _ALBEDO = 20, 21, 22, 23, 25, 32


@pytest.fixture(scope="module")
def clear_january() -> list[list[str]]:
    """Rows of 28 clear days at 40 N, 105 W, 1600 m."""
    place = dict(latitude=40.0, longitude=-105.0, elevation=1600.0, utc_offset=-7.0)
    declination, equation, _ = sun_coordinates(**place, start_day=0, days=_DAYS, leap_year=False)
    hour = np.arange(_DAYS * 24) % 24
    turn = np.deg2rad(15.0 * (hour + 0.5 - 12.0) + equation / 4.0)
    phi, dec = np.deg2rad(40.0), np.deg2rad(declination)
    height = np.sin(phi) * np.sin(dec) + np.cos(phi) * np.cos(dec) * np.cos(turn)
    dni = np.where(height > 0.0, 900.0 * np.maximum(height, 0.0) ** 0.3, 0.0)
    dhi = np.where(height > 0.0, 60.0, 0.0)
    rows = []
    for index in range(_DAYS * 24):
        row = ["2001", "1", str(index // 24 + 1), str(index % 24 + 1), "0", "?"] + ["0"] * 29
        row[_DRY], row[_DEW], row[_HUMIDITY] = f"{index % 24 - 8:.1f}", "-10.0", "60"
        row[_PRESSURE], row[_INFRARED] = "83500", "230"
        row[_GHI] = f"{dni[index] * max(height[index], 0.0) + dhi[index]:.1f}"
        row[_DNI], row[_DHI] = f"{dni[index]:.1f}", f"{dhi[index]:.1f}"
        row[_DIRECTION], row[_SPEED] = "350", "3.0"
        row[_TOTAL], row[_OPAQUE], row[_CEILING], row[_ALBEDO] = "6", "4", "77777", "0.150"
        rows.append(row)
    return rows


@pytest.fixture
def rows(clear_january):
    """A copy that a test may spoil."""
    return [list(row) for row in clear_january]


_HEADER = (
    "LOCATION,Test Town,CO,USA,Synthetic,000000,{latitude},{longitude},{zone},{elevation}",
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,2,2.0,,,,"
    + ",".join(["9"] * 12)
    + ",.5,,,,"
    + ",".join(map(str, range(1, 13))),
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,none",
    "COMMENTS 2,none",
    "DATA PERIODS,1,{records},Data,{weekday},{start},{end}",
)


@pytest.fixture
def write(tmp_path):
    def write(rows, name="town.epw", header=_HEADER, **given) -> Path:
        values = dict(latitude=40.0, longitude=-105.0, zone=-7.0, elevation=1600.0)
        values |= dict(records=1, weekday="Tuesday", start="1/1", end=_LAST) | given
        lines = [line.format(**values) for line in header]
        path = tmp_path / name
        path.write_text("\r\n".join([*lines, *(",".join(row) for row in rows)]) + "\r\n")
        return path

    return write


def test_values_units_place_and_calendar(rows, write):
    rows[5][_DRY], rows[7][_TOTAL], rows[9][_CEILING] = "-1.5", "10", "1200"
    file = read_epw_file(write(rows), dtype=jnp.float32)
    weather = file.weather
    assert weather.temp_air.dtype == jnp.float32
    assert (weather.days, weather.hours, weather.name) == (_DAYS, _DAYS * 24, "Test Town")
    assert (weather.start_day, weather.first_weekday, weather.leap_year) == (0, 1, False)
    site = [float(value) for value in (weather.site.latitude, weather.site.utc_offset)]
    assert site == [40.0, -7.0]
    assert float(weather.temp_air[5]) == -1.5  # the hour labelled 6
    assert float(weather.pressure[0]) == 83_500.0
    np.testing.assert_allclose(weather.total_sky_cover[6:8], [0.6, 1.0], rtol=1e-6)
    np.testing.assert_allclose(weather.ceiling_height[8:10], [77_777.0, 1200.0])
    np.testing.assert_allclose(weather.albedo, 0.15, rtol=1e-6)
    np.testing.assert_allclose(weather.ground_temperature, np.arange(1.0, 13.0))  # of 0.5 m
    assert file.provenance.notes == ()
    assert file.provenance.format == "epw" and len(file.provenance.sha256) == 64
    assert "Test Town" in file.provenance.station
    np.testing.assert_array_equal(
        read_weather(file.provenance.path).dni, read_epw(file.provenance.path).dni
    )


def test_short_gaps_are_filled_and_noted(rows, write):
    for hour, field, code in (
        (30, _DRY, "99.9"),
        (31, _DRY, "99.9"),
        (40, _DEW, "99.9"),
        (50, _PRESSURE, "999999"),
        (60, _SPEED, "999"),
        (70, _DIRECTION, "999"),
        (80, _INFRARED, "9999"),
        (82, _OPAQUE, "99"),
        (84, _CEILING, "99999"),
        (86, _ALBEDO, "999.000"),
        (60, _DHI, "9999"),
        (2, _GHI, "9999"),
    ):
        rows[hour][field] = code
    rows[69][_DIRECTION], rows[71][_DIRECTION] = "340", "20"
    file = read_epw_file(write(rows), dtype=float)
    weather = file.weather
    np.testing.assert_allclose(weather.temp_air[29:33], [-3.0, -2.0, -1.0, 0.0])
    np.testing.assert_allclose(weather.temp_dew[40], 0.96, atol=0.3)  # 8 degC at 60 %
    np.testing.assert_allclose(weather.wind_direction[70], 0.0, atol=1e-9)
    np.testing.assert_allclose(weather.dhi[60], 60.0, atol=6.0)  # from the other two
    assert float(weather.ghi[2]) == 0.0
    assert 150.0 < float(weather.horizontal_infrared[80]) < 350.0
    assert float(weather.albedo[86]) == 0.2 and float(weather.ceiling_height[84]) > 22_000.0
    noted = {note.partition(":")[0] for note in file.provenance.notes}
    assert noted >= {"temp_air", "temp_dew", "pressure", "wind_speed", "wind_direction", "dhi"}
    assert noted >= {"horizontal_infrared", "opaque_sky_cover", "albedo"}


def test_a_column_of_pressure_or_infrared_may_be_absent(rows, write):
    for row in rows:
        row[_PRESSURE], row[_INFRARED] = "999999", "9999"
    file = read_epw_file(write(rows), dtype=float)
    np.testing.assert_allclose(file.weather.pressure, 83_523.0, rtol=1e-3)
    assert any(note.startswith("pressure: no column") for note in file.provenance.notes)
    assert any("672 missing hours by the Clark and Allen" in n for n in file.provenance.notes)


def test_rows_of_older_files_end_before_albedo(rows, write):
    weather = read_epw(write([row[:32] for row in rows]), dtype=float)
    np.testing.assert_array_equal(weather.albedo, 0.2)


def test_dates_by_month_name_and_a_year_that_starts_elsewhere(rows, write):
    for row in rows:
        row[1] = "3"
    weather = read_epw(write(rows, start="1-Mar", end="Mar 28", weekday="Friday"), dtype=float)
    assert (weather.start_day, weather.first_weekday) == (59, 4)


def test_leap_day_is_part_of_the_calendar(rows, write):
    for row in rows:
        row[0], row[1] = "2004", "2"
    extra = [["2004", "2", "29", *row[3:]] for row in rows[:24]]
    weather = read_epw(write([*rows, *extra], start="2/1", end="2/29"), dtype=float)
    assert weather.leap_year and weather.days == 29 and weather.start_day == 31
    assert weather.days_in_year == 366


def _set(field, value, where=slice(None)):
    def spoil(rows):
        for row in rows[where]:
            row[field] = value(row[field]) if callable(value) else value

    return spoil


def _times(field, factor, offset=0.0):
    return _set(field, lambda text: f"{float(text) * factor + offset:.1f}")


def _swap(rows):
    rows[100], rows[101] = rows[101], rows[100]


def _repeat(rows):
    rows.insert(50, list(rows[49]))


def _zero_based(rows):
    for row in rows:
        row[3] = str(int(row[3]) - 1)


_SPOILED = {
    "cut off": (lambda rows: rows.__delitem__(slice(600, None)), "holds 600 hours.*672.*line 608"),
    "rows swapped": (_swap, "line 109 is .* hour 6 where .* hour 5 is due; rows are"),
    "row repeated": (_repeat, "line 59 is .* hour 2 where .* hour 3 is due"),
    "hours from 0": (_zero_based, "line 9 .*hour 0 .*run from 1 to 24"),
    "a row too many": (lambda r: r.append(["2001", "1", "29", "1", *r[0][4:]]), "line 681 follows"),
    "too few fields": (lambda rows: rows[3].__delitem__(slice(20, None)), "line 12 has 20 fields"),
    "nan": (_set(_DRY, "nan", slice(10, 11)), "line 19 has 'nan' as temp_air"),
    "no number": (_set(_SPEED, "calm", slice(4, 5)), "line 13 has 'calm' as wind_speed"),
    "long gap": (_set(_DRY, "99.9", slice(20, 28)), "temp_air is missing for 8 hours from line 29"),
    "no sun": (_set(_DNI, "9999", slice(8, 16)), None),
    "no sun at all": (
        lambda rows: [_set(field, "9999")(rows) for field in (_GHI, _DNI, _DHI)],
        "(ghi|dni|dhi) is missing for",
    ),
    "degF": (_times(_DRY, 1.8, 60.0), "temp_air has the median .*degF"),
    "kelvin": (_times(_DRY, 1.0, 273.15), "temp_air has the median .*looks like K"),
    "fraction": (_times(_HUMIDITY, 0.01), "looks like a fraction"),
    "kPa": (_times(_PRESSURE, 0.001), "looks like kPa"),
    "hPa": (_times(_PRESSURE, 0.01), "looks like hPa"),
    "sea level pressure": (_set(_PRESSURE, "101300"), "elevation 1600 m.*not reduced"),
    "kJ/m2": (_times(_GHI, 3.6), "looks like kJ/m2"),
    "kJ/m2 beam": (_times(_DNI, 3.6), "dni exceeds .*kJ/m2"),
    "negative sun": (_set(_DHI, "-5", slice(12, 13)), "line 21 has dhi -5"),
    "dew above air": (_times(_DEW, 1.0, 30.0), "temp_dew is far above temp_air"),
    "cover in percent": (_times(_TOTAL, 10.0), "total_sky_cover 6 "),
    "storm": (_set(_SPEED, "300", slice(7, 8)), "line 16 has wind_speed 300"),
}


@pytest.mark.parametrize("fault", sorted(_SPOILED))
def test_a_spoiled_file_is_refused_in_one_clear_line(rows, write, fault):
    spoil, message = _SPOILED[fault]
    spoil(rows)
    path = write(rows)
    if message is None:
        read_epw(path)
        return
    with pytest.raises(WeatherError, match=message) as caught:
        read_epw(path)
    assert str(caught.value).startswith("town.epw: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"latitude": 95.0}, "latitude is 95"),
        ({"longitude": 254.0}, "longitude is 254"),
        ({"longitude": 105.0}, "time zone -7 h does not belong to longitude 105"),
        ({"zone": "west"}, "line 1 has 'west' as time zone"),
        ({"zone": -8.0}, "centred .* h from solar noon"),
        ({"elevation": 16000.0}, "elevation is 16000"),
        ({"records": 4}, "holds 4 records an hour"),
        ({"weekday": "Someday"}, "starts on 'Someday'"),
        ({"end": "31"}, "has the date '31'"),
        ({"end": "1/31"}, "holds 672 hours, its header promises 744"),
        ({"header": ("Date (MM/DD/YYYY),Time (HH:MM)",)}, "no EPW file"),
    ],
)
def test_a_header_at_fault_is_refused(rows, write, header, message):
    with pytest.raises(WeatherError, match=message):
        read_epw(write(rows, **header))


def test_absent_and_binary_files_are_refused(tmp_path):
    with pytest.raises(WeatherError, match=r"nowhere\.epw: cannot be read"):
        read_epw(tmp_path / "nowhere.epw")
    path = tmp_path / "picture.epw"
    path.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(WeatherError, match="no EPW file"):
        read_epw(path)
    path.write_bytes(b"")
    with pytest.raises(WeatherError, match="no EPW file"):
        read_epw(path)
