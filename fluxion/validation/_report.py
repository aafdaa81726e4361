"""A validation as files: a report with pictures, and all figures as a table."""

from __future__ import annotations

import csv
import platform
import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from fluxion._version import __version__
from fluxion.data import PROGRAMS
from fluxion.errors import InputError, MissingExtraError
from fluxion.validation._ashrae140 import Validation
from fluxion.validation._engine_report import differences, engine_section
from fluxion.validation._figures import figures
from fluxion.validation._sensitivity_report import sensitivity_section
from fluxion.validation._span_report import span_section
from fluxion.validation._tables import (
    ALL,
    MAIN,
    NEAR_BOUND,
    case_table,
    count_spans,
    criteria_table,
    group_table,
    span_table,
    table,
)

_CAPTIONS = {
    "loads": "Annual loads and peaks: the span of the six programs, each of them, and Fluxion.",
    "temperatures": "Free-floating cases: lowest, mean and highest hourly temperature, and the "
    "hours of case 900FF by degree.",
    "main_days": "Some of the published days hour by hour. DeST is usually an hour early.",
    "days": "Published days hour by hour. DeST is usually an hour early.",
    "sun": "Sunlight and sky on published days.",
    "energyplus": "Annual loads and peaks, Fluxion minus EnergyPlus.",
}


