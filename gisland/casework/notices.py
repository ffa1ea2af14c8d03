"""Overdue clocks told upward: which level hears of which case, once each; who has read it. 逾期通报

A notice is of the day on which its level had to hear of it, whatever day it is written: the same
``check_deadlines`` again, or for an earlier day, adds none that is there.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from gisland.casework.clock_rules import book
from gisland.casework.models import Case, Notice, NoticeSeen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from gisland.casework.deadlines import Pressing
    from spatial.models import User
    from spatial.scope import Scope

READERS = ("assign", "review", "supervise")
"""Whoever may do one of these reads what is told to the level of their region."""


def due_notices(found: Iterable[Pressing]) -> list[Notice]:
    """The notices that these overdue clocks ask for, whether or not they are written."""
    made = []
    for one in found:
        for level in one.reading.told_levels:
            days = book().escalation[level]
            made.append(
                Notice(
                    case=one.case, clock=one.reading.code, due_on=one.reading.due_on, level=level,
                    on=one.reading.due_on + datetime.timedelta(days=days), days_overdue=days,
                    from_name=_from(one.case),
                )
            )  # fmt: skip
    return made


def issue(found: Iterable[Pressing]) -> int:
    """Write those that are not there; how many were."""
    before = Notice.objects.count()
    Notice.objects.bulk_create(due_notices(found), ignore_conflicts=True, batch_size=2000)
    return Notice.objects.count() - before


def notices_for(scope: Scope, by: User | None) -> QuerySet[Notice]:
    """What is told to the person's level about cases that they see, the newest first."""
    if by is None or not any(scope.can(act) for act in READERS):
        return Notice.objects.none()
    seen = Q(case__in=Case.objects.filter(scope.patches_q("patch__")))
    if not by.is_superuser:
        seen &= Q(level=by.region.level if by.region else "")
    rows = Notice.objects.filter(seen).select_related(
        "case__patch__batch", "case__patch__region", "case__officer", "seen__by"
    )
    return rows.defer("case__patch__geom", "case__patch__ground", "case__patch__region__geom")


def mark_seen(scope: Scope, by: User, ids: Iterable[int]) -> int:
    """Say that they were read; how many had not been."""
    unread = notices_for(scope, by).filter(pk__in=list(ids), seen=None)
    rows = [NoticeSeen(notice=one, by=by) for one in unread]
    NoticeSeen.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _from(case: Case) -> str:
    return str(case.unit or f"{case.patch.region.name}（未分派）")
