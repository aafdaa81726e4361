"""Every error Fluxion raises on the host descends from `FluxionError`.

    FluxionError
    ├── InputError            the input is at fault (command line: exit code 2)
    │   ├── WeatherError      a weather file or weather value
    │   ├── BuildingError     a building description
    │   └── SimulationError   arguments of a simulation that cannot work together
    ├── NonFiniteError        a simulation left the finite numbers; says when and where
    └── MissingExtraError     an optional dependency is absent; says the line to install

An error message says what was given, what was wanted and what to do, on one line.
"""

from __future__ import annotations

import importlib
from types import ModuleType


class FluxionError(Exception):
    """Base of every error raised by Fluxion."""


class InputError(FluxionError, ValueError):
    """The input is at fault: what was given, what was wanted, what to do."""


class WeatherError(InputError):
    """A weather file or a weather value is at fault."""


class BuildingError(InputError):
    """A building description is at fault."""


class SimulationError(InputError):
    """Arguments of a simulation cannot work together."""


class NonFiniteError(FluxionError, ArithmeticError):
    """A simulated state became non-finite; the message says when, where and in which member."""


class MissingExtraError(FluxionError, ImportError):
    """An optional dependency is not installed; the message holds the line that installs it."""


def require(module: str, extra: str) -> ModuleType:
    """Import `module`, or say which extra of Fluxion brings it.

    Args:
        module: Name of the module to import.
        extra: The extra of `fluxion-bem` that installs it.

    Raises:
        MissingExtraError: `module` is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and not module.startswith(error.name.partition(".")[0]):
            raise
        raise MissingExtraError(
            f"'{module}' is not installed and this feature needs it; "
            f"run: pip install 'fluxion-bem[{extra}]'"
        ) from error
