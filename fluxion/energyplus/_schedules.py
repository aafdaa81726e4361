"""Schedules as the engine's compact ones, with ramps as steps of the engine's time step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from fluxion.building import Schedule
from fluxion.energyplus._calendar import WEEKDAYS, RunDays, month_ends

#: Type of all schedules: any number.
ANY = "any number"


def constant(value: float) -> dict[str, Any]:
    """A `Schedule:Constant`."""
    return {"schedule_type_limits_name": ANY, "hourly_value": float(value)}


def monthly(values: Sequence[float], leap_year: bool) -> dict[str, Any]:
    """A `Schedule:Compact` with one value for each month."""
    data: list[Any] = []
    for month, (last, value) in enumerate(zip(month_ends(leap_year), values, strict=True), start=1):
        # Through 29 February even where the year has none: the engine keeps 366 days.
        last = 29 if month == 2 else last
        data += [f"Through: {month}/{last}", "For: AllDays", "Until: 24:00", float(value)]
    return _compact(data)


def compact(schedule: Schedule, days: RunDays, steps_per_hour: int, *, on_off: bool = False):
    """A schedule of ours, exactly, whatever weekdays the year has.

    A line within an hour becomes the mean of each of the engine's steps.

    Args:
        schedule: To be written.
        days: Of the run.
        steps_per_hour: Of the run.
        on_off: Write 1 where the schedule is above 0, else 0.
    """
    if schedule.value is not None:
        value = float(schedule.value > 0) if on_off else schedule.value
        return _compact(["Through: 12/31", "For: AllDays", "Until: 24:00", float(value)])

    def profile(hours: np.ndarray) -> tuple[Any, ...]:
        return tuple(_profile((hours > 0).astype(float) if on_off else hours, steps_per_hour))

    data: list[Any] = []
    weeks = list(_weeks(schedule, days))
    for day, week in enumerate(weeks):
        if day + 1 < len(weeks) and _same(week, weeks[day + 1]):
            continue
        month, number = days.date(day)
        data.append(f"Through: {month}/{number}")
        groups: dict[tuple[Any, ...], list[str]] = {}
        for weekday, hours in enumerate(week):
            groups.setdefault(profile(hours), []).append(WEEKDAYS[weekday])
        texts = list(groups.items())
        # The last group also serves holidays and design days, of which there are none.
        for fields, names in texts[:-1]:
            data += [f"For: {' '.join(names)}", *fields]
        data += ["For: AllDays" if len(texts) == 1 else "For: AllOtherDays", *texts[-1][0]]
    return _compact(data)


def _weeks(schedule: Schedule, days: RunDays) -> Iterable[list[np.ndarray]]:
    """For each day of the year its profile, were it a Monday, a Tuesday, ..."""
    if schedule.values is not None:
        year = schedule.expand(days.days_in_year, 0, days.leap_year).reshape(-1, 24, 2)
        return ([day] * 7 for day in year)
    by_start = [
        schedule.expand(days.days_in_year, first, days.leap_year).reshape(-1, 24, 2)
        for first in range(7)
    ]
    # On day d of a year that begins on weekday f it is weekday (f + d) mod 7.
    return (
        [by_start[(weekday - day) % 7][day] for weekday in range(7)]
        for day in range(days.days_in_year)
    )


def _same(one: list[np.ndarray], two: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def _profile(hours: np.ndarray, steps: int) -> Iterable[Any]:
    """Fields `Until: hh:mm`, value of a day, equal neighbours joined."""
    fractions = (np.arange(steps) + 0.5) / steps
    ends = [60 * hour + 60 * (k + 1) // steps for hour in range(24) for k in range(steps)]
    start, end = hours[:, :1], hours[:, 1:]
    values = (start + fractions * (end - start)).reshape(-1)
    for k, (minute, value) in enumerate(zip(ends, values, strict=True)):
        if k + 1 < len(values) and values[k + 1] == value:
            continue
        yield f"Until: {minute // 60:02d}:{minute % 60:02d}"
        yield float(value)


def _compact(data: Iterable[Any]) -> dict[str, Any]:
    return {
        "schedule_type_limits_name": ANY,
        "data": [{"field": value} for value in data],
    }
