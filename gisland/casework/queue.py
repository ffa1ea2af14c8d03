"""The list of cases: filters that stand in the address, the most pressing first, paged by key."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from gisland.casework.clock_rules import book
from gisland.casework.models import Case, CaseClock
from gisland.casework.process import process
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from spatial.models import User
    from spatial.scope import Scope

PAGE = 50
LAST = (1 << 63) - 1
FAR = datetime.date(9999, 12, 31)
"""The last day of a case without a clock that runs."""
WHENS = {"overdue": "已逾期", "burning": "即将到期", "paused": "中止计时"}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; empty fields ask for nothing."""

    report: str = ""
    handling: str = ""
    when: str = ""
    clock: str = ""
    county: str = ""
    batch: str = ""
    mine: str = ""
    listed: str = ""
    q: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """Read an address; raises InputRefused for a state or clock that does not exist."""
        asked = cls(**{part.name: given.get(part.name, "").strip() for part in fields(cls)})
        for value, known, what in (
            (asked.report, process().states, "上报状态"),
            (asked.handling, process().states, "查处状态"),
            (asked.when, WHENS, "期限"),
            (asked.clock, book().clocks, "期限种类"),
        ):
            if value and value not in known:
                raise InputRefused(f"没有{what} {value}。")
        return asked

    def told(self) -> dict[str, str]:
        """What is asked, without what is not."""
        return {part.name: v for part in fields(self) if (v := getattr(self, part.name))}

    def said(self) -> list[str]:
        """The same in words, one a filter."""
        states, clocks = process().states, book().clocks
        words = {
            "report": lambda code: states[code].term,
            "handling": lambda code: states[code].term,
            "when": lambda code: WHENS[code],
            "clock": lambda code: clocks[code].term,
            "mine": lambda _: "我承办的",
            "listed": lambda _: "挂牌督办",
            "county": lambda code: f"县区 {code}",
            "batch": lambda code: f"批次 {code}",
            "q": lambda word: f"查找 {word}",
        }
        return [words[name](value) if name in words else value
                for name, value in self.told().items()]  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Some cases in order, each with ``due_on`` and ``due_clock``; the key of the next page."""

    cases: list[Any]
    next_key: str


def select(scope: Scope, asked: Asked, by: User | None, today: datetime.date) -> QuerySet[Case]:
    """The cases that a scope sees and a filter asks for."""
    found = Case.objects.filter(scope.patches_q("patch__"))
    if asked.report:
        found = found.filter(report_state=asked.report)
    if asked.handling:
        found = found.filter(handling_state=asked.handling)
    if asked.county:
        found = found.filter(patch__region__code=asked.county)
    if asked.batch:
        found = found.filter(patch__batch__code=asked.batch)
    if asked.mine:
        found = found.filter(officer=by) if by else found.none()
    if asked.listed:
        found = found.filter(listed=True)
    if asked.when or asked.clock:
        found = found.filter(Exists(_clocks(asked, today)))
    for word in asked.q.replace("/", " ").split():
        found = found.filter(
            Q(patch__jcbh__icontains=word)
            | Q(patch__project__name__icontains=word)
            | Q(officer__display_name__icontains=word)
            | Q(evidence__number__icontains=word)
        ).distinct()
    return found


def ordered(found: QuerySet[Case]) -> QuerySet[Any]:
    """Them by the last day that comes first, each with ``due_on`` and ``due_clock``."""
    earliest = CaseClock.objects.filter(
        case=OuterRef("pk"), ended_on__isnull=True, paused_since__isnull=True
    ).order_by("due_on", "clock")
    return (
        found.annotate(
            due_on=Coalesce(Subquery(earliest.values("due_on")[:1]), FAR),
            due_clock=Subquery(earliest.values("clock")[:1]),
        )
        .select_related("patch__batch", "patch__region", "officer", "unit", "patch__project")
        .defer("patch__geom", "patch__ground", "patch__region__geom")
        .order_by("due_on", "pk")
    )


def page(found: QuerySet[Case], after: str = "") -> Page:
    """A page of them by the last day that comes first; ``after`` is the key of a page before."""
    following = ordered(found)
    if after:
        due, pk = _key(after)
        following = following.filter(
            GreaterThan(F("due_on"), due) | Q(GreaterThan(F("id"), pk), due_on=due)
        )
    rows = list(following[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(rows, f"{rows[-1].due_on.isoformat()}.{rows[-1].pk}" if more else "")


def totals(found: QuerySet[Case]) -> dict[str, Any]:
    """How many there are and how large, and how many stand where on each track."""
    plain = Case.objects.filter(pk__in=found.order_by().values("pk"))
    told = plain.aggregate(count=Count("pk"), area_m2=Sum("patch__area_m2"))
    for track in process().tracks:
        name = f"{track}_state"
        counted = dict(plain.order_by().values(name).annotate(n=Count("pk")).values_list(name, "n"))
        told[track] = [
            (state, counted[state.code])
            for state in process().states.values()
            if state.code in counted and state.track == track
        ]
    return told


def _clocks(asked: Asked, today: datetime.date) -> QuerySet[CaseClock]:
    found = CaseClock.objects.filter(case=OuterRef("pk"), ended_on__isnull=True)
    if asked.clock:
        found = found.filter(clock=asked.clock)
    if asked.when == "paused":
        return found.filter(paused_since__isnull=False)
    if asked.when:
        found = found.filter(paused_since__isnull=True)
    if asked.when == "overdue":
        return found.filter(due_on__lt=today)
    if asked.when == "burning":
        until = today + datetime.timedelta(days=book().burning_days)
        return found.filter(due_on__range=(today, until))
    return found


def _key(after: str) -> tuple[datetime.date, int]:
    day, _, pk = after.partition(".")
    try:
        return datetime.date.fromisoformat(day), min(max(int(pk), 0), LAST)
    except ValueError:
        raise InputRefused("翻页的位置有误，请从第一页看起。") from None