def write_report(folder: str | Path, found: Validation) -> list[Path]:
    """Write `results.csv`, `report.md` and its pictures into a folder, all of them or none.

    Returns:
        The files.

    Raises:
        InputError: The folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fluxion-", dir=folder) as name:
            partial = Path(name)
            _write_csv(partial / "results.csv", found)
            pictures = _draw(partial, found, None, dpi=150)
            text = report(found, {name: f"{name}.png" for name in pictures})
            (partial / "report.md").write_text(text, encoding="utf-8")
            names = ["results.csv", *(f"{each}.png" for each in pictures), "report.md"]
            for each in names:
                (partial / each).replace(folder / each)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return [folder / each for each in names]


def write_document(path: str | Path, found: Validation) -> list[Path]:
    """Write the report as one page with two small pictures in the folder `validation` beside it.

    Raises:
        InputError: It cannot be written.
    """
    path = Path(path)
    beside = path.parent / "validation"
    try:
        beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fluxion-", dir=beside) as name:
            partial = Path(name)
            pictures = _draw(partial, found, ("loads", "main_days"), dpi=80)
            text = report(found, {name: f"validation/{name}.png" for name in pictures})
            (partial / "page.md").write_text(text, encoding="utf-8")
            for each in pictures:
                (partial / f"{each}.png").replace(beside / f"{each}.png")
            shutil.move(partial / "page.md", path)
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    return [path, *(beside / f"{each}.png" for each in pictures)]


def report(found: Validation, pictures: dict[str, str]) -> str:
    """The text of the report.

    Args:
        found: The validation.
        pictures: Where the pictures are, by name.
    """

    def picture(name: str) -> list[str]:
        return [f"![{_CAPTIONS[name]}]({pictures[name]})", ""] if name in pictures else []

    lines = [
        "# Validation results",
        "",
        f"The test cases of ASHRAE Standard 140 by Fluxion {__version__}"
        + (f" and EnergyPlus {found.engine.version}" if found.engine else "")
        + ". Written by `fluxion validate ashrae140`; nothing in it is typed in by hand.",
        "",
        *_summary(found),
        *_METHOD,
    ]
    if found.verdicts():
        lines += ["## Acceptance criteria", "", _CRITERIA, "", *group_table(found)]
        lines += criteria_table(found)
    lines += ["## Cases", "", _CASES, "", *span_table(found), *picture("loads")]
    lines += picture("temperatures")
    lines += case_table(found, ("annual_", "peak_", "zone_temp", "sunzone_temp"))
    for title, begins in (
        ("Sunlight, windows and sky", ("incident_solar", "transmi", "shading", "sky_temp")),
        ("Months", ("monthly_",)),
    ):
        rows = case_table(found, begins)
        if rows:
            lines += [f"### {title}", "", *rows]
    rows = case_table(found, ("delta_",), differences=True)
    if rows:
        lines += ["### Differences of cases", "", _DIFFERENCES, "", *rows]
    hourly = [line for name in ("main_days", "days", "sun") for line in picture(name)]
    if hourly:
        lines += ["## Hour by hour", "", *hourly]
    lines += span_section(found)
    if found.engine:
        lines += engine_section(found, picture("energyplus"))
    if found.sensitivities:
        lines += sensitivity_section(found)
    lines += [*_LIMITS, *_provenance(found)]
    return "\n".join(lines).rstrip() + "\n"


def _summary(found: Validation) -> list[str]:
    verdicts = found.verdicts()
    lines = []
    if verdicts:
        passed = sum(verdict.within is True for verdict in verdicts)
        lines.append(f"- Acceptance criteria met: **{passed} of {len(verdicts)}**.")
    near = count_spans(found, NEAR_BOUND)
    theirs = count_spans(found, energyplus=True)
    for name, (inside, of) in count_spans(found).items():
        if of and name in (MAIN, ALL):
            lines.append(
                f"- Within the span of the six programs, {name}: **{inside} of {of}** "
                f"({100.0 * inside / of:.1f} %); with those that miss a bound by 1 % of it at "
                f"most, {near[name][0]} ({100.0 * near[name][0] / of:.1f} %)."
                + (" EnergyPlus here: {} of {}.".format(*theirs[name]) if found.engine else "")
            )
    if found.engine:
        for load in ("heating", "cooling"):
            shares = abs(differences(found.engine, load))
            if len(shares):
                lines.append(
                    f"- Against EnergyPlus, annual {load}: mean absolute difference "
                    f"**{100.0 * shares.mean():.2f} %**, worst {100.0 * shares.max():.2f} % "
                    f"(loads of 1 MWh and more)."
                )
    return [*lines, ""] if lines else []


def _provenance(found: Validation) -> list[str]:
    weather, source, options = found.file.weather, found.file.provenance, found.options
    rows = [
        ["Fluxion", __version__],
        ["JAX, Python", f"{version('jax')}, {platform.python_version()}"],
        ["weather", f"{weather.name} ({Path(source.path).name}), {weather.days} days"],
        ["SHA-256 of the weather", f"`{source.sha256}`"],
        [
            "settings",
            f"{options.steps_per_hour} steps an hour, {options.warmup_days} days of warm-up, "
            f"{options.modes} modes a wall, sky model {options.sky_model}, sky temperature "
            f"{options.sky_temperature}, windows inside {options.window_convection}, 64 bits",
        ],
        [
            "time",
            f"{found.seconds:.0f} s for {len(found.runs)} cases, compiling included where no "
            "cache had the program",
        ],
        ["published programs", ", ".join(f"{name} {v}" for name, v in PROGRAMS.items())],
    ]
    if found.engine:
        rows.append(["EnergyPlus", f"{found.engine.version}; {found.engine.settings}"])
    return ["## Provenance", "", *table(("what", "which"), rows, left=2)]


def _write_csv(path: Path, found: Validation) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "output", "unit", "value"])
        for row in found.rows():
            writer.writerow([row.case, row.output, row.unit, f"{row.value:.10g}"])


def _draw(folder: Path, found: Validation, names: Sequence[str] | None, dpi: int) -> list[str]:
    """Draw the pictures into a folder; none where matplotlib is not installed."""
    try:
        made = figures(found, names)
    except MissingExtraError:
        return []
    for name, figure in made.items():
        figure.savefig(folder / f"{name}.png", dpi=dpi)
    return list(made)


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"the folder {str(folder)!r} cannot be written ({error.strerror or error}); "
        "give one that is writable"
    )


_METHOD = [
    "## Method",
    "",
    "Each case is a building description (`fluxion.cases.ashrae140`), written from the",
    "specification of ANSI/ASHRAE Standard 140-2020, section 5.2, and simulated over the weather",
    "given below with the same settings for all cases. Nothing is tuned to a case or to a",
    "reference. Cases of equal structure are simulated side by side by one compiled program.",
    "",
    "- Annual loads are sums, peaks the greatest of the hourly means of sensible heating and",
    "  cooling; temperatures are hourly means of the zone's air.",
    "- Incident sunlight is that of case 600; a transmissivity coefficient is sunlight through the",
    "  windows over sunlight on their wall, a shading coefficient what the shades take away.",
    "- Sunlight through the west windows of 620 and 630 is found by a run without the others.",
    "- The sky temperature is that of a black sky with the infrared irradiance of the weather,",
    "  between the ends of hours on a straight line.",
    "",
]
_CRITERIA = (
    "Rows of Annex A3 (2020 Addendum b, 2023). A value may miss a bound by 1 % of it. Differences "
    "`A-B` are A minus B."
)
_CASES = (
    "Least and greatest are those of the six published programs: examples of what programs find, "
    "no truth and no acceptance criterion. Being outside means to differ from six programs, some "
    "of which stand far from the others."
)
_DIFFERENCES = "`A-B` is A minus B. The spans are those of the six programs' own differences."
_LIMITS = [
    "## Limits of validity",
    "",
    "- The cases test fabric loads: one zone (960: two), ideal plant, one climate. They say",
    "  nothing about plant, moisture, air that moves by wind and stack, or the ground under a",
    "  slab.",
    "- Spans and criteria hold for the weather file of the standard only; over another one they",
    "  are printed and mean nothing.",
    "- Peaks are means over an hour. With two steps an hour a setpoint jump within the hour is",
    "  resolved to half of it.",
    "- EnergyPlus shares most of its algorithms with Fluxion by choice, so agreement with it tests",
    "  the arithmetic and the descriptions more than the physics. The other five programs do not.",
    "",
]
