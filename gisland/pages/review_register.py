"""The register of patches as offices keep it: one row a patch, with what was decided. 图斑台账"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gisland.pages.patch_lineage import decisions_said
from gisland.reports import sheet
from gisland.reports.table import Column, Table
from spatial import vocabulary
from spatial.models import Assessment, Patch, Piece, Zone
from spatial.review import queue
from spatial.review.status import standings
from spatial.scope import outside_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from spatial.review.status import Standing
    from spatial.scope import Scope

    Row = dict[str, Any]

TITLE = "图斑台账"
LOT = 2000
"""Patches that are looked up together while a long register is written."""
SHOWN = 6
"""Papers or land classes named in a cell; the others are counted."""
NAMED_LAYERS = ("township", "land_use", "approval", "supply")

COLUMNS = (
    Column("jcbh", "监测编号"),
    Column("source", "任务来源"),
    Column("batch", "批次"),
    Column("county", "县区"),
    Column("township", "乡镇"),
    Column("kind", "图斑类型"),
    Column("before", "前时相"),
    Column("after", "后时相"),
    Column("declared", "监测面积(亩)", "mu"),
    Column("area", "图斑面积(亩)", "mu"),
    Column("area_m2", "图斑面积(平方米)", "m2"),
    Column("cultivated", "耕地面积(亩)", "mu"),
    Column("farm", "占永久基本农田面积(亩)", "mu"),
    Column("land", "变化前地类"),
    Column("project", "项目名称"),
    Column("holder", "用地单位"),
    Column("approval", "批单"),
    Column("supply", "供地资料"),
    Column("label", "初判"),
    Column("decided", "合法性判定"),
    Column("reason", "理由"),
    Column("said", "说明"),
    Column("by", "经办人"),
    Column("on", "处置日期"),
    Column("status", "核查状态"),
    Column("back", "退回原因"),
    Column("due", "填报截止"),
    Column("remark", "备注"),
)
UNKNOWN = "耕地、永农面积为空的，是数据不足、尚未评定，或图斑伸出您的行政区；合计不含这些图斑。"


Ground = dict[str, dict[int, Decimal]]
"""By layer, the zones under one patch with their areas."""


def register(scope: Scope, patch_ids: Sequence[int]) -> Table:
    """The register of these patches, as far as the scope sees them, in order of address."""
    rows = rows_of(scope, patch_ids)
    return Table(TITLE, COLUMNS, rows, total_of(rows), (UNKNOWN,))


def rows_of(scope: Scope, patch_ids: Sequence[int]) -> list[Row]:
    """Its rows, each with ``patch_id``."""
    seen = scope.filter_patches(Patch.objects.filter(pk__in=patch_ids))
    patches = list(
        seen.select_related("batch", "region", "holder", "project")
        .defer("geom", "ground", "region__geom", "delivered", "attributes")
        .order_by(*queue.ADDRESS)
    )
    ids = [patch.pk for patch in patches]
    stands = standings(ids)
    told = {row["id"]: row for row in queue.rows(scope, patches, stands)}
    told_facts = _decided(scope, stands)
    found = _found(scope, ids)
    names = _names(scope, found.values())
    subjects = _subjects(scope, ids)
    return [
        {
            "patch_id": patch.pk,
            **_row(patch, told[patch.pk], stands[patch.pk]),
            "decided": told_facts[patch.pk],
            "holder": patch.holder.name if patch.holder else subjects.get(patch.pk, ""),
            "township": _largest(found[patch.pk]["township"], names),
            "land": _largest(found[patch.pk]["land_use"], names),
            "approval": _largest(found[patch.pk]["approval"], names),
            "supply": _largest(found[patch.pk]["supply"], names),
        }
        for patch in patches
    ]


def workbook(table: Table, *, asked: str, stamp: str) -> bytes:
    """The XLSX of a register; what was asked for and the stamp stand in it."""
    title = title_of(asked)
    return sheet.workbook(title, [replace(table, title=title)], stamp=stamp)


def title_of(asked: str) -> str:
    """What stands at the head of a register of what was asked for."""
    return f"{TITLE}　{asked}" if asked else TITLE


def long_workbook(
    path: Path,
    scope: Scope,
    patch_ids: Sequence[int],
    *,
    asked: str,
    stamp: str,
    progress: Callable[[int, int], None],
) -> int:
    """Write the XLSX of any number of patches, whose ids come in order of address; the rows."""
    whole: Row = {}
    with TemporaryDirectory(dir=path.parent) as scratch:
        book = sheet.LongSheet(path, title_of(asked), COLUMNS, stamp=stamp, scratch=Path(scratch))
        for start in range(0, len(patch_ids), LOT):
            progress(start, len(patch_ids))
            rows = register(scope, patch_ids[start : start + LOT]).rows
            book.add(rows)
            whole = total_of(rows, whole)
        progress(len(patch_ids), len(patch_ids))
        book.close(whole, (UNKNOWN,))
    return int(whole.get("count", 0))


def _decided(scope: Scope, stands: Mapping[int, Standing]) -> dict[int, str]:
    """What was decided of each patch, in words; nothing of one that was sent back since."""
    facts = {
        pk: one.parts or ((one.decision,) if one.decision else ())
        for pk, one in stands.items()
        if not one.referral
    }
    said = iter(decisions_said(scope, [fact for parts in facts.values() for fact in parts]))
    return {pk: "；".join(next(said) for _ in facts.get(pk, ())) for pk in stands}


def _row(patch: Patch, told: Row, stands: Standing) -> Row:
    fact = stands.referral or stands.decision
    reasons = {**vocabulary.change_reasons(), **vocabulary.reject_reasons()}
    reason = reasons.get(fact.reason_code, "") if fact else ""
    outside = Decimal(told["outside_m2"])
    back = stands.status == "rejected"
    return {
        "jcbh": patch.jcbh,
        "source": vocabulary.source_term(patch.batch.source),
        "batch": patch.batch.code,
        "county": patch.region.name,
        "kind": f"{patch.kind} {vocabulary.patch_kind_term(patch.kind)}" if patch.kind else "",
        "before": _day(patch.before_on),
        "after": _day(patch.after_on),
        "declared": patch.declared_area_m2,
        "area": patch.area_m2,
        "area_m2": patch.area_m2,
        "cultivated": _number(told["areas"]["on_cultivated"]),
        "farm": _number(told["areas"]["basic_farm"]),
        "project": str(patch.project or ""),
        "label": told["label"],
        "reason": "" if back else reason,
        "back": reason if back else "",
        "said": fact.note if fact else "",
        "by": str(fact.by) if fact else "",
        "on": _day(fact.on) if fact else "",
        "status": told["status_term"],
        "due": _day(patch.batch.report_due_on),
        "remark": "；".join(
            word
            for word, is_so in (
                (outside_note(outside), outside),
                ("临界", told["borderline"]),
                ("判定后初判已变", told["overtaken"]),
            )
            if is_so
        ),
    }


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def total_of(rows: Sequence[Mapping[str, Any]], before: Row | None = None) -> Row:
    """The foot: how many, and the sums; of these rows and of those that were summed before."""
    known = before or {}
    sums = {
        key: sum((row[key] for row in rows if row[key] is not None), known.get(key, Decimal(0)))
        for key in ("declared", "area", "area_m2", "cultivated", "farm")
    }
    count = known.get("count", 0) + len(rows)
    return {"jcbh": f"合计 {count} 个", "count": count, **sums}


def _found(scope: Scope, ids: Sequence[int]) -> dict[int, Ground]:
    """The named zones under each patch; nothing of the ground of other counties."""
    found: dict[int, Ground] = defaultdict(lambda: defaultdict(lambda: defaultdict(Decimal)))
    layers = set(scope.layers("export")) & set(NAMED_LAYERS)
    pieces = Piece.objects.filter(
        assessment__patch__in=ids, assessment__is_current=True, county__in=scope.county_ids
    )
    rows = pieces.values_list("assessment__patch", "zones", "area_m2")
    for patch_id, zones, area in rows.iterator():
        for layer in layers & zones.keys():
            for zone in zones[layer]:
                found[patch_id][layer][zone] += area
    return found


def _names(scope: Scope, found: Iterable[Ground]) -> dict[int, str]:
    """What zones are called in the register: townships, land classes, numbers of papers."""
    ids = {zone for layers in found for zones in layers.values() for zone in zones}
    seen = scope.filter_zones(Zone.objects.filter(pk__in=ids), "export")
    rows = seen.values_list("pk", "layer", "code", "name", "attributes__name", "document__number")
    return {
        pk: _name(layer, code, name or told, number) for pk, layer, code, name, told, number in rows
    }


def _name(layer: str, code: str, name: str | None, number: str | None) -> str:
    if layer == "land_use":
        return f"{code} {vocabulary.land_use_term(code)}"
    return (name if layer == "township" else number) or code


def _largest(areas: dict[Any, Decimal], names: dict[Any, str]) -> str:
    """The names, largest ground first; what has no name (none the reader may have) is left out."""
    summed: dict[str, Decimal] = defaultdict(Decimal)
    for key, area in areas.items():
        if name := names.get(key):
            summed[name] += area
    ordered = sorted(summed, key=lambda name: (-summed[name], name))
    more = f" 等 {len(ordered)} 项" if len(ordered) > SHOWN else ""
    return "、".join(ordered[:SHOWN]) + more


def _subjects(scope: Scope, ids: Sequence[int]) -> dict[int, str]:
    """Who is taken to use the ground; an inferred holder is said to be so."""
    found = Assessment.objects.filter(patch__in=ids, is_current=True, subject__isnull=False)
    subjects = {}
    for patch_id, name, origin in found.values_list("patch", "subject__name", "subject_from"):
        layer = (origin or "").partition(".")[0]
        if layer in ("", "patch", "correction"):
            subjects[patch_id] = name
        elif scope.may("identify", layer):
            subjects[patch_id] = f"{name}（推定）"
    return subjects
