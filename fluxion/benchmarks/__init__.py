"""How fast Fluxion is on this machine: `fluxion bench`.

Each group of figures is measured in a process of its own, since precision, XLA's flags and the
number of devices hold for a whole process. On one core a figure is by CPU time, so that other work
on the machine counts little; what people wait for is by the wall clock. All are medians with half
the distance between the quartiles.
"""

from __future__ import annotations

from fluxion.benchmarks._document import check_document as check_document
from fluxion.benchmarks._document import write_document as write_document
from fluxion.benchmarks._groups import Group as Group
from fluxion.benchmarks._plan import groups as groups
from fluxion.benchmarks._report import report as report
from fluxion.benchmarks._report import write_report as write_report
from fluxion.benchmarks._report import write_results as write_results
from fluxion.benchmarks._results import Results as Results
from fluxion.benchmarks._rows import Row as Row
from fluxion.benchmarks._run import run_benchmarks as run_benchmarks
from fluxion.benchmarks._run import usual_weather as usual_weather
from fluxion.benchmarks._targets import TARGETS as TARGETS
from fluxion.benchmarks._targets import Target as Target
from fluxion.benchmarks._targets import verdicts as verdicts

__all__ = [
    "Group",
    "Results",
    "Row",
    "TARGETS",
    "Target",
    "check_document",
    "groups",
    "report",
    "run_benchmarks",
    "usual_weather",
    "verdicts",
    "write_document",
    "write_report",
    "write_results",
]
