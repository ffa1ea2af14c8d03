"""Staged versions become what the engine reads: one transaction with all that is derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from imports import deliveries, rights, version_diff
from imports.models import Delivery, DeliveryStatus
from spatial import holders, sqlfiles
from spatial.engine import derive
from spatial.engine.lock import changing_data
from spatial.errors import InputRefused
from spatial.job_progress import silent
from spatial.levels import build as levels
from spatial.models import DatasetVersion, Document, Layer, Region, VersionStatus
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from spatial.job_progress import Progress
    from spatial.models import User


def activate(
    delivery: Delivery,
    *,
    by: User | None = None,
    act: str = rights.ACT,
    progress: Progress = silent,
) -> list[DatasetVersion]:
    """Activate all staged versions of a delivery; returns the versions now in use.

    A snapshot replaces the active version of the same date; a ledger's rows join the county's
    open ledger, amending rows of the same source id. An active delivery changes nothing. Raises
    InputRefused for a delivery that was discarded, NotAllowed where ``by`` may not.
    """
    if delivery.status == DeliveryStatus.DISCARDED:
        raise InputRefused(f"导入 {delivery} 已放弃，不能启用。请重新导入该文件。")
    with transaction.atomic():
        changing_data()
        staged = delivery.versions.filter(status=VersionStatus.STAGED)
        chosen = staged.select_related("layer", "region")
        active = activate_versions(chosen, by=by, act=act, progress=progress)
        delivery.refresh_from_db(fields=["status"])
    return active


def activate_versions(
    versions: Iterable[DatasetVersion],
    *,
    by: User | None = None,
    act: str = rights.ACT,
    progress: Progress = silent,
) -> list[DatasetVersion]:
    """Activate staged versions, in one transaction; returns the versions now in use.

    Their levels for the map's far zooms are made once that is committed, told by ``progress``.
    """
    result = []
    with transaction.atomic():
        changing_data()
        now = timezone.now()
        chosen = list(versions)
        rights.require_versions(by, chosen, act)
        for version in chosen:
            if version.layer.nature == Nature.LEDGER and version.status == VersionStatus.STAGED:
                version_diff.make(version_diff.predecessor(version), version)
        _withdraw_first(chosen, now)
        for version in chosen:
            if version.status != VersionStatus.STAGED:
                raise InputRefused(
                    f"版本 {version.pk}（{version}）是“{version.get_status_display()}”，"
                    "只有待启用的版本可以启用。"
                )
            if version.layer.nature == Nature.LEDGER:
                result.append(_join_ledger(version, now))
            else:
                result.append(_activate_snapshot(version, now))
        _close_deliveries(chosen)
        deliveries.discard_retired()
        levels.after_commit(result, progress)
    return result


def withdraw(
    layer_code: str, number: str, *, region_code: str | None = None, by: User | None = None
) -> Delivery:
    """Close all open ledger rows of a paper (in a region, else everywhere).

    Raises InputRefused for snapshots, and for a paper that has no open row there.
    """
    layer = Layer.objects.filter(pk=layer_code).first()
    if layer is None or layer.nature != Nature.LEDGER:
        raise InputRefused(f"{layer_code} 不是台账图层，不能撤回文号。快照请用 versions rollback。")
    with transaction.atomic():
        changing_data()
        rights.require_counties(by, layer.pk, _regions(region_code))
        closed = _withdraw(layer, number, _regions(region_code), timezone.now())
        options = {"withdraw": number, **({"region": region_code} if region_code else {})}
        return Delivery.objects.create(
            kind="withdraw", layer=layer, file_name=number[:255], sha256="", options=options,
            verdict={"closed": closed}, row_count=closed, status=DeliveryStatus.ACTIVE, by=by,
        )  # fmt: skip


def _activate_snapshot(version: DatasetVersion, now: datetime) -> DatasetVersion:
    # what it replaces: the one of the same date, and an office's word that there is nothing
    DatasetVersion.objects.filter(
        Q(valid_from=version.valid_from)
        | Q(declared_empty=True, valid_until__gt=version.valid_from),
        layer=version.layer,
        region=version.region,
        status=VersionStatus.ACTIVE,
    ).update(status=VersionStatus.RETIRED, retired_at=now)
    version.status = VersionStatus.ACTIVE
    version.activated_at = now
    version.save(update_fields=["status", "activated_at"])
    derive.derive_version(version)
    return version


def _join_ledger(staged: DatasetVersion, now: datetime) -> DatasetVersion:
    ledger = _open_ledger(staged, now)
    where = {"staged_id": staged.pk, "ledger_id": ledger.pk}
    sqlfiles.execute("imports/70_drop_same_rows", where)
    sqlfiles.execute(
        "imports/71_close_amended_rows",
        {"staged_id": staged.pk, "ledger_ids": _sister_ledgers(staged), "recorded_at": now},
    )
    added = sqlfiles.rows("imports/72_record_rows", {**where, "recorded_at": now})
    if added:
        derive.derive_zones(ledger, [row["id"] for row in added])
    staged.status = VersionStatus.MERGED
    staged.save(update_fields=["status"])
    told = sorted({*ledger.delivered_fields, *staged.delivered_fields})
    DatasetVersion.objects.filter(pk=ledger.pk).update(delivered_fields=told)
    sqlfiles.execute("imports/74_count_zones", {"version_ids": [ledger.pk]})
    ledger.refresh_from_db()
    return ledger


def _open_ledger(staged: DatasetVersion, now: datetime) -> DatasetVersion:
    """The county's one ledger of the layer, opened at the first activation."""
    found = (
        DatasetVersion.objects.select_for_update()
        .filter(
            layer=staged.layer,
            region=staged.region,
            valid_from__isnull=True,
            status=VersionStatus.ACTIVE,
        )
        .first()
    )
    if found is not None:
        return found
    return DatasetVersion.objects.create(
        layer=staged.layer,
        region=staged.region,
        status=VersionStatus.ACTIVE,
        activated_at=now,
        source_name="台账",
    )


