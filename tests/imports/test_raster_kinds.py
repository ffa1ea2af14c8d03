"""Every kind of GeoTIFF that an office has comes in, shows the right pixels, and is outlined."""

from __future__ import annotations

import os
import zipfile
from datetime import date

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from imports import cog, image_versions, raster_dates, rasters
from imports.raster_options import RasterOptions, bands_of
from spatial.errors import CrsMissing, CrsRefused, InputRefused
from spatial.jobs import Stopped
from spatial.models import Image
from tests.imports.conftest import SHARED, needs_shared
from tests.people import person

pytestmark = pytest.mark.django_db

DAY = date(2024, 3, 1)
WEST, NORTH, PIXEL, SIDE = 119.95, 33.06, 0.00005, 200
"""A square of 0.01 degrees in the western county of the fixture ``counties``."""
NORTH_UP = from_origin(WEST, NORTH, PIXEL, PIXEL)


def ramp(kind="uint8", low=1, high=250):
    """Values that grow from west to east."""
    row = np.linspace(low, high, SIDE)
    return np.broadcast_to(row, (SIDE, SIDE)).astype(kind)


def write(path, bands, *, mask=None, interp=None, palette=None, tags=None, **more):
    bands = np.stack(bands)
    profile = {"driver": "GTiff", "width": bands.shape[2], "height": bands.shape[1],
               "count": len(bands), "dtype": bands.dtype, "crs": "EPSG:4490",
               "transform": NORTH_UP, **more}  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(bands)
        if interp:
            file.colorinterp = interp
        if palette:
            file.write_colormap(1, palette)
        if mask is not None:
            file.write_mask(mask)
        if tags:
            file.update_tags(**tags)
    return path


def load(path, **told):
    return rasters.load_raster(path, options=RasterOptions(taken_on=DAY, **told)).image


def stored(image, media):
    """Pixels and mask of what is kept."""
    with rasterio.open(media / image.file) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        return file.read(), file.dataset_mask() > 0


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


@pytest.mark.parametrize("shear", [0, 20])
def test_a_turned_image_is_set_upright_and_lies_where_it_lay(tmp_path, media, shear):
    turned = (
        Affine.translation(WEST + 0.004, NORTH - 0.001) @ Affine.rotation(-30)
        @ Affine.shear(shear) @ Affine.scale(PIXEL / 2, -PIXEL / 2)
    )  # fmt: skip
    band = np.full((SIDE, SIDE), 120, dtype="uint8")
    band[150:160, 40:50] = 255
    image = load(write(tmp_path / "a.tif", [band] * 3, transform=turned))
    with rasterio.open(media / image.file) as file:
        assert (file.transform.b, file.transform.d) == (0, 0)
        values, counts = file.read(1), file.dataset_mask() > 0
        row, column = file.index(*(turned @ (45, 155)))
        assert values[row, column] > 240
        assert not counts[0, 0]
    corners = [turned @ at for at in ((0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE))]
    wanted = shapely.Polygon(corners)
    drawn = shapely.from_wkb(bytes(image.footprint.wkb))
    both = shapely.area(shapely.intersection(drawn, wanted))
    assert both / shapely.area(shapely.union(drawn, wanted)) > 0.96


@pytest.mark.parametrize("epsg", [4490, 4326, 4528, 4549, 32651, 3857])
def test_any_crs_lies_on_the_same_ground(tmp_path, counties, epsg):
    (west, east), (north, south) = rasterio.warp.transform(
        "EPSG:4490", f"EPSG:{epsg}", [WEST, WEST + 0.01], [NORTH, NORTH - 0.01]
    )
    place = from_origin(west, north, (east - west) / SIDE, (north - south) / SIDE)
    path = write(tmp_path / "a.tif", [ramp()] * 3, crs=f"EPSG:{epsg}", transform=place)
    image = load(path)
    assert image.footprint.centroid.coords == pytest.approx((WEST + 0.005, NORTH - 0.005), abs=1e-4)
    assert image.record["crs_evidence"] == ["位置与行政区范围一致"]
    assert 4 < image.resolution_m < 7


