"""Dates that a delivery tells only to the month or the year. 不完整的日期"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any


def stored_span(first: date, last: date) -> str | dict[str, str]:
    """A date as attributes hold it: ISO text, or {"from", "to"} where only bounds are known."""
    if first == last:
        return first.isoformat()
    return {"from": first.isoformat(), "to": last.isoformat()}


def said_date(value: Any) -> str:
    """A stored date as an office writes it: 2024-05-01, 2024-05, 2024, or both bounds."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    first, last = (date.fromisoformat(value[end]) for end in ("from", "to"))
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first:%Y}"
    ends = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    if first.day == 1 and last == ends:
        return f"{first:%Y-%m}"
    return f"{first}～{last}"
