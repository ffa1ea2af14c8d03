"""The people who handle cases: their load, absence, and handing over. 人员与交接"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from gisland.casework import cases
from gisland.casework.models import Absence, Case, CaseClock
from gisland.casework.process import process
from spatial.errors import InputRefused, NotAllowed
from spatial.models import User
from spatial.scope import prefix_of, scope_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from spatial.scope import Scope

ACT = "assign"
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Load:
    """One person and what lies with them."""

    person: User
    open: int
    overdue: int
    away: Absence | None


def officers(scope: Scope) -> QuerySet[User]:
    """Who handles cases within the counties of the scope, and in the cities above them."""
    codes = set(scope.county_codes)
    codes |= {code[:4] + "00" for code in codes}
    people = User.objects.filter(
        is_active=True, roles__overlap=["brigade", "captain"], region__code__in=codes
    )
    return people.select_related("unit", "region").order_by("region__code", "username")


def own_people(by: User) -> QuerySet[User]:
    """Of these, those of the region that the person leads, not of the office above."""
    people = officers(scope_of(by))
    prefix = prefix_of(by.region)
    return people if prefix is None else people.filter(region__code__startswith=prefix)


def loads(scope: Scope, today: datetime.date) -> list[Load]:
    """Everybody with the number of their open cases; those who left with cases too."""
    late = CaseClock.objects.filter(
        case=OuterRef("pk"), ended_on=None, paused_since=None, due_on__lt=today
    )
    counted = {
        row["officer"]: row
        for row in open_of(scope)
        .annotate(late=Exists(late))
        .values("officer")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Q(late=True)))
        .order_by()
    }
    own = Q(pk__in=officers(scope)) | Q(pk__in=[pk for pk in counted if pk])
    people = User.objects.filter(own).select_related("unit", "region")
    away = {one.person_id: one for one in _away(today).filter(person__in=people)}
    none = {"open": 0, "overdue": 0}
    return [
        Load(
            one, counted.get(one.pk, none)["open"], counted.get(one.pk, none)["overdue"],
            away.get(one.pk),
        )
        for one in people.order_by("region__code", "username")
    ]  # fmt: skip


def open_of(scope: Scope) -> QuerySet[Case]:
    """The cases of the scope on which something is still expected."""
    final = {
        track: [s.code for s in process().states.values() if s.final and s.track == track]
        for track in process().tracks
    }
    done = Q(report_state__in=final["report"], handling_state__in=final["handling"])
    return Case.objects.filter(scope.patches_q("patch__")).exclude(done)


@transaction.atomic
def hand_over_all(by: User, giver: int, taker: int, note: str, at: datetime.datetime) -> int:
    """Every open case of one person to another, each with its own record; how many, all or none.

    Whoever takes them and is away is stood in for. Raises NotAllowed, InputRefused.
    """
    scope = scope_of(by)
    scope.require_act(ACT)
    if giver == taker:
        raise InputRefused("移交人和接收人是同一人。")
    if not note.strip():
        raise InputRefused("请写明移交的原因，例如调离、长期病假。")
    held = list(open_of(scope).filter(officer=giver).order_by("pk").values_list("pk", "events"))
    if not held:
        raise InputRefused("这位承办人在您的行政区内没有未办结的案件。")
    for pk, seen in held:
        move = cases.Move("hand_over", seen, at, note=note, told={"officer": taker})
        cases.advance(by, pk, move)
    return len(held)


def absences(by: User, today: datetime.date) -> QuerySet[Absence]:
    """The absences of the person's own people that are not over."""
    rows = Absence.objects.filter(person__in=own_people(by), until__gte=today)
    return rows.select_related("person", "deputy").order_by("since", "pk")


def be_away(
    by: User, who: int, deputy: int, span: tuple[datetime.date, datetime.date], note: str
) -> Absence:
    """Write an absence down. Raises NotAllowed, InputRefused."""
    scope = scope_of(by)
    scope.require_act(ACT)
    people = {one.pk: one for one in officers(scope)}
    if not own_people(by).filter(pk=who).exists() or deputy not in people:
        raise NotAllowed("请假人须是您的行政区内办案的人员，代理人须能在那里办案。")
    since, until = span
    if who == deputy:
        raise InputRefused("代理人不能是请假人本人。")
    if until < since:
        raise InputRefused(f"请假止日 {until} 早于起日 {since}。")
    if (until - since).days > LONGEST_DAYS:
        raise InputRefused("请假超过一年的，请移交案件。")
    known = Absence.objects.filter(since__lte=until, until__gte=since)
    if other := known.filter(person=who).first():
        raise InputRefused(f"{people[who]} 在 {other.since} 至 {other.until} 已登记请假。")
    if known.filter(person=deputy).exists():
        raise InputRefused(f"代理人 {people[deputy]} 在这段时间也请假，请另选。")
    if known.filter(deputy=who).exists():
        raise InputRefused(f"{people[who]} 在这段时间是别人的代理人，请先改由他人代理。")
    return Absence.objects.create(
        person=people[who], deputy=people[deputy], since=since, until=until, note=note[:200]
    )


def end_absence(by: User, absence_id: int, on: datetime.date) -> None:
    """Somebody is back: the absence ends the day before, or is dropped where it had not begun."""
    scope_of(by).require_act(ACT)
    row = Absence.objects.filter(pk=absence_id, person__in=own_people(by)).first()
    if row is None:
        raise NotAllowed("没有这条请假记录，或不在您的行政区内。")
    before = on - datetime.timedelta(days=1)
    if before < row.since:
        row.delete()
        return
    row.until = min(row.until, before)
    row.save(update_fields=["until"])


def _away(today: datetime.date) -> QuerySet[Absence]:
    rows = Absence.objects.filter(since__lte=today, until__gte=today)
    return rows.select_related("deputy")
