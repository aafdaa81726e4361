"""The reference page on ASHRAE 140 lists the cases as the code knows them."""

from __future__ import annotations

import re

from fluxion.cases import list_weather_drivers, weather_driver
from fluxion.data import PROGRAMS, ASHRAELoader, ReferenceCase


def spans(case: ReferenceCase) -> list[str]:
    """The last two cells of a case: spans of heating and cooling, or of least and greatest."""
    names = ("zone_temp_min", "zone_temp_max") if case.name.endswith("FF") else ()
    unit = " °C" if names else ""
    cells = []
    for name in names or ("annual_heating", "annual_cooling"):
        lower, upper = case.spans[name]
        cells.append(f"{lower:.2f} to {upper:.2f}{unit}".replace("-", "−"))
    return cells


def test_the_page_lists_every_case(root):
    page = (root / "docs" / "reference" / "ashrae140.md").read_text(encoding="utf-8")
    listed = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"`\d{3}(FF)?`", cells[0]):
            listed[cells[0].strip("`")] = cells[1:]
    known = ASHRAELoader().load_140_buildings()
    assert list(listed) == list(known)
    assert listed == {name: [case.summary, *spans(case)] for name, case in known.items()}


def test_the_page_lists_programs_and_weather_drivers(root):
    page = (root / "docs" / "reference" / "ashrae140.md").read_text(encoding="utf-8")
    for program, version in PROGRAMS.items():
        assert f"{program} {version}" in page
    for name in list_weather_drivers():
        case = weather_driver(name)
        assert f"| `{name}` | {case.place} | {case.ground_reflectance:g} |" in page


def test_the_example_runs(root):
    page = (root / "docs" / "reference" / "ashrae140.md").read_text(encoding="utf-8")
    names: dict = {}
    (block,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    exec(compile(block, "ashrae140.md", "exec"), names)
    assert f'"BSIMAC": {names["case"].outputs["annual_heating"].values["BSIMAC"]}' in page
