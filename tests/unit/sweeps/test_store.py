"""Chunks are whole or not there; a store belongs to one spec; what fails is recorded."""

from __future__ import annotations

import errno
import shutil
import sys

import numpy as np
import pytest
import zarr

from fluxion.errors import InputError
from fluxion.sweeps import build_job, failures, find, open_store, open_sweep, run_job

ARRAYS = ("annual_heating", "peak_cooling", "designs", "status", "reason", "checksum")


def contents(path) -> dict[str, bytes]:
    group = zarr.open_group(str(path), mode="r")
    found = {name: np.asarray(group[name][:]) for name in ARRAYS}  # type: ignore[index]
    return {
        name: "\n".join(values).encode() if name == "reason" else values.tobytes()
        for name, values in found.items()
    }


def begin(spec, **changes):
    job = build_job(spec(**changes))
    return job, open_store(job, {"source": "test"})


def test_stopped_and_resumed_is_the_same_as_in_one_go(quick, spec, after, tmp_path) -> None:
    job, store = begin(spec)
    assert run_job(job, store) == 50
    whole = contents(store.path)
    shutil.rmtree(store.path)
    job, store = begin(spec)
    assert run_job(job, store, stop=after(2)) == 16
    assert store.designs_done() == 16
    job, store = begin(spec)
    assert store.forget_broken() == 0
    told: list[int] = []
    assert run_job(job, store, progress=told.append) == 34
    assert told == [8, 16, 24, 32, 34]  # the last chunk holds two designs
    assert contents(store.path) == whole
    assert run_job(job, store) == 0


def test_a_spec_without_a_batch_goes_on_in_those_of_its_store(quick, spec, after) -> None:
    job, store = begin(spec)  # in batches of 4
    run_job(job, store, stop=after(2))
    job, store = begin(spec, batch=None)
    assert (job.batch, store.job.batch) == (64, 4)
    assert store.designs_done() == 16 and store.job.identity == store.group.attrs["fluxion_sweep"]
    assert run_job(job, store) == 34
    with pytest.raises(InputError, match="batch: 4 there, 64 here"):
        begin(spec, batch=64)
    _, other = begin(spec, batch=None, store=f"{store.path}.other")
    assert other.job.batch == 64


def test_a_store_goes_on_with_the_kernel_that_it_was_begun_with(quick, spec, after, monkeypatch):
    """One chunk by another kernel would differ in its last digits from the others."""
    with monkeypatch.context() as patched:
        patched.setattr("fluxion.fused._llvm.find_spec", lambda name: None)
        job, store = begin(spec)
        assert job.kernel == "scan" and "kernel" not in job.identity
        run_job(job, store, stop=after(2))
    pytest.importorskip("llvmlite")
    job, store = begin(spec)
    assert (job.kernel, store.job.kernel) == ("native", "scan")
    assert store.designs_done() == 16 and run_job(job, store) == 34
    with pytest.raises(InputError, match=r"\(samples: 50 there, 60 here\)"):
        begin(spec, samples=60)


def test_a_native_store_is_refused_where_its_compiler_is_missing(quick, spec, after, monkeypatch):
    pytest.importorskip("llvmlite")
    job, store = begin(spec)
    assert store.job.identity["kernel"] == "native"
    run_job(job, store, stop=after(2))
    monkeypatch.setattr("fluxion.fused._llvm.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    job, store = begin(spec)
    assert (job.kernel, store.job.kernel) == ("scan", "native")
    with pytest.raises(InputError, match="begun with kernel='native'.*'fluxion-bem.native.'") as no:
        run_job(job, store)
    assert "\n" not in str(no.value)


@pytest.mark.parametrize("array", ["annual_heating", "designs", "reason"])
@pytest.mark.parametrize("fault", ["lost", "cut", "changed"])
def test_a_chunk_that_is_not_what_was_written_is_simulated_again(quick, spec, array, fault) -> None:
    job, store = begin(spec)
    run_job(job, store)
    whole = contents(store.path)
    chunk = {"annual_heating": "0/1/0", "designs": "1/0", "reason": "1"}[array]
    path = store.path / array / "c" / chunk
    data = path.read_bytes()
    if fault == "lost":
        path.unlink()
    elif fault == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        path.write_bytes((store.path / array / "c" / chunk.replace("1", "2")).read_bytes())
    job, store = begin(spec)
    assert store.forget_broken() == 1
    run_job(job, store)
    assert contents(store.path) == whole


def test_a_half_written_chunk_without_its_mark_is_simulated_again(quick, spec, after) -> None:
    job, store = begin(spec)
    run_job(job, store, stop=after(3))
    store.group["annual_heating"][:, store.rows(4)] = 7.0
    job, store = begin(spec)
    assert store.done() == [0, 1, 2]
    run_job(job, store)
    assert not np.any(np.asarray(store.group["annual_heating"][:]) == 7.0)


def test_failures_are_recorded_by_index_and_reason(quick, spec) -> None:
    job, store = begin(spec)
    run_job(job, store)
    cold = np.flatnonzero(job.designs[:, 0] < 18.5)
    found = list(failures(store))
    assert [index for index, _, _ in found] == list(cold) and len(cold) > 2
    assert {reason for _, reason, _ in found} == {"too cold"}
    np.testing.assert_array_equal(np.stack([row for *_, row in found]), job.designs[cold])
    findings = find(job, store)
    np.testing.assert_array_equal(findings.failed, cold)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(findings.totals["peak_heating"])), cold)


