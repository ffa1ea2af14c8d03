"""What the tests of exports start from: odd ground with odd words, brought in by our importer."""

from __future__ import annotations

import importlib.util
from datetime import date

import pyogrio
import pytest
import shapely

from imports import activate, load
from imports.export import Asked, Form, export
from imports.readers.kinds import KINDS
from imports.writers import FORMATS
from spatial.models import Patch, Zone
from tests.imports.conftest import DAY, EAST, WEST, frame, square

TODAY = date(2126, 1, 1)
"""After whatever day the tests run on: a ledger is exported as it stands at this day's end."""
LATER = date(2025, 1, 1)

NEEDS = {"xlsx": "xlsxwriter", "parquet": "pyarrow"}
INSTALLED = {name: importlib.util.find_spec(package) is not None for name, package in NEEDS.items()}


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not INSTALLED.get(name, True), reason=f"requirements have no {NEEDS.get(name)}"
    )


def formats(*names: str) -> list:
    return [pytest.param(name, marks=needs(name)) for name in names]


READABLE = [name for name, entry in FORMATS.items() if entry.suffix in KINDS and name != "txt"]
"""Formats that our own importer reads: the more it reads, the more come back through it."""

RING = shapely.Polygon(
    shapely.box(119.951, 33.051, 119.953, 33.053).exterior.coords,
    [shapely.box(119.9515, 33.0515, 119.9525, 33.0525).exterior.coords],
)
ISLAND = shapely.MultiPolygon(
    [RING, shapely.box(119.9517, 33.0517, 119.9519, 33.0519), square(119.955, 33.055)]
)
"""A part with a hole, an island in that hole, and a part apart."""
THIRDS = shapely.Polygon(
    [(119.96 + 1 / 3e3, 33.06), (119.962 + 1 / 7e3, 33.06 + 1 / 9e4), (119.961, 33.062 + 1 / 3e4)]
)
"""Corners that no decimal fraction hits."""

LONG = "长备注" * 100
FORMULA = "=HYPERLINK(1)"
PATCHES = [
    {"XZQDM": WEST, "JCBH": "0001", "TBLX": "01", "QSX": "202301", "HSX": "2024", "JCMJ": 1234.56,
     "YDDW": "某市有限公司", "XMMC": "甲、乙，丙", "BZ": LONG, "别的列": "保留"},
    {"XZQDM": WEST + "001", "JCBH": "1000000000000002", "TBLX": "02", "QSX": "20230305",
     "HSX": "2024-03-01", "JCMJ": None, "YDDW": None, "XMMC": FORMULA, "BZ": None,
     "别的列": None},
    {"XZQDM": EAST, "JCBH": "0001", "TBLX": "JZ", "QSX": None, "HSX": "20240229", "JCMJ": 0.1,
     "YDDW": "@单位", "XMMC": None, "BZ": "两行\n备注", "别的列": "-1"},
]  # fmt: skip
GROUND = [ISLAND, THIRDS, square(120.05, 33.05)]

LAND = [
    {"BSM": "1001", "DLBM": "0101", "DLMC": "水田", "KCXS": 0.1234, "TBMJ": 123456789.25,
     "ZLDWDM": WEST + "001", "TBLXX": 7},
    {"BSM": "1002", "DLBM": "1004", "DLMC": "城镇村道路用地", "KCXS": None, "TBMJ": 0.01,
     "ZLDWDM": WEST + "002", "TBLXX": 8},
    {"BSM": "1003", "DLBM": "0301K", "DLMC": None, "KCXS": 0.0, "TBMJ": 1e-3,
     "ZLDWDM": WEST + "002", "TBLXX": None},
]  # fmt: skip
LAND_GROUND = [ISLAND, THIRDS, square(119.97, 33.07)]

PAPER = {"PZWH": "示政地〔2023〕1号", "SPHJ": "农转用", "PZRQ": "2023-05-06", "PZJG": "示范省政府"}
APPROVALS = [
    {**PAPER, "BSM": "A1", "YT": "工业用地", "YDDW": "甲公司"},
    {**PAPER, "BSM": "A2", "YT": "住宅用地", "YDDW": "甲公司"},
]


def source(path, records, geoms):
    """A GeoPackage as an office's database would hand it out."""
    pyogrio.write_dataframe(
        frame(records, geoms), path, driver="GPKG", geometry_type="MultiPolygon",
        promote_to_multi=True,
    )  # fmt: skip
    return path


def bring_patches(path, batch="2024Q1", records=PATCHES, geoms=GROUND):
    load.stage_patches(source(path, records, geoms), batch=load.BatchSpec(batch, source="部"))
    return list(Patch.objects.filter(batch__code=batch).order_by("region__code", "jcbh"))


def bring_land(path, records=LAND, geoms=LAND_GROUND, valid_from=DAY):
    delivery = load.stage_layer("land_use", source(path, records, geoms), valid_from=valid_from)
    activate.activate(delivery)
    return list(Zone.objects.filter(layer="land_use").order_by("source_id"))


def bring_approvals(path, records=APPROVALS, geoms=LAND_GROUND[:2]):
    activate.activate(load.stage_layer("approval", source(path, records, geoms)))
    return list(Zone.objects.filter(layer="approval").order_by("source_id"))


def take(what, path, *, crs=None, encoding=None, wkt=None, overwrite=False, **asked):
    """Export to a path; its suffix names the format."""
    by_suffix = {entry.suffix: name for name, entry in FORMATS.items()} | {".zip": "shp"}
    form = Form(by_suffix[path.suffix], crs, encoding, wkt, overwrite)
    return export(what, path, form, Asked(**asked), by="测试", today=TODAY)


def told_again(done) -> dict:
    """What an import is told so that it reads an exported file back."""
    tables = {"crs": "EPSG:4490"} if done.format in ("csv", "xlsx") else {}
    return {"mapping": dict(one.split("=", 1) for one in done.remap), **tables}


def lost(done, what: str) -> dict[str, int]:
    """By column, how often this kind of loss was told."""
    return {row["column"]: row["count"] for row in done.dropped if what in row["what"]}


def apart(one, other) -> float:
    """How far the corners of two outlines lie apart, wherever their rings begin; in degrees."""
    pair = [shapely.from_wkb(bytes(geom.wkb)) for geom in (one, other)]
    assert rings_of(pair[0]) == rings_of(pair[1])
    corners = [shapely.MultiPoint(shapely.get_coordinates(shape)) for shape in pair]
    return float(shapely.hausdorff_distance(*corners))


def rings_of(shape) -> list[list[int]]:
    """Of each part, how many corners its outer ring and its holes have."""
    return sorted(
        [len(part.exterior.coords), *sorted(len(hole.coords) for hole in part.interiors)]
        for part in shape.geoms
    )


def by_number(frame) -> dict:
    """A frame's rows by county and number."""
    return {(row["XZQDM"][:6], row["JCBH"]): row for _, row in frame.iterrows()}