def _sister_ledgers(staged: DatasetVersion) -> list[int]:
    """The ledgers in which an amended row ends: those of the counties that were delivered."""
    delivery = Delivery.objects.filter(versions=staged).first()
    regions = _regions(delivery.options.get("region") if delivery else staged.region.code)
    return _ledger_ids(staged.layer, regions)


def _regions(region_code: str | None) -> Sequence[Region] | None:
    return list(Region.objects.by_code(region_code).counties()) if region_code else None


def _ledger_ids(layer: Layer, regions: Sequence[Region] | None) -> list[int]:
    found = DatasetVersion.objects.filter(
        layer=layer, valid_from__isnull=True, status=VersionStatus.ACTIVE
    )
    if regions is not None:
        found = found.filter(region__in=regions)
    return list(found.values_list("pk", flat=True))


def _withdraw_first(versions: Sequence[DatasetVersion], now: datetime) -> None:
    """Papers that the deliveries withdraw end before their rows join, once a delivery."""
    for delivery in Delivery.objects.filter(
        versions__in=versions, status=DeliveryStatus.STAGED
    ).distinct():
        number = delivery.options.get("withdraw")
        begun = delivery.versions.exclude(status=VersionStatus.STAGED).exists()
        if number and not begun and delivery.layer is not None:
            _withdraw(delivery.layer, number, _regions(delivery.options.get("region")), now)


def _withdraw(layer: Layer, number: str, regions: Sequence[Region] | None, now: datetime) -> int:
    ledgers = _ledger_ids(layer, regions)
    wanted = holders.paper_key(number)
    if not wanted:
        raise InputRefused("没有给出要撤回的文号。请写作 --withdraw 文号。")
    closed = sqlfiles.execute(
        "imports/73_withdraw_document",
        {"layer": layer.pk, "number_key": wanted, "ledger_ids": ledgers, "recorded_at": now},
    )
    if not closed:
        near = Document.objects.filter(layer=layer, number_key__contains=wanted[:6])[:5]
        hint = "、".join(document.number for document in near)
        raise InputRefused(
            f"图层 {layer.term} 没有文号 {number} 的在册记录。请核对文号"
            f"{f'（相近的有：{hint}）' if hint else ''}。"
        )
    sqlfiles.execute("imports/74_count_zones", {"version_ids": ledgers})
    return closed


def _close_deliveries(versions: Sequence[DatasetVersion]) -> None:
    """Deliveries none of whose versions is staged any more are active."""
    for delivery in Delivery.objects.filter(
        versions__in=versions, status=DeliveryStatus.STAGED
    ).distinct():
        if not delivery.versions.filter(status=VersionStatus.STAGED).exists():
            delivery.status = DeliveryStatus.ACTIVE
            delivery.save(update_fields=["status"])
