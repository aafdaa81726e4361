"""Results as files: everything as JSON, a report, pictures."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from fluxion.benchmarks._figures import CAPTIONS, figures
from fluxion.benchmarks._results import Results
from fluxion.benchmarks._sections import SECTIONS
from fluxion.benchmarks._tables import number, table
from fluxion.errors import InputError, MissingExtraError

#: After which section a picture stands.
_AFTER = {"throughput": "throughput", "gradients": "adjoints", "scaling": "steps", "flags": "flags"}


def write_results(folder: str | Path, found: Results) -> Path:
    """Write `results.json`, whole or not at all.

    Raises:
        InputError: The folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / ".results.json.part"
        partial.write_text(json.dumps(found.to_dict(), indent=1) + "\n", encoding="utf-8")
        partial.replace(folder / "results.json")
    except OSError as error:
        raise unwritable(folder, error) from None
    return folder / "results.json"


def write_report(folder: str | Path, found: Results) -> list[Path]:
    """Write `results.json`, `report.md` and pictures into a folder.

    Returns:
        The files; without matplotlib no pictures are among them.

    Raises:
        InputError: The folder cannot be written.
    """
    folder = Path(folder)
    files = [write_results(folder, found)]
    try:
        drawn = draw(folder, found, dpi=150)
        text = report(found, {name: path.name for name, path in drawn.items()})
        (folder / "report.md").write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(folder, error) from None
    return [*files, folder / "report.md", *drawn.values()]


def draw(folder: Path, found: Results, dpi: int) -> dict[str, Path]:
    """Draw the pictures that the results allow; none where matplotlib is not installed."""
    try:
        made = figures(found)
    except MissingExtraError:
        return {}
    with tempfile.TemporaryDirectory(prefix=".fluxion-", dir=folder) as name:
        for title, figure in made.items():
            path = Path(name) / f"{title}.png"
            figure.savefig(path, dpi=dpi)
            path.replace(folder / path.name)
    return {title: folder / f"{title}.png" for title in made}


def report(found: Results, pictures: dict[str, str]) -> str:
    """The text of the report.

    Args:
        found: The results.
        pictures: Where the pictures are, by name.
    """
    lines = [
        "# Benchmarks",
        "",
        "Written by `fluxion bench`. Medians ± half the distance between the quartiles; years of",
        "simulation a second on one core are by CPU time, other times by the wall clock.",
        "",
    ]
    for name, (title, section) in SECTIONS.items():
        body = section(found)
        if body:
            lines += [f"## {title}", "", *body, ""]
        for picture, after in _AFTER.items():
            if after == name and picture in pictures:
                lines += [f"![{CAPTIONS[picture]}]({pictures[picture]})", ""]
    if found.failed:
        lines += ["## Not measured", ""]
        lines += [f"- {name}: {reason}" for name, reason in found.failed.items()] + [""]
    lines += ["## All figures", ""]
    lines += table(
        ("name", "value", "±", "unit"),
        [[f"`{r.name}`", number(r.value), number(r.spread), r.unit] for r in found.rows],
    )
    return "\n".join(lines).rstrip() + "\n"


def unwritable(folder: Path, error: OSError) -> InputError:
    """The error of a folder that cannot be written."""
    return InputError(
        f"the folder {str(folder)!r} cannot be written ({error.strerror or error}); "
        "give one that is writable"
    )
