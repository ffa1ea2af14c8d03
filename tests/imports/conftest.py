"""Two invented counties side by side, and files written as offices write them."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pyproj
import pytest
import shapely

from spatial.models import Region, User
from tests.people import person

SHARED = Path(__file__).resolve().parents[2].parent / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared is absent")

EAST, WEST, CITY = "990102", "990101", "990100"
DAY = date(2024, 1, 1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def counties(db):
    """County west (119.9–120.0 E) and east (120.0–120.1 E), 33.0–33.1 N, of one city."""
    city = Region.objects.create(code=CITY, name="示范市", level="city")
    made = {}
    for code, name, west in ((WEST, "西县", 119.9), (EAST, "东县", 120.0)):
        made[code] = Region.objects.create(
            code=code,
            name=name,
            level="county",
            parent=city,
            central_meridian=120,
            geom=shapely.MultiPolygon([shapely.box(west, 33.0, west + 0.1, 33.1)]).wkt,
        )
    return made


def square(west: float, south: float, size: float = 0.001) -> shapely.Polygon:
    """A small square in degrees."""
    return shapely.box(west, south, west + size, south + size)


def projected(geom: shapely.Geometry, epsg: int) -> shapely.Geometry:
    """Geometry of EPSG:4490 in another CRS, x = east."""
    way = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(geom, way.transform, interleaved=False)


def frame(records: list[dict], geoms: list, epsg: int | None = 4490) -> geopandas.GeoDataFrame:
    """Records with shapes given in degrees, in the CRS wanted."""
    shapes = [projected(geom, epsg) if geom and epsg and epsg != 4490 else geom for geom in geoms]
    return geopandas.GeoDataFrame(records, geometry=shapes, crs=epsg)


def shapefile(
    path: Path,
    records: list[dict],
    geoms: list,
    *,
    epsg: int = 4490,
    encoding: str = "GB18030",
    drop: tuple[str, ...] = (".cpg",),
) -> Path:
    """A shapefile as Chinese desktops write it: GBK, without .cpg."""
    pyogrio.write_dataframe(frame(records, geoms, epsg), path, encoding=encoding)
    for suffix in drop:
        path.with_suffix(suffix).unlink(missing_ok=True)
    return path


def written(path: Path, records: list[dict], geoms: list, *, epsg: int = 4490) -> Path:
    """A GeoPackage, GeoJSON or File GDB, by the path's suffix."""
    drivers = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".gdb": "OpenFileGDB"}
    pyogrio.write_dataframe(
        frame(records, geoms, epsg),
        path,
        driver=drivers[path.suffix],
        geometry_type="MultiPolygon",
        promote_to_multi=True,
    )
    return path


class GbkName(zipfile.ZipInfo):
    """A member whose name is written in GBK without the UTF-8 flag, as Windows does."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own name
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def zipped(path: Path, target: Path, folder: str = "数据") -> Path:
    """The shapefile's parts in a zip, names in GBK as Windows writes them."""
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            archive.writestr(GbkName(f"{folder}/图斑{part.suffix}"), part.read_bytes())
    return target


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return settings.UPLOAD_DIR


@pytest.fixture
def west(counties: dict[str, Region], folder: Path) -> User:
    """Imports for the western county."""
    return person(WEST, "data_admin", name="west")


@pytest.fixture
def city(counties: dict[str, Region], folder: Path) -> User:
    return person(CITY, "data_admin", name="city")


@pytest.fixture
def east(west: User) -> User:
    return person(EAST, "data_admin", name="east")
