"""What the command line sets before JAX starts, and when it leaves things alone."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from fluxion.cli import _environment


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """As in a process in which JAX is not loaded, with a cache of its own."""
    # A copy, so that nothing which is set or taken away here outlives the test.
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for name in ("XLA_FLAGS", "JAX_COMPILATION_CACHE_DIR", "FLUXION_TUNE"):
        os.environ.pop(name, None)
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "7")
    monkeypatch.delitem(sys.modules, "jax")
    monkeypatch.setattr(_environment, "cache_folder", lambda: tmp_path / "fluxion" / "compiled")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(_environment, "accepted_flags", lambda: _environment.XLA_FLAGS)
    return tmp_path


def test_sets_flags_and_cache(fresh) -> None:
    assert _environment.prepare()
    assert os.environ["XLA_FLAGS"] == " ".join(_environment.XLA_FLAGS)
    assert os.environ["JAX_COMPILATION_CACHE_DIR"].startswith(str(fresh))
    assert os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] == "7"


def test_keeps_what_the_user_set(fresh, monkeypatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_a=1 --xla_cpu_prefer_vector_width=256")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "mine")
    _environment.prepare()
    given, _, added = os.environ["XLA_FLAGS"].partition(" --xla_backend")
    assert given == "--xla_a=1 --xla_cpu_prefer_vector_width=256"
    assert added.startswith("_extra_options=") and "vector_width" not in added
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == "mine"


@pytest.mark.parametrize("reason", ["switch", "refused", "processor", "too late"])
def test_leaves_flags_alone(fresh, monkeypatch, reason) -> None:
    if reason == "switch":
        monkeypatch.setenv("FLUXION_TUNE", "off")
    elif reason == "refused":
        monkeypatch.setattr(_environment, "accepted_flags", lambda: ())
    elif reason == "processor":
        monkeypatch.setattr(platform, "machine", lambda: "arm64")
    else:
        monkeypatch.setitem(sys.modules, "jax", SimpleNamespace())
    _environment.prepare()
    assert "XLA_FLAGS" not in os.environ


def test_loading_spares_the_collector_in_a_fresh_process_only(fresh, monkeypatch) -> None:
    frozen = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    with _environment.loading():
        assert not gc.isenabled()
    assert gc.isenabled() and frozen == [1]
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace())
    with _environment.loading():
        assert gc.isenabled()
    assert frozen == [1]


@pytest.mark.parametrize(
    ("kept", "folder", "wanted"),
    [
        (True, "here", Path("here/traced")),
        (False, "here", None),
        (True, None, None),
        (True, "gs://a/bucket", None),
    ],
)
def test_traced_programs_lie_in_the_folder_of_compiled_ones(
    monkeypatch, kept, folder, wanted
) -> None:
    settings = {"jax_enable_compilation_cache": kept, "jax_compilation_cache_dir": folder}
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(config=SimpleNamespace(**settings)))
    assert _environment.program_folder() == wanted


def test_flags_are_tried_once(monkeypatch, tmp_path) -> None:
    tried = []

    def run(*_, **__):
        tried.append(1)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(_environment, "cache_folder", lambda: tmp_path / "fluxion" / "compiled")
    monkeypatch.setattr(subprocess, "run", run)
    for _ in range(2):
        assert _environment.accepted_flags() == _environment.XLA_FLAGS
    assert tried == [1]


def test_a_flag_that_ends_the_process_is_left_out(monkeypatch, tmp_path) -> None:
    known, unknown = _environment.XLA_FLAGS[1], "--xla_no_such_flag=1"
    monkeypatch.setattr(_environment, "cache_folder", lambda: tmp_path / "fluxion" / "compiled")
    monkeypatch.setattr(_environment, "XLA_FLAGS", (known, unknown))
    for _ in range(2):
        assert _environment.accepted_flags() == (known,)
