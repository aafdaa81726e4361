"""`fluxion train`, `export` and `predict`: from a dataset to answers, refused in one line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from fluxion.datasets import Dataset
from fluxion.io import read_weather_file
from fluxion.simulation import MONTHS

SMALL = (
    "--members", "2", "--hidden", "8", "--tower", "8", "--storeys", "0", "--steps", "250",
    "--holdout", "0.2",
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Two zones that need heat by the month and by how leaky they are."""
    rng = np.random.default_rng(0)
    designs = rng.uniform([0.5, 18.0], [3.0, 22.0], (1, 40, 2))
    cold = np.maximum(20.0 - 15.0 * np.cos(np.arange(12) / 12 * 2 * np.pi) - 10.0, 0.0)[::-1]
    heat = designs[0, :, 0, None, None] * cold[None, :, None] * np.array([1e8, 2e8])
    digest = read_weather_file("default").provenance.sha256
    data = Dataset(
        ("window.u_factor", "heating_setpoint"), ("W/(m2 K)", "degC"), np.array([0.5, 18.0]),
        np.array([3.0, 22.0]), designs, {"monthly_heating": heat[None]}, {"monthly_heating": "J"},
        {}, np.zeros(0, int), ("default",), (digest,), ("one", "two"), MONTHS, 0, {},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("train") / "small.npz"
    data.save(path)
    return path


@pytest.fixture(scope="module")
def trained(dataset, fluxion):
    out = dataset.parent / "model"
    done = fluxion("train", dataset, "--out", out, *SMALL, "--json")
    assert done.exit_code == 0, done.output
    return out, json.loads(done.stdout)


def test_a_trained_folder_holds_model_course_and_errors(trained):
    out, report = trained
    assert {path.name for path in out.iterdir()} >= {"model.json", "params.npz", "training.csv"}
    assert report["steps"] == 250 and len(report["score"]) == 2
    assert 0 < report["held_out"]["annual_heating"]["cv_rmse"] < 1.0
    assert not (out / "states").exists()


def test_a_model_is_neither_trained_twice_nor_replaced(trained, dataset, fluxion):
    out, report = trained
    again = fluxion("train", dataset, "--out", out, *SMALL, "--json")
    assert json.loads(again.stdout)["score"] == report["score"]
    other = fluxion("train", dataset, "--out", out, *SMALL, "--seed", "7")
    assert other.exit_code == 2 and "other seed" in other.output


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_goes_on_to_the_same_numbers(dataset, tmp_path, end):
    """States of orbax in processes of their own, as users have them."""

    def begin(out):
        command = [sys.executable, "-m", "fluxion", "train", str(dataset), "--out", str(out)]
        return subprocess.Popen(
            [*command, *SMALL, "--steps", "4000"], stderr=subprocess.PIPE, text=True
        )

    whole = begin(tmp_path / "whole")
    assert whole.communicate(timeout=300) and whole.returncode == 0
    broken = begin(tmp_path / "broken")
    states = tmp_path / "broken" / "states" / "states"
    limit = time.monotonic() + 120
    while not any(path.name.isdigit() for path in states.glob("*")):
        assert broken.poll() is None and time.monotonic() < limit
        time.sleep(0.005)
    broken.send_signal(end)
    told = broken.communicate(timeout=120)[1]
    assert not (tmp_path / "broken" / "model.json").exists()
    if end is signal.SIGINT:
        assert broken.returncode == 130 and "go on with the same command" in told
        assert "Traceback" not in told
    again = begin(tmp_path / "broken")
    assert "going on from step" in again.communicate(timeout=300)[1]
    one, other = (np.load(tmp_path / name / "params.npz") for name in ("whole", "broken"))
    assert one.files == other.files
    for name in one.files:
        np.testing.assert_array_equal(one[name], other[name])
    courses = [(tmp_path / name / "training.csv").read_text() for name in ("whole", "broken")]
    assert courses[0] == courses[1]


def test_results_that_the_dataset_lacks_are_named(dataset, fluxion, tmp_path):
    done = fluxion("train", dataset, "--out", tmp_path / "m", *SMALL, "--outputs", "monthly_sun")
    assert "no monthly monthly_sun; it has monthly_heating" in done.output


def test_laws_without_their_terms_are_refused_before_training(dataset, fluxion, tmp_path):
    done = fluxion("train", dataset, "--out", tmp_path / "m", *SMALL, "--laws")
    assert done.exit_code == 2 and "are lacking among the results" in done.output
    done = fluxion("train", dataset, "--out", tmp_path / "m", "--laws", "--building", "nothing")
    assert done.exit_code == 2 and "is no building" in done.output


def test_an_exported_model_answers(trained, fluxion, tmp_path):
    pytest.importorskip("jax2onnx")
    out, _ = trained
    file = tmp_path / "small.onnx"
    assert fluxion("export", out, "-o", file).exit_code == 0
    told = json.loads(fluxion("predict", file, "--describe", "--json").stdout)
    assert told["kind"] == "ensemble" and told["climates"] == ["default"]
    low = json.loads(fluxion("predict", file, "--set", "window.u_factor=0.6", "--json").stdout)
    high = json.loads(fluxion("predict", file, "--set", "window.u_factor=2.9", "--json").stdout)
    assert sum(high["results"]["annual_heating"][0]) > sum(low["results"]["annual_heating"][0])
    designs = tmp_path / "designs.csv"
    designs.write_text("window.u_factor,heating_setpoint\n1.0,20\nx,20\n")
    broken = fluxion("predict", file, designs)
    assert "line 3: 'window.u_factor' is 'x'" in broken.output
