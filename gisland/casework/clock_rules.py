"""The clocks as data: which there are, what starts and ends them, when they are due. 期限规则"""

from __future__ import annotations

import calendar
import datetime
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisland.casework import workdays
from gisland.casework.errors import ProcessInvalid
from gisland.casework.process import LEVELS, process
from spatial.models.patch import Source

if TYPE_CHECKING:
    from spatial.models import Batch

CLOCKS_FILE = Path(__file__).resolve().parent / "clocks.toml"
ISSUED = "issued"
"""What starts the clocks that run from the issue of the batch."""
DUES = ("days", "month_end", "day", "on", "batch")
MONTHS = 12


@dataclass(frozen=True)
class Rule:
    """One line of law: for which clocks it holds, and when they are due."""

    due: dict[str, Any]
    source: str
    sources: tuple[str, ...] = ()
    since: datetime.date = datetime.date.min
    until: datetime.date = datetime.date.max

    @property
    def counts_working(self) -> bool:
        """Whether its days are working days."""
        return self.due.get("count") == "working"

    def due_on(self, start: datetime.date, batch: Batch) -> datetime.date | None:
        """The last day in time; None where the batch does not say one."""
        due = self.due
        if "days" in due:
            days = int(due["days"])
            if self.counts_working:
                return workdays.after(start, days)
            return start + datetime.timedelta(days=days)
        if "month_end" in due:
            year, month = _months_on(start, due["month_end"])
            return datetime.date(year, month, calendar.monthrange(year, month)[1])
        if "day" in due:
            year, month = _months_on(start, due["months"])
            return datetime.date(year, month, due["day"])
        if "on" in due:
            fixed: datetime.date = due["on"]
            return fixed if fixed >= start else None
        told: datetime.date | None = getattr(batch, due["batch"])
        return told if told is not None and told >= start else None


@dataclass(frozen=True)
class Clock:
    """One clock and its rules, the first that fits counts."""

    code: str
    term: str
    starts: str
    ends: tuple[str, ...]
    rules: tuple[Rule, ...]
    reopens: tuple[str, ...] = ()
    finding: str = ""

    def rule_for(self, start: datetime.date, batch: Batch) -> tuple[Rule, datetime.date] | None:
        """The rule that fits a clock started on that day, and the last day in time."""
        for rule in self.rules:
            fits = rule.since <= start <= rule.until
            if fits and (not rule.sources or batch.source in rule.sources):
                due = rule.due_on(start, batch)
                if due is not None:
                    return rule, due
        return None


@dataclass(frozen=True)
class ClockBook:
    """The whole of clocks.toml."""

    clocks: dict[str, Clock]
    burning_days: int
    escalation: dict[str, int]
    """By level, the days overdue from which it is told; the lowest level first."""


@cache
def book() -> ClockBook:
    """The checked clocks of this installation."""
    return read(CLOCKS_FILE.read_text(encoding="utf-8"))


def read(text: str) -> ClockBook:
    """Parse and check; raises ProcessInvalid with every fault."""
    try:
        tree = tomllib.loads(text)
        found = ClockBook(
            clocks={code: _clock(code, entry) for code, entry in tree["clock"].items()},
            burning_days=int(tree["burning"]["days"]),
            escalation={str(level): int(days) for level, days in tree["escalation"].items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProcessInvalid(f"clocks.toml 有误：{error}") from error
    faults = [fault for clock in found.clocks.values() for fault in _faults(clock)]
    faults += [
        f"[escalation] 没有级别 {level}" for level in found.escalation if level not in LEVELS
    ]
    days = list(found.escalation.values())
    if days != sorted(days):
        faults.append("[escalation] 天数须随级别升高而不减")
    if faults:
        raise ProcessInvalid("gisland/casework/clocks.toml 有误：\n" + "\n".join(faults))
    return found


def _clock(code: str, entry: dict[str, Any]) -> Clock:
    told = dict(entry)
    rules = tuple(
        Rule(**{**rule, "sources": tuple(rule.get("sources", ()))}) for rule in told.pop("rule")
    )
    ends, reopens = (tuple(told.pop(name, ())) for name in ("ends", "reopens"))
    return Clock(code=code, rules=rules, ends=ends, reopens=reopens, **told)


def _faults(clock: Clock) -> list[str]:
    edges = process().edges
    named = [*clock.ends, *clock.reopens, *([] if clock.starts == ISSUED else [clock.starts])]
    faults = [f"[clock.{clock.code}] 没有步骤 {edge}" for edge in named if edge not in edges]
    for rule in clock.rules:
        kinds = [kind for kind in DUES if kind in rule.due]
        if len(kinds) != 1:
            faults.append(f"[clock.{clock.code}] due 应写 {'、'.join(DUES)} 之一")
        if rule.due.get("count", "calendar") not in ("calendar", "working"):
            faults.append(f"[clock.{clock.code}] count 应为 calendar 或 working")
        faults += [
            f"[clock.{clock.code}] 没有来源 {source}"
            for source in rule.sources
            if source not in Source.values
        ]
        if not rule.source:
            faults.append(f"[clock.{clock.code}] 须写明依据 source")
    if not clock.ends:
        faults.append(f"[clock.{clock.code}] 须写明 ends")
    return faults


def _months_on(start: datetime.date, months: int) -> tuple[int, int]:
    index = start.year * MONTHS + start.month - 1 + months
    return index // MONTHS, index % MONTHS + 1
