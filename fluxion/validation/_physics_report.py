"""What a check of predictions against physics found, where, and how bad it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: A place: names of axes with an index, or the name of a month or a zone.
Place = dict[str, int | str]


@dataclass(frozen=True)
class PhysicsFinding:
    """One check of one result.

    Attributes:
        check: Of `fluxion.validation.PHYSICS_CHECKS`.
        result: Name of the result, or of the sum, that was looked at.
        violations: How many numbers are beyond the limit.
        total: Of how many.
        worst: By how much the worst is beyond what physics says; 0 if none is beyond the limit.
        unit: Of `worst`.
        tolerance: How much was let pass, in the same unit.
        places: Where, the worst first; the first few only.
    """

    check: str
    result: str
    violations: int
    total: int
    worst: float
    unit: str
    tolerance: float
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class PhysicsReport:
    """What a `PhysicsValidator` found.

    Attributes:
        findings: Of every check that could be made.
        skipped: Checks that were asked for and could not be made, with the reason.
    """

    findings: tuple[PhysicsFinding, ...]
    skipped: dict[str, str]

    @property
    def violations(self) -> int:
        """Numbers that no physics allows, over all checks."""
        return sum(finding.violations for finding in self.findings)

    @property
    def passed(self) -> bool:
        """Whether there is none, and any check was made."""
        return bool(self.findings) and self.violations == 0

    def of(self, check: str) -> tuple[PhysicsFinding, ...]:
        """Findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "passed": self.passed,
            "violations": self.violations,
            "findings": [
                {**asdict(finding), "places": list(finding.places)} for finding in self.findings
            ],
            "skipped": dict(self.skipped),
        }

    def __str__(self) -> str:
        """One table: a line for each check of each result, then what could not be checked."""
        head = ("check", "result", "violations", "worst", "where")
        rows = [
            (
                each.check,
                each.result,
                f"{each.violations} of {each.total}",
                f"{each.worst:.3g} {each.unit}" if each.violations else "-",
                _told(each.places[0]) if each.places else "-",
            )
            for each in self.findings
        ]
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
        verdict = "passed" if self.passed else f"{self.violations} violations"
        left = [f"not checked: {check} ({reason})" for check, reason in self.skipped.items()]
        return "\n".join([*lines, *left, verdict if self.findings else "nothing was checked"])


def _told(place: Place) -> str:
    return ", ".join(f"{axis} {where}" for axis, where in place.items())