def test_the_store_opens_as_a_dataset(quick, spec, after, tmp_path) -> None:
    (tmp_path / "second.csv").write_bytes(_default_weather_bytes())
    job, store = begin(spec, weather=["default", str(tmp_path / "second.csv")])
    run_job(job, store, stop=after(1))
    with open_sweep(store.path) as data:
        assert data["annual_heating"].dims == ("weather", "design", "zone")
        assert data["annual_heating"].attrs["units"] == "J"
        assert data["annual_heating"].dtype == np.float32
        assert list(data["parameter"].values) == ["heating_setpoint", "orientation"]
        assert list(data["unit"].values) == ["degC", "deg"]
        np.testing.assert_array_equal(data["designs"][:8], job.designs[:8])
        assert np.isnan(data["designs"][8:]).all()
        assert set(data["status"].values[8:]) == {0}
        assert data.attrs["source"] == "test"
        assert len(data.attrs["fluxion_sweep"]["weather_sha256"]) == 2
    with pytest.raises(InputError, match="no store of a sweep"):
        open_sweep(tmp_path / "none.zarr")


def _default_weather_bytes() -> bytes:
    from fluxion.io import resolve_weather

    return resolve_weather("default").read_bytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 7}, ["seed: 0 there, 7 here"]),
        ({"samples": 60}, ["samples: 50 there, 60 here"]),
        ({"parameters": {"orientation": [0, 90]}}, ["parameters: [['heating_setpoint'"]),
        ({"building": "ashrae140:900"}, ["building: ASHRAE 140 case 600 there"]),
        ({"steps_per_hour": 4, "precision": 64}, ["steps_per_hour: 2 there, 4 here", "precision"]),
    ],
)
def test_another_spec_is_refused(quick, spec, after, changes, words) -> None:
    job, store = begin(spec)
    run_job(job, store, stop=after(1))
    before = contents(store.path)
    with pytest.raises(InputError, match="made from another spec") as error:
        begin(spec, **changes)
    assert "\n" not in str(error.value) and "sha256" not in str(error.value)
    for word in words:
        assert word in str(error.value)
    assert contents(store.path) == before


def test_a_store_that_holds_nothing_yet_is_made_anew(quick, spec) -> None:
    begin(spec)
    job, store = begin(spec, seed=7)
    assert run_job(job, store) == 50


def test_a_folder_that_is_no_store_is_left_alone(spec, tmp_path) -> None:
    (tmp_path / "s.zarr").mkdir()
    (tmp_path / "s.zarr" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="no store of a sweep"):
        begin(spec)
    assert (tmp_path / "s.zarr" / "letter.txt").read_text() == "dear"


def test_a_folder_that_cannot_be_written(spec, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written .*folder that is writable"):
        begin(spec, store=str(tmp_path / "file" / "s.zarr"))


@pytest.mark.parametrize("writes", range(10, 16))
def test_a_full_disk_keeps_what_was_written(quick, spec, monkeypatch, writes) -> None:
    job, store = begin(spec)
    real, count = zarr.storage.LocalStore.set, 0

    async def full(self, *args, **kwargs):
        nonlocal count
        count += 1
        if count > writes:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await real(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(zarr.storage.LocalStore, "set", full)
        with pytest.raises(InputError, match="No space left on device") as error:
            run_job(job, store)
    kept = store.designs_done()
    assert kept in (8, 16) and f"{kept} designs are kept" in str(error.value)
    job, store = begin(spec)
    assert store.designs_done() == kept and store.forget_broken() == 0
    assert run_job(job, store) == 50 - kept
