"""How far each batch is, and which one burns. 批次进度"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial import sqlfiles
from spatial.models import Batch
from spatial.review.status import DECIDED, WAITING

if TYPE_CHECKING:
    from decimal import Decimal

    from spatial.scope import Scope

BURNING_DAYS = 3
"""The desk's clock turns red from so many days before the end."""


@dataclass(frozen=True)
class BatchProgress:
    """One batch as far as a scope sees it; the parts of ``total`` close."""

    batch: Batch
    total: int
    unjudged: int
    open: int
    field_check: int
    rejected: int
    decided: int
    overtaken: int
    """Decided about another proposal than the current one."""
    waiting_m2: Decimal
    """The ground of what waits for a decision."""
    days_left: int | None
    """Negative: overdue; None: no date was set."""

    @property
    def left(self) -> int:
        """How many patches are not yet decided."""
        return self.total - self.decided

    @property
    def waiting(self) -> int:
        """How many wait for a decision: judged, and not decided."""
        return self.open + self.field_check + self.rejected

    @property
    def burns(self) -> bool:
        """Whether something is left and the time is over or nearly so."""
        return bool(self.left) and self.days_left is not None and self.days_left <= BURNING_DAYS

    @property
    def clock(self) -> str:
        """How long is left, in words."""
        if self.days_left is None:
            return "未定期限"
        if self.days_left < 0:
            return f"逾期 {-self.days_left} 天"
        return "今天截止" if self.days_left == 0 else f"剩 {self.days_left} 天"


def batches(scope: Scope, today: datetime.date) -> list[BatchProgress]:
    """The batches with patches in the scope, the one that ends first at the head."""
    rows = sqlfiles.rows(
        "review/40_count_batches",
        {
            "county_ids": scope.sql_params()["county_ids"],
            "waiting": list(WAITING),
            "decided": list(DECIDED),
        },
    )
    known = Batch.objects.in_bulk([row["batch_id"] for row in rows])
    found = [_progress(known[row.pop("batch_id")], row, today) for row in rows]
    last = datetime.date.max
    return sorted(found, key=lambda one: (one.batch.report_due_on or last, one.batch.code))


def _progress(batch: Batch, row: sqlfiles.Row, today: datetime.date) -> BatchProgress:
    due = batch.report_due_on
    return BatchProgress(batch=batch, days_left=(due - today).days if due else None, **row)
