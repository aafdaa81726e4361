"""Datasets from the real physics: resumed to the same bits, with slopes that are slopes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr
from typer.testing import CliRunner

from fluxion.cli import app
from fluxion.datasets import OUTPUTS, read_dataset
from fluxion.errors import InputError, SimulationError
from fluxion.optimize import GradientOracle
from fluxion.sweeps import _run as sweep_loop
from fluxion.sweeps import build_job, open_store, parse_spec, read_spec, run_job
from fluxion.sweeps._chunk import Simulator, recipe_of

SPEC = """
building = "ashrae140:600"
weather = ["default", "default@warmer=2"]
samples = 8
gradients = 5
own_designs = true
days = [30, 33]
steps_per_hour = 1
warmup_days = 1
precision = 64
batch = 2
chunk = 3
[parameters]
heating_setpoint = [19, 20]
"scale.window.*.height" = [0.9, 1.1]
"""


class Made:
    """A job, one compiled simulator for all that it is asked, and the store of one go."""

    def __init__(self, folder: Path):
        self.spec = folder / "small.toml"
        self.spec.write_text(SPEC)
        self.job = build_job(read_spec(self.spec, {"outputs": list(OUTPUTS)}))
        self.simulator = Simulator(recipe_of(self.job))
        self.store = open_store(self.job, {"source": "test"})

    def run(self, **how) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sweep_loop, "Simulator", lambda _: self.simulator)
            return run_job(self.job, open_store(self.job, {"source": "test"}), **how)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    found = Made(tmp_path_factory.mktemp("dataset"))
    assert found.run() == 8
    return found


def contents(path: Path) -> dict[str, list]:
    group = zarr.open_group(str(path), mode="r")
    return {name: np.asarray(array[:]).tolist() for name, array in group.arrays()}


def test_store_is_read_as_it_was_simulated(made) -> None:
    data = read_dataset(made.store.path)
    assert data.months == ("January", "February") and data.zones == ("zone",)
    assert data.designs.shape == (2, 8, 2) and data.own_designs and data.failed == 0
    np.testing.assert_array_equal(data.designs, made.job.designs)
    assert not np.array_equal(data.designs[0], data.designs[1])
    assert set(data.values) == set(OUTPUTS)
    assert set(data.slopes) == set(OUTPUTS) - {"monthly_discomfort"}
    assert data.values["monthly_heating"].shape == (2, 8, 2, 1)
    assert data.slopes["monthly_heating"].shape == (2, 5, 2, 1, 2)
    assert list(data.sloped) == [0, 1, 2, 3, 4]
    assert list(data.low) == [19, 0.9] and data.units == ("degC", "-")
    warmer = [climate.temp_air.mean() for climate in data.weathers()]
    assert warmer[1] - warmer[0] == pytest.approx(2, abs=0.3)  # of the days that were simulated


def test_slopes_are_those_of_finite_differences(made) -> None:
    data, step = read_dataset(made.store.path), np.array([2e-4, 2e-5])
    for column in range(2):
        moved = np.repeat(data.designs[:, :1], 2, axis=1)
        moved[:, 0, column] -= step[column]
        moved[:, 1, column] += step[column]
        for name in ("monthly_heating", "monthly_cooling"):
            low, high = np.moveaxis(made.simulator.simulate(moved).values[name], 1, 0)
            np.testing.assert_allclose(
                data.slopes[name][:, 0, ..., column], (high - low) / (2 * step[column]),
                rtol=1e-3, atol=1e-3,
            )  # fmt: skip
    assert abs(data.slopes["monthly_heating"]).min() > 0


@pytest.mark.parametrize("fault", ["stopped", "unmarked", "cut"])
def test_resumed_with_slopes_is_the_same_to_the_bit(made, fault, tmp_path) -> None:
    whole = contents(made.store.path)
    kept = tmp_path / "kept.zarr"
    shutil.copytree(made.store.path, kept)
    try:
        if fault == "stopped":
            shutil.rmtree(made.store.path)
            asked = iter([False, True])
            assert made.run(stop=lambda: next(asked)) == 3
            with pytest.raises(InputError, match="holds 3 of 8 designs"):
                read_dataset(made.store.path)
            part = read_dataset(made.store.path, partial=True)
            assert part.count == 3 and list(part.sloped) == [0, 1, 2]
            again = 5
        else:
            group = zarr.open_group(str(made.store.path), mode="r+")
            slopes = made.store.path / "slope_monthly_heating" / "c"
            chunk = slopes / "0" / "1" / "0" / "0" / "0"
            if fault == "unmarked":
                group["checksum"][1] = 0  # type: ignore[index]
                group["slope_monthly_heating"][:, 3:5] = 7.0  # type: ignore[index]
            else:
                chunk.write_bytes(chunk.read_bytes()[:9])
            store = open_store(made.job, {})
            assert store.forget_broken() == (fault == "cut")
            if fault == "cut":
                group["checksum"][1] = 0  # type: ignore[index]
            again = 3
        assert made.run() == again
        assert contents(made.store.path) == whole
    finally:
        shutil.rmtree(made.store.path)
        shutil.copytree(kept, made.store.path)


def test_command_writes_one_file_of_a_finished_store(made) -> None:
    result = CliRunner().invoke(app, ["dataset", str(made.spec), "--npz", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["complete"] and report["gradients"] == 5 and report["simulated"] == 0
    file = made.spec.with_suffix(".npz")
    assert str(file) in report["files"]
    assert read_dataset(file).sha256 == read_dataset(made.store.path).sha256
    assert report["results"]["annual_discomfort"]["unit"] == "h"
    assert "best" not in report  # of designs in different weathers there is none


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gradients": 9}, ["gradients of 9", "8 samples"]),
        ({"gradients": -1}, ["gradients", "-1"]),
        ({"outputs": ["monthly_discomfort"]}, ["counts hours", "monthly_heating"]),
        ({"outputs": ["monthly_heat"]}, ["'monthly_heat'", "did you mean", "'monthly_heating'"]),
        ({"own_designs": "yes please"}, ["own_designs"]),
    ],
)
def test_spec_at_fault(changes, words) -> None:
    fields = {"building": "office", "samples": 8, "gradients": 2}
    with pytest.raises(InputError) as error:
        parse_spec({**fields, "parameters": {"orientation": [0, 9]}, **changes})
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_what_the_command_refuses(tmp_path) -> None:
    (tmp_path / "bad.toml").write_text(SPEC.replace("gradients = 5", "gradients = 50"))
    for words, said in (
        (["office"], "give a spec"),
        ([str(tmp_path / "none.toml")], "cannot be read"),
        ([str(tmp_path / "bad.toml")], "gradients of 50 designs"),
        ([str(tmp_path / "bad.toml"), "--workers", "2"], "--workers was given without --dask"),
    ):
        result = CliRunner().invoke(app, ["dataset", *words])
        assert result.exit_code == 2 and result.stdout == ""
        assert said in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_counts_have_no_slopes(made) -> None:
    with pytest.raises(SimulationError, match="monthly_discomfort counts hours"):
        GradientOracle(
            made.job.network, made.job.climates, made.job.space, results=["monthly_discomfort"]
        )
