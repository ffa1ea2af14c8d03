"""The ground of a site from pasted coordinates and from files of every kind."""

from __future__ import annotations

import json
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyogrio
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from pyproj import Transformer

from imports.deliveries import FileOptions
from imports.site_ground import read_files, read_ground, read_pasted
from spatial.errors import CrsRefused, InputRefused
from tests import drawing
from tests.site_ground import bounded, box, county

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
FIELD = box(0, 0, 80, 40)


@pytest.fixture(autouse=True)
def region() -> None:
    bounded(county(), -2000, -2000, 2000, 2000)


def degrees() -> list[tuple[float, float]]:
    shape = shapely.from_wkb(bytes(drawing.geographic(FIELD).wkb))
    return list(shapely.get_coordinates(shape).tolist())


def plane(epsg: int) -> list[tuple[float, float]]:
    way = Transformer.from_crs(4490, epsg, always_xy=True)
    return [way.transform(*point) for point in degrees()]


def area_of(parcels: Any) -> float:
    """In degrees, beside the drawing's."""
    drawn = shapely.from_wkb(bytes(drawing.geographic(FIELD).wkb))
    read = shapely.union_all([shapely.from_wkb(bytes(one.geom.wkb)) for one in parcels])
    return float(shapely.symmetric_difference(drawn, read).area / drawn.area)


@pytest.mark.parametrize("order", ["xy", "yx"])
@pytest.mark.parametrize("epsg", [None, 4527, 4548])
def test_pasted_coordinates_of_any_order_and_zone(epsg: int | None, order: str) -> None:
    points = plane(epsg) if epsg else degrees()
    pairs = points if order == "xy" else [(north, east) for east, north in points]
    text = "\n".join(f"{first:.9f}, {second:.9f}" for first, second in pairs)
    ground = read_pasted(text)
    assert area_of(ground.parcels) < 1e-4
    assert ground.source_note.startswith("粘贴.csv（CSV，EPSG:")


def test_pasted_parcels_keep_their_names() -> None:
    lines = [f"{x:.8f} {y:.8f}" for x, y in degrees()]
    moved = [f"{x + 0.01:.8f} {y:.8f}" for x, y in degrees()]
    ground = read_pasted("\n".join(["北地块", *lines, "", "南地块", *moved]))
    assert [parcel.name for parcel in ground.parcels] == ["北地块", "南地块"]


def test_pasted_geojson_is_taken_as_it_is() -> None:
    told = {"type": "Polygon", "coordinates": [degrees()]}
    assert area_of(read_pasted(json.dumps(told)).parcels) < 1e-9


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "kml"])
def test_files_of_the_usual_formats(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"site.{suffix}")
    ground = read_ground(path)
    assert area_of(ground.parcels) < 1e-6
    assert ground.parcels[0].name == "厂区"


def test_a_zipped_shapefile_with_its_declared_area(tmp_path: Path) -> None:
    written(tmp_path / "site.shp")
    packed = tmp_path / "site.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("site.[!z]*"):
            archive.write(part, part.name)
    ground = read_files([SimpleUploadedFile("site.zip", packed.read_bytes())])
    assert area_of(ground.parcels) < 1e-6
    assert ground.parcels[0].declared_area_m2 == Decimal(3200)


def test_parts_of_a_shapefile_sent_together(tmp_path: Path) -> None:
    written(tmp_path / "site.shp")
    parts = [SimpleUploadedFile(path.name, path.read_bytes()) for path in tmp_path.iterdir()]
    assert area_of(read_files(parts).parcels) < 1e-6


def test_boundary_points_of_a_txt() -> None:
    points = plane(4527)
    lines = [f"J{at},1,{north:.4f},{east:.4f}" for at, (east, north) in enumerate(points, 1)]
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=39\n[地块坐标]\n"
    text += f"{len(points)},0.3200,D1,厂区,面,,工业,,@\n" + "\n".join(lines)
    ground = read_files([SimpleUploadedFile("地块.txt", text.encode("gbk"))])
    assert area_of(ground.parcels) < 1e-4
    assert ground.parcels[0].name == "厂区"
    assert ground.parcels[0].declared_area_m2 == 3200


def written(path: Path) -> Path:
    import geopandas

    shape = shapely.from_wkb(bytes(drawing.geographic(FIELD).wkb))
    frame = geopandas.GeoDataFrame(
        {"name": ["厂区"], "TBMJ": [3200.0]}, geometry=[shape], crs="EPSG:4490"
    )
    if path.suffix in (".geojson", ".kml"):
        frame = frame.to_crs("EPSG:4326")
    pyogrio.write_dataframe(frame, path, driver="KML" if path.suffix == ".kml" else None)
    return path


# ---------------------------------------------------------------- refused


def test_ground_abroad_is_refused_with_where_it_lies() -> None:
    far = "\n".join(f"{x + 10:.6f} {y:.6f}" for x, y in degrees())
    with pytest.raises((CrsRefused, InputRefused), match="行政区|范围"):
        read_pasted(far)


def test_points_and_lines_are_no_site(tmp_path: Path) -> None:
    import geopandas

    frame = geopandas.GeoDataFrame(
        {"name": ["点"]}, geometry=[shapely.Point(117.0, 33.4)], crs="EPSG:4490"
    )
    path = tmp_path / "points.gpkg"
    pyogrio.write_dataframe(frame, path)
    with pytest.raises(InputRefused, match="面"):
        read_ground(path)


def test_an_empty_file_and_none_at_all() -> None:
    with pytest.raises(InputRefused):
        read_files([SimpleUploadedFile("site.geojson", b"")])
    with pytest.raises(InputRefused, match="没有收到文件"):
        read_files([])


def test_too_many_parcels_are_refused(settings: Any) -> None:
    settings.SITE_PARCELS = 1
    lines = "\n".join(f"{x:.8f} {y:.8f}" for x, y in degrees())
    with pytest.raises(InputRefused, match="一次选址最多 1 个地块"):
        read_pasted(f"{lines}\n\n第二块\n{lines}", FileOptions())


def test_two_pasted_points_are_said_to_enclose_nothing():
    with pytest.raises(InputRefused, match="地块 1只有 2 个点，围不成面。至少三个点"):
        read_pasted("118.55, 33\n118.56, 33")
    with pytest.raises(InputRefused, match="“东块”只有 1 个点"):
        read_pasted("东块\n118.55, 33\n\n118.55, 33\n118.56, 33\n118.56, 33.01")
