"""Images become checked COGs with a date and an outline."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from imports import rasters
from spatial.errors import CrsMissing, CrsRefused, InputRefused
from spatial.models import Image

pytestmark = pytest.mark.django_db

TAKEN = date(2024, 3, 1)


def geotiff(path, *, bands=3, dtype="uint8", epsg=4528, west=40490000.0, north=3656000.0, size=600):
    values = np.arange(size * size, dtype="uint32").reshape(size, size) % 251
    scale = 20 if dtype == "uint16" else 1
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=bands, dtype=dtype,
        crs=f"EPSG:{epsg}" if epsg else None, transform=from_origin(west, north, 2, 2),
    ) as file:  # fmt: skip
        for band in range(1, bands + 1):
            file.write((values * scale + band).astype(dtype), band)
    return path


def test_a_geotiff_becomes_a_cog(tmp_path, media):
    image = rasters.load_raster(geotiff(tmp_path / "a.tif"), taken_on=TAKEN).image
    with rasterio.open(media / image.file) as cog, rasterio.open(tmp_path / "a.tif") as source:
        assert cog.profile["tiled"]
        assert cog.overviews(1) == [2]
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (cog.read() == source.read()).all()
        assert cog.crs.to_epsg() == 4528
    assert (image.bands, image.resolution_m, image.stretch) == (3, 2.0, {})
    west, south, east, north = image.footprint.extent
    assert 119.8 < west < east < 120
    assert 33.0 < south < north < 33.1
    assert {file.suffix for file in (media / "imagery").iterdir()} == {".tif"}
    assert len(list((media / "imagery").iterdir())) == 1


def test_sixteen_bits_are_stretched_and_it_is_recorded(tmp_path, media):
    path = geotiff(tmp_path / "a.tif", dtype="uint16", bands=4)
    image = rasters.load_raster(path, taken_on=TAKEN).image
    assert image.stretch["percent"] == [2.0, 98.0]
    assert len(image.stretch["bounds"]) == 4
    with rasterio.open(media / image.file) as cog:
        assert set(cog.dtypes) == {"uint8"}
        assert (cog.read(1).min(), cog.read(1).max()) == (0, 255)


def test_the_same_image_twice_changes_nothing(tmp_path):
    path = geotiff(tmp_path / "a.tif")
    first = rasters.load_raster(path, taken_on=TAKEN)
    again = rasters.load_raster(path, taken_on=TAKEN)
    assert (first.repeated, again.repeated) == (False, True)
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"dtype": "complex64"}, InputRefused, "complex64"),
        ({"epsg": None}, CrsMissing, "--crs"),
        ({"epsg": 2363}, CrsRefused, "西安"),
        ({"epsg": 4549}, CrsRefused, "EPSG:4528"),
    ],
)
def test_bad_images_are_refused(tmp_path, media, options, error, words):
    with pytest.raises(error, match=words):
        rasters.load_raster(geotiff(tmp_path / "a.tif", **options), taken_on=TAKEN)
    assert not Image.objects.exists()
    assert not (media / "imagery").exists()


def test_a_file_that_is_no_image(tmp_path):
    path = tmp_path / "a.tif"
    path.write_text("x")
    with pytest.raises(InputRefused, match="GeoTIFF"):
        rasters.load_raster(path, taken_on=TAKEN)


def test_a_dry_run_writes_nothing(tmp_path, media):
    rasters.load_raster(geotiff(tmp_path / "a.tif"), taken_on=TAKEN, dry_run=True)
    assert not Image.objects.exists()
    assert not (media / "imagery").exists()
