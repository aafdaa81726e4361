"""Results in memory and in files: values, axes, units, names, and what made them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fluxion.building import build
from fluxion.cases import ashrae140
from fluxion.errors import InputError, SimulationError
from fluxion.io import (
    building_sha256,
    default_weather,
    describe_run,
    load_results,
    read_weather_file,
    save_results,
    summarize,
    to_xarray,
    whole_file,
    write_hourly_csv,
)
from fluxion.simulation import OUTPUTS, Options, Trajectory

_HOURS = 48


@pytest.fixture(scope="module")
def weather():
    return default_weather().select_days(31, 2)


@pytest.fixture(scope="module")
def trajectory() -> Trajectory:
    """Two days of two zones in known numbers, with one result of every kind of axis."""
    structure = build(ashrae140("960")).structure
    zones, envelope, partitions, windows = structure.counts
    hour = np.arange(_HOURS, dtype=np.float64)
    values = {
        "zone_temperature": np.stack([20.0 + 0.1 * hour, 10.0 - 0.1 * hour], axis=1),
        "heating_rate": np.stack([100.0 * hour, 4700.0 - 100.0 * hour], axis=1),
        "cooling_rate": np.stack([np.zeros(_HOURS), np.full(_HOURS, 500.0)], axis=1),
        "inside_temperature": np.full((_HOURS, zones, envelope + partitions + windows), 19.0),
        "incident_solar": np.full((_HOURS, zones, envelope + windows), 7.0),
    }
    return Trajectory(structure, values, final_state=None)  # type: ignore[arg-type]


def test_summary_adds_hours_to_kilowatt_hours_and_peaks_over_zones(trajectory) -> None:
    found = summarize(trajectory)
    annual, zones = found["annual"], found["zones"]
    assert zones["back zone"]["heating_kWh"] == pytest.approx(0.1 * sum(range(48)))
    assert annual["heating_kWh"] == pytest.approx(4.7 * 48)
    assert annual["peak_heating_kW"] == pytest.approx(4.7)  # not 4.7 + 4.7: at different hours
    assert annual["cooling_kWh"] == pytest.approx(24.0)
    assert zones["sun zone"]["temperature_min_C"] == pytest.approx(5.3)
    assert zones["back zone"]["temperature_mean_C"] == pytest.approx(22.35)


def test_dataset_has_axes_units_and_names(trajectory, weather) -> None:
    dataset = to_xarray(trajectory, weather)
    for name in trajectory.values:
        assert dataset[name].attrs["units"] == OUTPUTS[name].unit
        assert dataset[name].attrs["long_name"] == OUTPUTS[name].title
    assert dataset["heating_rate"].dims == ("time", "zone")
    back = dataset["heating_rate"].sel(zone="back zone")
    assert float(back[5]) == 500.0
    names = dataset["outside_name"].sel(zone="back zone").values.tolist()
    assert "back south" not in names and names[0] != ""
    assert set(dataset["face_name"].values.ravel()) >= {"back south"}
    np.testing.assert_array_equal(dataset["ghi"], np.asarray(weather.ghi))


def test_time_stamps_fall_on_the_right_date_and_weekday(trajectory, weather) -> None:
    import pandas as pd

    stamps = pd.DatetimeIndex(to_xarray(trajectory, weather)["time"].values)
    assert (stamps[0].month, stamps[0].day, stamps[0].hour) == (2, 1, 0)
    assert (stamps[-1].day, stamps[-1].hour) == (2, 23)
    first_of_january = stamps[0] - pd.Timedelta(days=31)
    assert first_of_january.day_of_week == trajectory.structure.first_weekday


def test_saved_results_come_back_the_same(trajectory, weather, tmp_path) -> None:
    file = read_weather_file("default")
    made_by = describe_run(ashrae140("960"), file, Options(), precision=64)
    path = tmp_path / "deep" / "year.nc"
    save_results(path, trajectory, weather, made_by)
    again = load_results(path)
    assert again.identical(to_xarray(trajectory, weather, made_by))
    assert again.attrs["weather_sha256"] == file.provenance.sha256
    assert json.loads(again.attrs["options"])["steps_per_hour"] == Options().steps_per_hour
    assert [entry.name for entry in path.parent.iterdir()] == ["year.nc"]


def test_the_hash_follows_the_building_and_nothing_else() -> None:
    house = ashrae140("600")
    assert building_sha256(house) == building_sha256(ashrae140("600"))
    assert building_sha256(house) != building_sha256(house.replace(orientation=1.0))


def test_hourly_table(trajectory, weather, tmp_path) -> None:
    write_hourly_csv(tmp_path / "hourly.csv", trajectory, weather, {"source": "a test"})
    lines = (tmp_path / "hourly.csv").read_text().splitlines()
    assert lines[0] == "# source: a test"
    header = lines[1].split(",")
    assert header[:3] == ["time", "temp_air [degC]", "ghi [W/m2]"]
    assert "heating_rate sun zone [W]" in header
    assert not any("incident_solar" in name for name in header)
    row = dict(zip(header, lines[2 + 5].split(","), strict=True))
    assert row["time"].endswith("02-01T05:00")
    assert float(row["heating_rate back zone [W]"]) == 500.0
    assert len(lines) == 2 + _HOURS


def test_weather_of_another_length_and_batches_are_refused(trajectory, weather) -> None:
    with pytest.raises(SimulationError, match="24 hours"):
        to_xarray(trajectory, weather.select_days(0, 1))
    batch = {name: np.stack([value] * 2) for name, value in trajectory.values.items()}
    with pytest.raises(SimulationError, match="one building"):
        to_xarray(Trajectory(trajectory.structure, batch, None), weather)  # type: ignore[arg-type]


def test_a_write_that_breaks_leaves_the_old_file_and_no_other(tmp_path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole_file(path) as partial:
        partial.write_text("half")
        raise RuntimeError
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.txt"]
    assert path.read_text() == "old"


def test_results_that_are_none(tmp_path) -> None:
    with pytest.raises(InputError, match="there is no result file"):
        load_results(tmp_path / "year.nc")
    (tmp_path / "year.nc").write_text("no netCDF")
    with pytest.raises(InputError, match="no netCDF file of results"):
        load_results(tmp_path / "year.nc")
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="cannot be written"), whole_file(tmp_path / "taken" / "x"):
        pass
