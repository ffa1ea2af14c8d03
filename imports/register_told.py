"""What registers say of a patch besides who uses it: for its page. 登记"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import fields
from imports.models import RegisterEntry

if TYPE_CHECKING:
    import datetime

SUBJECT = ("holder", "holder_name", "holder_code", "project", "project_code", "jcbh", "region_code")
"""Told elsewhere on the page, or by the patch itself."""


def told(patch_id: int, at: datetime.datetime | None = None) -> list[dict[str, Any]]:
    """Each field that a register told, by the newest that did (known at that time): its term, the
    value, what was issued otherwise, and which register."""
    entries = RegisterEntry.objects.filter(patch=patch_id).select_related("delivery")
    if at is not None:
        entries = entries.filter(recorded_at__lte=at)
    known = fields.fields_of(fields.PATCH)
    found: dict[str, dict[str, Any]] = {}
    for entry in entries.order_by("-pk"):
        for name, value in entry.attributes.items():
            if name in SUBJECT or value in (None, "") or name in found:
                continue
            found[name] = {
                "term": known[name].term if name in known else name,
                "value": value,
                "issued": entry.differs.get(name),
                "file": entry.delivery.file_name,
                "on": entry.recorded_at,
            }
    return list(found.values())
