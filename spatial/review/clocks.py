"""How far batches are, and how long is left. 进度

One statement counts the patches of every batch by status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, F, Value, When

from spatial.models import Batch, Patch
from spatial.models.patch import Source
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
    batches = Batch.objects.filter(pk__in=counts).exclude(source=Source.SITE)
    ordered = batches.order_by(F("report_due_on").asc(nulls_last=True), "code")
    clocks = [_clock(batch, counts[batch.pk], today) for batch in ordered]
    return [told for told in clocks if told["left"]][:BURNING]


def _counts(scope: Scope, batch_ids: Sequence[int] | None = None) -> dict[int, dict[str, int]]:
    """By batch, how many of the patches that the scope sees have which status."""
    patches = scope.filter_patches(Patch.objects.all())
    if batch_ids is not None:
        patches = patches.filter(batch__in=batch_ids)
    whens = [When(status.status_q(code), then=Value(code)) for code in status.STATUSES]
    stands = patches.order_by().annotate(stands=Case(*whens, output_field=CharField()))
    counts: dict[int, dict[str, int]] = {}
    for batch, code, count in stands.values_list("batch", "stands").annotate(Count("pk")):
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