@pytest.mark.parametrize(
    ("epsg", "words"), [(2363, "西安"), (2414, "北京"), (4610, "西安"), (4214, "北京")]
)
def test_old_datums_are_refused(tmp_path, counties, epsg, words):
    place = NORTH_UP if epsg in (4610, 4214) else from_origin(39588000, 3660000, 5, 5)
    path = write(tmp_path / "a.tif", [ramp()] * 3, crs=f"EPSG:{epsg}", transform=place)
    with pytest.raises(CrsRefused, match=words):
        load(path)


def test_without_a_crs_the_counties_settle_it(tmp_path, counties):
    image = load(write(tmp_path / "a.tif", [ramp()] * 3, crs=None))
    assert image.delivered_crs.startswith("EPSG:4490")
    assert image.record["crs_confidence"] == "中"
    far = from_origin(101, 25, PIXEL, PIXEL)
    with pytest.raises(CrsMissing, match="--crs"):
        load(write(tmp_path / "b.tif", [ramp()] * 3, crs=None, transform=far))


def test_an_image_beyond_all_counties_is_refused(tmp_path, counties, media):
    far = from_origin(121.5, 33.06, PIXEL, PIXEL)
    with pytest.raises(InputRefused, match="不在任何已登记的县内"):
        load(write(tmp_path / "a.tif", [ramp()] * 3, transform=far))
    assert not (media / "imagery").exists()


def bare(path):
    """An image that says nothing of its place."""
    with rasterio.open(path, "w", driver="GTiff", width=SIDE, height=SIDE, count=3,
                       dtype="uint8") as file:  # fmt: skip
        file.write(np.stack([ramp()] * 3))
    return path


WORLD = f"{PIXEL}\n0\n0\n-{PIXEL}\n{WEST + PIXEL / 2}\n{NORTH - PIXEL / 2}\n"


@pytest.mark.parametrize("packed", [False, True])
def test_a_world_file_and_a_prj_place_it(tmp_path, counties, packed):
    path = bare(tmp_path / "a.tif")
    (tmp_path / "a.TFW").write_text(WORLD)
    (tmp_path / "a.prj").write_text(rasterio.crs.CRS.from_epsg(4490).to_wkt())
    if packed:
        pack = tmp_path / "b.zip"
        with zipfile.ZipFile(pack, "w") as archive:
            for part in ("a.tif", "a.TFW", "a.prj"):
                archive.write(tmp_path / part, f"影像/{part}")
        path = pack
    image = load(path)
    assert image.footprint.extent == pytest.approx(
        (WEST, NORTH - PIXEL * SIDE, WEST + PIXEL * SIDE, NORTH)
    )
    assert image.record["crs_origin"] == ".prj"


def refusal(path, **told):
    with pytest.raises(InputRefused) as caught:
        load(path, **told)
    return str(caught.value)


def test_what_has_no_place_is_refused_with_the_way_out(tmp_path):
    assert ".tfw" in refusal(bare(tmp_path / "a.tif"))
    (tmp_path / "a.tfw").write_text("1 2 x")
    assert "六行数字" in refusal(tmp_path / "a.tif")
    (tmp_path / "a.tfw").write_text("0 0 0 0 1 1")
    assert "定位信息无效" in refusal(tmp_path / "a.tif")
    (tmp_path / "a.tfw").write_text("nan 0 0 -1 1 1")
    assert "定位信息无效" in refusal(tmp_path / "a.tif")


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


def test_the_day_is_suggested_and_never_taken(tmp_path):
    tags = {"TIFFTAG_DATETIME": "2023:11:05 10:00:00"}
    path = write(tmp_path / "影像_20240312_v2.tif", [ramp()] * 3, tags=tags)
    with pytest.raises(InputRefused, match="--taken-on 2024-03-12"):
        rasters.load_raster(path)
    path = path.rename(tmp_path / "a.tif")
    with pytest.raises(InputRefused, match="TIFFTAG_DATETIME所示为 2023-11-05"):
        rasters.load_raster(path)
    tried = rasters.load_raster(path, dry_run=True)
    assert tried.suggested == (date(2023, 11, 5), "TIFFTAG_DATETIME")
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("name", "day"),
    [("T49QCD_20161209T031122_B02.tif", date(2016, 12, 9)),
     ("taizhou_2000-03-17.tif", date(2000, 3, 17)),
     ("2024年3月5日影像.tif", date(2024, 3, 5)), ("GF2_2024.03.05.tif", date(2024, 3, 5)),
     ("99012024030.tif", None), ("影像20241399.tif", None), ("2024Q1.tif", None)],
)  # fmt: skip
def test_days_in_names(name, day):
    found = raster_dates.suggest(name, {})
    assert (found[0] if found else None) == day


