"""Versions of layers: list, compare, take back, declare that there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from imports import deliveries
from imports.staging import target_counties
from spatial import sqlfiles
from spatial.engine.lock import changing_data
from spatial.errors import InputRefused, UnknownLayer
from spatial.models import DatasetVersion, Layer, VersionStatus
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from datetime import date

CHANGES = ("added", "removed", "changed", "same")


def find(version_id: int) -> DatasetVersion:
    """The version of that number; raises InputRefused with the remedy."""
    version = DatasetVersion.objects.select_related("layer", "region").filter(pk=version_id).first()
    if version is None:
        raise InputRefused(f"没有版本 {version_id}。请用 versions list 查看编号。")
    return version


def listing(layer_code: str | None = None, region_code: str | None = None) -> list[dict[str, Any]]:
    """The versions as plain rows, by layer, county and date; areas and counts as stored."""
    found = DatasetVersion.objects.select_related("layer", "region")
    if layer_code:
        found = found.filter(layer_id=layer_code)
    if region_code:
        found = found.filter(region__in=target_counties(region_code))
    return [
        {
            "id": version.pk,
            "layer": version.layer_id,
            "region": version.region.code,
            "valid_from": version.valid_from.isoformat() if version.valid_from else None,
            "valid_until": version.valid_until.isoformat() if version.valid_until else None,
            "status": version.status,
            "declared_empty": version.declared_empty,
            "zones": version.zone_count,
            "source": version.source_name,
            "crs": version.delivered_crs,
        }
        for version in found
    ]


def predecessor(version: DatasetVersion) -> DatasetVersion | None:
    """The version that this one follows: of the same layer and county, the newest before it."""
    found = DatasetVersion.objects.filter(
        layer=version.layer, region=version.region, status=VersionStatus.ACTIVE
    ).exclude(pk=version.pk)
    if version.valid_from:
        found = found.filter(valid_from__lte=version.valid_from)
    return found.order_by("-valid_from", "-id").first()


def diff(old: DatasetVersion | None, new: DatasetVersion) -> dict[str, dict[str, Any]]:
    """Zones added, removed, changed and same, by source id, geometry and attributes; m2."""
    if old is not None and old.layer_id != new.layer_id:
        raise InputRefused(f"版本 {old.pk} 与 {new.pk} 不是同一图层，不能比较。")
    result: dict[str, dict[str, Any]] = {
        change: {"zones": 0, "old_area_m2": 0, "new_area_m2": 0} for change in CHANGES
    }
    params = {"old_id": old.pk if old else 0, "new_id": new.pk}
    for row in sqlfiles.rows("imports/80_diff_versions", params):
        result[row.pop("change")] = row
    return result


def rollback(version_id: int) -> DatasetVersion:
    """Take a version out of use; the newest remaining one counts again by its own date."""
    with transaction.atomic():
        changing_data()
        version = find(version_id)
        if version.layer.nature == Nature.LEDGER and not version.declared_empty:
            raise InputRefused(
                f"版本 {version_id} 是台账，逐件记录不能整体退回。"
                "请用 import_layer 图层 --withdraw 文号 撤回单件。"
            )
        if version.status not in (VersionStatus.ACTIVE, VersionStatus.STAGED):
            raise InputRefused(
                f"版本 {version_id} 已是“{version.get_status_display()}”，无须退回。"
            )
        now = timezone.now()
        version.status = VersionStatus.RETIRED
        version.retired_at = now
        version.activated_at = version.activated_at or now
        version.save(update_fields=["status", "retired_at", "activated_at"])
        deliveries.discard_retired()
    return version


def declare_empty(
    layer_code: str, *, region_code: str, valid_from: date, valid_until: date, by: str
) -> list[DatasetVersion]:
    """Record an office's word that a layer holds nothing in a region from one day until another.

    ``valid_until`` is the first day that it doesn't cover. One version a county; the same word
    again changes nothing. Raises InputRefused when data are in use there at that time.
    """
    layer = Layer.objects.filter(pk=layer_code).first()
    if layer is None:
        raise UnknownLayer(f"没有图层 {layer_code}。请用 versions list 查看已有图层。")
    if valid_until <= valid_from:
        raise InputRefused(f"--until {valid_until} 应晚于 --from {valid_from}。")
    if not by.strip():
        raise InputRefused("声明无数据须写明声明人（--by）。")
    with transaction.atomic():
        changing_data()
        return [
            _declare(layer, county, valid_from, valid_until, by.strip())
            for county in target_counties(region_code)
        ]


def _declare(
    layer: Layer, county: Any, valid_from: date, valid_until: date, by: str
) -> DatasetVersion:
    known = DatasetVersion.objects.filter(layer=layer, region=county, status=VersionStatus.ACTIVE)
    same = known.filter(
        declared_empty=True, valid_from=valid_from, valid_until=valid_until, declared_by=by
    ).first()
    if same is not None:
        return same
    data = known.filter(declared_empty=False, zone_count__gt=0)
    if layer.nature == Nature.SNAPSHOT:
        data = data.filter(valid_from__lt=valid_until)
    if data.exists():
        raise InputRefused(
            f"{county} 的{layer.term}已有在用数据（版本 {data.first()!s}），不能声明无数据。"
            "请先核对，必要时用 versions rollback 退回该版本。"
        )
    return DatasetVersion.objects.create(
        layer=layer,
        region=county,
        valid_from=valid_from,
        valid_until=valid_until,
        status=VersionStatus.ACTIVE,
        activated_at=timezone.now(),
        declared_empty=True,
        declared_by=by,
    )
