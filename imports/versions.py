"""Versions of layers: list, compare, take back, declare that there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from imports import deliveries, rights
from imports.models import Delivery, DeliveryStatus
from imports.staging import target_counties
from imports.version_diff import predecessor
from spatial import sqlfiles
from spatial.engine import derive
from spatial.engine.lock import changing_data
from spatial.errors import InputRefused, UnknownLayer
from spatial.job_progress import silent
from spatial.levels import build as levels
from spatial.models import DatasetVersion, Layer, VersionStatus
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from spatial.job_progress import Progress
    from spatial.models import User

__all__ = ["discard", "discard_delivery", "declare_empty", "find", "listing", "predecessor",
           "replaced_by", "rollback"]  # fmt: skip


@dataclass(frozen=True)
class Rollback:
    """What a rollback did: the version now out of use, and the copies of what it had replaced."""

    version: DatasetVersion
    restored: list[DatasetVersion]


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


def rollback(version_id: int, *, by: User | None = None, progress: Progress = silent) -> Rollback:
    """Take a version out of use; what it replaced when it was activated counts again.

    An earlier version of the same day (and an office's word that there was nothing) comes back as
    a copy, derived anew, so that what was known in between stays as it was; an older snapshot
    counts again by its own date. All or nothing. Raises InputRefused for ledgers.
    """
    with transaction.atomic():
        changing_data()
        version = find(version_id)
        rights.require_versions(by, [version])
        if version.layer.nature == Nature.LEDGER and not version.declared_empty:
            raise InputRefused(
                f"版本 {version_id} 是台账，逐件记录不能整体退回。"
                "请用 import_layer 图层 --withdraw 文号 撤回单件。"
            )
        if version.status == VersionStatus.STAGED:
            discard([version], by=by)
            version.refresh_from_db()
            return Rollback(version, [])
        if version.status != VersionStatus.ACTIVE:
            raise InputRefused(
                f"版本 {version_id} 已是“{version.get_status_display()}”，无须退回。"
            )
        now = timezone.now()
        version.status = VersionStatus.RETIRED
        version.retired_at = now
        version.save(update_fields=["status", "retired_at"])
        restored = [_restore(prior, now) for prior in _replaced_by(version)]
        deliveries.discard_retired()
        levels.after_commit(restored, progress)
    return Rollback(version, restored)


def discard(versions: Sequence[DatasetVersion], *, by: User | None = None) -> None:
    """Give up staged versions; their zones go, for nothing ever read them.

    Raises InputRefused for one that was activated: that is rolled back.
    """
    with transaction.atomic():
        changing_data()
        rights.require_versions(by, versions)
        for version in versions:
            if version.status != VersionStatus.STAGED:
                raise InputRefused(
                    f"版本 {version.pk} 是“{version.get_status_display()}”，"
                    "只有待启用的版本可以放弃；在用的版本请用 versions rollback 退回。"
                )
        ids = [version.pk for version in versions]
        sqlfiles.execute("imports/97_drop_staged_zones", {"version_ids": ids})
        now = timezone.now()
        DatasetVersion.objects.filter(pk__in=ids).update(
            status=VersionStatus.RETIRED, activated_at=now, retired_at=now
        )
        deliveries.discard_retired()


def discard_delivery(delivery: Delivery, *, by: User | None = None) -> None:
    """Give up all of a delivery that is still staged; raises InputRefused where nothing is."""
    with transaction.atomic():
        staged = list(delivery.versions.filter(status=VersionStatus.STAGED))
        if not staged:
            raise InputRefused(
                f"导入 {delivery.pk}（{delivery}）没有待启用的版本，无可放弃。"
                "已启用的请逐个版本用 versions rollback 退回。"
            )
        discard(staged, by=by)


def replaced_by(version: DatasetVersion) -> list[DatasetVersion]:
    """What a rollback of this version would bring back besides older snapshots."""
    return list(_replaced_by(version))


def _replaced_by(version: DatasetVersion) -> Iterable[DatasetVersion]:
    """What was retired in the transaction in which this version (or what it restores) came."""
    origin = version
    while origin.restores is not None:
        origin = origin.restores
    return DatasetVersion.objects.filter(
        layer=version.layer, region=version.region, status=VersionStatus.RETIRED,
        retired_at=origin.activated_at, activated_at__lt=origin.activated_at,
    ).select_related("layer", "region").order_by("pk")  # fmt: skip


def _restore(prior: DatasetVersion, now: datetime) -> DatasetVersion:
    """A copy of a retired version, in use from now on, with all that is derived."""
    copy = DatasetVersion.objects.create(
        layer=prior.layer, region=prior.region, valid_from=prior.valid_from,
        valid_until=prior.valid_until, status=VersionStatus.ACTIVE,
        declared_empty=prior.declared_empty, declared_by=prior.declared_by,
        delivered_fields=prior.delivered_fields, source_name=prior.source_name,
        source_sha256=prior.source_sha256, delivered_crs=prior.delivered_crs,
        zone_count=prior.zone_count, activated_at=now, restores=prior,
    )  # fmt: skip
    sqlfiles.execute("imports/96_copy_zones", {"from_id": prior.pk, "to_id": copy.pk})
    derive.derive_version(copy)
    for delivery in prior.delivery_set.all():
        delivery.versions.add(copy)
        Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.ACTIVE)
    return copy


def declare_empty(
    layer_code: str,
    *,
    region_code: str,
    valid_from: date,
    valid_until: date,
    by: str,
    user: User | None = None,
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
        counties = target_counties(region_code)
        rights.require_counties(user, layer.pk, counties)
        return [_declare(layer, county, valid_from, valid_until, by.strip()) for county in counties]


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
