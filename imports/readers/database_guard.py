"""GeoPackages of strangers: tables only. Views and computed columns run what their author wrote."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

COMPUTED = re.compile(r"\bGENERATED\s+ALWAYS\b|\)\s*AS\s*\(", re.IGNORECASE)
VIRTUAL = re.compile(
    r"\bCREATE\s+VIRTUAL\s+TABLE\b(?!.*\bUSING\s+rtree\b)", re.IGNORECASE | re.DOTALL
)
MOST_OBJECTS = 20_000
OLD_VIEWS = {"spatial_ref_sys", "st_spatial_ref_sys", "geometry_columns", "st_geometry_columns"}
"""Views that older writers of GeoPackage put in for SQL/MM (annexes of GeoPackage 1.0)."""
READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)
PLAIN_TABLES = {"gpkg_geometry_columns", "gpkg_spatial_ref_sys"}
CALL_OR_LOOP = re.compile(r"\w\s*\(|\bWITH\b", re.IGNORECASE)


def check(path: Path, name: str) -> None:
    """Raise InputRefused for a GeoPackage with views, computed columns or virtual tables.

    Triggers do no harm: the file is opened for reading only. Nothing of it is executed here.
    """
    try:
        found = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            found.execute("PRAGMA trusted_schema = OFF")
            rows = found.execute(
                "SELECT type, name, sql FROM sqlite_master LIMIT ?", (MOST_OBJECTS + 1,)
            ).fetchall()
        finally:
            found.close()
    except sqlite3.Error:
        return  # damaged: GDAL says so
    if len(rows) > MOST_OBJECTS:
        raise InputRefused(f"文件 {name} 内的表过多（超过 {MOST_OBJECTS}）。请分批导出。")
    for kind, label, sql in rows:
        text = str(sql or "")
        if kind == "view" and _is_plain(label, text):
            continue
        if kind == "view" or (kind == "table" and (COMPUTED.search(text) or VIRTUAL.search(text))):
            raise InputRefused(
                f"文件 {name} 内的 {label} 是视图、计算列或虚拟表，不是数据表，为安全起见不收。"
                "请在软件中把它另存为普通图层后再交。"
            )


def _is_plain(label: str, text: str) -> bool:
    """Whether a view is one of the old ones and only reads the file's lists, calling nothing."""
    read = {name.lower() for name in READ.findall(text)}
    return label in OLD_VIEWS and read <= PLAIN_TABLES and not CALL_OR_LOOP.search(text)
