"""How far batches are, and how long is left. 进度

One statement counts the patches of every batch by status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F

from spatial.models import Batch, DeskRow
from spatial.review import status

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from spatial.scope import Scope

BURNING = 3
"""Batches whose clocks are shown where none is chosen."""


def clock(batch: Batch, scope: Scope, today: datetime.date) -> dict[str, Any]:
    """How far a batch is and how long is left (negative: overdue; None: no date was set)."""
    return _clock(batch, _counts(scope, [batch.pk]).get(batch.pk, {}), today)


def burning(scope: Scope, today: datetime.date) -> list[dict[str, Any]]:
    """The clocks of the batches that are not done, what is due first at the head; BURNING at most.

    Batches without a date come last, site checks not at all.
    """
    counts = _counts(scope)
    batches = Batch.objects.filter(pk__in=counts)
    ordered = batches.order_by(F("report_due_on").asc(nulls_last=True), "code")
    clocks = [_clock(batch, counts[batch.pk], today) for batch in ordered]
    return [told for told in clocks if told["left"]][:BURNING]


def _counts(scope: Scope, batch_ids: Sequence[int] | None = None) -> dict[int, dict[str, int]]:
    """By batch, how many of the patches that the scope sees have which status."""
    rows = scope.filter_desk_rows(DeskRow.objects.all())
    if batch_ids is not None:
        rows = rows.filter(batch_id__in=batch_ids)
    counts: dict[int, dict[str, int]] = {}
    for batch, code, count in rows.values_list("batch_id", "status").annotate(Count("pk")):
        counts.setdefault(batch, {})[code] = count
    return counts


def _clock(batch: Batch, told: dict[str, int], today: datetime.date) -> dict[str, Any]:
    counts = {code: told.get(code, 0) for code in status.STATUSES}
    total = sum(counts.values())
    decided = sum(counts[code] for code in status.DECIDED)
    due = batch.report_due_on
    return {
        "batch": batch.code,
        "title": str(batch),
        "total": total,
        "decided": decided,
        "left": total - decided,
        "counts": counts,
        "due_on": due and due.isoformat(),
        "days_left": (due - today).days if due else None,
    }
