"""The ground of a site from a file, a form's files or pasted coordinates. 选址范围

Read as every delivery is (encoding, CRS by option, word or evidence), but nothing is imported.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from imports import crs_verdict, fields, readers, staging, values
from imports.deliveries import FileOptions
from imports.ground import ground_of
from imports.pasted import as_file
from imports.readers import bundle as bundles
from imports.upload_names import main_of, safe_name
from spatial import crs as house
from spatial.errors import InputRefused
from spatial.site_check.parcels import Parcel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from imports.readers.table import Table
    from imports.shapes import Given

LIKE = "parcel"
"""The layer whose names of columns (名称, 标识, 登记面积) a site's parcels are read by."""
NAMES = ("name", "code", "source_code")
PLAIN_NAMES = ("地块名称", "地块编号")
"""Columns of coordinate tables and pasted coordinates."""
QUIET = ("ring_closed",)
"""Findings of every list of corners, not worth a word on an extract."""
LONGEST_NAME = 60


@dataclass(frozen=True)
class SiteGround:
    """Parcels in EPSG:4490, and how they were read."""

    parcels: tuple[Parcel, ...]
    file_name: str
    driver: str
    crs: str
    crs_origin: str
    crs_confidence: str
    crs_evidence: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def source_note(self) -> str:
        """Where the ground comes from, in a line of the extract."""
        return f"{self.file_name}（{self.driver}，{self.crs}，{self.crs_origin}）"


def read_ground(path: str | Path, options: FileOptions | None = None) -> SiteGround:
    """The parcels of a file, each feature one.

    Raises InputRefused, CrsMissing, CrsRefused or SublayerNeeded (one of several layers must be
    chosen: ``options.sublayer``), each naming fault and remedy.
    """
    told = options or FileOptions()
    counties = staging.target_counties(told.region_code)
    with bundles.opened(path, told.sublayer) as bundle:
        table = readers.read(bundle, told)
    if not len(table.geoms):
        raise InputRefused(f"文件 {table.file_name} 里没有面。选址检查只收面。")
    if len(table.geoms) > settings.SITE_PARCELS:
        raise InputRefused(
            f"文件 {table.file_name} 有 {len(table.geoms)} 个面，一次选址最多 "
            f"{settings.SITE_PARCELS} 个地块。请核对是否拿错了文件。"
        )
    verdict = crs_verdict.decide(table, told.crs, ground_of(counties))
    geoms = verdict.to_storage(table.geoms)
    findings = [*table.findings, *verdict.findings]
    findings += staging.refuse_far_away(
        table.file_name, geoms, counties, asserted=bool(told.crs)
    )  # fmt: skip
    return SiteGround(
        tuple(_parcels(table, geoms, told)), table.file_name, table.driver, verdict.label,
        verdict.origin, verdict.confidence, tuple(verdict.evidence),
        tuple(dict.fromkeys(one.message for one in findings if one.kind not in QUIET)),
    )  # fmt: skip


def read_pasted(text: str, options: FileOptions | None = None) -> SiteGround:
    """The parcels of pasted coordinates: any order and zone, 界址点 TXT, GeoJSON or WKT.

    Raises what ``read_ground`` raises.
    """
    pasted = as_file(text)
    with tempfile.TemporaryDirectory(prefix="gisland-site-") as folder:
        path = Path(folder) / pasted.name
        path.write_bytes(pasted.data)
        return read_ground(path, options)


def read_files(files: Sequence[UploadedFile], options: FileOptions | None = None) -> SiteGround:
    """The parcels of a form's file, or of the parts of one shapefile; nothing of them is kept.

    Raises what ``read_ground`` raises.
    """
    names = [safe_name(file.name or "") for file in files]
    if not names:
        raise InputRefused("没有收到文件。请选择一个文件后再上传。")
    main = main_of(names) if len(names) > 1 else names[0]
    with tempfile.TemporaryDirectory(prefix="gisland-site-") as folder:
        for name, file in zip(names, files, strict=True):
            with (Path(folder) / name).open("wb") as kept:
                for chunk in file.chunks():
                    kept.write(chunk)
        return read_ground(Path(folder) / main, options)


def _parcels(table: Table, geoms: Given, options: FileOptions) -> list[Parcel]:
    known = fields.fields_of(LIKE)
    wanted = {name: known[name] for name in (*NAMES, "declared_area_m2")}
    columns = fields.match_columns(table, wanted, options.mapping)
    found = []
    for place, (record, shape) in enumerate(zip(table.records, geoms, strict=True), start=1):
        named = [*(columns[name] for name in NAMES if name in columns), *PLAIN_NAMES]
        told = (str(record.get(column) or "").strip() for column in named)
        name = next((text for text in told if text), f"地块 {place}")
        found.append(Parcel(name[:LONGEST_NAME], _multi(shape), _area(record, columns)))
    return found


def _area(record: dict[str, Any], columns: dict[str, str]) -> Decimal | None:
    """The declared area; none where it is not a number above zero."""
    raw = record.get(columns.get("declared_area_m2", ""))
    try:
        number = values.number_of(raw)
    except (ValueError, InputRefused):
        return None
    return Decimal(number) if number else None


def _multi(shape: shapely.Geometry) -> MultiPolygon:
    flat = shapely.force_2d(shape)
    found = GEOSGeometry(memoryview(shapely.to_wkb(flat)), srid=house.STORAGE_SRID)
    if isinstance(found, MultiPolygon):
        return found
    return MultiPolygon(found, srid=house.STORAGE_SRID)
