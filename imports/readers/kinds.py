"""The kinds of file that can be read: by suffix, and by what their first bytes must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    ".shp": "shapefile", ".gpkg": "geopackage", ".gdb": "filegdb", ".fgb": "flatgeobuf",
    ".geojson": "geojson", ".json": "geojson", ".geojsonl": "geojsonseq",
    ".geojsons": "geojsonseq", ".ndjson": "geojsonseq", ".jsonl": "geojsonseq",
    ".kml": "kml", ".gml": "gml", ".xml": "gml", ".parquet": "parquet", ".geoparquet": "parquet",
    ".csv": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".dxf": "dxf", ".txt": "txt",
}  # fmt: skip
PACKED = (".zip", ".kmz")
DRIVERS = {
    "shapefile": "ESRI Shapefile", "geopackage": "GPKG", "geojson": "GeoJSON",
    "filegdb": "OpenFileGDB", "flatgeobuf": "FlatGeobuf", "geojsonseq": "GeoJSONSeq",
    "gml": "GML",
}  # fmt: skip
"""Kinds that GDAL reads as they are, and the name of its driver."""

READABLE = (
    ".shp、.zip、.gpkg、.gdb、.geojson、.geojsonl、.kml、.kmz、.gml、.parquet、.fgb、.csv、.xlsx、"
    ".dxf、界址点 .txt"
)
REMEDIES = {
    ".dwg": "请在 CAD 中另存为 DXF（文本格式）后再交",
    ".mdb": "请把个人地理数据库导出为 File GDB 或 GeoPackage 后再交",
    ".vct": "请用国土数据转换工具把 VCT 转为 shapefile 或 File GDB 后再交",
    ".rar": "请重新压缩为普通 zip",
    ".7z": "请重新压缩为普通 zip",
    ".gz": "请解压，或重新压缩为普通 zip",
    ".xls": "请另存为 .xlsx 或 .csv",
    ".ovkml": "请改后缀为 .kml 后再交",
    ".dbf": "DBF 只有属性；请把同名的 .shp、.shx、.prj 一并交来，并给出 .shp",
}
START = 4096
"""Bytes at the start of a file that must look like its kind."""


def kind_of(main: Path, name: str) -> str:
    """The kind of the file; raises InputRefused naming what can be read, or the way out."""
    suffix = main.suffix.lower()
    kind = KINDS.get(suffix)
    if kind is None:
        remedy = REMEDIES.get(suffix)
        told = f"{remedy}。" if remedy else ""
        raise InputRefused(f"不认识文件 {name} 的格式。{told}可读格式：{READABLE}。")
    return kind


def check_contents(main: Path, kind: str, name: str) -> None:
    """Refuse a file whose first bytes are not of its kind: GDAL must not guess another driver."""
    if kind == "filegdb":
        if not main.is_dir() or not (main / "a00000001.gdbtable").exists():
            raise InputRefused(f"{name} 不是完整的 File GDB 文件夹。请压缩整个 .gdb 文件夹后重交。")
        return
    if main.is_dir():
        raise InputRefused(f"{name} 是文件夹，不是 {main.suffix} 文件。请给出其中的文件。")
    with main.open("rb") as file:
        start = file.read(START)
    if start.startswith(b"AutoCAD Binary DXF"):
        raise InputRefused(f"文件 {name} 是二进制 DXF。请在 CAD 中另存为文本（ASCII）格式的 DXF。")
    if not _looks(start, kind):
        if kind == "gml" and b"<" in start[:64]:
            raise InputRefused(
                f"文件 {name} 是 XML，但不是 GML。请导出为 GML、GeoPackage 或 shapefile 后再交。"
            )
        raise InputRefused(f"文件 {name} 的内容不是 {main.suffix} 格式，可能已损坏。请重新导出。")


def _looks(start: bytes, kind: str) -> bool:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n\x1e")
    if kind in ("geojson", "geojsonseq"):
        return text[:1] == b"{"
    if kind in ("kml", "gml"):
        plain = start.replace(b"\0", b"").lower()  # UTF-16 is told apart later
        return b"<" in plain[:64] and (b"kml" if kind == "kml" else b"gml") in plain
    magic = {
        "shapefile": b"\x00\x00\x27\x0a", "geopackage": b"SQLite format 3\x00",
        "flatgeobuf": b"fgb\x03", "parquet": b"PAR1", "xlsx": b"PK\x03\x04",
    }  # fmt: skip
    if kind in magic:
        return start.startswith(magic[kind])
    if kind == "dxf":
        return b"SECTION" in start
    return bool(start.strip())
