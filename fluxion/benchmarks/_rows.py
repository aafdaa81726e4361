"""What a benchmark finds: a name, a value with its unit, and how far the measurements spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

#: A single figure may take this long. [s]
_LONGEST = 90.0


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        name: Such as `case600.b128.sims_per_s_core`.
        value: The median of what was measured; None where nothing was.
        unit: Of value and spread.
        spread: Half the distance between the quartiles; None where a single value was taken.
        reason: Why nothing was measured.
    """

    name: str
    value: float | None
    unit: str
    spread: float | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; the reason only where there is one."""
        fields = asdict(self)
        return fields if self.reason else {k: v for k, v in fields.items() if k != "reason"}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Row:
        """The row of `to_dict`."""
        return cls(**{key: fields[key] for key in cls.__dataclass_fields__ if key in fields})


def too_long(name: str, unit: str, count: int, each: float) -> Row | None:
    """A row without value for what would take too long, or None if it does not.

    Args:
        name: Of the row.
        unit: Of its value.
        count: Designs.
        each: What a smaller batch took for each of its designs; NaN if there was none. [s]
    """
    if not count * each > _LONGEST:
        return None
    reason = f"would take {count * each:.0f} s, in the same pieces as smaller batches"
    return Row(name, None, unit, reason=reason)


def row(name: str, values: float | Sequence[float] | np.ndarray, unit: str) -> Row:
    """Median and spread of measurements.

    Args:
        name: Of the row.
        values: One or several; those that are not finite are left out.
        unit: Of the values.
    """
    found = np.atleast_1d(np.asarray(values, dtype=float))
    found = found[np.isfinite(found)]
    if not len(found):
        return Row(name, None, unit, reason="no measurement was finite")
    low, middle, high = np.percentile(found, [25, 50, 75])
    return Row(name, float(middle), unit, float(high - low) / 2 if len(found) > 1 else None)


def ratio(name: str, over: Row | None, under: Row | None, unit: str = "-") -> Row:
    """One row over another; spreads are taken as independent.

    Without one of them the row has no value and says so.
    """
    if over is None or under is None or over.value is None or not under.value:
        return Row(name, None, unit, reason="one of its two figures was not measured")
    value = over.value / under.value
    if over.spread is None or under.spread is None:
        return Row(name, value, unit)
    relative = math.hypot(over.spread / over.value if over.value else 0, under.spread / under.value)
    return Row(name, value, unit, abs(value) * relative)
