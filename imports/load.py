"""Bring files in: layers as staged versions or ledger rows, patches into a batch.

``stage_layer`` and ``stage_patches`` (imports.patches) either store the whole delivery with its
issues or raise and store nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from imports import (
    crs_verdict,
    deliveries,
    fields,
    parties,
    readers,
    reconcile,
    skipping,
    source_rows,
    sources,
    staged_issues,
    staging,
)
from imports.checks.incoming import Incoming
from imports.checks.run import check_layer
from imports.checks.scheme import refuse_other_scheme
from imports.deliveries import FileOptions
from imports.ground import ground_of
from imports.models import Delivery, DeliveryStatus
from imports.patches import BatchSpec, stage_patches
from imports.readers import bundle as bundles
from spatial import sqlfiles
from spatial.errors import InputRefused, UnknownLayer
from spatial.job_progress import silent
from spatial.models import DatasetVersion, Layer
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from imports.fields import Canonical
    from imports.readers.bundle import Bundle
    from spatial.job_progress import Progress
    from spatial.models import User

__all__ = ["BatchSpec", "stage_layer", "stage_patches"]


def stage_layer(  # noqa: PLR0913 - each is an option of import_layer
    layer_code: str,
    path: str | Path,
    *,
    valid_from: date | None = None,
    region_code: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    sublayer: str | None = None,
    withdraw: str | None = None,
    by: User | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    forget: bool = False,
    within: str | None = None,
    checks: bool = True,
    progress: Progress = silent,
) -> Delivery:
    """Stage a file as versions of a layer, one for each county it touches.

    ``skip_bad``: rows that cannot be imported are left out, each an error of the delivery.
    The same file with the same options changes nothing: the earlier delivery comes back with
    ``repeated`` set. ``within`` is the region in which ``by`` has a say: what lies elsewhere is
    not stored, and an issue. Without ``checks`` nothing is looked for that would only be told
    (imports.checks): to measure what they cost. ``progress`` is told each step; what it raises
    undoes all. Raises
    InputRefused, CrsMissing, CrsRefused, UnknownLayer, UnknownField, UnknownRegion or NotAllowed;
    messages name file, row and remedy, and nothing is stored.
    """
    options = FileOptions(
        region_code, crs, encoding, mapping or {}, constants or {}, sublayer, by, dry_run,
        skip_bad, forget, within, progress,
    )  # fmt: skip
    layer = _layer(layer_code, valid_from)
    with bundles.opened(path, sublayer) as bundle:
        told = options.record(
            valid_from=valid_from.isoformat() if valid_from else None, withdraw=withdraw
        )
        known = deliveries.repeated("layer", bundle, told, layer=layer)
        if known is not None and not _superseded(layer, known):
            return known
        return _stage(layer, bundle, valid_from, options, told, checks=checks)


def _superseded(layer: Layer, known: Delivery) -> bool:
    """Whether a ledger was changed since: then its rows are compared one by one again."""
    later = Delivery.objects.filter(layer=layer, pk__gt=known.pk)
    return layer.nature == Nature.LEDGER and later.exists()


def _layer(code: str, valid_from: date | None) -> Layer:
    layer = Layer.objects.filter(pk=code).first()
    if layer is None:
        known = "、".join(f"{row.code}（{row.term}）" for row in Layer.objects.all())
        raise UnknownLayer(f"没有图层 {code}。已定义：{known}。")
    if layer.nature == Nature.SNAPSHOT and valid_from is None:
        raise InputRefused(f"图层 {layer.term} 是整体更替的快照，请用 --valid-from 给出生效日期。")
    if layer.nature == Nature.LEDGER and valid_from is not None:
        raise InputRefused(
            f"图层 {layer.term} 是逐件增改的台账，各件自带日期，不接受 --valid-from。"
        )
    return layer


def _stage(
    layer: Layer,
    bundle: Bundle,
    valid_from: date | None,
    options: FileOptions,
    told: dict[str, Any],
    *,
    checks: bool,
) -> Delivery:
    options.progress("读文件")
    counties = staging.target_counties(options.region_code)
    own = staging.allowed(counties, options.within)
    table = readers.read(bundle, options)
    options.progress("判读", 0, len(table.numbers))
    verdict = crs_verdict.decide(table, options.crs, ground_of(own))
    recalled = sources.recall(layer.code, table, options)
    canonical = fields.canonical(table, layer.code, recalled.mapping, options.constants)
    table.facts["map"] = canonical.columns
    total = len(table.numbers)
    geoms = verdict.to_storage(table.geoms, lambda done: options.progress("换算坐标", done, total))
    shifted = staging.refuse_far_away(table.file_name, geoms, own, asserted=bool(options.crs))
    staged = source_rows.staged_rows(layer, bundle, table, canonical, counties, options)
    labels = verdict.row_labels(table.numbers)
    staged, geoms = skipping.drop(table, canonical, staged, geoms)
    table.geoms = geoms  # the delivered coordinates are needed no more
    incoming = Incoming(layer.code, table, canonical, geoms)
    refuse_other_scheme(incoming)
    with transaction.atomic():
        seen = staging.copy_rows(
            table, canonical, staged, geoms, labels, options.progress, counties
        )
        incoming.sound = seen.sound
        options.progress("检查", len(staged), len(staged))
        staging.repair(table, seen)
        options.progress("归县", len(staged), len(staged))
        spills = staging.place(
            table.file_name, counties, seen, one_each=False, own_only=not options.region_code
        )
        staging.keep_allowed(table.file_name, own)
        options.progress("入库", len(staged), len(staged))
        delivery = deliveries.record(
            "layer", bundle, table, verdict, told,
            layer=layer, status=DeliveryStatus.STAGED, by=options.by,
        )  # fmt: skip
        doubts = parties.unusable_codes(table, canonical)
        deliveries.add_issues(
            delivery, [*recalled.findings, *canonical.findings, *shifted, *spills, *doubts]
        )
        skipping.report(delivery, table, canonical)
        staged_issues.report(delivery, seen)
        if checks:
            options.progress("核对", len(staged), len(staged))
            check_layer(delivery, incoming, layer, counties, options.progress)
        options.progress("写库", len(staged), len(staged))
        reconcile.settle_layer(delivery, table, seen, coverage=layer.coverage)
        versions = _versions(layer, bundle, valid_from, canonical, verdict.label)
        deliveries.add_issues(delivery, parties.name_parties(layer.code, canonical))
        deliveries.complete_issues(delivery, by_line=table.by_line)
        sqlfiles.execute("imports/60_stage_zones", {"layer": layer.code})
        sqlfiles.execute(
            "imports/74_count_zones", {"version_ids": [version.pk for version in versions]}
        )
        delivery.versions.set(versions)
        sources.remember(layer.code, table, options, recalled)
        options.progress("完成", len(staged), len(staged))
        deliveries.finish(delivery, bundle, dry_run=options.dry_run)
    return delivery


def _versions(
    layer: Layer, bundle: Bundle, valid_from: date | None, canonical: Canonical, crs_label: str
) -> list[DatasetVersion]:
    """One staged version for each county that rows were placed in, noted for the next step."""
    placed = sqlfiles.rows("imports/36_list_placed_regions")
    versions = [
        DatasetVersion.objects.create(
            layer=layer,
            region_id=found["region_id"],
            valid_from=valid_from,
            delivered_fields=canonical.delivered_fields,
            source_name=bundle.file_name,
            source_sha256=bundle.sha256,
            delivered_crs=crs_label,
        )
        for found in placed
    ]
    sqlfiles.execute(
        "imports/40_set_versions",
        {
            "region_ids": [version.region_id for version in versions],
            "version_ids": [version.pk for version in versions],
        },
    )
    return versions