def test_a_better_image_of_the_same_day_and_place(tmp_path, counties):
    old = load(write(tmp_path / "a.tif", [ramp()] * 3))
    new = load(write(tmp_path / "b.tif", [ramp(low=5)] * 3))
    assert f"同日同地已有影像 {old.pk}" in new.record["findings"][-1]["message"]
    best = load(write(tmp_path / "c.tif", [ramp(low=9)] * 3), replace=True)
    for image in (old, new):
        image.refresh_from_db()
        assert image.withdrawn_at is not None
        assert image.replaced_by == best
    assert [row["id"] for row in image_versions.listing()] == [best.pk]
    assert len(image_versions.listing(withdrawn=True)) == 3
    other = from_origin(WEST + 0.02, NORTH, PIXEL, PIXEL)
    beside = load(write(tmp_path / "d.tif", [ramp()] * 3, transform=other), replace=True)
    best.refresh_from_db()
    assert best.withdrawn_at is None
    assert beside.pk


def test_withdrawn_and_brought_again(tmp_path, counties):
    path = write(tmp_path / "a.tif", [ramp()] * 3)
    image = load(path)
    with pytest.raises(InputRefused, match="原因"):
        image_versions.withdraw(image, " ")
    image_versions.withdraw(image, "拍摄日期有误", by=person("990101", "data_admin"))
    with pytest.raises(InputRefused, match="已于"):
        image_versions.withdraw(image, "再次")
    assert load(path).pk != image.pk


def test_secrecy_is_an_option_with_a_default_of_the_settings(tmp_path, settings):
    path = write(tmp_path / "a.tif", [ramp()] * 3)
    settings.IMAGE_SECRECY = "secret"
    assert load(path).secrecy == "secret"
    assert "选项不同" in refusal(path, secrecy="public")
    assert load(path, secrecy="public", replace=True).secrecy == "public"
    assert Image.objects.filter(withdrawn_at__isnull=True).count() == 1
    with pytest.raises(InputRefused, match="密级 x 无效"):
        load(path, secrecy="x")


STEPS = ["核对文件指纹", "读取影像", "转换像元", "建立金字塔", "核对结果"]


@pytest.mark.parametrize("phase", STEPS)
def test_a_stop_at_any_step_leaves_nothing(tmp_path, media, monkeypatch, phase):
    monkeypatch.setattr(cog, "LARGE", 0)

    def progress(name, done=0, total=0):
        if name == phase:
            raise Stopped

    with pytest.raises(Stopped):
        rasters.load_raster(
            write(tmp_path / "a.tif", [ramp()] * 3), taken_on=DAY, progress=progress
        )
    assert not Image.objects.exists()
    assert not (media / "imagery").exists()


def test_a_large_image_is_made_by_a_process_of_its_own(tmp_path, media, monkeypatch):
    monkeypatch.setattr(cog, "LARGE", 0)
    told = []
    path = write(tmp_path / "a.tif", [ramp()] * 3)
    done = rasters.load_raster(path, taken_on=DAY, progress=lambda *step: told.append(step[0]))
    assert (stored(done.image, media)[0] == ramp()).all()
    assert list(dict.fromkeys(told)) == STEPS


@needs_shared
def test_the_real_images():
    """Everything in ../shared/data: which come in, as what; the rest says why not."""
    seen = {}
    for path in sorted((SHARED / "data").glob("imagery-*/**/*.tif")):
        try:
            image = load(path)
            seen[path.name] = (image.bands, round(image.resolution_m), bool(image.stretch))
        except InputRefused as error:
            seen[path.name] = str(error)
    sentinel = [name for name in seen if "_B" in name]
    assert len(sentinel) == 18
    assert {seen[name] for name in sentinel} == {(1, 10, True), (1, 21, True)}
    for name in ("taizhou_2000-03-17.tif", "taizhou_2003-02-06.tif"):
        assert seen[name] == (3, 30, False)
    assert seen["taizhou_change_mask.tif"] == (1, 30, False)
    assert "没有定位信息" in seen["beihai-cm.tif"]
    assert os.path.commonprefix([seen["hongkong-cm.tif"], "影像 hongkong-cm.tif 没有定位"]) != ""
