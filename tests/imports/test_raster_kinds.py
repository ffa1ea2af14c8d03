"""Every kind of GeoTIFF that an office has comes in and shows the right pixels."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.enums import ColorInterp

from imports.raster_options import bands_of
from spatial.errors import InputRefused
from spatial.models import Image
from tests.imports.raster_files import (
    NORTH,
    PIXEL,
    SIDE,
    WEST,
    load,
    ramp,
    refusal,
    stored,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("uint16", 300, 9000), ("int16", -500, 3000), ("uint32", 0, 10**6), ("int32", -9, 10**5),
     ("float32", 0.0, 0.4), ("float64", -1e-3, 1e-3)],
)  # fmt: skip
def test_any_depth_becomes_eight_bits_by_percentiles(tmp_path, media, kind, low, high):
    image = load(write(tmp_path / "a.tif", [ramp(kind, low, high)] * 3))
    values, counts = stored(image, media)
    assert values.dtype == np.uint8
    assert counts.all()
    low_bound, high_bound = image.stretch["bounds"][0]
    assert low < low_bound < high_bound < high
    assert (values[0][:, 0].max(), values[0][:, -1].min()) == (0, 255)
    assert 120 < values[0][0, SIDE // 2] < 136


def test_no_data_is_no_part_of_the_stretch_nor_of_the_outline(tmp_path, media):
    band = ramp("uint16", 1000, 2000)
    band[:, : SIDE // 2] = 65535
    image = load(write(tmp_path / "a.tif", [band] * 3, nodata=65535))
    assert image.stretch["bounds"][0][1] < 2001
    values, counts = stored(image, media)
    assert not counts[:, : SIDE // 2].any()
    assert counts[:, SIDE // 2 :].all()
    assert (values[:, ~counts] == 0).all()
    west, south, east, north = image.footprint.extent
    assert west == pytest.approx(WEST + PIXEL * SIDE / 2, abs=1.5 * PIXEL)
    assert (south, east, north) == pytest.approx(
        (NORTH - PIXEL * SIDE, WEST + PIXEL * SIDE, NORTH), abs=1e-9
    )


def test_nan_of_floats_is_no_data(tmp_path, media):
    band = ramp("float32", 0, 1)
    band[: SIDE // 2] = np.nan
    band[-1, -1] = np.inf
    _, counts = stored(load(write(tmp_path / "a.tif", [band])), media)
    assert counts.sum() == SIDE * SIDE // 2 - 1


@pytest.mark.parametrize("how", ["mask", "alpha", "option"])
def test_what_marks_the_pixels_that_count(tmp_path, media, how):
    inside = np.zeros((SIDE, SIDE), dtype="uint8")
    rows, columns = np.mgrid[:SIDE, :SIDE]
    inside[(rows - 100) ** 2 + (columns - 100) ** 2 < 80**2] = 255
    band = np.where(inside, 90, 7).astype("uint8")
    told = {}
    if how == "mask":
        path = write(tmp_path / "a.tif", [band] * 3, mask=inside)
    elif how == "alpha":
        path = write(tmp_path / "a.tif", [band] * 3 + [inside], photometric="RGB", alpha="YES")
    else:
        path, told = write(tmp_path / "a.tif", [band] * 3), {"nodata": 7}
    image = load(path, **told)
    values, counts = stored(image, media)
    assert image.bands == len(values) == 3
    assert (counts == (inside > 0)).all()
    disc = shapely.from_wkb(bytes(image.footprint.wkb))
    share = shapely.area(disc) / (PIXEL * SIDE) ** 2
    assert share == pytest.approx((inside > 0).mean(), rel=0.02)


def test_one_band_is_grey_and_two_are_grey_with_a_note(tmp_path, media):
    image = load(write(tmp_path / "a.tif", [ramp()]))
    assert (image.bands, len(stored(image, media)[0])) == (1, 1)
    image = load(write(tmp_path / "b.tif", [ramp(), ramp(low=9)]))
    assert image.bands == 1
    assert "显示第 1 波段" in image.record["findings"][0]["message"]


def test_a_palette_becomes_its_colours(tmp_path, media):
    band = np.zeros((SIDE, SIDE), dtype="uint8")
    band[:, 100:] = 3
    path = write(tmp_path / "a.tif", [band], palette={0: (9, 8, 7, 255), 3: (200, 10, 60, 255)})
    values, _ = stored(load(path), media)
    assert values[:, 0, 0].tolist() == [9, 8, 7]
    assert values[:, 0, 199].tolist() == [200, 10, 60]


def test_many_bands_show_three_those_that_were_asked_for(tmp_path, media):
    bands = [np.full((SIDE, SIDE), 10 * n, dtype="uint8") for n in range(1, 7)]
    path = write(tmp_path / "a.tif", bands)
    image = load(path, bands=bands_of("5,4,3"))
    assert stored(image, media)[0][:, 0, 0].tolist() == [50, 40, 30]
    assert image.record["shown_bands"] == [5, 4, 3]
    assert "同一文件、同一日期" in refusal(path)
    Image.objects.all().delete()
    assert stored(load(path), media)[0][:, 0, 0].tolist() == [10, 20, 30]
    for wrong in ("7,1,2", "0,1,2"):
        with pytest.raises(InputRefused, match="6 个波段"):
            load(path, bands=bands_of(wrong), replace=True)
    with pytest.raises(InputRefused, match="3,2,1"):
        bands_of("red")


def test_near_infrared_is_kept_and_is_not_transparency(tmp_path, media):
    bands = [ramp()] * 3 + [np.zeros((SIDE, SIDE), dtype="uint8")]
    path = write(tmp_path / "a.tif", bands, photometric="RGB", alpha="NO")
    values, counts = stored(load(path), media)
    assert len(values) == 4
    assert counts.all()


def test_colours_in_another_order_are_set_right(tmp_path, media):
    bands = [np.full((SIDE, SIDE), value, dtype="uint8") for value in (30, 20, 10)]
    order = [ColorInterp.blue, ColorInterp.green, ColorInterp.red]
    path = write(tmp_path / "a.tif", bands, interp=order, photometric="MINISBLACK")
    assert stored(load(path), media)[0][:, 0, 0].tolist() == [10, 20, 30]


def test_eight_bits_stay_as_they_are_unless_a_stretch_is_asked_for(tmp_path, media):
    band = ramp(low=40, high=90)
    assert (stored(load(write(tmp_path / "a.tif", [band] * 3)), media)[0] == band).all()
    image = load(write(tmp_path / "b.tif", [band] * 3, compress="LZW"), stretch=True)
    assert stored(image, media)[0].max() == 255


def test_rows_from_south_to_north_are_turned_over(tmp_path, media):
    south_up = Affine(PIXEL, 0, WEST, 0, PIXEL, NORTH - PIXEL * SIDE)
    band = np.broadcast_to(np.arange(SIDE, dtype="uint8")[:, None], (SIDE, SIDE))
    image = load(write(tmp_path / "a.tif", [band] * 3, transform=south_up))
    values, counts = stored(image, media)
    assert counts.all()
    assert (values[0] == band[::-1]).all()
    assert image.footprint.extent == pytest.approx(
        (WEST, NORTH - PIXEL * SIDE, WEST + PIXEL * SIDE, NORTH)
    )


@pytest.mark.parametrize("driver", ["BigTIFF", "strips", "JP2OpenJPEG", "jpeg", "planes"])
def test_layouts(tmp_path, media, driver):
    layout = {
        "BigTIFF": {"BIGTIFF": "YES"}, "strips": {"blockysize": 1},
        "JP2OpenJPEG": {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"},
        "jpeg": {"compress": "JPEG", "photometric": "YCBCR", "tiled": True, "blockxsize": 64,
                 "blockysize": 64},
        "planes": {"interleave": "band", "tiled": True, "blockxsize": 64, "blockysize": 64},
    }[driver]  # fmt: skip
    suffix = "jp2" if driver == "JP2OpenJPEG" else "tif"
    path = write(tmp_path / f"a.{suffix}", [ramp()] * 3, **layout)
    values, counts = stored(load(path), media)
    assert counts.all()
    assert np.abs(values.astype(int) - ramp()).max() <= (8 if driver == "jpeg" else 0)


@pytest.mark.parametrize("name", ["a.ecw", "a.sid", "a.img", "a.vrt", "a.jpg"])
def test_other_formats_are_refused_with_the_way_out(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x65\x02\x03\x02")
    assert "GeoTIFF" in refusal(tmp_path / name)


def test_an_image_of_nothing(tmp_path):
    path = write(tmp_path / "a.tif", [np.zeros((SIDE, SIDE), "uint8")] * 3, nodata=0)
    assert "没有有效像元" in refusal(path)
