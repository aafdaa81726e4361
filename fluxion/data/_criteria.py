"""Acceptance criteria of ASHRAE 140, and whether results meet them.

There are forty criteria: annual loads of the base cases 600 and 900, and differences of annual
loads between other cases. A difference says more than a load, as what two cases have in common
drops out of it. Not every criterion has to be met: 18 do of the 21 of the low-mass group, 17 of the
19 of the high-mass group. Nothing is required of peaks, temperatures, sunlight, or the in-depth
cases.

Source: ANSI/ASHRAE Standard 140, Annex A3 (2020 Addendum b, 2023), from a transcription.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fluxion.data._files import frozen, packaged

LIMITS = "ashrae140_limits.json"

#: Values by case and output, such as `{"600": {"annual_heating": 4.3}}`, in the units of criteria.
Results = Mapping[str, Mapping[str, float]]
_DELTA = "delta_"


@dataclass(frozen=True)
class Criterion:
    """A row of Annex A3.

    Attributes:
        case: A base case, or two cases `A-B`: the value of A minus that of B.
        output: `annual_heating` or `annual_cooling`, with `delta_` before it for a difference.
        lower: Least value accepted. [MWh]
        upper: Greatest value accepted. [MWh]
        unit: MWh.
        group: `low mass` or `high mass`.
        table: Of Annex A3.
        note: Which of the published programs are outside.
    """

    case: str
    output: str
    lower: float
    upper: float
    unit: str
    group: str
    table: str
    note: str

    @property
    def row(self) -> str:
        """Its name among all: case and output."""
        return f"{self.case} {self.output}"

    def value(self, results: Results) -> float | None:
        """The value that results have for it, or none if they lack a load it needs."""
        output = self.output.removeprefix(_DELTA)
        loads = [results.get(case, {}).get(output) for case in self.case.split("-")]
        known = [float(load) for load in loads if load is not None]
        if len(known) < len(loads) or not all(map(math.isfinite, known)):
            return None
        return known[0] if len(known) == 1 else known[0] - known[1]

    def accepts(self, value: float) -> bool:
        """Whether a value is within the limits or misses one by 1 % of it, or by 0.0001, at most.

        Args:
            value: In the criterion's unit.
        """
        tolerance = packaged(LIMITS)["tolerance"]

        def slack(limit: float) -> float:
            return max(tolerance["relative"] * abs(limit), tolerance["absolute"])

        return self.lower - slack(self.lower) <= value <= self.upper + slack(self.upper)

    def evaluate(self, results: Results) -> Verdict:
        """What these results make of it."""
        value = self.value(results)
        return Verdict(self, value, None if value is None else self.accepts(value))


@dataclass(frozen=True)
class Verdict:
    """A criterion and what some results make of it.

    Attributes:
        criterion: The criterion.
        value: Load or difference of loads, or none where the results lack it. [MWh]
        within: Whether it is accepted, or none without a value.
    """

    criterion: Criterion
    value: float | None
    within: bool | None


@dataclass(frozen=True)
class GroupVerdict:
    """How a group of criteria fares.

    Attributes:
        group: `low mass` or `high mass`.
        passed: Criteria met.
        evaluated: Criteria for which there was a value.
        total: All criteria of the group.
        required: How many must be met.
    """

    group: str
    passed: int
    evaluated: int
    total: int
    required: int

    @property
    def met(self) -> bool:
        """Whether the group as a whole passes."""
        return self.passed >= self.required


@dataclass(frozen=True)
class Limit:
    """A window for one load of one case: the criteria added up along the chain from a base case.

    Being inside is necessary for meeting all criteria and not sufficient: differences are
    tighter.

    Attributes:
        lower: Least value. [MWh]
        upper: Greatest value. [MWh]
        note: Where it comes from, and which published programs are outside.
    """

    lower: float
    upper: float
    note: str


@functools.cache
def criteria() -> tuple[Criterion, ...]:
    """The forty criteria, first those of the low-mass group."""
    return tuple(Criterion(**row) for row in packaged(LIMITS)["criteria"])


def limits(case: str) -> Mapping[str, Limit]:
    """Windows of a case's loads, by output; empty for cases that no criterion reaches."""
    rows = packaged(LIMITS)["limits"].get(case, {})
    return frozen({output: Limit(**row) for output, row in rows.items()})


def evaluate(results: Results) -> tuple[Verdict, ...]:
    """What results make of all criteria.

    Args:
        results: Loads by case and output, such as `{"600": {"annual_heating": 4.3}}`. [MWh]
    """
    return tuple(criterion.evaluate(results) for criterion in criteria())


def group_verdict(verdicts: Iterable[Verdict]) -> dict[str, GroupVerdict]:
    """How each group fares; a criterion without a value is not met.

    Args:
        verdicts: Of `evaluate`.
    """
    verdicts = tuple(verdicts)
    found = {}
    for group, rule in packaged(LIMITS)["groups"].items():
        own = [verdict for verdict in verdicts if verdict.criterion.group == group]
        found[group] = GroupVerdict(
            group=group,
            passed=sum(verdict.within is True for verdict in own),
            evaluated=sum(verdict.within is not None for verdict in own),
            total=rule["of"],
            required=rule["required"],
        )
    return found
