"""Published figures to compare with: the results and acceptance criteria of ASHRAE Standard 140.

These are numbers from a results workbook, typed in. They say what other programs found and what the
standard accepts; nothing in Fluxion calculates from them.
"""

from __future__ import annotations

from fluxion.data._criteria import Criterion as Criterion
from fluxion.data._criteria import GroupVerdict as GroupVerdict
from fluxion.data._criteria import Limit as Limit
from fluxion.data._criteria import Verdict as Verdict
from fluxion.data._criteria import criteria as criteria
from fluxion.data._criteria import evaluate as evaluate
from fluxion.data._criteria import group_verdict as group_verdict
from fluxion.data._loader import ASHRAELoader as ASHRAELoader
from fluxion.data._loader import ReferenceCase as ReferenceCase
from fluxion.data._published import PROGRAMS as PROGRAMS
from fluxion.data._published import PublishedMonths as PublishedMonths
from fluxion.data._published import PublishedOutput as PublishedOutput
from fluxion.data._published import PublishedProfile as PublishedProfile
from fluxion.data._published import TemperatureBins as TemperatureBins
from fluxion.data._published import published_results as published_results

__all__ = [
    "ASHRAELoader",
    "Criterion",
    "GroupVerdict",
    "Limit",
    "PROGRAMS",
    "PublishedMonths",
    "PublishedOutput",
    "PublishedProfile",
    "ReferenceCase",
    "TemperatureBins",
    "Verdict",
    "criteria",
    "evaluate",
    "group_verdict",
    "published_results",
]
