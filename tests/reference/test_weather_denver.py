"""Denver of Standard 140: incident solar and sky temperature against the published programs.

The data are not part of the repository: they lie in `../shared/ashrae140`.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.io import read_epw
from fluxion.physics.sky import plane_irradiance
from fluxion.physics.sky_temperature import sky_temperature
from fluxion.weather import hourly_infrared, step_weather

pytestmark = pytest.mark.reference

_DATA = Path(__file__).resolve().parents[3] / "shared" / "ashrae140"
_FACES = ("horizontal", "north", "east", "south", "west")
_TILT = jnp.asarray([[0.0], [90.0], [90.0], [90.0], [90.0]])
_AZIMUTH = jnp.asarray([[0.0], [0.0], [90.0], [180.0], [270.0]])
# Computed apart from this package, with mid-hour sun and reflectance 0.2. [kWh/m2]
_COMPUTED = {
    "isotropic": (1671.0, 479.0, 1013.0, 1283.0, 921.0),
    "hay_davies": (1671.0, 398.0, 1020.0, 1323.0, 915.0),
    "perez": (1670.0, 431.0, 1057.0, 1367.0, 964.0),
}


def _rows(name):
    with (_DATA / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def denver():
    if not _DATA.is_dir():
        pytest.skip("the Standard 140 data pack is not beside the repository")
    return read_epw(_DATA / "725650TYCST.epw", dtype=float)


def _incident(weather, steps_per_hour, model):
    """Hourly means on the five faces. [W/m2]"""

    @jax.jit
    def compute(given):
        steps = step_weather(
            given, steps_per_hour=steps_per_hour, sky_model=model, ground_reflectance=0.2
        )
        planes = plane_irradiance(steps.sky, _TILT, _AZIMUTH, reflectance=steps.albedo)
        return planes.total.reshape(5, -1, steps_per_hour).mean(axis=-1)

    return np.asarray(compute(weather))


@pytest.fixture(scope="module")
def incident(denver):
    wanted = [("perez_energyplus", 1), ("perez_energyplus", 4), ("perez", 1), ("perez", 4)]
    wanted += [("hay_davies", 1), ("isotropic", 1)]
    return {key: _incident(denver, key[1], key[0]) for key in wanted}


@pytest.mark.parametrize("model", sorted(_COMPUTED))
def test_annual_incident_equals_an_independent_computation(incident, model):
    annual = incident[model, 1].sum(axis=1) / 1000.0
    np.testing.assert_allclose(annual, _COMPUTED[model], rtol=1.5e-3)


@pytest.mark.parametrize("steps_per_hour", [1, 4])
def test_annual_incident_equals_the_programs_with_a_perez_sky(incident, steps_per_hour):
    """Within 0.6 % of EnergyPlus on every face, within 1.6 % of the other two."""
    annual = incident["perez_energyplus", steps_per_hour].sum(axis=1) / 1000.0
    published = {
        (row["program"], row["output"]): float(row["value"])
        for row in _rows("reference_results.csv")
        if row["output"].startswith("incident_solar_annual")
    }
    for program, tolerance in (("EnergyPlus", 0.006), ("ESP-r", 0.016), ("TRNSYS", 0.008)):
        want = [published[program, f"incident_solar_annual_{face}"] for face in _FACES]
        np.testing.assert_allclose(annual, want, rtol=tolerance, err_msg=program)
    plain = incident["perez", steps_per_hour].sum(axis=1) / 1000.0
    want = [published["EnergyPlus", f"incident_solar_annual_{face}"] for face in _FACES]
    np.testing.assert_allclose(plain, want, rtol=0.016)
    want = [published["ESP-r", f"incident_solar_annual_{face}"] for face in _FACES]
    np.testing.assert_allclose(plain, want, rtol=0.005)


@pytest.mark.parametrize(("date", "day"), [("05-04", 123), ("07-14", 194)])
@pytest.mark.parametrize("face", ["horizontal", "south", "west"])
def test_day_profiles_follow_the_programs(incident, date, day, face):
    """Root mean square within 1 to 2.5 % of the day's peak, by program and step."""
    ours = incident["perez_energyplus", 4][_FACES.index(face), day * 24 : day * 24 + 24]
    rows = [
        row
        for row in _rows("reference_hourly.csv")
        if row["output"] == f"incident_solar_{face}" and row["date"] == date
    ]
    for program, tolerance in (("EnergyPlus", 0.025), ("ESP-r", 0.025), ("TRNSYS", 0.01)):
        profile = np.zeros(24)
        for row in rows:
            if row["program"] == program:
                profile[int(row["hour"]) - 1] = float(row["value"])
        rms = np.sqrt(np.mean((ours - profile) ** 2))
        assert rms < tolerance * profile.max(), f"{program}: {rms:.1f} W/m2"


def test_sky_temperatures_equal_the_published_series(denver):
    rows = _rows("extra/sky_temperature_8760.csv")
    for model, column, tolerance in (
        ("berdahl_martin", "tsky_bm_c", 6e-4),
        ("infrared", "tsky_epw_ir_c", 1e-2),  # the series took 5.67e-8 for the constant
    ):
        want = np.array([float(row[column]) for row in rows])
        ours = sky_temperature(hourly_infrared(denver, model))
        np.testing.assert_allclose(ours, want, atol=tolerance)
    computed = sky_temperature(hourly_infrared(denver, "clark_allen"))
    np.testing.assert_allclose(computed.mean(), -2.02, atol=0.1)  # the column was made by it


_DRIVER_PLANES = {
    "south_90": (90, 180),
    "east_90": (90, 90),
    "north_90": (90, 0),
    "west_90": (90, 270),
    "45_east_90": (90, 135),
    "45_west_90": (90, 225),
    "south_30": (30, 180),
    "east_30": (30, 90),
    "west_30": (30, 270),
}


@jax.jit
def _driver_means(weather):
    """Mean irradiance on the planes and mean humidity ratio; one compilation for all sites."""
    steps = step_weather(weather, steps_per_hour=1, sky_model="perez_energyplus")
    planes = jnp.asarray(list(_DRIVER_PLANES.values()), float)[..., None]
    received = plane_irradiance(steps.sky, planes[:, 0], planes[:, 1], reflectance=0.0)
    return received.total.mean(axis=1), steps.humidity_ratio.mean()


@pytest.mark.parametrize("case", ["WD100", "WD200", "WD400", "WD500"])
def test_weather_drivers_follow_trnsys(case, tmp_path):
    """Nine planes at four latitudes against the annual means of the field trial."""
    packed = _DATA / "extra" / "wd_weather" / f"{case}.epw.gz"
    if not packed.is_file():
        pytest.skip("the weather-driver files are not beside the repository")
    path = tmp_path / f"{case}.epw"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    total, humidity = _driver_means(read_epw(path, dtype=float).renamed(""))
    published = {
        row["output"]: float(row["value"])
        for row in _rows("extra/wd_fieldtrial_means.csv")
        if (row["case"], row["program"], row["period"]) == (case, "TRNSYS-Perez", "annual")
    }
    want = [published[f"mean_{name}_total_radiation"] for name in _DRIVER_PLANES]
    np.testing.assert_allclose(total, want, rtol=0.02)
    np.testing.assert_allclose(humidity, published["mean_humidity_ratio"], rtol=0.015)
