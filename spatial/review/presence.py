"""Who else has a patch open at the desk. 在看

A page says every half minute which patch it shows; what was said longer ago than STALE_S counts no
more. Only the present is kept: a row a person.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from spatial.models import DeskVisit

if TYPE_CHECKING:
    from spatial.models import User

EVERY_S = 30
STALE_S = 75


def visit(by: User, patch_id: int, now: datetime.datetime) -> list[str]:
    """Note that ``by`` has the patch open; who else has it open now, by name."""
    DeskVisit.objects.update_or_create(by=by, defaults={"patch_id": patch_id, "at": now})
    since = now - datetime.timedelta(seconds=STALE_S)
    others = DeskVisit.objects.filter(patch=patch_id, at__gte=since).exclude(by=by)
    return [str(visit.by) for visit in others.select_related("by").order_by("at")]
