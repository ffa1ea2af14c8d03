"""How far the cases of each county have come, on a day: what a bulletin ranks. 办案进度"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisland.casework.deadlines import pressing
from gisland.casework.models import Case, CaseClock
from gisland.casework.process import process
from spatial import sqlfiles

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection

    from spatial.scope import Scope

OVERDUE = "overdue"


@dataclass
class Tally:
    """Cases of one county; ``overdue`` counts those with at least one clock run out."""

    case_count: int = 0
    reported_count: int = 0
    returned_count: int = 0
    return_count: int = 0
    filed_count: int = 0
    closed_count: int = 0
    overdue_count: int = 0


def tallies(
    scope: Scope,
    batch_codes: Collection[str],
    county_ids: Collection[int],
    *,
    known_at: datetime.datetime | None,
    as_of: datetime.date,
) -> dict[str, Tally]:
    """By county code, the cases of these batches; ``known_at`` None: now, with ``as_of`` today."""
    edges = process().edges.values()
    returns = [edge.code for edge in edges if edge.reasons == "return_reason"]
    rows = sqlfiles.rows(
        "casework/40_tally_cases",
        {
            "county_ids": list(county_ids), "batch_codes": list(batch_codes),
            "known_at": known_at, "return_edges": returns,
            "reported": "reported", "filed": "filed", "closed": "closed",
        },
    )  # fmt: skip
    found = {row.pop("region_code"): Tally(**row) for row in rows}
    if known_at is None:
        late = _late_now(scope, batch_codes, county_ids, as_of)
    else:
        late = {
            (one.case.patch.region.code, one.case.pk)
            for one in pressing(scope, as_of, batch_codes=batch_codes, county_ids=county_ids)
            if one.reading.state == OVERDUE
        }
    for code, _ in late:
        if code in found:
            found[code].overdue_count += 1
    return found


def _late_now(
    scope: Scope, batch_codes: Collection[str], county_ids: Collection[int], today: datetime.date
) -> set[tuple[str, int]]:
    """County and case of every clock run out today, from the clocks as they are stored."""
    late = CaseClock.objects.filter(
        case__in=Case.objects.filter(scope.patches_q("patch__")),
        case__patch__region__in=county_ids, case__patch__batch__code__in=batch_codes,
        ended_on__isnull=True, paused_since__isnull=True, due_on__lt=today,
    )  # fmt: skip
    return set(late.values_list("case__patch__region__code", "case").distinct())
