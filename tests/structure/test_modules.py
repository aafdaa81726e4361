"""Public names, sizes and what may not stand in tracked files."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import fluxion

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [
    "fluxion",
    *(f"fluxion.{found.name}" for found in pkgutil.iter_modules(fluxion.__path__) if found.ispkg),
]
TOP_LEVEL = {
    "pyproject.toml",
    "fluxion",
    "experiments",
    "assets",
    "tests",
    "notebooks",
    "docs",
    "README.md",
    "Dockerfile",
    "Makefile",
    "LICENSE",
}
#: Assembled, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of one machine": r"(?:^|[^A-Za-z0-9_.])/(?:home|root|work|Users)/[A-Za-z]",
    "the address of a registry": r"https?://[^\s\"]*/" + r"simple(?:/|\"|\s|$)|" + "index" + "-url",
    "unfinished work": "TO" + "DO|FIX" + "ME|NotImplemented" + "Error",
}


@pytest.mark.parametrize("name", PACKAGES)
def test_all_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    public = {
        found
        for found, value in vars(module).items()
        if not found.startswith("_")
        and found != "annotations"
        and not (hasattr(value, "__path__") or type(value).__name__ == "module")
    }
    if name == "fluxion":  # loaded when used: whatever was used already must be listed
        assert public <= set(module.__all__)
        assert all(getattr(module, found) is not None for found in module.__all__)
        return
    if name == "fluxion.physics" and not hasattr(module, "__all__"):
        assert public == set()  # its modules are public, one phenomenon each
        return
    assert sorted(module.__all__) == sorted(public)


def tracked() -> list[Path]:
    """Files that git keeps; where there is no git, all of the package, the tests and the docs."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        names = [name for name in listed.stdout.split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    return [
        path
        for folder in ("fluxion", "tests", "docs", "experiments")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def test_modules_stay_readable() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / "fluxion").rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_tracked_files_hold_nothing_of_one_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for what, pattern in FORBIDDEN.items():
            for match in re.finditer(pattern, text, re.MULTILINE):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(ROOT)}:{line} has {what}: {match.group()!r}")
    assert found == []


def test_tracked_files_are_small() -> None:
    heavy = {str(p.relative_to(ROOT)): p.stat().st_size for p in tracked()}
    assert {name: size for name, size in heavy.items() if size > 1_048_576} == {}


def test_top_level_is_what_was_agreed() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL
