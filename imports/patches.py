"""Patches: ground under examination, brought into a batch. 图斑"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from imports import (
    crs_verdict,
    deliveries,
    fields,
    parties,
    readers,
    reconcile,
    skipping,
    sources,
    staged_issues,
    staging,
)
from imports.checks.incoming import Incoming
from imports.checks.run import check_patches, check_stored
from imports.deliveries import FileOptions
from imports.ground import ground_of
from imports.models import Delivery, DeliveryStatus
from imports.readers import bundle as bundles
from imports.readers.table import Finding
from spatial import sqlfiles
from spatial.engine.genealogy import link_patches
from spatial.engine.lock import changing_data
from spatial.errors import InputRefused
from spatial.job_progress import silent
from spatial.models import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from imports.fields import Canonical
    from imports.readers.bundle import Bundle
    from imports.readers.table import Table
    from spatial.job_progress import Progress
    from spatial.models import Region, Unit, User

DEFAULT_SOURCE = "本地"
BATCH_TERMS = {
    "source": "来源",
    "issued_on": "下发日期",
    "report_due_on": "填报截止日期",
    "period": "期",
    "ruleset": "规则集",
    "title": "名称",
    "owner": "所属单位",
}


@dataclass(frozen=True)
class BatchSpec:
    """The batch that patches belong to; what is None keeps what the batch has. 批次"""

    code: str
    source: str | None = None
    issued_on: date | None = None
    report_due_on: date | None = None
    period: str | None = None
    ruleset: str | None = None
    title: str | None = None
    owner: Unit | None = None


def stage_patches(  # noqa: PLR0913 - each is an option of import_patches
    path: str | Path,
    *,
    batch: BatchSpec,
    region_code: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    sublayer: str | None = None,
    by: User | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    forget: bool = False,
    within: str | None = None,
    progress: Progress = silent,
) -> Delivery:
    """Insert a file's patches into a batch, made if it is new; the whole file or nothing.

    ``skip_bad``: rows that cannot be imported are left out, each an error of the delivery.
    Rows that are there already and say the same change nothing (``verdict['added']`` counts the
    new ones); rows that say otherwise are refused. ``within`` and ``progress`` as in
    ``load.stage_layer``. Raises InputRefused, CrsMissing, CrsRefused,
    UnknownField or UnknownRegion; messages name file, row and remedy.
    """
    options = FileOptions(
        region_code, crs, encoding, mapping or {}, constants or {}, sublayer, by, dry_run,
        skip_bad, forget, within, progress,
    )  # fmt: skip
    with bundles.opened(path, sublayer) as bundle:
        told = options.record(batch=batch.code)
        known = deliveries.repeated("patches", bundle, told, batch__code=batch.code)
        if known is not None:
            with transaction.atomic():
                batch_row(batch)
            return known
        return _stage(bundle, batch, options, told)


def batch_row(spec: BatchSpec) -> Batch:
    """The batch of that code, made if new; raises InputRefused where it says otherwise."""
    told = {name: value for name in BATCH_TERMS if (value := getattr(spec, name)) is not None}
    found = Batch.objects.filter(code=spec.code).first()
    if found is None:
        batch = Batch(code=spec.code, **{"source": DEFAULT_SOURCE, **told})
        try:
            batch.full_clean()
        except ValidationError as error:
            raise InputRefused(f"批次 {spec.code} 不能建立：{'；'.join(error.messages)}") from error
        batch.save()
        return batch
    for name, value in told.items():
        if getattr(found, name) != value:
            term = BATCH_TERMS[name]
            raise InputRefused(
                f"批次 {spec.code} 已有，其{term}为“{getattr(found, name)}”，"
                f"与给出的“{value}”不同。"
                "请换一个批次号，或去掉该选项。"
            )
    return found


def _stage(bundle: Bundle, spec: BatchSpec, options: FileOptions, told: dict[str, Any]) -> Delivery:
    options.progress("读文件")
    counties = staging.target_counties(options.region_code)
    own = staging.allowed(counties, options.within)
    table = readers.read(bundle, options)
    options.progress("判读", 0, len(table.numbers))
    verdict = crs_verdict.decide(table, options.crs, ground_of(own))
    recalled = sources.recall(fields.PATCH, table, options)
    canonical = fields.canonical(table, fields.PATCH, recalled.mapping, options.constants)
    table.facts["map"] = canonical.columns
    findings = [*recalled.findings, *_settle(table, canonical)]
    geoms = verdict.to_storage(table.geoms)
    findings += staging.refuse_far_away(table.file_name, geoms, own, asserted=bool(options.crs))
    staged: staging.Rows = _staged_rows(table, canonical, counties, options)
    labels = verdict.row_labels(table.numbers)
    staged, geoms = skipping.drop(table, canonical, staged, geoms)
    incoming = Incoming(fields.PATCH, table, canonical, geoms)
    with transaction.atomic():
        changing_data()
        batch = batch_row(spec)
        seen = staging.copy_rows(table, canonical, staged, geoms, labels, options.progress)
        options.progress("检查", len(staged), len(staged))
        staging.repair(table, seen)
        options.progress("归县", len(staged), len(staged))
        staging.place(table.file_name, counties, seen, one_each=True)
        staging.keep_allowed(table.file_name, own)
        options.progress("入库", len(staged), len(staged))
        _refuse_doubles(table, batch)
        delivery = deliveries.record(
            "patches", bundle, table, verdict, told,
            batch=batch, status=DeliveryStatus.ACTIVE, by=options.by,
        )  # fmt: skip
        findings += parties.unusable_codes(table, canonical)
        deliveries.add_issues(delivery, findings)
        skipping.report(delivery, table, canonical)
        staged_issues.report(delivery, seen)
        check_patches(delivery, incoming, counties, batch.issued_on)
        deliveries.add_issues(delivery, parties.name_parties(None))
        added = sqlfiles.rows(
            "imports/63_add_patches", {"batch_id": batch.pk, "delivered_crs": verdict.label}
        )
        added_ids = [row["id"] for row in added]
        if not batch.is_machine_made:
            link_patches(added_ids)
        check_stored(delivery, added_ids)
        delivery.verdict["added"] = len(added)
        reconcile.settle_patches(delivery, table, batch.pk, added_ids)
        deliveries.complete_issues(delivery, by_line=table.by_line)
        sources.remember(fields.PATCH, table, options, recalled)
        options.progress("完成", len(staged), len(staged))
        deliveries.finish(delivery, bundle, dry_run=options.dry_run)
    return delivery


def _settle(table: Table, canonical: Canonical) -> list[Finding]:
    """One form of TBLX and the whole window of partial dates; tells windows that run backwards."""
    findings = []
    rows = zip(table.numbers, canonical.rows, canonical.spans, strict=True)
    for number, attributes, spans in rows:
        kind = attributes.get("kind")
        if kind is not None:
            attributes["kind"] = kind.zfill(2) if kind.isdigit() else kind.upper()
        if before := spans.get("before_on"):
            attributes["before_on"] = before.first.isoformat()
        after = spans.get("after_on")
        if before and after and before.first > after.last:
            message = f"第 {number} 行前时相 {before.first} 晚于后时相 {after.last}。"
            findings.append(Finding("dates_reversed", message, row=number, field="before_on"))
    return findings


def _staged_rows(
    table: Table, canonical: Canonical, counties: Sequence[Region], options: FileOptions
) -> list[staging.Staged]:
    """The county by XZQDM, else the one --region; None is decided by position."""
    known = {county.code for county in counties}
    only = counties[0].code if options.region_code and len(counties) == 1 else None
    staged = []
    faults: list[tuple[int, str]] = []
    for number, attributes in zip(table.numbers, canonical.rows, strict=True):
        code = str(attributes.get("region_code") or "")
        county = code[:6] or only
        if county and county not in known:
            where = f"不在 --region {options.region_code} 之内" if options.region_code else "未登记"
            faults.append((number, f"县级代码 {code} {where}"))
        staged.append(staging.Staged(number, str(attributes["jcbh"]), county))
    table.bad.refuse(
        table.file_name, faults,
        "核对 XZQDM；行政区未登记时先用 import_regions 导入；"
        "也可用 --map region_code= 不取该列，改按图形位置归县。",
    )  # fmt: skip
    return staged


def _refuse_doubles(table: Table, batch: Batch) -> None:
    faults = [
        (found["row"], f"监测编号 {found['jcbh']} 与第 {found['first_row']} 行重复（同县）")
        for found in sqlfiles.rows("imports/62_list_double_patches")
        if found["row"] != found["first_row"]
    ]
    remedy = "监测编号在同一批次、同一县内应唯一；请改正编号或删去重复的行。"
    table.bad.refuse(table.file_name, faults, remedy)
    skipping.drop_stored(row for row, _ in faults)
    faults = [
        (found["row"], f"批次 {batch.code} 已有监测编号 {found['jcbh']}，{_differences(found)}不同")
        for found in sqlfiles.rows("imports/61_list_known_patches", {"batch_id": batch.pk})
        if not (found["same_geom"] and found["same_attributes"])
    ]
    remedy = "已下发的图斑不能改写；请核对编号，或以新批次号导入更正后的图斑。"
    table.bad.refuse(table.file_name, faults, remedy)
    skipping.drop_stored(row for row, _ in faults)


def _differences(found: dict[str, Any]) -> str:
    parts = [
        term
        for same, term in ((found["same_geom"], "图形"), (found["same_attributes"], "属性"))
        if not same
    ]
    return "和".join(parts)
