"""The engine if it is installed, a weather that is always at hand, a cache of each test's own."""

from __future__ import annotations

import pytest

from fluxion import energyplus, io
from fluxion.errors import MissingExtraError


@pytest.fixture(scope="session")
def engine() -> energyplus.Engine:
    """The installed engine."""
    try:
        return energyplus.find_engine()
    except MissingExtraError:
        pytest.skip("no EnergyPlus is installed (extra 'energyplus')")


@pytest.fixture(scope="session")
def schema_engine(engine) -> energyplus.Engine:
    """An engine that brings the schema of its input."""
    if engine.schema is None:
        pytest.skip(f"{engine.package} brings no schema of the engine's input")
    pytest.importorskip("jsonschema")
    return engine


@pytest.fixture(scope="session")
def weather():
    """The typical year of Greensboro that pvlib installs."""
    return io.default_weather()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of finished runs."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("fluxion.energyplus._run.cache_folder", lambda: folder)
    return folder
