"""Periods of ratios: a year takes its halves, quarters and months. 期"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[datetime.date, datetime.date]
"""First day, and the first day after."""

_FORMS = (
    (re.compile(r"^(\d{4})年?$"), 12),
    (re.compile(r"^(\d{4})[-年]?H([12])$"), 6),
    (re.compile(r"^(\d{4})年?(上|下)半年$"), 6),
    (re.compile(r"^(\d{4})[-年]?Q([1-4])$"), 3),
    (re.compile(r"^(\d{4})年?第?([1-4一二三四])季度$"), 3),
    (re.compile(r"^(\d{4})[-年M]?(0[1-9]|1[0-2])月?$"), 1),
    (re.compile(r"^(\d{4})年([1-9]|1[0-2])月$"), 1),
)
_NUMBERS = {"上": 1, "下": 2, "一": 1, "二": 2, "三": 3, "四": 4}


def span_of(period: str) -> Span | None:
    """The days of 2024, 2024H1, 2024Q1, 2024-03, 202403 or their Chinese; None for other words."""
    for form, months in _FORMS:
        if found := form.match(period.strip().upper()):
            year, *part = found.groups()
            number = (_NUMBERS.get(part[0]) or int(part[0])) if part else 1
            first = months * (number - 1)
            return _month(int(year), first), _month(int(year), first + months)
    return None


def _month(year: int, months: int) -> datetime.date:
    if not 1 <= year + months // 12 <= 9999:
        raise GislandError(f"期的年份 {year} 不合理，应写作 2024、2024Q1 或 2024-03")
    return datetime.date(year + months // 12, months % 12 + 1, 1)


def periods_within(asked: str, known: Iterable[str]) -> list[str]:
    """The periods that an asked one takes: itself, and those whose days lie in it.

    A year also takes what is written as the year and words, such as 2024专项.
    """
    span = span_of(asked)
    return [period for period in known if period == asked or (span and _within(period, span))]


def _within(period: str, span: Span) -> bool:
    found = span_of(period)
    if found is not None:
        return span[0] <= found[0] and found[1] <= span[1]
    year = re.match(r"^(\d{4})\D", period)
    whole = span[0].month == 1 and span[1] == _month(span[0].year, 12)
    return bool(year and whole and int(year[1]) == span[0].year)


def days_of(asked: str) -> Span:
    """The days of a period that dates are compared with; an unreadable one is refused."""
    span = span_of(asked)
    if span is None:
        raise GislandError(f"期 {asked} 不能按后时相统计；应写作 2024、2024H1、2024Q1 或 2024-03")
    return span
