"""Imports point down, and the traced side stays free of what belongs to the host."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "fluxion"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYER = {
    "cta": 0,
    "lanes": 0,
    "signatures": 0,
    "fused": 1,
    "physics": 1,
    "weather": 2,
    "networks": 2,
    "simulation": 3,
    "surrogates": 4,
    "uncertainty": 4,
    "training": 5,
    "calibration": 5,
    "optimize": 5,
    "building": 6,
    "io": 6,
    "cases": 6,
    "data": 6,
    "energyplus": 7,
    "datasets": 7,
    "export": 7,
    "serving": 7,
    "sweeps": 7,
    "benchmarks": 8,
    "validation": 8,
    "viz": 8,
    "cli": 9,
    "server": 9,
}
#: Inside layer 6 a description knows no file, a file knows no case, a case no published figure;
#: in layer 7 a dataset is a sweep read back, and what is exported is tried by what serves it; in
#: layer 8 a figure knows no comparison.
WITHIN = {
    "building": 0,
    "io": 1,
    "cases": 2,
    "data": 3,
    "sweeps": 0,
    "datasets": 1,
    "serving": 0,
    "export": 1,
    "viz": 0,
    "validation": 1,
    "benchmarks": 1,
}
FREE = {"__init__", "__main__", "_version", "errors", "typing", "units"}
TRACED = 5
#: What a traced module may import besides the standard library and Fluxion.
TRACED_ALLOWED = {
    "jax",
    "jaxtyping",
    "numpy",
    "equinox",
    "optax",
    "optimistix",
    "lineax",
    "diffrax",
    "flax",
}
#: Modules of traced packages with a part that runs on the host, and what that part imports.
HOST_PARTS = {
    "signatures/_signature.py": {"json"},  # the text that model files carry
    "optimize/_draws.py": {"scipy"},  # draws designs
    "optimize/_descent.py": {"scipy"},  # a minimizer that asks for points
    "optimize/_kriging.py": {"scipy"},  # the lowest point of a surface
    "optimize/_kriging_model.py": {"scipy"},  # surfaces through what was found
    "lanes/_devices.py": {"os"},  # asks how JAX was started
}
HOST_STANDARD = {"io", "json", "logging", "os", "pathlib", "subprocess", "urllib", "socket", "csv"}
HOST_CALLS = {"print", "open", "input"}


def package_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports_of(tree: ast.AST, path: Path) -> list[tuple[tuple[str, ...], bool]]:
    """Dotted names that a module imports, and whether only type checkers see the import."""
    checked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            checked |= {id(inner) for body in node.body for inner in ast.walk(body)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(tuple(alias.name.split(".")), id(node) in checked) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module.split(".") if node.module else []
            if node.level:
                here = ["fluxion", *path.relative_to(PACKAGE).parts]
                base = here[: len(here) - node.level] + base
            for alias in node.names:
                found.append(((*base, alias.name), id(node) in checked))
    return found


def offences(source: str, path: Path) -> list[str]:
    """What a module does that its layer may not."""
    tree = ast.parse(source)
    me = package_of(path)
    if me in FREE:
        return []
    if me not in LAYER:
        return [f"{me} has no layer; give it one in this test"]
    traced_allowed = TRACED_ALLOWED | HOST_PARTS.get(path.relative_to(PACKAGE).as_posix(), set())
    found = []
    for name, only_types in imports_of(tree, path):
        top, rest = name[0], name[1:]
        if top == "fluxion" and rest and rest[0] in LAYER and rest[0] != me:
            other = rest[0]
            below = LAYER[other] < LAYER[me] or (
                LAYER[other] == LAYER[me]
                and {me, other} <= set(WITHIN)
                and WITHIN[other] < WITHIN[me]
            )
            if not below:
                found.append(f"{me} (layer {LAYER[me]}) imports {other} (layer {LAYER[other]})")
        allowed = top in traced_allowed or (is_standard(top) and top not in HOST_STANDARD)
        if LAYER[me] <= TRACED and not (only_types or allowed or top == "fluxion"):
            found.append(f"{me} is traced; {top} is not for it")
    if LAYER[me] <= TRACED:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in HOST_CALLS
            ):
                found.append(f"{me} is traced; it calls {node.func.id} in line {node.lineno}")
    return found


def is_standard(name: str) -> bool:
    return name in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    assert offences(path.read_text(), path) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("physics/sky.py", "from fluxion.networks import step"),
        ("physics/sky.py", "def f():\n    import pandas"),
        ("networks/a.py", "from ..simulation import simulate"),
        ("building/a.py", "from fluxion.io import read_epw"),
        ("io/a.py", "import fluxion.cases.office"),
        ("cta/a.py", "print(1)"),
        ("simulation/a.py", "import json"),
        ("nowhere/a.py", ""),
    ],
)
def test_the_rule_can_fail(module: str, source: str) -> None:
    assert len(offences(source, PACKAGE / module)) == 1


def test_layers_name_real_or_planned_packages() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders <= set(LAYER)
