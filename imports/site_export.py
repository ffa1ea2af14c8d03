"""A site check as a file of shapes: the site, its parcels, the ground of each line on it. 选址图形

On record and marked as every export is; ground of layers that may not be taken away is left out.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db import transaction

from imports import export_log
from imports.export import Export
from imports.export_source import Asked
from imports.writers import FORMATS
from imports.writers.plane import plane_of
from imports.writers.table import Chunk, Column, Losses, Sheet
from spatial import crs as house
from spatial.errors import InputRefused
from spatial.site_check.shapes import shapes

if TYPE_CHECKING:
    from datetime import date

    from spatial.models import User
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

WHAT = "site"
GUARD = "internal"
"""The secrecy whose export right is asked for, as of patches."""
FORMS = ("geojson", "gpkg", "shp", "kml")
TERMS = {"site": "选址范围", "parcel": "地块", "line": "涉及", "doubt": "不能判断"}
COLUMNS = (
    Column("LX", "类别"),
    Column("DM", "代码"),
    Column("MC", "名称"),
    Column("MJ", "面积(平方米)", "number"),
)


def export_site(
    site: SiteCheck, scope: Scope, form: str, *, by: str, today: date, user: User | None
) -> tuple[str, bytes]:
    """The name and the content of a file of these shapes, in EPSG:4490.

    Raises NotAllowed, InputRefused for a format that is none of FORMS, ExportNotLogged.
    """
    scope.require("export", GUARD)
    if form not in FORMS:
        raise InputRefused(f"选址图形没有格式 {form[:20]}。可用：{'、'.join(FORMS)}。")
    writer = FORMATS[form]
    features = shapes(site, scope, deed="export")["features"]
    asked = Asked(scope=scope, batch=site.patch.batch.code)
    mark = export_log.new_mark()
    title = f"选址检查 {site.patch.batch.code}"
    stamp = export_log.stamp_of(title, len(features), by, today.isoformat(), asked, mark)
    extent = site.patch.geom.extent
    plane = plane_of(f"EPSG:{house.STORAGE_SRID}", extent)
    sheet = Sheet(
        code=WHAT, title=title, target="", columns=COLUMNS, count=len(features), plane=plane,
        stamp=stamp, encoding=writer.encoding, wkt=False, produced_on=today.isoformat(),
    )  # fmt: skip
    name = f"{site.patch.batch.code}{writer.suffix}"
    with transaction.atomic(), tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
        losses = Losses()
        result = writer.write(Path(scratch) / name, sheet, iter([_chunk(features)]), losses)
        done = Export(
            WHAT, form, tuple(result.files), len(features), plane.label, result.encoding,
            result.geometry, [], losses.told(), [], tuple(plane.notes), stamp, mark,
        )  # fmt: skip
        export_log.write(mark, done, asked, by=by, user=user)
        return _packed(name, result.files)


def _packed(name: str, files: list[Path]) -> tuple[str, bytes]:
    if len(files) == 1:
        return name, files[0].read_bytes()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in files:
            archive.write(part, part.name)
    return f"{Path(name).stem}.zip", packed.getvalue()


def _chunk(features: list[dict[str, Any]]) -> Chunk:
    geoms = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    wholes = np.empty(len(geoms), dtype=object)
    for place, geom in enumerate(geoms):
        wholes[place] = geom if geom.geom_type == "MultiPolygon" else shapely.multipolygons([geom])
    told = [one["properties"] for one in features]
    return Chunk(
        [f"{one['part']}-{place}" for place, one in enumerate(told, start=1)],
        wholes,
        [[TERMS[one["part"]], one.get("code", ""), one["term"], one["area_m2"]] for one in told],
    )
