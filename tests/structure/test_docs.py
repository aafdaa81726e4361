"""Docs and code say the same: names, units, version, examples, commands."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path

import pytest

import fluxion
from fluxion.networks import (
    Airflows,
    Envelope,
    Gains,
    Glazings,
    Layers,
    RCNetwork,
    Windows,
    Zones,
)
from fluxion.simulation import OUTPUTS
from fluxion.weather import Site, Weather

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: Whose names the glossary takes as understood.
PARTS = {"site", "structure", "layers", "envelope", "partition", "windows", "glazings", "shades"}
PARTS |= {"enclosures", "zones", "gains", "airflows", "schedules", "u", "v"}
LOCAL = {"constant", "temperature", "wind", "wind_squared", "roughness_factor"}
TABLES = {"table_cos", "table_transmittance", "table_absorptance", "table_reflectance_back"}
SIDES = re.compile(r"^(inside|outside)_(?=solar_absorptance|emissivity)|_(front|back)$")


def glossary() -> dict[str, str]:
    """Unit of every name in the page on names and units."""
    found = {}
    for line in (DOCS / "reference" / "nomenclature.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4:
            for name in re.findall(r"`(\w+)`", cells[0]):
                assert name not in found, f"{name} is listed twice"
                found[name] = cells[2]
    return found


def test_every_result_is_listed_with_its_unit() -> None:
    listed = glossary()
    assert {name: listed.get(name) for name in OUTPUTS} == {
        name: output.unit for name, output in OUTPUTS.items()
    }
    page = (DOCS / "reference" / "results.md").read_text()
    for name, output in OUTPUTS.items():
        assert f"| `{name}` | {output.unit} | {', '.join(output.axes)} |" in page


@pytest.mark.parametrize(
    "owner",
    [Weather, Site, Layers, Envelope, Windows, Glazings, Zones, Gains, Airflows, RCNetwork],
)
def test_every_array_is_listed(owner) -> None:
    listed = glossary()
    names = {
        field.name for field in dataclasses.fields(owner) if not field.metadata.get("static", False)
    }
    shorter = {name for name in names if SIDES.sub("", name) in listed}
    assert names - set(listed) - shorter - PARTS - LOCAL - TABLES == set()


def test_units_of_weather_agree_with_its_docstring() -> None:
    listed = glossary()
    stated = dict(
        re.findall(r"^ {4}(\w+): .*?\[([^\]]+)\]$", inspect.getdoc(Weather) or "", re.MULTILINE)
    )
    assert len(stated) > 10
    assert {name: listed[name] for name in stated} == stated


def test_changelog_knows_the_version() -> None:
    text = (DOCS / "changelog.md").read_text()
    versions = re.findall(r"^## \[([^\]]+)\]", text, re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert versions[1] == fluxion.__version__
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def test_readme_begins_with_two_commands_and_ci_runs_the_second() -> None:
    readme = (ROOT / "README.md").read_text()
    first = re.findall(r"^```\w*\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)[:2]
    assert [block.count("\n") for block in first] == [1, 1]
    assert "fluxion demo" in first[0] and "pytest" in first[1]
    assert first[1].strip() in (ROOT / ".ci" / "run").read_text().splitlines()


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text()):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_commands_in_the_docs_exist() -> None:
    from typer.main import get_command

    from fluxion.cli import app

    known = get_command(app)
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    for page in pages:
        for line in "\n".join(blocks(page, "sh")).splitlines():
            found = re.match(r"(?:\.venv/bin/)?fluxion (\w+)", line)
            if found:
                assert found[1] in known.commands, f"{page.name}: {line}"  # type: ignore[attr-defined]


def test_json_in_the_command_line_page_has_the_keys_of_a_summary() -> None:
    shown = json.loads(blocks(DOCS / "reference" / "cli.md", "json")[0])
    assert set(shown) == {"building", "annual", "zones", "result", "seconds", "version"}
    assert shown["version"] == fluxion.__version__


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/tutorial/first-year.md",
        pytest.param("docs/tutorial/gradients.md", marks=pytest.mark.slow),
        "docs/reference/results.md",
        pytest.param("docs/PERFORMANCE_TUNING.md", marks=pytest.mark.slow),
        "docs/UNCERTAINTY_QUANTIFICATION.md",
        "docs/how-to/sweeps.md",
        pytest.param("docs/how-to/datasets.md", marks=pytest.mark.slow),
        "docs/how-to/fields.md",
        pytest.param("docs/how-to/optimize.md", marks=pytest.mark.slow),
        pytest.param("docs/how-to/diffrax.md", marks=pytest.mark.slow),
    ],
)
def test_examples_run(page, tmp_path, monkeypatch) -> None:
    import jax

    cache = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    try:
        for block in blocks(ROOT / page, "python"):
            exec(compile(block, page, "exec"), names)
    finally:
        jax.config.update("jax_compilation_cache_dir", cache)


@pytest.mark.notebook
@pytest.mark.parametrize(
    "notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem
)
def test_notebooks_run_and_are_kept_without_results(notebook, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = [
        cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"
    ]
    assert all(not cell["outputs"] for cell in cells)
    names: dict = {}
    for cell in cells:
        exec(compile("".join(cell["source"]), notebook.name, "exec"), names)
