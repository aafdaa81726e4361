"""`fluxion env`: versions, devices, and what the command line sets before JAX starts."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Annotated

import typer

from fluxion._version import __version__
from fluxion.cli import _environment
from fluxion.cli import _options as take
from fluxion.cli._console import print_json, results

_PACKAGES = ("jax", "jaxlib", "equinox", "numpy", "pvlib", "pydantic", "xarray", "matplotlib")


def env(
    json: take.JsonOption = False,
    shell: Annotated[
        bool, typer.Option("--shell", help="Print lines that a shell can evaluate.")
    ] = False,
) -> None:
    """Show versions, devices, XLA's flags and the cache of compiled programs.

    For Python programs of your own: eval "$(fluxion env --shell)"
    """
    flags = " ".join(_environment.wanted_flags())
    if shell:
        lines = {
            "XLA_FLAGS": flags,
            "JAX_COMPILATION_CACHE_DIR": str(_environment.cache_folder()),
            **_environment.device_settings(),
        }
        for name, value in lines.items():
            if value:
                print(f"export {name}='{value}'")
        return
    _environment.prepare()
    import jax

    facts = {
        "fluxion": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        "devices": ", ".join(str(device) for device in jax.devices()),
        "xla_flags": flags,
        "compiled_programs": str(_environment.cache_folder()),
    }
    if json:
        print_json(facts)
        return
    for name, value in facts.items():
        results().print(f"{name:18} {value}", markup=False, soft_wrap=True)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
