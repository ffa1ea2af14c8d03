"""Official parcels of sixteen countries: every format read with its count, CRS and areas."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
import shapely

from imports import crs_verdict, readers
from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from spatial.errors import InputRefused
from tests.real.conftest import DATA, needs

pytestmark = needs("parcels-lpis")

FOLDER = DATA / "parcels-lpis"
SET = {
    "at/inspire_schlaege_2025-1_polygon.gpkg.zip": ("GPKG", 100, 31287, None, None),
    "at_block/inspire_referenzen_2021_polygon.gpkg.zip": ("GPKG", 100, 31287, None, None),
    "bg/bg_arable_land_2024.zip": ("ESRI Shapefile", 100, 32635, None, None),
    "ch/lwb_nutzungsflaechen_v2_0_lv95.gpkg": ("GPKG", 100, 2056, None, None),
    "cz/cz.zip": ("ESRI Shapefile", 100, 4258, None, None),
    "de_bb/antrag.zip": ("ESRI Shapefile", 100, 25833, "CP1252", None),
    "dk/Marker_2026.zip": ("ESRI Shapefile", 100, 25832, "CP1252", None),
    "fi/LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg": ("GPKG", 100, 3067, None, None),
    "ie/GSAA_2024.zip": ("GML", 100, 4258, None, None),
    "it_1/iti1_2023.parquet": ("GeoParquet", 100, 3035, None, None),
    "lv/1_100.xml": ("GML", 100, 3059, None, None),
    "nl/brpgewaspercelen_definitief_2023.gpkg": ("GPKG", 100, 28992, None, None),
    "nl_block/referentiepercelen.gpkg": ("GPKG", 100, 28992, None, None),
    "pt/Continente.gpkg": ("GPKG", 100, 3763, None, "Culturas_Aveiro"),
    "si_lulc/slovenia_lulc.gpkg": ("GPKG", 88, 32633, None, None),
    "sk/sk.zip": ("ESRI Shapefile", 100, None, "CP1250", None),
    "us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip": (
        "OpenFileGDB", 100, 4269, None, None,
    ),
}  # fmt: skip
"""File: driver, features, EPSG, the encoding a person must name, the layer a person must name."""

PLACES = {
    "at": (9, 46, 18, 50), "at_block": (9, 46, 18, 50), "bg": (22, 41, 29, 45),
    "ch": (5, 45, 11, 48), "cz": (12, 48, 19, 52), "de_bb": (11, 51, 15, 54),
    "dk": (8, 54, 13, 58), "fi": (19, 59, 32, 71), "ie": (-11, 51, -5, 56),
    "it_1": (6, 36, 19, 48), "lv": (20, 55, 29, 59), "nl": (3, 50, 8, 54),
    "nl_block": (3, 50, 8, 54), "pt": (-10, 36, -6, 43), "si_lulc": (13, 45, 17, 47),
    "sk": (16, 47, 23, 50), "us_ca_scm": (-125, 32, -114, 43),
}  # fmt: skip
"""Where each country lies: a swapped axis or a wrong plane would show."""


def read(name: str, **options: Any) -> Any:
    if name.endswith(".parquet") and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("GeoParquet is read by pyarrow, an extra that is not installed here")
    with bundles.opened(FOLDER / name, options.get("sublayer")) as bundle:
        return readers.read(bundle, FileOptions(**options))


@pytest.mark.parametrize("name", SET)
def test_the_file_is_read_as_it_is(name):
    driver, count, epsg, encoding, layer = SET[name]
    table = read(name, encoding=encoding, sublayer=layer)
    assert (table.driver, len(table.geoms), len(table.records)) == (driver, count, count)
    if epsg:
        assert table.crs.to_epsg(min_confidence=60) == epsg
    assert shapely.is_valid(table.geoms).sum() >= count - (2 if name == "sk/sk.zip" else 0)
    verdict = crs_verdict.decide(table)
    west, south, east, north = PLACES[name.split("/")[0]]
    there = shapely.total_bounds(verdict.to_storage(table.geoms))
    assert west < there[0] < there[2] < east
    assert south < there[1] < there[3] < north
    assert {finding.kind for finding in verdict.findings} <= {"crs_converted", "crs_null_shift"}


@pytest.mark.parametrize("name", [name for name, told in SET.items() if told[3]])
def test_western_text_that_nobody_declared_is_never_read_as_chinese(name):
    with pytest.raises(InputRefused, match="--encoding"):
        read(name)


def test_several_layers_are_named():
    with pytest.raises(InputRefused, match=r"Culturas_Aveiro.*--where-layer"):
        read("pt/Continente.gpkg")
    with pytest.raises(InputRefused, match="没有任何要素"):
        read("pt/Continente.gpkg", sublayer="Continente")


@pytest.mark.parametrize(
    ("name", "column", "unit"),
    [("si_lulc/slovenia_lulc.gpkg", "AREA", 1.0), ("bg/bg_arable_land_2024.zip", "AREA", 1.0),
     ("lv/1_100.xml", "SHAPE.AREA", 1.0)],
)  # fmt: skip
def test_areas_that_the_file_computed_are_those_of_its_shapes(name, column, unit):
    table = read(name)
    told = [float(row[column]) * unit for row in table.records]
    near = [
        abs(area - geom.area) <= 0.01 * geom.area
        for area, geom in zip(told, table.geoms, strict=True)
    ]
    assert sum(near) >= 0.9 * len(near)


def test_names_that_were_lost_before_are_told():
    """bg: the Cyrillic names had become question marks before the file was made."""
    (lost,) = [f for f in read("bg/bg_arable_land_2024.zip").findings if f.kind == "lost_text"]
    assert "无法恢复" in lost.message
