"""An image lies where it says, in any CRS and however it is turned."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.transform import from_origin

from spatial.errors import CrsMissing, CrsRefused, InputRefused
from tests.imports.raster_files import (
    NORTH,
    NORTH_UP,
    PIXEL,
    SIDE,
    WEST,
    load,
    ramp,
    refusal,
    write,
)

pytestmark = pytest.mark.django_db


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


def test_what_has_no_place_is_refused_with_the_way_out(tmp_path):
    assert ".tfw" in refusal(bare(tmp_path / "a.tif"))
    (tmp_path / "a.tfw").write_text("1 2 x")
    assert "六行数字" in refusal(tmp_path / "a.tif")
    (tmp_path / "a.tfw").write_text("0 0 0 0 1 1")
    assert "定位信息无效" in refusal(tmp_path / "a.tif")
    (tmp_path / "a.tfw").write_text("nan 0 0 -1 1 1")
    assert "定位信息无效" in refusal(tmp_path / "a.tif")
