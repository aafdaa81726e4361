"""All that a run of benchmarks found, as JSON has it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluxion.benchmarks._rows import Row
from fluxion.errors import InputError

INTERRUPTED = "interrupted"


@dataclass
class Results:
    """Figures with the machine they were made on.

    Attributes:
        machine: See `fluxion.benchmarks._machine`.
        weather: Name and SHA-256 of the weather file.
        quick: Whether only the main figures were asked for.
        rows: The figures.
        failed: Why a group has none or not all, by its name.
        seconds: That each group took, by its name.
    """

    machine: dict[str, Any]
    weather: dict[str, str]
    quick: bool
    rows: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def interrupted(self) -> bool:
        """Whether the user ended the run."""
        return any(reason.endswith(INTERRUPTED) for reason in self.failed.values())

    def row(self, name: str) -> Row | None:
        """The figure of this name, or None if it has no value."""
        found = next((row for row in self.rows if row.name == name), None)
        return found if found is not None and found.value is not None else None

    def value(self, name: str) -> float | None:
        """The value of this name, or None."""
        found = self.row(name)
        return None if found is None else found.value

    def under(self, prefix: str, suffix: str = "") -> dict[float, float]:
        """Values of names such as `scaling.zones.8.memory` by the number in the middle, rising."""
        found = {}
        for row in self.rows:
            if row.value is None or not row.name.startswith(prefix):
                continue
            middle = row.name[len(prefix) :]
            if not middle.endswith(suffix):
                continue
            middle = middle[: len(middle) - len(suffix)]
            if middle.isdigit():
                found[float(middle)] = row.value
        return dict(sorted(found.items()))

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "machine": self.machine,
            "weather": self.weather,
            "quick": self.quick,
            "results": [row.to_dict() for row in self.rows],
            "failed": self.failed,
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
        }

    @classmethod
    def from_file(cls, path: str | Path) -> Results:
        """Results that an earlier run wrote.

        Raises:
            InputError: There is no such file, or it holds something else.
        """
        try:
            given = json.loads(Path(path).read_text(encoding="utf-8"))
            return cls(
                given["machine"],
                given["weather"],
                given["quick"],
                [Row.from_dict(each) for each in given["results"]],
                given["failed"],
                given["seconds"],
            )
        except OSError as error:
            raise InputError(
                f"{str(path)!r} cannot be read ({error.strerror}); give results.json of "
                "'fluxion bench --out'"
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(
                f"{str(path)!r} holds no results of 'fluxion bench'; give its results.json"
            ) from None
