"""How far the cases of each county have come, on a day: what a bulletin ranks. 办案进度"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisland.casework.deadlines import pressing
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
    late = {
        (one.case.patch.region.code, one.case.pk)
        for one in pressing(scope, as_of)
        if one.reading.state == OVERDUE and one.case.patch.batch.code in batch_codes
    }
    for code, _ in late:
        if code in found:
            found[code].overdue_count += 1
    return found
