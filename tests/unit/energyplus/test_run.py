"""The real engine: results, cache, batches, and every way in which a run can fail."""

from __future__ import annotations

import copy
import dataclasses
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import fluxion.energyplus._run as run_module
from fluxion import energyplus
from fluxion.building import build
from fluxion.cases import ashrae140, office
from fluxion.energyplus import EngineError, Settings, find_engine, read_results, run, run_many
from fluxion.energyplus import _engine as engine_module
from fluxion.energyplus._labels import labels_of
from fluxion.energyplus._results import _slots
from fluxion.errors import BuildingError, InputError, MissingExtraError, WeatherError
from fluxion.simulation import BALANCE, OUTPUTS, simulate

pytest.importorskip("xarray", reason="results need xarray (extra 'energyplus')")
pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")

DAYS = Settings(steps_per_hour=4, start_day=14, days=2, warmup_days=2)
FEW = dataclasses.replace(DAYS, outputs=("zone_temperature", "heating_rate", "cooling_rate"))


@pytest.fixture(scope="module")
def done(engine, weather):
    """Two winter days of the sunspace: a partition, two zones, one of which floats."""
    return run(ashrae140("960"), weather, settings=DAYS, cache=False)


@pytest.fixture
def started(monkeypatch):
    """The engine's starts, counted."""
    counted, real = [], run_module.run_engine

    def count(*args, **kwargs):
        counted.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr(run_module, "run_engine", count)
    return counted


def test_the_dataset_is_that_of_our_own_simulations(done) -> None:
    results = done.results
    reported = set(OUTPUTS) - {"partition_rate"}  # which the engine has no variable for
    assert reported <= set(results.data_vars)
    for name in reported:
        assert results[name].dims == ("time", *OUTPUTS[name].axes)
        assert results[name].attrs["units"] == OUTPUTS[name].unit
    assert list(results["zone"].values) == ["back zone", "sun zone"]
    network = build(ashrae140("960"))
    assert results["face_name"].values.tolist() == [list(n) for n in network.structure.face_names]
    assert str(results["time"].values[0]) == "2006-01-15T00:00:00.000000000"
    assert results.sizes["time"] == 48


def test_values_are_the_engines(done) -> None:
    results = done.results
    heat, cold = (results[f"{kind}_rate"].sel(zone="back zone") for kind in ("heating", "cooling"))
    air = results["zone_temperature"].sel(zone="back zone")
    assert float(heat.max()) > 500.0
    np.testing.assert_allclose(air.where(heat > 10.0).min(), 20.0, atol=0.01)
    np.testing.assert_array_equal(results["heating_rate"].sel(zone="sun zone"), 0.0)
    assert float(np.abs(heat * cold).max()) == 0.0
    incident = results["incident_solar"].values[:, 1]
    names = results["outside_name"].values[1].tolist()
    assert incident[:, names.index("sun south")].max() > 300.0
    np.testing.assert_array_equal(incident[:, names.index("sun floor")], 0.0)
    assert results["transmitted_solar"].sel(zone="sun zone").max() > 2000.0
    np.testing.assert_array_equal(results["transmitted_solar"].sel(zone="back zone"), 0.0)
    np.testing.assert_array_less(results["zone_temperature"], 40.0)


def test_the_balance_of_the_air_is_the_engines(done, weather) -> None:
    """Term by term; the largest flows are 900 W. Measured within 5 W after a long warm-up, within
    12 W after the short one here, as the walls' starts differ."""
    left = sum(sign * done.results[f"{name}_rate"].values for name, sign in BALANCE.items())
    np.testing.assert_allclose(left[:, 0], 0.0, atol=0.05)
    assert np.sqrt(np.mean(left[:, 1] ** 2)) < 3.0  # afloat, its storage is a difference of steps
    network = build(ashrae140("960"), first_weekday=weather.first_weekday)
    names = tuple(f"{name}_rate" for name in BALANCE)
    near = weather.select_days(4, 12)  # ten days of warm-up of ours, two that both give
    ours = simulate(network, near, outputs=names, warmup_days=0)
    for name in names:
        apart = np.asarray(ours[name])[-48:] - done.results[name].values
        assert np.sqrt(np.mean(apart**2)) < 20.0, name


