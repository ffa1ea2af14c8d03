"""Whether a batch lies beside the survey's edges as a whole: told with the delivery. 套合检查"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports import deliveries
from imports.readers.table import Finding
from spatial.engine.registration import shift_of

if TYPE_CHECKING:
    from imports.models import Delivery


def check(delivery: Delivery, added_ids: list[int]) -> None:
    """Keep the shift of the new patches in the verdict; one that is off is an issue."""
    if not added_ids:
        return
    shift = shift_of(added_ids)
    delivery.verdict["shift"] = shift.as_json()
    if shift.is_off:
        deliveries.add_issues(delivery, [Finding("shifted", shift.said)])
