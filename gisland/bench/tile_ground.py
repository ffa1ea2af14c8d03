"""What ``bench tiles`` draws: one county with a survey of its own, its user, and an image."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, cast

import numpy as np
import rasterio
import shapely
from django.contrib.gis.geos import GEOSGeometry
from rasterio.enums import ColorInterp
from rasterio.transform import from_bounds

from gisland.bench.ground import survey_sheet, workings
from gisland.bench.load import ZONE_COLUMNS, ewkb, multi
from imports.raster_options import RasterOptions
from imports.rasters import load_raster
from spatial import sqlfiles, vocabulary
from spatial.models import DatasetVersion, Layer, Region, User

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.gis.geos import MultiPolygon

    from imports.demo.place import Geoms
    from spatial.models import Image

CODE = "990101"
READER = "bench"
COPIES = 4
"""The survey is drawn once and laid so often side by side: drawing is dearer than measuring."""
COPIED_FROM = 20_000
BLOCK = 512


def version_of_county() -> DatasetVersion:
    """The survey that was staged and is in use."""
    return DatasetVersion.objects.get(layer="land_use", region__code=CODE, status="active")


def stage_county(polygons: int, seed: int) -> tuple[DatasetVersion, Geoms]:
    """A staged survey of one county, with its shapes; READER may see and export it."""
    geoms, codes, ridges = _survey(polygons, seed)
    outline = shapely.box(*shapely.total_bounds(geoms))
    region = Region.objects.create(
        code=CODE, name="示例县", level="county", central_meridian=117,
        geom=cast("MultiPolygon", GEOSGeometry(ewkb(multi(np.array([outline], object)))[0])),
    )  # fmt: skip
    User.objects.create(username=READER, region=region, roles=["data_admin"])
    version = DatasetVersion.objects.create(
        layer=Layer.objects.get(pk="land_use"), region=region, valid_from=date(2023, 12, 31)
    )
    rows = (
        (
            version.pk, "land_use", str(row), code, "", None,
            json.dumps(
                {"code": code, "code_name": vocabulary.land_use_term(code), "kcxs": ridge,
                 "ownership": "集体", "located_code": CODE + "001001"},
                ensure_ascii=False,
            ),
            "{}", None, wkb,
        )
        for row, (code, ridge, wkb) in enumerate(zip(codes, ridges, ewkb(geoms), strict=True))
    )  # fmt: skip
    version.zone_count = sqlfiles.copy_rows("spatial_zone", ZONE_COLUMNS, rows)
    version.save(update_fields=["zone_count"])
    sqlfiles.analyze("spatial_zone")
    return version, geoms


def _survey(polygons: int, seed: int) -> tuple[Geoms, list[str], list[float]]:
    copies = COPIES if polygons >= COPIED_FROM else 1
    work = workings(polygons // copies, seed)
    one = multi(work.survey)
    west, south, east, north = shapely.total_bounds(one)
    shifts = [(0.0, 0.0), (east - west, 0.0), (0.0, north - south), (east - west, north - south)]
    laid = [shapely.transform(one, lambda xy, by=by: xy + by) for by in shifts[:copies]]
    ridges = [float(row["kcxs"]) for row in survey_sheet(work).attributes]
    return (
        np.concatenate(laid),
        [str(code) for code in work.code] * copies,
        ridges * copies,
    )


def add_image(
    folder: Path, box: tuple[float, ...], pixels: int, taken_on: date, rng: np.random.Generator
) -> Image:
    """An image of noise and slopes over the box, in degrees, brought in as any other."""
    west, south, east, north = box
    height = max(BLOCK, int(pixels * (north - south) / (east - west)))
    path = folder / "image.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=pixels, height=height, count=3, dtype="uint8",
        crs="EPSG:4490", transform=from_bounds(*box, pixels, height), tiled=True,
        blockxsize=BLOCK, blockysize=BLOCK, photometric="RGB",
    ) as made:  # fmt: skip
        made.colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
        for _, window in made.block_windows(1):
            across = np.linspace(0, 120, int(window.width))[None, None, :]
            noise = rng.integers(1, 130, (3, int(window.height), int(window.width)))
            made.write((noise + across).astype("uint8"), window=window)
    options = RasterOptions(taken_on=taken_on, name="测速影像")
    return load_raster(path, options=options).image