def test_the_wall_between_two_zones_has_a_face_in_each(done) -> None:
    names = done.results["face_name"].values.tolist()
    inside = done.results["inside_temperature"].values
    back, sun = (inside[:, zone, row.index("back south")] for zone, row in enumerate(names))
    assert np.isfinite(back).all()
    assert np.abs(back - sun).max() > 1.0
    padding = np.array([[name == "" for name in row] for row in names])
    np.testing.assert_array_equal(np.isnan(inside).all(axis=0), padding)


def test_summary_is_that_of_the_dataset(done) -> None:
    summary, results = done.summary(), done.results
    heat = results["heating_rate"].values
    assert set(summary["zones"]) == {"back zone", "sun zone"}
    np.testing.assert_allclose(summary["annual"]["heating_kWh"], heat.sum() / 1000.0)
    np.testing.assert_allclose(
        summary["annual"]["peak_heating_kW"], heat.sum(axis=1).max() / 1000.0
    )
    np.testing.assert_allclose(
        summary["zones"]["sun zone"]["temperature_min_C"],
        results["zone_temperature"].sel(zone="sun zone").min(),
    )


def test_faces_stand_in_the_order_of_a_network(weather) -> None:
    building = office()
    rows = _slots(labels_of(building).zones, "face")
    names = tuple(tuple(name for name, _ in row) for row in rows)
    assert names == build(building).structure.face_names


def test_what_is_at_hand_is_not_run_again(engine, weather, cache, started, tmp_path) -> None:
    first = run(ashrae140("600"), weather, settings=FEW)
    again = run(ashrae140("600"), weather, settings=FEW, out=tmp_path / "out")
    assert len(started) == 1
    assert (first.cached, again.cached) == (False, True)
    assert again.seconds == 0.0
    assert first.results.equals(again.results)
    odd = (tmp_path / "out").rename(tmp_path / "ou t#%20?")
    from_file = read_results(odd / "eplusout.sql", ashrae140("600"))
    assert from_file["heating_rate"].equals(again.results["heating_rate"])
    assert read_results(odd)["zone"].values.tolist() == ["zone"]
    run(ashrae140("600"), weather, settings=dataclasses.replace(FEW, steps_per_hour=6))
    other = dataclasses.replace(weather, temp_air=weather.temp_air + 1.0)
    warmer = run(ashrae140("600"), other, settings=FEW)
    assert len(started) == 3
    assert float(warmer.results["heating_rate"].sum()) < float(first.results["heating_rate"].sum())


def test_a_damaged_result_is_run_again(engine, weather, cache, started) -> None:
    first = run(ashrae140("600"), weather, settings=FEW)
    (first.folder / "eplusout.sql").write_bytes(b"no database")
    assert run(ashrae140("600"), weather, settings=FEW).results.equals(first.results)
    (first.folder / "eplusout.end").unlink()
    assert run(ashrae140("600"), weather, settings=FEW).results.equals(first.results)
    assert len(started) == 3


def test_a_batch_goes_on_where_it_stopped(engine, weather, cache, started) -> None:
    bad = ashrae140("600")
    bad = bad.replace(
        zones=(bad.zones[0].replace(beam_to="all"),)  # which the engine cannot express
    )
    models = [ashrae140("600"), ashrae140("610"), bad, ashrae140("620")]
    with pytest.raises(BuildingError, match="model 2 of the batch: .*beam_to"):
        run_many(models, weather, settings=FEW, workers=1)
    before = len(started)
    heard = []
    runs = run_many(
        models,
        weather,
        settings=FEW,
        workers=2,
        throw=False,
        progress=lambda *counts: heard.append(counts),
    )
    # The two that were finished are at hand; a third may have been ended on its way.
    assert before in (2, 3)
    assert len(started) == before + 1
    assert isinstance(runs[2], BuildingError)
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for number, name in ((0, "600"), (1, "610"), (3, "620")):
        alone = run(ashrae140(name), weather, settings=FEW)
        assert alone.cached
        assert runs[number].results.equals(alone.results)
    with pytest.raises(InputError, match="0 workers"):
        run_many(models, weather, workers=0)


