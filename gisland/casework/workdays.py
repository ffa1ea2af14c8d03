"""Working days: the week, the holidays and the days worked instead, from calendar.toml. 工作日"""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from pathlib import Path

from gisland.casework.errors import CalendarMissing, ProcessInvalid

CALENDAR_FILE = Path(__file__).resolve().parent / "calendar.toml"
DAY = datetime.timedelta(days=1)
SATURDAY = 5


@cache
def years() -> dict[int, tuple[frozenset[datetime.date], frozenset[datetime.date]]]:
    """By year: the days off that the week would work, and the days worked that it would not."""
    return read(CALENDAR_FILE.read_text(encoding="utf-8"))


def read(text: str) -> dict[int, tuple[frozenset[datetime.date], frozenset[datetime.date]]]:
    """Parse and check; raises ProcessInvalid: a day off is a weekday, a day worked a weekend."""
    try:
        tree = tomllib.loads(text)
        found = {
            int(year): (_days(entry["off"]), _days(entry["work"])) for year, entry in tree.items()
        }
    except (KeyError, ValueError) as error:
        raise ProcessInvalid(f"calendar.toml 有误：{error}") from error
    for year, (off, work) in found.items():
        strange = sorted(
            day.isoformat()
            for days, weekend in ((off, False), (work, True))
            for day in days
            if (day.weekday() >= SATURDAY) != weekend or day.year != year
        )
        if strange:
            raise ProcessInvalid(
                f"calendar.toml [{year}]：off 应为当年周一至周五，work 应为当年周六、周日；"
                f"不符的有 {'、'.join(strange)}"
            )
    return found


def is_working(day: datetime.date) -> bool:
    """Whether offices work on the day; raises CalendarMissing for a year that is not loaded."""
    try:
        off, work = years()[day.year]
    except KeyError:
        raise CalendarMissing(
            f"{day.year} 年的节假日安排尚未载入，不能按工作日计算期限。"
            "请把国务院办公厅的通知补进 gisland/casework/calendar.toml。"
        ) from None
    return day in work or (day.weekday() < SATURDAY and day not in off)


def after(start: datetime.date, days: int) -> datetime.date:
    """The n-th working day after ``start``, which itself does not count."""
    day = start
    for _ in range(days):
        day += DAY
        while not is_working(day):
            day += DAY
    return day


def between(start: datetime.date, end: datetime.date) -> int:
    """How many working days lie after ``start`` up to ``end``, ``end`` included."""
    count, day = 0, start
    while day < end:
        day += DAY
        count += is_working(day)
    return count


def _days(told: list[str]) -> frozenset[datetime.date]:
    """Single days, and spans written first/last."""
    found = set()
    for entry in told:
        first, _, last = entry.partition("/")
        day = datetime.date.fromisoformat(first)
        end = datetime.date.fromisoformat(last or first)
        if end < day:
            raise ValueError(f"{entry} 起止颠倒")
        while day <= end:
            found.add(day)
            day += DAY
    return frozenset(found)
