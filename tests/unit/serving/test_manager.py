"""Answers of a served model, batches of any size, and what is refused."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from fluxion.errors import FluxionError, InputError
from fluxion.serving import (
    DistributedSurrogateManager,
    FallbackWarning,
    InferenceBackend,
    OutsideTrainingWarning,
    SurrogateManager,
    seal,
)

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def manager(model_path) -> SurrogateManager:
    return SurrogateManager(model_path, chunk=100)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1000])
def test_batches_of_any_size_give_what_numpy_gives(hand, manager, designs, count) -> None:
    rows = designs(count)
    found = manager.predict(rows, "north")
    wanted = hand.expected(rows, np.array(hand.CLIMATES["north"]))
    assert len(found) == count and found.periods == hand.MONTHS
    np.testing.assert_allclose(found["monthly_heating"], wanted[..., :2], rtol=1e-5, atol=1e4)
    np.testing.assert_allclose(found["annual_heating"], wanted[..., :2].sum(1), rtol=1e-5, atol=1e4)
    np.testing.assert_allclose(found["peak_heating"], wanted[..., 2:].max(1), rtol=1e-5, atol=1e-2)
    assert found.units["annual_heating"] == "J" and found.parts["peak_heating"] == (
        "south",
        "north",
    )
    assert not found.outside.any() and found.std == {} and found.lower == {}


def test_columns_by_name_one_row_and_climates_as_arrays(manager, designs) -> None:
    rows = designs(5)
    whole = manager.predict(rows, "south").values
    named = manager.predict({"area": rows[:, 1], "u_factor": rows[:, 0]}, [[25.0]] * 12).values
    one = manager.predict(rows[2], "south").values
    for name in whole:
        np.testing.assert_array_equal(named[name], whole[name])
        np.testing.assert_allclose(one[name], whole[name][2:3], rtol=1e-6)
    same_area = manager.predict({"u_factor": rows[:, 0], "area": 2.0}, "south")
    assert len(same_area) == 5


def test_loads_alone_leave_out_the_months(manager, designs) -> None:
    loads = manager.predict_loads_batched(designs(250), "south")
    assert set(loads) == {"annual_heating", "peak_heating"}
    whole = manager.predict(designs(250), "south")
    np.testing.assert_array_equal(loads["annual_heating"], whole["annual_heating"])


@pytest.mark.parametrize(
    ("given", "climate", "said"),
    [
        (np.ones((3, 3)), "south", r"\(3, 3\).*2 numbers: u_factor, area"),
        (np.ones((2, 2, 2)), "south", "rows of 2"),
        ([["a", "b"]], "south", "no number"),
        ({"u_factor": [1.0], "areas": [2.0]}, "south", "unknown: 'areas'; missing: 'area'"),
        ({"u_factor": [1.0, 1.0], "area": [2.0] * 3}, "south", "different lengths"),
        (np.ones((1, 2)), None, "needs a climate; it knows north, south"),
        (np.ones((1, 2)), "east", "no climate 'east'; it knows north, south"),
        (np.ones((1, 2)), np.ones((12, 2)), r"shape \(12, 2\).*\(12, 1\): temperature"),
        (np.ones((1, 2)), np.full((12, 1), np.nan), "climate holds NaN"),
    ],
)
def test_bad_input_is_told_what_was_wanted(manager, given, climate, said) -> None:
    with pytest.raises(InputError, match=said):
        manager.predict(given, climate)


def test_rows_that_are_not_finite_are_named(manager, designs) -> None:
    rows = designs(200)
    rows[[7, 150], [0, 1]] = np.nan, np.inf
    with pytest.raises(InputError, match=r"2 of 200 rows .*rows 7, 150, counted from 0"):
        manager.predict(rows, "south")


def test_inputs_outside_the_training_are_flagged_and_named(manager, designs) -> None:
    rows = designs(10)
    rows[4, 1], rows[5, 0] = 9.5, 3.0 + 1e-9
    with pytest.warns(OutsideTrainingWarning, match=r"1 of 10 rows .*: area \(1\)"):
        found = manager.predict(rows, "south")
    assert np.argwhere(found.outside).tolist() == [[4, 1]]
    with pytest.warns(OutsideTrainingWarning, match="climate .* in temperature"):
        assert manager.predict(designs(1), [[31.0]] * 12).outside_climate == ("temperature",)


def test_doubt_is_scaled_and_widened_by_the_calibration(hand, tmp_path, designs) -> None:
    path = tmp_path / "doubt.onnx"
    quantile = [[2.0 + month, 1.0, 1.0, 1.0] for month in range(12)]
    told = {"level": 0.9, "normalised": True, "quantile": quantile, "least_std": [0.0, 9.0, 0, 0]}
    told |= {"reduced_quantile": [20.0, 1.0, 1.0, 1.0], "nonnegative": ["annual_heating"]}
    path.write_bytes(seal(hand.graph_bytes(True), hand.metadata(kind="ensemble", conformal=told)))
    found = SurrogateManager(path).predict(designs(3), "south")
    mean, std = found["monthly_heating"], found.std["monthly_heating"]
    np.testing.assert_allclose(std, (mean - [0.0, 1e8]) * 0.1, rtol=1e-4, atol=50.0)
    widest = np.stack([(2.0 + np.arange(12)) * std[..., 0], np.full_like(mean[..., 1], 27e9)], -1)
    np.testing.assert_allclose(found.upper["monthly_heating"], mean + widest, rtol=1e-5)
    lower = found.lower["monthly_heating"]
    np.testing.assert_allclose(lower, mean - widest, rtol=1e-4, atol=1e4)
    np.testing.assert_allclose(found.std["annual_heating"], std.sum(1), rtol=1e-4, atol=1e3)
    year = found["annual_heating"]
    assert (found.lower["annual_heating"][:, 0] == 0.0).all()
    np.testing.assert_allclose(found.upper["annual_heating"][:, 0], 3.0 * year[:, 0], rtol=1e-5)
    assert found.level == 0.9 and set(found.upper) == set(found.values)


def test_intervals_follow_months_have_a_least_width_and_stop_at_none(
    hand, tmp_path, designs
) -> None:
    path = tmp_path / "doubt.onnx"
    quantile = np.linspace(1.0, 60.0, 48).reshape(12, 4)
    conformal = {
        "level": 0.9, "normalised": True, "quantile": quantile.tolist(),
        "least_std": [0.0, 1e3, 0.0, 0.0], "nonnegative": ["monthly_heating"],
    }  # fmt: skip
    path.write_bytes(
        seal(hand.graph_bytes(True), hand.metadata(kind="ensemble", conformal=conformal))
    )
    manager = SurrogateManager(path)
    found = manager.predict(designs(3), "south")
    mean, std = found["monthly_heating"], found.std["monthly_heating"].copy()
    std[..., 1] = np.maximum(std[..., 1], 1e3 * manager.signature.scales()[1])
    half = quantile[:, :2] * std
    np.testing.assert_allclose(found.upper["monthly_heating"], mean + half, rtol=1e-5)
    lower = np.maximum(mean - half, 0.0)
    np.testing.assert_allclose(found.lower["monthly_heating"], lower, rtol=1e-3, atol=1e3)
    assert (lower == 0).any() and (std[..., 1] > found.std["monthly_heating"][..., 1]).any()


def test_sessions_share_a_batch_and_give_the_same(model_path, manager, designs) -> None:
    rows, seen = designs(1234), []
    many = DistributedSurrogateManager(model_path, sessions=3, chunk=100)
    found = many.evaluate_population_distributed(
        rows, "north", progress=lambda done, of: seen.append((done, of))
    )
    alone = manager.predict(rows, "north")
    for name, values in alone.values.items():
        np.testing.assert_array_equal(found[name], values)
    assert seen[-1] == (1234, 1234) and len(seen) == 13 and len(many.managers) == 3


def test_a_failure_in_one_session_ends_all(model_path, designs) -> None:
    many = DistributedSurrogateManager(model_path, sessions=2, chunk=10)

    def stop(done: int, of: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        many.evaluate_population_distributed(designs(1000), "north", progress=stop)
    for given in ({"sessions": 0}, {"sessions": 1, "backends": ["cpu"]}, {"chunk": 0}):
        with pytest.raises(InputError):
            DistributedSurrogateManager(model_path, **given)


def test_a_device_that_is_not_there(model_path) -> None:
    import onnxruntime

    if InferenceBackend.CUDA.value in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    with pytest.warns(
        FallbackWarning, match="runs on CPU because CUDA is not there.*onnxruntime-gpu"
    ):
        manager = SurrogateManager(model_path, "cuda:1")
    assert manager.fell_back and manager.provider is InferenceBackend.CPU
    assert manager.predict([[1.0, 2.0]], "south").provider is InferenceBackend.CPU
    with pytest.raises(InputError, match="does not run on CUDA.*leave out strict"):
        SurrogateManager(model_path, InferenceBackend.CUDA, strict=True)
    with pytest.raises(InputError, match="no backend; take one of cpu, cuda"):
        SurrogateManager(model_path, "tpu")


def test_two_distributions_of_the_runtime_are_refused(model_path, monkeypatch) -> None:
    from fluxion.serving import _backend

    monkeypatch.setattr(_backend, "_installed", lambda name: name != "onnxruntime-directml")
    with pytest.raises(InputError, match="both installed.*pip uninstall"):
        SurrogateManager(model_path)


def test_time_that_is_over_ends_a_run(manager, designs) -> None:
    from fluxion.serving._manager import _Limit

    with pytest.raises(InputError, match="more than 0"):
        manager.predict(designs(1), "south", timeout=0.0)
    slow = lambda done, of: time.sleep(0.02)  # noqa: E731
    with pytest.raises(FluxionError, match=r"did not end within 0\.05 s"):
        manager.predict(designs(2000), "south", timeout=0.05, progress=slow)
    with _Limit(30.0):
        running = threading.active_count()
    assert threading.active_count() <= running


def test_it_does_not_pickle_and_describes_itself(manager) -> None:
    with pytest.raises(TypeError, match="give its path"):
        pickle.dumps(manager)
    told = manager.describe()
    assert told["inputs"]["design"]["area"] == {"unit": "m2", "low": 1.0, "high": 9.0}
    assert told["climates"] == ["north", "south"] and told["provider"] == "cpu"
    assert manager.columns == ("u_factor", "area")


def test_serving_loads_neither_jax_nor_onnx(model_path) -> None:
    code = (
        "import sys; from fluxion.serving import SurrogateManager as S\n"
        f"S({str(model_path)!r}).predict([[1.0, 2.0]], 'south')\n"
        "print([n for n in ('jax', 'onnx', 'scipy', 'equinox', 'jaxtyping') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
