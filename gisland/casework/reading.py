"""Writing down who read what of cases and clues, and finding it again. 查阅记录"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from gisland.casework.models import Case, Clue, ReadRecord, ReadWhat

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from spatial.models import User
    from spatial.scope import Scope

VISITOR = "演示访客"
AGAIN = datetime.timedelta(minutes=30)
"""The same thing read again by the same person within that time is one reading."""
EACH = (ReadWhat.PERSONAL, ReadWhat.CASE_FILE)
"""Of these every single one is written down."""


def record(
    what: ReadWhat, by: User | None, *, case: Case | None = None, clue: Clue | None = None,
    detail: str = "",
) -> None:  # fmt: skip
    """Write one reading down, before it is given out; a page once in half an hour."""
    told = {"what": what, "by": by, "case": case, "clue": clue, "detail": detail[:200]}
    since = timezone.now() - AGAIN
    if what not in EACH and ReadRecord.objects.filter(**told, at__gte=since).exists():
        return
    ReadRecord.objects.create(**told, by_name=str(by or VISITOR))


def readings(scope: Scope) -> QuerySet[ReadRecord]:
    """The readings of cases and clues that the scope sees, the newest first."""
    seen = Q(case__in=Case.objects.filter(scope.patches_q("patch__")))
    seen |= Q(clue__region_id__in=scope.county_ids)
    return ReadRecord.objects.filter(seen).select_related(
        "by", "clue", "case__patch__batch", "case__patch__region"
    )
