"""One paper into a ledger: ground, number, dates, holder; looked at first, then one transaction.

What the page of approvals and the review desk call. The ground is a file of any kind that an import
reads (pasted text and drawings are written as one: imports.pasted), so the delivery keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from imports import activate, load, rights
from imports.approval_fields import check_fields, ledgers
from imports.approval_look import Look, look
from spatial import holders
from spatial.engine.lock import changing_data
from spatial.errors import InputRefused
from spatial.jobs import silent
from spatial.models import Document, Zone
from spatial.scope import scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path

    from imports.models import Delivery
    from spatial.jobs import Progress
    from spatial.models import User

__all__ = ["APPEND", "MODES", "REPLACE", "Added", "Look", "add", "check_fields", "ledgers", "look",
           "open_rows"]  # fmt: skip

REPLACE, APPEND = "replace", "append"
MODES = {REPLACE: "变更：取代该文号在册的全部地块", APPEND: "补充：在册的地块不动，另加地块"}


@dataclass(frozen=True)
class Added:
    """What came of it: the delivery, and the counties in whose ledgers the rows are."""

    delivery: Delivery
    versions: list[int]
    area_m2: Decimal
    rows: int


def add(  # noqa: PLR0913 - each is a choice of the form
    layer: str,
    ground: Path,
    given: Mapping[str, str],
    *,
    by: User | None = None,
    crs: str | None = None,
    mode: str = "",
    progress: Progress = silent,
    act: str = rights.ACT,
) -> Added:
    """Register a paper: stage, activate, derive, in one transaction; all or nothing.

    ``mode`` says what becomes of the rows of a paper that is there already: REPLACE or APPEND.
    ``act`` is what ``by`` must be allowed (rights). Raises InputRefused where ``mode`` is missing
    then, and where nothing would change.
    """
    progress("读取地块")
    seen = look(layer, ground, given, by=by, crs=crs, act=act)
    told, _ = check_fields(layer, given)
    if len(seen.parcels) > 1:
        told.pop("declared_area_m2", None)  # it is the paper's, not each parcel's
    if seen.known:
        if mode not in MODES:
            raise InputRefused(
                f"文号 {seen.number} 已有 {seen.known['zones']} 个在册地块。"
                "请选择“变更”（取代原有地块）或“补充”（另加地块）。"
            )
        if mode == REPLACE and seen.changes_nothing:
            raise InputRefused(f"文号 {seen.number} 的在册地块与本次完全相同，没有变化，未登记。")
        if mode == APPEND and not seen.has_codes:
            told["source_code"] = f"补{seen.known['zones'] + 1}"
    with transaction.atomic():
        changing_data()
        delivery = load.stage_layer(
            layer, ground, region_code=seen.region_code, crs=crs, constants=told, by=by,
            withdraw=seen.number if seen.known and mode == REPLACE else None,
        )  # fmt: skip
        if delivery.repeated:
            raise InputRefused(f"同一地块、同样内容已登记过（导入 {delivery.pk}），没有任何变化。")
        progress("登记入册")
        active = activate.activate(delivery, by=by, act=act)
        if seen.declared_m2 is not None:
            Document.objects.filter(
                layer_id=layer, number_key=holders.paper_key(seen.number)
            ).update(stated_area_m2=seen.declared_m2)
        progress("完成")
    return Added(delivery, [version.pk for version in active], seen.area_m2, len(seen.parcels))


def open_rows(layer: str, number: str, by: User | None = None) -> list[dict[str, Any]]:
    """The open rows of a paper in the person's counties: what a withdrawal would end."""
    found = Zone.objects.filter(
        layer_id=layer, document__number_key=holders.paper_key(number),
        recorded_until__isnull=True, version__status="active",
    )  # fmt: skip
    if by is not None:
        found = scope_of(by).filter_zones(found)
    return [
        {"id": zone.pk, "name": str(zone), "county": zone.version.region.name,
         "holder": zone.holder, "area_m2": zone.area_m2, "geometry": zone.geom.geojson}
        for zone in found.select_related("version__region", "holder").order_by("pk")
    ]  # fmt: skip