def model_of(weather, **settings):
    return energyplus.export(
        ashrae140("900"), weather=weather, settings=dataclasses.replace(FEW, **settings)
    )


def test_a_severe_error_is_said_in_the_engines_words(engine, weather, cache, tmp_path) -> None:
    model = model_of(weather)
    model["BuildingSurface:Detailed"]["south"]["construction_name"] = "nothing"
    with pytest.raises(EngineError, match='SOUTH", invalid construction_name="NOTHING"'):
        run(model, weather, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_warm_up_that_does_not_converge_is_no_result(engine, weather) -> None:
    model = model_of(weather)
    model["Building"]["building"] |= {
        "maximum_number_of_warmup_days": 1,
        "minimum_number_of_warmup_days": 1,
    }
    with pytest.raises(EngineError, match="warm-up did not converge.*1 warmup days"):
        run(model, weather, cache=False)


def test_a_weather_that_the_engine_rejects(engine, weather) -> None:
    model = model_of(weather)  # 13 to 16 January
    with pytest.raises(WeatherError, match="rejects this weather file.*not within Data Period"):
        run(model, weather.select_days(40, 5), cache=False)


def test_a_weather_that_is_none(engine, tmp_path) -> None:
    path = tmp_path / "bad.epw"
    path.write_text("LOCATION,nowhere\n")
    with pytest.raises(WeatherError, match="bad.epw"):
        run(ashrae140("600"), path)
    with pytest.raises(WeatherError, match="neither a file nor a known name"):
        run(ashrae140("600"), tmp_path / "absent.epw")


def test_time_runs_out(engine, weather, cache) -> None:
    started = time.monotonic()
    with pytest.raises(EngineError, match="ended after 0.05 s; give a longer timeout"):
        run(model_of(weather), weather, timeout=0.05)
    assert time.monotonic() - started < 10.0
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_an_engine_that_crashes(engine, weather, monkeypatch) -> None:
    script = "import os; print('dying', flush=True); os.abort()"
    broken = dataclasses.replace(engine, command=(sys.executable, "-c", script), schema=None)
    monkeypatch.setattr(run_module, "find_engine", lambda: broken)
    with pytest.raises(EngineError, match="left no reason: .*dying"):
        run(model_of(weather), weather, cache=False)
    gone = dataclasses.replace(engine, command=("/no/such/engine",), schema=None)
    monkeypatch.setattr(run_module, "find_engine", lambda: gone)
    with pytest.raises(EngineError, match=f"cannot be started.*{engine.package}"):
        run(model_of(weather), weather, cache=False)


def test_a_run_that_is_stopped(engine, weather) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(EngineError, match="stopped"):
        run(model_of(weather), weather, cache=False, stop=stop)


def test_progress_is_told(engine, weather) -> None:
    heard = []
    run(ashrae140("600"), weather, settings=FEW, cache=False, progress=heard.append)
    assert heard[0] == "checking the model"
    assert "EnergyPlus is warming up" in heard
    assert heard[-1] == "reading the results"


def test_without_the_engine_there_is_a_line_to_install_it(monkeypatch, weather) -> None:
    monkeypatch.setattr(engine_module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(run_module, "find_engine", find_engine.__wrapped__)
    with pytest.raises(MissingExtraError, match=r"pip install 'fluxion-bem\[energyplus\]'"):
        run(ashrae140("600"), weather)
    assert "Zone" in energyplus.export(ashrae140("600"))  # which needs no engine


def test_results_that_are_none(tmp_path) -> None:
    with pytest.raises(InputError, match="no result file"):
        read_results(tmp_path / "eplusout.sql")
    (tmp_path / "eplusout.sql").write_bytes(b"something else")
    with pytest.raises(InputError, match="no result file of EnergyPlus"):
        read_results(tmp_path)


def test_a_model_from_elsewhere_keeps_its_own_names(engine, weather) -> None:
    model = copy.deepcopy(model_of(weather))
    found = run(model, weather, cache=False)
    assert found.results["zone"].values.tolist() == ["zone"]
    assert found.summary()["annual"]["heating_kWh"] > 0.0
    with pytest.raises(InputError, match="give them to export"):
        run(model, weather, settings=FEW)
    named = run(ashrae140("900"), weather, settings=FEW, cache=False)
    np.testing.assert_array_equal(found.results["heating_rate"], named.results["heating_rate"])


def test_a_summary_needs_its_results(engine, weather) -> None:
    only = dataclasses.replace(FEW, outputs=("zone_temperature",))
    found = run(ashrae140("600"), weather, settings=only, cache=False)
    with pytest.raises(InputError, match="heating_rate is not among the results"):
        found.summary()


def test_a_leap_year_has_its_29_february(engine, weather) -> None:
    cut = 59 * 24
    longer = {
        field.name: np.concatenate([values[:cut], values[cut - 24 : cut], values[cut:]])
        for field in dataclasses.fields(weather)
        if np.shape(values := getattr(weather, field.name)) == (8760,)
    }
    leap = dataclasses.replace(weather, **longer, leap_year=True)
    settings = dataclasses.replace(FEW, start_day=57, days=4)
    stamps = run(ashrae140("600"), leap, settings=settings, cache=False).results["time"].values
    days = np.unique(stamps.astype("datetime64[D]")).astype(str)
    assert [day[5:] for day in days] == ["02-27", "02-28", "02-29", "03-01"]


@pytest.mark.slow
def test_an_interrupted_batch_ends_its_engines(engine, tmp_path) -> None:
    script = tmp_path / "batch.py"
    script.write_text(
        "import os, sys\n"
        "import platformdirs\n"
        "platformdirs.user_cache_dir = lambda *_, **__: sys.argv[1]\n"
        "from fluxion import energyplus, io\n"
        "from fluxion.cases import ashrae140\n"
        "year = io.default_weather()\n"
        "slow = energyplus.Settings(steps_per_hour=60)\n"
        "print('ready', flush=True)\n"
        "energyplus.run_many([ashrae140('600'), ashrae140('900')], year, settings=slow)\n"
    )
    batch = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with batch.stdout:
        assert batch.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 30.0
        while not list(tmp_path.rglob("in.epw")) and time.monotonic() < deadline:
            time.sleep(0.05)
        batch.send_signal(signal.SIGINT)
        assert batch.wait(timeout=30.0) != 0
    assert [path for path in tmp_path.rglob("eplusout*")] == []


@pytest.fixture
def client():
    """Of a Dask cluster of two worker threads in this process."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as found,
    ):  # fmt: skip
        yield found


def test_a_batch_on_a_cluster_is_the_same(engine, weather, cache, started, client) -> None:
    bad = ashrae140("600")
    bad = bad.replace(zones=(bad.zones[0].replace(beam_to="all"),))
    models = [ashrae140("600"), bad, ashrae140("900")]
    heard = []
    runs = run_many(
        models, weather, settings=FEW, throw=False, client=client,
        progress=lambda *counts: heard.append(counts),
    )  # fmt: skip
    assert len(started) == 2 and heard == [(1, 3), (2, 3), (3, 3)]
    assert isinstance(runs[1], BuildingError)
    for number, name in ((0, "600"), (2, "900")):
        alone = run(ashrae140(name), weather, settings=FEW)
        assert alone.cached and runs[number].results.equals(alone.results)
    with pytest.raises(BuildingError, match="model 1 of the batch: .*beam_to"):
        run_many(models, weather, settings=FEW, client=client)


def test_a_batch_on_a_cluster_that_is_called_off_ends_its_engines(
    engine, weather, cache, started, client
) -> None:
    long = dataclasses.replace(FEW, days=360, start_day=1, steps_per_hour=60)
    bad = ashrae140("600")
    bad = bad.replace(zones=(bad.zones[0].replace(beam_to="all"),))
    begun = time.monotonic()
    with pytest.raises(BuildingError, match="model 1"):
        run_many([ashrae140("600"), bad], weather, settings=long, client=client)
    while any(client.call_stack().values()) and time.monotonic() - begun < 20.0:
        time.sleep(0.1)
    assert time.monotonic() - begun < 20.0
    assert not list(cache.rglob("eplusout.sql"))
