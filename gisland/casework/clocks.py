"""The clocks of a case, worked out from its ledger; whether they burn is asked of a day. 期限

Nothing here asks the clock on the wall: the day comes from the caller.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisland.casework import workdays
from gisland.casework.clock_rules import ISSUED, Clock, Rule, book
from gisland.casework.models import CaseClock, CaseEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spatial.models import Batch

ALL = "all"
"""A pause of every clock that runs."""


@dataclass
class Running:
    """One clock while it is worked out; becomes a CaseClock."""

    clock: Clock
    rule: Rule
    round: int
    started_on: datetime.date
    due_on: datetime.date
    ended_on: datetime.date | None = None
    paused_since: datetime.date | None = None
    paused_days: int = 0
    extended: bool = False

    def pause(self, on: datetime.date) -> None:
        """Stop counting from a day on."""
        if self.ended_on is None and self.paused_since is None:
            self.paused_since = max(on, self.started_on)

    def resume(self, on: datetime.date) -> None:
        """Count again; the last day moves by the days that did not count."""
        if self.paused_since is None:
            return
        if self.rule.counts_working:
            days = workdays.between(self.paused_since, on)
            self.due_on = workdays.after(self.due_on, days)
        else:
            days = (on - self.paused_since).days
            self.due_on += datetime.timedelta(days=days)
        self.paused_days += days
        self.paused_since = None

    def row(self, case_id: int) -> CaseClock:
        """As it is stored."""
        return CaseClock(
            case_id=case_id,
            clock=self.clock.code,
            round=self.round,
            started_on=self.started_on,
            due_on=self.due_on,
            ended_on=self.ended_on,
            paused_since=self.paused_since,
            paused_days=self.paused_days,
            extended=self.extended,
        )


def work_out(batch: Batch, finding: str, events: Iterable[CaseEvent]) -> list[Running]:
    """The clocks of a case after these events, in their order.

    ``finding``: Finding.word; a clock of offences does not run on ground decided to be lawful.
    """
    found: dict[str, Running] = {}
    if batch.issued_on is not None:
        for clock in book().clocks.values():
            if clock.starts == ISSUED:
                _start(found, clock, batch, batch.issued_on, 1)
    for event in events:
        _hear(found, batch, event)
    return [
        running
        for running in found.values()
        if not (running.clock.finding == "illegal" and finding == "lawful")
    ]


def _hear(found: dict[str, Running], batch: Batch, event: CaseEvent) -> None:
    for running in found.values():
        if event.edge in running.clock.ends and running.ended_on is None:
            running.resume(event.on)
            running.ended_on = event.on
        elif event.edge in running.clock.reopens:
            running.ended_on = None
    for clock in book().clocks.values():
        if clock.starts == event.edge:
            _start(found, clock, batch, event.on, event.round)
    if event.edge in ("pause", "resume", "extend"):
        which = event.told.get("clock", ALL)
        for running in found.values():
            if which in (ALL, running.clock.code) and running.ended_on is None:
                _turn(running, event)


def _turn(running: Running, event: CaseEvent) -> None:
    if event.edge == "pause":
        running.pause(event.on)
    elif event.edge == "resume":
        running.resume(event.on)
    else:
        running.due_on = max(running.due_on, datetime.date.fromisoformat(event.told["until"]))
        running.extended = True


def _start(
    found: dict[str, Running], clock: Clock, batch: Batch, on: datetime.date, turn: int
) -> None:
    if fits := clock.rule_for(on, batch):
        rule, due = fits
        found[clock.code] = Running(clock, rule, turn, on, due)
    else:
        found.pop(clock.code, None)


# ------------------------------------------------------------------ on a day


@dataclass(frozen=True)
class Reading:
    """A clock as it stands on a day."""

    code: str
    term: str
    started_on: datetime.date
    due_on: datetime.date
    ended_on: datetime.date | None
    paused: bool
    extended: bool
    days_left: int
    """Calendar days to the last day in time; negative: overdue, or done too late."""
    state: str
    """running, burning, due_today, overdue, paused, met or late."""
    source: str = ""

    @property
    def said(self) -> str:
        """The reading in words."""
        days = abs(self.days_left)
        return {
            "met": f"按期办结（{self.ended_on}）",
            "late": f"逾期 {days} 天办结（{self.ended_on}）",
            "paused": "已中止计时",
            "overdue": f"逾期 {days} 天",
            "due_today": "今天截止",
        }.get(self.state, f"剩 {days} 天")

    @property
    def told_levels(self) -> tuple[str, ...]:
        """The levels of office that must hear of it, by how long it is overdue."""
        if self.state != "overdue":
            return ()
        return tuple(level for level, days in book().escalation.items() if -self.days_left >= days)


def read(row: CaseClock | Running, today: datetime.date) -> Reading:
    """How a clock stands on a day. The last day itself is in time."""
    clock = row.clock if isinstance(row, Running) else book().clocks.get(row.clock)
    end = row.ended_on
    left = (row.due_on - (end or today)).days
    return Reading(
        code=clock.code if clock else str(row.clock),
        term=clock.term if clock else str(row.clock),
        started_on=row.started_on,
        due_on=row.due_on,
        ended_on=end,
        paused=row.paused_since is not None,
        extended=row.extended,
        days_left=left,
        state=_state(row, left),
        source=row.rule.source if isinstance(row, Running) else "",
    )


def _state(row: CaseClock | Running, left: int) -> str:
    if row.ended_on is not None:
        return "met" if left >= 0 else "late"
    if row.paused_since is not None:
        return "paused"
    if left < 0:
        return "overdue"
    if left == 0:
        return "due_today"
    return "burning" if left <= book().burning_days else "running"


def store(case_id: int, found: Sequence[Running]) -> None:
    """Write the rows of one case anew."""
    CaseClock.objects.filter(case=case_id).delete()
    CaseClock.objects.bulk_create([running.row(case_id) for running in found])
