"""Files as offices hold them: GBK shapefiles without .cpg, zips, File GDB, GPKG, GeoJSON, TXT."""

from __future__ import annotations

import tomllib
import warnings
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import pyogrio
import shapely

import spatial
from imports.demo.place import Floats, Geoms, to_epsg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry import Polygon

DRIVERS = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".gdb": "OpenFileGDB", ".geojson": "GeoJSON"}
FINE_GRID = {"XORIGIN": "-5000000", "YORIGIN": "-10000000", "XYSCALE": "1000000"}
"""A File GDB stores whole steps of its grid: a micrometre, so that edges agree with all files."""
GK_LDID = 0x4D
"""The language byte for GBK in a DBF header, as desktop programs write it."""


@lru_cache
def _layers() -> dict[str, Any]:
    path = Path(spatial.__file__).with_name("layers.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def column(layer: str, name: str) -> str:
    """The column name that offices use for a canonical field of a layer (or of a patch)."""
    spec = _layers()
    fields = spec["patch"] if layer == "patch" else spec["layer"][layer]["fields"] | spec["common"]
    return str(fields[name]["synonyms"][0])


def write(
    path: Path,
    geoms: Geoms,
    columns: dict[str, Any],
    epsg: int,
    layer: str | None = None,
    *,
    keep_prj: bool = True,
) -> None:
    """Write master geometries and columns in a CRS; ``.zip`` holds a shapefile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plane = to_epsg(geoms, epsg)
    target = path.with_suffix(".shp") if path.suffix == ".zip" else path
    shape = target.suffix == ".shp"
    frame = geopandas.GeoDataFrame(columns, geometry=plane, crs=f"EPSG:{epsg}")
    extra: dict[str, Any] = {"encoding": "GBK"} if shape else {}
    if target.suffix == ".geojson":
        extra["COORDINATE_PRECISION"] = 10
    if target.suffix in (".gdb", ".gpkg"):
        extra["geometry_type"] = _kind(plane)
        extra["layer"] = layer or target.stem
        extra["promote_to_multi"] = extra["geometry_type"] == "MultiPolygon"
    if target.suffix == ".gdb":
        extra |= FINE_GRID
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, target, driver=DRIVERS[target.suffix], **extra)
    if shape:
        _as_office(target, keep_prj=keep_prj)
    if path.suffix == ".zip":
        _zip(target, path)


def _kind(plane: Geoms) -> str:
    multi = any(geom.geom_type == "MultiPolygon" for geom in plane)
    return "MultiPolygon" if multi else "Polygon"


def _as_office(target: Path, *, keep_prj: bool) -> None:
    """Take away what Chinese desktops do not write (.cpg), and what gets lost (.prj, language)."""
    target.with_suffix(".cpg").unlink(missing_ok=True)
    if not keep_prj:
        target.with_suffix(".prj").unlink(missing_ok=True)
    with target.with_suffix(".dbf").open("r+b") as handle:
        handle.seek(1)
        handle.write(bytes([124, 1, 1]))
        handle.seek(29)
        handle.write(bytes([GK_LDID if keep_prj else 0]))


def _zip(target: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            part = target.with_suffix(suffix)
            info = zipfile.ZipInfo(part.name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            box.writestr(info, part.read_bytes())
            part.unlink()


def _ring(points: Floats, number: int) -> list[str]:
    rows = []
    last = len(points) - 1
    for i, (east, north) in enumerate(points):
        label = "J1" if i == last else f"J{i + 1}"
        rows.append(f"{label},{number},{north:.3f},{east:.3f}")
    return rows


def _parcel(shape: Polygon, number: str, name: str, purpose: str) -> list[str]:
    rings = [shape.exterior, *shape.interiors]
    count = sum(len(ring.coords) for ring in rings)
    area = shape.area / 10_000
    rows = [f"{count},{area:.4f},{number},{name},面,,{purpose},,@"]
    for i, ring in enumerate(rings, 1):
        rows += _ring(shapely.get_coordinates(ring), i)
    return rows


def write_txt(
    path: Path,
    geoms: Geoms,
    names: Sequence[str],
    purposes: Sequence[str],
    epsg: int,
    numbers: Sequence[str],
) -> None:
    """Write one document's parcels as 界址点坐标 TXT: GBK, X north, eastings with zone prefix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    zone = epsg - 4488 if epsg < 4534 else epsg - 4509
    head = [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=示例测绘院（虚构）",
        "数据产生日期=2023-05-06",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone}",
        "精度=0.001",
        "转换参数=0,0,0,0,0,0,0",
        "[地块坐标]",
    ]
    rows = list(head)
    plane = shapely.orient_polygons(to_epsg(geoms, 4488 + zone), exterior_cw=True)
    for shape, number, name, purpose in zip(plane, numbers, names, purposes, strict=True):
        rows += _parcel(shape, number, name, purpose)
    path.write_bytes(("\r\n".join(rows) + "\r\n").encode("gbk"))
