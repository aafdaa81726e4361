"""What every test shares: 64-bit numbers, fixed dice, compiled programs kept between runs."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import jax
import pytest

jax.config.update("jax_enable_x64", True)

hypothesis.settings.register_profile(
    "default", derandomize=True, deadline=None, max_examples=25, database=None
)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=500)
hypothesis.settings.load_profile("default")

_ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config, "cache", None) is not None:
        folder = config.cache.mkdir("jax-compiled")
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


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
