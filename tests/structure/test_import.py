"""What importing does to a fresh interpreter: little, and nothing to JAX's settings."""

from __future__ import annotations

import json
import subprocess
import sys

_QUESTIONS = """
import json, sys
{code}
heavy = ("jax", "numpy", "pandas", "pvlib", "pydantic", "matplotlib", "xarray", "scipy", "equinox")
answer = {{"loaded": [name for name in heavy if name in sys.modules]}}
if "jax" in sys.modules:
    import jax
    answer["arrays"] = len(jax.live_arrays())
    answer["x64"] = jax.config.jax_enable_x64
print(json.dumps(answer))
"""


def after(code: str) -> dict:
    """What a fresh interpreter has loaded and made after running some code."""
    done = subprocess.run(
        [sys.executable, "-c", _QUESTIONS.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_importing_fluxion_loads_nothing_heavy() -> None:
    assert after("import fluxion; fluxion.__version__; dir(fluxion)") == {"loaded": []}


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    assert after("import fluxion.cli") == {"loaded": []}


def test_importing_the_numeric_packages_makes_no_array_and_keeps_jax_as_it_was() -> None:
    packages = "cta, physics, weather, networks, simulation, optimize, uncertainty"
    modules = "sky, glazing_optics, glazing_gap, shading, enclosure, conduction, sky_radiance"
    found = after(f"from fluxion import {packages}\nfrom fluxion.physics import {modules}")
    assert found["arrays"] == 0
    assert found["x64"] is False
    assert not {"pandas", "pvlib", "pydantic", "matplotlib", "xarray"} & set(found["loaded"])


def test_importing_the_host_packages_makes_no_array_and_loads_no_plotting() -> None:
    found = after("from fluxion import building, cases, io, viz")
    assert found["arrays"] == 0
    assert found["x64"] is False
    assert not {"matplotlib", "xarray"} & set(found["loaded"])
