"""Images that mean harm: refused in bounded time and memory, with nothing left behind."""

from __future__ import annotations

import os
import shutil
import struct
import time
from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from imports import cog, rasters
from spatial.errors import InputRefused
from spatial.models import Image

pytestmark = pytest.mark.django_db


def write(path, width=64, height=64, **more):
    profile = {"driver": "GTiff", "width": width, "height": height, "count": 3, "dtype": "uint8",
               "crs": "EPSG:4490", "transform": from_origin(119.95, 33.06, 1e-6, 1e-6),
               "SPARSE_OK": True, **more}  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(np.full((3, 8, 8), 9, "uint8"), window=((0, 8), (0, 8)))
    return path


def refusal(path, media):
    begun = time.monotonic()
    with pytest.raises(InputRefused) as caught:
        rasters.load_raster(path, taken_on=date(2024, 3, 1))
    assert time.monotonic() - begun < 20
    assert not Image.objects.exists()
    assert not (media / "imagery").exists()
    return str(caught.value)


def test_a_claim_of_ten_thousand_million_pixels(tmp_path, media):
    path = write(tmp_path / "a.tif", 100_000, 100_000, tiled=True, BIGTIFF="YES")
    assert "GISLAND_IMAGE_PIXELS" in refusal(path, media)


def test_one_block_that_fills_the_memory(tmp_path, media, settings):
    settings.IMAGE_CACHE_MB = 8
    path = write(
        tmp_path / "a.tif",
        2_048,
        2_048,
        tiled=True,
        blockxsize=2_048,
        blockysize=2_048,
        interleave="pixel",
    )
    assert "tiled" in refusal(path, media)


def test_a_file_beyond_the_limit_is_not_read(tmp_path, media, settings):
    path = write(tmp_path / "a.tif")
    os.truncate(path, settings.IMAGE_FILE_BYTES + 1)
    assert "GISLAND_IMAGE_FILE_BYTES" in refusal(path, media)


def test_a_virtual_image_under_another_name(tmp_path, media):
    path = tmp_path / "a.tif"
    path.write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>/etc/passwd</SRS></VRTDataset>'
    )
    assert "不是可读的 GeoTIFF" in refusal(path, media)


@pytest.mark.parametrize("keep", [8, 200, 5000])
def test_a_file_that_was_cut_off(tmp_path, media, keep):
    path = tmp_path / "a.tif"
    values = np.random.default_rng(1).integers(0, 255, (3, 200, 200), "uint8")
    with rasterio.open(path, "w", driver="GTiff", width=200, height=200, count=3, dtype="uint8",
                       crs="EPSG:4490", transform=from_origin(119.95, 33.06, 1e-5, 1e-5),
                       compress="LZW") as file:  # fmt: skip
        file.write(values)
    os.truncate(path, keep)
    refusal(path, media)


def test_directories_that_go_in_a_circle(tmp_path, media):
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0" + struct.pack("<IHHHIII", 8, 1, 256, 3, 1, 9, 8))
    refusal(path, media)


def test_metadata_beside_the_image_is_not_read(tmp_path, media):
    path = write(tmp_path / "a.tif")
    (tmp_path / "a.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:2363</SRS></PAMDataset>")
    (tmp_path / "a.tif.ovr").write_bytes(b"II*\0broken")
    done = rasters.load_raster(path, taken_on=date(2024, 3, 1))
    assert done.image.delivered_crs.startswith("EPSG:4490")


def test_a_full_disk(tmp_path, media, monkeypatch):
    path = write(tmp_path / "a.tif")
    with monkeypatch.context() as patched:
        patched.setattr(cog.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
        assert "磁盘剩余" in refusal(path, media)

    def full(plain, ready):
        ready.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cog, "convert", full)
    assert "磁盘已满" in refusal(path, media)


def test_a_result_that_fails_its_check_is_not_kept(tmp_path, media, monkeypatch):
    good = cog.convert

    def wrong(plain, ready):
        with rasterio.open(plain, "r+") as file:
            pixels = file.read()
            file.write(255 - pixels)
        good(plain, ready)
        with rasterio.open(plain, "r+") as file:
            file.write(pixels)

    monkeypatch.setattr(cog, "convert", wrong)
    assert "未通过检查" in refusal(write(tmp_path / "a.tif"), media)
