"""What waits in casework: own cases, clues, reviews of this level, notices. 办案待办"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse

from gisland.casework import clues, notices
from gisland.casework.clock_rules import book
from gisland.casework.models import Case, CaseClock, ClueState
from gisland.casework.process import process
from gisland.pages.home_rows import Row, Wait

if TYPE_CHECKING:
    from spatial.models import User
    from spatial.scope import Scope

TITLE = "办案"


def waits(scope: Scope, user: User, today: datetime.date) -> list[Wait]:
    """One list of everything, what burns first; none for whoever has no part in casework."""
    acts = ("handle", "assign", "review", "supervise", clues.ACT)
    if not any(scope.can(act) for act in acts):
        return []
    rows = _notices(scope, user) + _clocks(scope, user, today) + _desk(scope, user)
    rows += _clues(scope) + _unassigned(scope)
    return [Wait(TITLE, "没有等您办的案件和线索。", rows, "全部案件", reverse("cases"))]


def _notices(scope: Scope, user: User) -> list[Row]:
    unread = notices.notices_for(scope, user).filter(seen=None).order_by().count()
    if not unread:
        return []
    return [Row("逾期通报未阅", f"{reverse('case_deadlines')}#notices", f"{unread:,} 份",
                "通报到本级", burns=True)]  # fmt: skip


def _clocks(scope: Scope, user: User, today: datetime.date) -> list[Row]:
    """Of the own cases for whoever handles them; of all for whoever leads or looks on."""
    mine = scope.can("handle") and not scope.can("assign")
    seen = Case.objects.filter(scope.patches_q("patch__"))
    seen = seen.filter(officer=user) if mine else seen
    soon = today + datetime.timedelta(days=book().burning_days)
    told = CaseClock.objects.filter(
        case__in=seen, ended_on__isnull=True, paused_since__isnull=True, due_on__lte=soon
    ).aggregate(
        overdue=Count("case", distinct=True, filter=Q(due_on__lt=today)),
        burning=Count("case", distinct=True, filter=Q(due_on__gte=today)),
    )
    own, query = ("我承办的案件", "&mine=1") if mine else ("案件", "")
    rows = []
    for when, term, burns in (("overdue", "已逾期", True), ("burning", "即将到期", True)):
        if told[when]:
            address = f"{reverse('cases')}?when={when}{query}"
            rows.append(Row(f"{own}{term}", address, f"{told[when]:,} 件", burns=burns))
    return rows


def _desk(scope: Scope, user: User) -> list[Row]:
    """The cases that lie on this level's desk, by the step that they wait for."""
    level = user.region.level if user.region else ""
    rows = []
    for edge in process().edges.values():
        asked = edge.moves and scope.can(edge.act) and level in edge.levels
        if not asked or edge.act not in ("review", "accept") or edge.reasons:
            continue
        track = process().track_of(edge)
        if track == "handling" and edge.finding:  # of lawful ground there is no work to be done
            continue
        waiting = Case.objects.filter(
            scope.patches_q("patch__"), **{f"{track}_state__in": edge.sources}
        ).count()
        if waiting:
            address = f"{reverse('cases')}?{track}={edge.sources[0]}"
            state = process().states[edge.sources[0]].term
            rows.append(Row(state, address, f"{waiting:,} 件", f"待办：{edge.term}"))
    return rows


def _clues(scope: Scope) -> list[Row]:
    if not scope.can(clues.ACT):
        return []
    waiting = clues.clues_of(scope).filter(state=ClueState.WAITING).order_by().count()
    if not waiting:
        return []
    address = f"{reverse('clues')}?state={ClueState.WAITING.value}"
    return [Row("线索待处理", address, f"{waiting:,} 条", "受理、并案或不予受理")]


def _unassigned(scope: Scope) -> list[Row]:
    if not scope.can("assign"):
        return []
    first = process().first("report").code
    waiting = Case.objects.filter(
        scope.patches_q("patch__"), officer=None, report_state=first
    ).count()
    if not waiting:
        return []
    return [Row("案件未分派", f"{reverse('cases')}?report={first}", f"{waiting:,} 件")]
