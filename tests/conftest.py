"""What every test shares: 64-bit numbers, fixed dice, programs compiled quickly and kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import hypothesis
import jax
import pytest

jax.config.update("jax_enable_x64", True)

hypothesis.settings.register_profile(
    "default", derandomize=True, deadline=None, max_examples=25, database=None
)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=500)
hypothesis.settings.load_profile("default")


def _compile_quickly() -> str:
    """Have XLA's compiler optimize nothing in this process, which saves 40 % of its time.

    Tests run a few days and compile for minutes. Processes that they start compile as for users,
    and so does this one if FLUXION_TESTS_OPTIMIZED is set. Returns XLA's flags in this process.
    """
    given = os.environ.get("XLA_FLAGS")
    if os.environ.get("FLUXION_TESTS_OPTIMIZED"):
        return given or ""
    flags = os.environ["XLA_FLAGS"] = f"{given or ''} --xla_backend_optimization_level=0".strip()
    jax.devices()  # reads the flags
    if given is None:
        del os.environ["XLA_FLAGS"]
    else:
        os.environ["XLA_FLAGS"] = given
    return flags


_FLAGS = _compile_quickly()

_ROOT = Path(__file__).resolve().parents[1]
#: Files whose tests share what compiles for long; one process runs all tests of such a file.
_TOGETHER = {
    "gradients/test_simulation_gradients.py",
    "properties/test_energy_balance.py",
    "unit/cli/test_simulate.py",
    "unit/cli/test_sweep_stored.py",
    "unit/cli/test_train.py",
    "unit/datasets/test_made.py",
    "unit/energyplus/test_run.py",
    "unit/export/test_export.py",
    "unit/io/test_programs.py",
    "unit/networks/test_rhs.py",
    "unit/optimize/test_gradients_of_designs.py",
    "unit/optimize/test_native.py",
    "unit/optimize/test_networks.py",
    "unit/optimize/test_oracle.py",
    "unit/optimize/test_uncertain.py",
    "unit/simulation/test_beams.py",
    "unit/simulation/test_chunks.py",
    "unit/simulation/test_hours.py",
    "unit/simulation/test_reductions.py",
    "unit/simulation/test_simulate.py",
    "unit/sweeps/test_cluster.py",
    "unit/training/test_dynamic.py",
    "unit/training/test_physics_loss.py",
    "unit/validation/test_physics_validator.py",
    "unit/validation/test_validation_ashrae140.py",
}


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config, "cache", None) is not None:
        folder = config.cache.mkdir("jax-compiled")
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whoever is free takes the next test, or all tests of a file that is to stay together.

    Files come first, the largest first, so that both processes end at about the same time.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file.removeprefix("tests/") in _TOGETHER else nodeid

    return Scheduling(config, log)


@pytest.fixture(scope="session")
def xla_flags() -> str:
    """XLA's flags here, for processes whose numbers shall be those of this one to the bit."""
    return _FLAGS


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return _ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Reference data that lie beside the repository and are not part of it."""
    folder = _ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference data beside the repository (../shared) are not here")
    return folder
