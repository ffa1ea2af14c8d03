"""Images: a GeoTIFF becomes a checked, tiled COG with overviews, dated and outlined. 影像"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import rasterio.errors
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction

from imports import cog, raster_dates, raster_ground, raster_source
from imports.image_versions import rivals_of, withdraw
from imports.raster_bands import stretch_of
from imports.raster_options import RasterOptions
from imports.readers.table import Finding
from spatial import crs
from spatial.errors import InputRefused
from spatial.jobs import silent
from spatial.models import Image

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.gis.geos import MultiPolygon

    from imports.crs_verdict import Verdict
    from imports.raster_source import Source
    from spatial.jobs import Progress

FOLDER = "imagery"
BLOCK = 8 << 20


@dataclass(frozen=True)
class RasterLoaded:
    """The image, whether it was there before, and what was noticed on the way."""

    image: Image
    repeated: bool
    findings: tuple[Finding, ...] = ()
    suggested: tuple[date, str] | None = None


def load_raster(
    path: str | Path,
    *,
    taken_on: date | None = None,
    name: str | None = None,
    crs_option: str | None = None,
    options: RasterOptions | None = None,
    progress: Progress = silent,
    dry_run: bool = False,
) -> RasterLoaded:
    """Store an image as COG under MEDIA_ROOT/imagery with its Image row; footprint in 4490.

    The three options by name stand for an ``options`` that holds only them. Values beyond 8 bits
    are stretched (2–98 %), the bounds kept in ``Image.stretch``. The same file, date and options
    again change nothing. ``progress`` is told every step and may end it by raising Stopped; then,
    as after every error, nothing is left. Raises InputRefused, CrsMissing, CrsRefused.
    """
    given = Path(path)
    told = options or RasterOptions(taken_on=taken_on, name=name, crs=crs_option)
    secrecy = told.checked_secrecy()
    digest = _digest(given, progress)
    known = _known(digest, told)
    if known is not None:
        return RasterLoaded(known, repeated=True)
    with raster_source.opened(given, told) as source:
        suggested = raster_dates.suggest(given.name, source.dataset.tags())
        if told.taken_on is None and not dry_run:
            raise _undated(given.name, suggested)
        try:
            image, findings = _stored(source, told, digest, secrecy, progress, dry_run=dry_run)
        except rasterio.errors.RasterioError as error:
            raise InputRefused(
                f"影像 {given.name} 的像元读不出来（{str(error)[:120]}），文件可能不完整。"
                "请重新导出或重新传输。"
            ) from error
    return RasterLoaded(image, repeated=False, findings=tuple(findings), suggested=suggested)


def _stored(
    source: Source,
    told: RasterOptions,
    digest: str,
    secrecy: str,
    progress: Progress,
    *,
    dry_run: bool,
) -> tuple[Image, list[Finding]]:
    verdict = raster_ground.judge(source, told.crs)
    with raster_ground.upright(source, verdict) as upright:
        thinned = raster_ground.thin(upright, progress)
        footprint = raster_ground.outline_of(source.name, upright, thinned, verdict)
        stretch = stretch_of(source.plan, thinned.values, thinned.counts)
        findings = [*source.findings, *verdict.findings]
        stem = hashlib.sha256((digest + json.dumps(told.content)).encode()).hexdigest()[:24]
        image = Image(
            name=(told.name or Path(source.name).stem)[:120],
            taken_on=cast("date", told.taken_on),  # a trial may lack it
            file=f"{FOLDER}/{stem}.tif",
            source_name=source.name[:255],
            source_sha256=digest,
            delivered_crs=verdict.label,
            resolution_m=raster_ground.resolution_of(upright, verdict, footprint),
            bands=source.plan.count,
            stretch=stretch,
            secrecy=secrecy,
            by=told.by,
            footprint=cast("MultiPolygon", GEOSGeometry(footprint.wkt, srid=crs.STORAGE_SRID)),
        )
        rivals = rivals_of(image) if told.taken_on else []
        if rivals and not told.replace:
            findings.append(_rivalry(rivals))
        image.record = _record(source, verdict, told, findings)
        if not dry_run:
            target = Path(settings.MEDIA_ROOT) / image.file
            with cog.written(upright, target, verdict, stretch, progress) as ready:
                _settle(image, rivals if told.replace else [], told)
                ready.replace(target)
    return image, findings


def _settle(image: Image, replaced: list[Image], told: RasterOptions) -> None:
    """Write the row; the images whose place it takes are withdrawn with it or not at all."""
    with transaction.atomic():
        for old in replaced:
            withdraw(old, "同日同地的影像重新导入", by=told.by)
        image.save()
        for old in replaced:
            old.replaced_by = image
            old.save(update_fields=["replaced_by"])


def _digest(path: Path, progress: Progress) -> str:
    """SHA-256 of a file of honest size."""
    if not path.is_file():
        raise InputRefused(f"没有文件 {path}。请核对路径。")
    size = path.stat().st_size
    if size > settings.IMAGE_FILE_BYTES:
        raise InputRefused(
            f"影像 {path.name} 有 {size >> 20} MB，超过上限 {settings.IMAGE_FILE_BYTES >> 20} MB。"
            "请分幅导出后逐幅导入，或由管理员调高 GISLAND_IMAGE_FILE_BYTES。"
        )
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            progress("核对文件指纹", done, size)
    return digest.hexdigest()


def _known(digest: str, told: RasterOptions) -> Image | None:
    """The image in use that came of the same file, date and options."""
    if told.taken_on is None:
        return None
    known = Image.objects.filter(
        source_sha256=digest, taken_on=told.taken_on, withdrawn_at__isnull=True
    ).first()
    if known is None:
        return None
    before = known.record.get("options", told.content)
    if before == told.content and told.secrecy in (None, known.secrecy):
        return known
    if told.replace:
        return None
    raise InputRefused(
        f"同一文件、同一日期已导入为影像 {known.pk}，但选项不同。"
        "要以新选项重做，请加 --replace（原影像即撤回）。"
    )


def _undated(name: str, suggested: tuple[date, str] | None) -> InputRefused:
    hint = f"（{suggested[1]}所示为 {suggested[0]}，请核对）" if suggested else ""
    day = suggested[0].isoformat() if suggested else "2024-03-05"
    return InputRefused(f"影像 {name} 没有给出拍摄日期{hint}。请用 --taken-on {day} 指明。")


def _rivalry(rivals: list[Image]) -> Finding:
    told = "、".join(str(old.pk) for old in rivals)
    return Finding(
        "image_rivals", f"同日同地已有影像 {told}。", done="两者并存；若为更正版，请加 --replace"
    )


def _record(
    source: Source, verdict: Verdict, told: RasterOptions, findings: list[Finding]
) -> dict[str, Any]:
    """How the image was read: what a page or a person may ask later."""
    dataset = source.dataset
    return {
        "driver": dataset.driver,
        "pixels": [dataset.width, dataset.height],
        "source_bands": dataset.count,
        "shown_bands": list(source.plan.bands),
        "kind": source.plan.kind,
        "crs_origin": verdict.origin,
        "crs_confidence": verdict.confidence,
        "crs_evidence": list(verdict.evidence),
        "options": told.content,
        "findings": [
            {"kind": one.kind, "severity": one.severity, "message": one.message, "done": one.done}
            for one in findings
        ],
    }
