"""The record of each import: file, options, verdict, issues; and whether it was here before."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction

from imports import issue_kinds
from imports.models import Delivery, DeliveryStatus, Issue
from spatial import crs, sqlfiles
from spatial.job_progress import silent
from spatial.models import DatasetVersion, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imports.crs_verdict import Verdict
    from imports.readers.bundle import Bundle
    from imports.readers.table import Finding, Table
    from spatial.job_progress import Progress
    from spatial.models import User


ISSUES = 1000
"""Issues that are written, and held, at a time."""
FOLDER = "deliveries"
"""Under MEDIA_ROOT: the original files, by their SHA-256."""


@dataclass(frozen=True)
class FileOptions:
    """How a file is to be read; what a person may override."""

    region_code: str | None = None
    crs: str | None = None
    encoding: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    sublayer: str | None = None
    by: User | None = None
    dry_run: bool = False
    skip_bad: bool = False
    """Whether rows that cannot be imported are left out (导入其余) instead of refusing the file."""
    forget: bool = False
    """Leave the remembered mapping of such tables aside, and drop it."""
    within: str | None = None
    """The region in which ``by`` has a say; rows elsewhere are not stored. None: everywhere."""
    progress: Progress = silent

    def record(self, **more: Any) -> dict[str, Any]:
        """The options as they are stored; equal records mean the same import."""
        told = {
            "region": self.region_code, "crs": self.crs, "encoding": self.encoding,
            "map": dict(self.mapping), "set": dict(self.constants), "sublayer": self.sublayer,
            "within": self.within, "skip_bad": self.skip_bad, **more,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


def repeated(kind: str, bundle: Bundle, options: dict[str, Any], **where: Any) -> Delivery | None:
    """The delivery of the same bytes with the same options, or None."""
    found = (
        Delivery.objects.filter(kind=kind, sha256=bundle.sha256, options=options, **where)
        .exclude(status=DeliveryStatus.DISCARDED)
        .first()
    )
    if found is not None:
        found.repeated = True
    return found


def record(
    kind: str,
    bundle: Bundle,
    table: Table,
    verdict: Verdict,
    options: dict[str, Any],
    **where: Any,
) -> Delivery:
    """Write the Delivery row and what was noticed so far; ``finish`` ends the import."""
    delivery = Delivery.objects.create(
        kind=kind,
        file_name=bundle.file_name,
        stored_file=f"{FOLDER}/{bundle.sha256}/{bundle.file_name}",
        sha256=bundle.sha256,
        size_bytes=bundle.size_bytes,
        options=options,
        verdict={
            "driver": table.driver,
            "encoding": table.encoding,
            "encoding_origin": table.encoding_origin,
            "encoding_confidence": table.encoding_confidence,
            "columns": list(table.columns),
            "crs": verdict.label,
            "crs_origin": verdict.origin,
            "crs_confidence": verdict.confidence,
            "crs_evidence": list(verdict.evidence),
            **table.facts,
        },
        row_count=_counted(table),
        **where,
    )
    add_issues(delivery, [*table.findings, *verdict.findings])
    return delivery


def _counted(table: Table) -> int:
    """The rows that are taken in, and those that were left out."""
    faults = table.bad.faults
    if not faults and isinstance(table.numbers, range):
        return len(table.numbers)
    return len({*table.numbers, *faults})


def finish(delivery: Delivery, bundle: Bundle, *, dry_run: bool) -> None:
    """The last step in the transaction: keep the original file, or take a dry run back."""
    if dry_run:
        delivery.settle()
        transaction.set_rollback(True)
    else:
        bundle.store(Path(settings.MEDIA_ROOT) / FOLDER)


def discard_retired() -> None:
    """Deliveries all of whose versions are out of use are discarded: they may come in again."""
    Delivery.objects.filter(kind="layer").exclude(status=DeliveryStatus.DISCARDED).filter(
        versions__isnull=False
    ).exclude(versions__in=DatasetVersion.objects.exclude(status=VersionStatus.RETIRED)).update(
        status=DeliveryStatus.DISCARDED
    )


def add_issues(delivery: Delivery, findings: Iterable[Finding]) -> None:
    """Store findings as issues of the delivery."""
    Issue.objects.bulk_create(
        [
            Issue(
                delivery=delivery,
                kind=finding.kind,
                severity=finding.severity,
                row=finding.row,
                field=finding.field[:60],
                feature=finding.feature[:120],
                message=finding.message,
                done=finding.done[:200],
                remedy_by=issue_kinds.of(finding.kind).by,
            )
            for finding in findings
        ],
        batch_size=1000,
    )


def add_issues_at(
    delivery: Delivery, kind: str, rows: Iterable[tuple[dict[str, Any], str, str]]
) -> None:
    """Store issues with a place and areas: (row of SQL, message, what was done)."""
    known = issue_kinds.of(kind)
    made = (
        Issue(
            delivery=delivery,
            kind=kind,
            severity=known.level,
            remedy_by=known.by,
            row=found["row"],
            message=message,
            done=done,
            area_before_m2=found.get("before_m2"),
            area_after_m2=found.get("after_m2"),
            place=_point(found),
        )
        for found, message, done in rows
    )
    while some := list(islice(made, ISSUES)):  # a layer in the wrong place has one for each row
        Issue.objects.bulk_create(some)


def complete_issues(delivery: Delivery, *, by_line: bool) -> None:
    """Give each issue of a row its feature's name, a place on it and the row as delivered.

    ``by_line``: rows are lines of a text, and an issue belongs to the parcel that begins before it.
    """
    sqlfiles.execute("imports/95_complete_issues", {"delivery_id": delivery.pk, "by_line": by_line})


def _point(found: dict[str, Any]) -> Point | None:
    if found.get("x") is None or found.get("y") is None:
        return None
    return Point(found["x"], found["y"], srid=crs.STORAGE_SRID)
