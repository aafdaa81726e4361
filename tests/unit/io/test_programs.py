"""Programs of simulations in files: found again, and never an old one for a new question."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion
from fluxion.building import build_for
from fluxion.cases import ashrae140
from fluxion.errors import FluxionError, NonFiniteError, SimulationError
from fluxion.io import _program_key, _programs, default_weather, stored_simulation
from fluxion.io._program_key import SOURCES, program_key, sources_sha256
from fluxion.io._programs import _inputs, _kept_program
from fluxion.simulation import Controls, Options, simulate

PACKAGE = Path(fluxion.__file__).parent
_QUICK = {"steps_per_hour": 1, "warmup_days": 0}

_PROCESS = """
import json, sys
import jax
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_compilation_cache_dir", sys.argv[2] or None)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
from fluxion.building import build_for
from fluxion.cases import ashrae140
from fluxion.io import _programs, default_weather, stored_simulation

if sys.argv[3] == "found":
    _programs.simulate = None  # a process that finds the program need not trace
weather = default_weather().select_days(10, 2)
network = build_for(ashrae140("600"), weather, dtype="float64")
year = stored_simulation(sys.argv[1], network, weather, steps_per_hour=1, warmup_days=0)
found = year(network, weather)
print(json.dumps({name: found[name].tolist() for name in year.outputs}))
"""


@pytest.fixture(scope="module")
def two_days():
    weather = default_weather().select_days(10, 2)
    return build_for(ashrae140("600"), weather, dtype="float64"), weather


@pytest.fixture(scope="module")
def stored(two_days, tmp_path_factory):
    """A simulation and the folder with its program."""
    folder = tmp_path_factory.mktemp("programs") / "new"
    return stored_simulation(folder, *two_days, **_QUICK), folder


def same(found, wanted) -> None:
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-9)


def test_the_result_is_that_of_simulate(stored, two_days) -> None:
    year, folder = stored
    assert [path.suffix for path in folder.iterdir()] == [".program"]
    wanted = simulate(*two_days, **_QUICK)
    same(year(*two_days), wanted)
    assert year(*two_days).structure.zones == ("zone",)


def test_other_numbers_run_in_the_same_program(stored, two_days, monkeypatch) -> None:
    year, _ = stored
    network, weather = two_days
    warmer = jax.tree.map(lambda leaf: leaf, weather)
    object.__setattr__(warmer, "temp_air", weather.temp_air + 30.0)
    wanted = simulate(network, warmer, **_QUICK)
    monkeypatch.setattr(_programs, "simulate", None)
    same(year(network, warmer), wanted)
    assert float(wanted.annual_cooling[0]) > float(year(network, weather).annual_cooling[0])


def test_a_later_process_finds_the_program_and_gives_the_same_numbers(
    pytestconfig, stored, two_days
) -> None:
    year, folder = stored
    compiled = str(pytestconfig.cache.mkdir("jax-compiled")) if pytestconfig.cache else ""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    # JAX's settings of this process and of the other one are equal but for its caches.
    done = subprocess.run(
        [sys.executable, "-c", _PROCESS, folder, compiled, "found"],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    here = year(*two_days)
    for name, values in json.loads(done.stdout.splitlines()[-1]).items():
        np.testing.assert_allclose(values, here[name], rtol=1e-12, atol=1e-9)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_process_that_cannot_write_runs_all_the_same(pytestconfig, tmp_path) -> None:
    """Nothing can be written below a file, whoever asks."""
    (tmp_path / "file").write_text("no folder")
    compiled = str(pytestconfig.cache.mkdir("jax-compiled")) if pytestconfig.cache else ""
    done = subprocess.run(
        [sys.executable, "-c", _PROCESS, tmp_path / "file" / "below", compiled, "anew"],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout.splitlines()[-1])["heating_rate"]) == 48
    assert (tmp_path / "file").read_text() == "no folder"


def test_a_spoilt_file_is_made_anew(stored, two_days, tmp_path) -> None:
    year, folder = stored
    (whole,) = folder.iterdir()
    spoilt = tmp_path / whole.name
    spoilt.write_bytes(whole.read_bytes()[:-1])
    same(stored_simulation(tmp_path, *two_days, **_QUICK)(*two_days), year(*two_days))
    assert _programs._read(spoilt) is not None


@pytest.fixture
def doubled(monkeypatch):
    """A small function, what it is given, and a list as long as it was written down often."""
    export, written = jax.export.export, []

    def counted(function):
        written.append(1)
        return export(function)

    monkeypatch.setattr(jax.export, "export", counted)
    return lambda x: {"values": 2.0 * x}, [jnp.arange(3.0)], written


def test_a_program_is_written_once(doubled, tmp_path) -> None:
    function, leaves, written = doubled
    for _ in range(3):
        found = _kept_program(tmp_path / "a.program", function, leaves)(*leaves)
        np.testing.assert_array_equal(found["values"], [0.0, 2.0, 4.0])
    assert len(written) == 1


@pytest.mark.parametrize("fault", ["empty", "cut", "changed", "foreign", "of other shapes"])
def test_whatever_is_in_the_file_the_program_runs(doubled, tmp_path, fault) -> None:
    function, leaves, written = doubled
    path = tmp_path / "a.program"
    _kept_program(path, function, leaves)
    whole = path.read_bytes()
    if fault == "of other shapes":
        _kept_program(tmp_path / "b.program", function, [jnp.arange(4.0)])
        path.write_bytes((tmp_path / "b.program").read_bytes())
    else:
        changed = whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
        path.write_bytes(
            {"empty": b"", "cut": whole[:-7], "changed": changed, "foreign": b"PK" * 99}[fault]
        )
    count = len(written)
    found = _kept_program(path, function, leaves)(*leaves)
    np.testing.assert_array_equal(found["values"], [0.0, 2.0, 4.0])
    assert len(written) == count + 1
    _kept_program(path, function, leaves)
    assert len(written) == count + 1  # written anew, whole
    assert {each.name for each in tmp_path.iterdir()} <= {"a.program", "b.program"}


def test_a_disk_that_takes_nothing_costs_only_time(doubled, tmp_path, monkeypatch) -> None:
    function, leaves, written = doubled

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    for count in (1, 2):
        found = _kept_program(tmp_path / "a.program", function, leaves)(*leaves)
        np.testing.assert_array_equal(found["values"], [0.0, 2.0, 4.0])
        assert len(written) == count
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_down_runs_all_the_same(tmp_path) -> None:
    def function(x):
        return jax.pure_callback(lambda x: np.asarray(2.0 * x), x, x)

    found = _kept_program(tmp_path / "a.program", function, [jnp.arange(3.0)])
    np.testing.assert_array_equal(found(jnp.arange(3.0)), [0.0, 2.0, 4.0])
    assert list(tmp_path.iterdir()) == []


def test_the_folder_keeps_those_used_last(doubled, tmp_path, monkeypatch) -> None:
    function, leaves, _ = doubled
    monkeypatch.setattr(_programs, "MOST_KEPT", 2)
    for age, name in ((30, "a"), (20, "b")):
        _kept_program(tmp_path / f"{name}.program", function, leaves)
        at = (tmp_path / f"{name}.program").stat().st_mtime - age
        os.utime(tmp_path / f"{name}.program", (at, at))
    _kept_program(tmp_path / "a.program", function, leaves)
    _kept_program(tmp_path / "c.program", function, leaves)
    assert {path.name for path in tmp_path.iterdir()} == {"a.program", "c.program"}


def test_a_change_of_the_source_is_another_program(tmp_path) -> None:
    for part in SOURCES:
        if (PACKAGE / part).is_dir():
            skipped = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PACKAGE / part, tmp_path / part, ignore=skipped)
        else:
            (tmp_path / part).parent.mkdir(exist_ok=True)
            shutil.copy(PACKAGE / part, tmp_path / part)
    known = sources_sha256(PACKAGE)
    assert sources_sha256(tmp_path) == known
    module = tmp_path / "physics" / "sky.py"
    module.write_text(module.read_text() + "\n")
    assert sources_sha256(tmp_path) != known
    (tmp_path / "units.py").unlink()
    assert sources_sha256(tmp_path) == ""


def test_sources_are_all_that_a_simulation_loads() -> None:
    code = "import json, sys, fluxion.simulation; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    loaded = [name.split(".")[1:] for name in json.loads(done.stdout) if "fluxion." in name]
    known = {source.removesuffix(".py") for source in SOURCES}
    assert {parts[0] for parts in loaded} - known <= {"_version"}


def test_whatever_makes_another_program_makes_another_key(two_days, monkeypatch) -> None:
    network, weather = two_days
    outputs, options = ("heating_rate",), Options(**_QUICK)

    def key(network=network, weather=weather, controls=None, outputs=outputs, options=options):
        tree, leaves = _inputs(network, weather, controls or Controls(), None)
        return program_key(tree, leaves, outputs, options)

    known = key()
    assert known == key() == key(weather=weather.renamed("elsewhere"))
    longer = default_weather().select_days(10, 3)
    heavy = build_for(ashrae140("960"), weather, dtype="float64")
    single = build_for(ashrae140("600"), weather, dtype="float32")
    found = [
        known,
        key(weather=longer),
        key(weather=default_weather().select_days(11, 2)),
        key(network=heavy),
        key(network=single),
        key(controls=Controls(heat_flow=np.zeros((48, 1)))),
        key(outputs=("cooling_rate",)),
        key(options=Options(**_QUICK, sky_model="isotropic")),
    ]
    with jax.default_matmul_precision("highest"):
        found.append(key())
    with monkeypatch.context() as patch:
        patch.setenv("XLA_FLAGS", "--xla_another=1")
        found.append(key())
    with monkeypatch.context() as patch:
        patch.setattr(_program_key, "__version__", "another")
        found.append(key())
    with monkeypatch.context() as patch:
        patch.setattr(_program_key.importlib.metadata, "version", lambda name: "another")
        found.append(key())
    with monkeypatch.context() as patch:
        patch.setattr(_program_key, "sources_sha256", lambda folder: "another")
        found.append(key())
    assert len(set(found)) == len(found)
    assert known == key()
    monkeypatch.setattr(_program_key, "sources_sha256", lambda folder: "")
    assert key() is None  # who cannot tell keeps nothing


def test_traced_inputs_and_those_of_another_kind_go_to_simulate(
    stored, two_days, monkeypatch
) -> None:
    year, _ = stored
    network, weather = two_days
    asked = []

    def instead(*_, **settings):
        asked.append(settings["options"])
        return jnp.zeros(())

    monkeypatch.setattr(_programs, "simulate", instead)
    jax.make_jaxpr(lambda network: year(network, weather))(network)
    year(network, default_weather().select_days(10, 3))
    year(network, weather, Controls(heat_flow=np.zeros((48, 1))))
    jax.make_jaxpr(lambda n: stored_simulation(None, n, weather, **_QUICK)(n, weather))(network)
    assert asked == [Options(**_QUICK)] * 4


def test_errors_are_those_of_simulate(stored, two_days, tmp_path) -> None:
    year, _ = stored
    network, weather = two_days
    broken = jax.tree.map(lambda leaf: leaf, weather)
    object.__setattr__(broken, "temp_air", weather.temp_air.at[30].set(jnp.nan))
    with pytest.raises(NonFiniteError, match="zone 'zone' from hour") as raised:
        year(network, broken)
    with pytest.raises(NonFiniteError) as wanted:
        simulate(network, broken, **_QUICK)
    assert str(raised.value) == str(wanted.value)
    assert year(network, broken, throw=False).failures()
    for settings in ({"outputs": ("warmth",)}, {"steps": 3}, {"sky_model": "purple"}):
        with pytest.raises(FluxionError) as raised:
            stored_simulation(tmp_path, network, weather, **settings)
        with pytest.raises(FluxionError) as wanted:
            simulate(network, weather, **settings)
        assert str(raised.value) == str(wanted.value)
    with pytest.raises(SimulationError, match="both options and"):
        stored_simulation(tmp_path, network, weather, options=Options(), modes=2)
    with pytest.raises(SimulationError, match="shape"):
        year(network, weather, Controls(heat_flow=np.zeros((3, 1))))
    assert list(tmp_path.iterdir()) == []
