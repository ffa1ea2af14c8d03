"""Registers matched by JCBH: what an office's tables tell of patches already there. 登记表

The patches stay as they were issued: what a register tells is added beside them (RegisterEntry),
and who uses the ground becomes a correction, a fact with its author, that the engine judges by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyproj
from django.db import transaction

from imports import crs_verdict, deliveries, fields, parties, register_match, sources, staging
from imports.deliveries import FileOptions
from imports.models import Delivery, DeliveryStatus, RegisterEntry
from imports.readers import bundle as bundles
from imports.readers import register as reader
from imports.readers.table import NOTE, Finding
from spatial import crs, sqlfiles
from spatial.engine import corrections
from spatial.engine.lock import changing_data
from spatial.errors import BatchUnknown, InputRefused
from spatial.models import Batch, Patch
from spatial.scope import scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from imports.fields import Canonical
    from imports.readers.table import Table
    from imports.register_match import Matched
    from spatial.models import User
    from spatial.scope import Scope
    from spatial.sqlfiles import Row

KIND = "register"


def import_register(  # noqa: PLR0913 - each is an option of import_register
    path: str | Path,
    *,
    batch: str,
    today: date,
    region_code: str | None = None,
    encoding: str | None = None,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    sublayer: str | None = None,
    by: User | None = None,
    correct: bool = False,
    dry_run: bool = False,
    forget: bool = False,
) -> Delivery:
    """Add what a table without ground tells of a batch's patches; ``verdict`` counts the matches.

    ``by`` makes the users that patches lack corrections in force from ``today``; ``correct`` does
    so also where the patch names another. The same table again changes nothing. Raises
    BatchUnknown, InputRefused, NotAllowed, UnknownField; nothing is stored then.
    """
    options = FileOptions(
        region_code, None, encoding, mapping or {}, constants or {}, sublayer, by, dry_run, forget
    )
    scope = scope_of(by) if by is not None else None
    if scope is not None:
        scope.require_act("import")
    with bundles.opened(path, sublayer) as bundle:
        told = options.record(batch=batch, correct=correct)
        known = fields.fields_of(fields.PATCH)["jcbh"]
        keys = (
            known.name,
            *known.synonyms,
            known.term,
            *filter(None, [options.mapping.get("jcbh")]),
        )
        table = reader.read(bundle, keys, encoding=encoding, sublayer=sublayer)
        recalled = sources.recall(fields.PATCH, table, options)
        canonical = fields.canonical(table, fields.PATCH, recalled.mapping, options.constants)
        table.facts["map"] = canonical.columns
        with transaction.atomic():
            changing_data()
            found = _batch(batch, scope)
            matched = _matched(table, canonical, found, options, scope)
            work = _Work(table, canonical, matched, [*recalled.findings, *canonical.findings])
            work.findings += [*matched.findings, *parties.name_parties(None)]
            work.take()
            moves = _moves(work, options, scope, correct=correct)
            earlier = deliveries.repeated(KIND, bundle, told, batch=found)
            if earlier is not None and not work.entries and not moves:
                transaction.set_rollback(True)
                return earlier
            corrections.correct_many(moves, by=by, on=today, note=f"登记表 {bundle.file_name}")
            delivery = deliveries.record(
                KIND, bundle, table, _no_ground(), told,
                batch=found, status=DeliveryStatus.ACTIVE, by=by,
            )  # fmt: skip
            work.store(delivery)
            delivery.verdict |= {**work.counts(), "corrected": len(moves)}
            delivery.save(update_fields=["verdict"])
            deliveries.add_issues(delivery, work.findings)
            sources.remember(fields.PATCH, table, options, recalled)
            deliveries.finish(delivery, bundle, dry_run=dry_run)
    return delivery


def _batch(code: str, scope: Scope | None) -> Batch:
    rows = Batch.objects.filter(code=code)
    found = (rows if scope is None else scope.filter_batches(rows)).first()
    if found is None:
        raise BatchUnknown(f"没有批次 {code}（或不在可见范围内）。请核对批次号。")
    return found


def _matched(
    table: Table, canonical: Canonical, batch: Batch, options: FileOptions, scope: Scope | None
) -> Matched:
    """The rows matched with patches that may be seen; raises InputRefused where none is."""
    only = staging.target_counties(options.region_code) if options.region_code else None
    one = only[0].code if only is not None and len(only) == 1 else None
    staged = [
        staging.Staged(number, str(told["jcbh"]), str(told.get("region_code") or "")[:6] or one)
        for number, told in zip(table.numbers, canonical.rows, strict=True)
    ]
    staging.copy_rows(table, canonical, staged, table.geoms)
    county_ids = None if only is None else [county.pk for county in only]
    hits = sqlfiles.rows(
        "imports/64_match_register", {"batch_id": batch.pk, "county_ids": county_ids}
    )
    if scope is not None:
        ids = [hit["patch_id"] for hit in hits]
        seen = set(
            scope.filter_patches(Patch.objects.filter(pk__in=ids)).values_list("pk", flat=True)
        )
        hits = [hit for hit in hits if hit["patch_id"] in seen]
    matched = register_match.match(table, canonical, hits, batch.pk, batch.code)
    if not matched.found:
        first = matched.findings[0].message if matched.findings else ""
        raise InputRefused(
            f"登记表 {table.file_name} 没有一行对得上批次 {batch.code} 的图斑，未写入。{first}"
            "请核对批次号和监测编号列（可用 --map jcbh=列名 指明）。"
        )
    sqlfiles.execute("imports/65_keep_rows", {"rows": list(matched.found)})
    return matched


@dataclass
class _Work:
    """One register on its way in: entries that say something new, and what is to be told."""

    table: Table
    canonical: Canonical
    matched: Matched
    findings: list[Finding]
    entries: list[RegisterEntry] = field(default_factory=list)
    people: dict[int, Row] = field(default_factory=dict)
    filled: int = 0
    conflicts: int = 0

    def take(self) -> None:
        """Make the entries; what the newest entry of a patch says already is not said again."""
        self.people = {row["row"]: row for row in sqlfiles.rows("imports/66_list_row_parties")}
        newest = _newest([hit["patch_id"] for hit in self.matched.found.values()])
        for number, told, raw in zip(
            self.table.numbers, self.canonical.rows, self.table.records, strict=True
        ):
            hit = self.matched.found.get(number)
            if hit is None:
                continue
            attributes = {name: value for name, value in told.items() if value is not None}
            new, other = register_match.differs(attributes, hit)
            self.filled += len(new)
            self.conflicts += len(other)
            self.findings += register_match.conflicts(number, hit["jcbh"], attributes, other)
            last = newest.get(hit["patch_id"])
            if last is not None and (last.attributes, last.delivered) == (attributes, raw):
                continue
            person = self.people[number]
            self.entries.append(
                RegisterEntry(
                    patch_id=hit["patch_id"], row=number, attributes=attributes, differs=other,
                    delivered=raw, holder_id=person["holder_id"], project_id=person["project_id"],
                )
            )  # fmt: skip

    def store(self, delivery: Delivery) -> None:
        """Write the entries."""
        for entry in self.entries:
            entry.delivery = delivery
        RegisterEntry.objects.bulk_create(self.entries, batch_size=1000)

    def counts(self) -> dict[str, int]:
        """The match report in numbers."""
        return {
            "matched": len(self.matched.found), "unknown": len(self.matched.unknown),
            "ambiguous": len(self.matched.ambiguous), "double": len(self.matched.double),
            "added": len(self.entries), "filled": self.filled, "conflicts": self.conflicts,
        }  # fmt: skip


def _newest(patch_ids: Sequence[int]) -> dict[int, RegisterEntry]:
    rows = RegisterEntry.objects.filter(patch_id__in=patch_ids)
    return {row.patch_id: row for row in rows.order_by("patch_id", "-pk").distinct("patch_id")}


def _moves(
    work: _Work, options: FileOptions, scope: Scope | None, *, correct: bool
) -> dict[int, int]:
    """By patch, the holder that becomes a correction: who is named where nobody was, or otherwise
    (with ``correct``). Without somebody who may decide, none; that is told."""
    asked: dict[int, int] = {}
    left = 0
    now = corrections.told_holders([hit["patch_id"] for hit in work.matched.found.values()])
    for number, hit in work.matched.found.items():
        named, stands = work.people[number]["holder_id"], now.get(hit["patch_id"])
        if named is None or named == stands:
            continue
        if stands is None or correct:
            asked[hit["patch_id"]] = named
        else:
            left += 1
    if left:
        message = f"{left} 个图斑的用地单位与现有的不同。"
        work.findings.append(
            Finding("register_holders", message, done="未更正；确以登记为准时加 --correct")
        )
    if asked and (scope is None or not scope.can(corrections.ACT)):
        who = "未指明经办人" if options.by is None else f"{options.by} 无权判定图斑"
        message = f"{len(asked)} 个图斑可由登记表得知用地单位，但{who}。"
        done = "只作登记，未作更正；请由执法人员以 --by 账号 再导入一次"
        work.findings.append(Finding("register_holders", message, NOTE, done=done))
        return {}
    return asked


def _no_ground() -> crs_verdict.Verdict:
    """What stands in the record where a table has no coordinates."""
    plane = pyproj.CRS.from_epsg(crs.STORAGE_SRID)
    return crs_verdict.Verdict(plane, "—", "登记表没有图形", confidence="—")
