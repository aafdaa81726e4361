"""Days of the week and of the year, by name and by number."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS = {"all": range(7), "weekdays": range(5), "weekend": range(5, 7)}

Weekday = Literal[
    "all", "weekdays", "weekend",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
]  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_LEAP_YEAR = 2024
CALENDAR = tuple(
    (day.month, day.day) for day in (date(_LEAP_YEAR, 1, 1) + timedelta(n) for n in range(366))
)
LEAP_DAY = CALENDAR.index((2, 29))


def day_name(day: int, leap_year: bool = False) -> str:
    """The date of a day of the year, `14 July`; 1 January is 0."""
    month, number = CALENDAR[day if leap_year or day < LEAP_DAY else day + 1]
    return f"{number} {MONTHS[month - 1]}"
