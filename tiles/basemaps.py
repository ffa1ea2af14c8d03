"""Base maps: archives of pictures (MBTiles, PMTiles) on this machine, 天地图 by its key. 底图

An archive lies under ``GISLAND_BASEMAPS`` (var/basemaps) and is served to whoever has a scope: a
base map is not secret by county. What is secret belongs into the imagery, which is cut to counties.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from spatial.errors import InputRefused, UnknownLayer
from tiles import pmtiles

PMTILES = ".pmtiles"
KINDS = (".mbtiles", PMTILES)
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
_NAME = re.compile(r"^[\w-]{1,80}$")
DEEPEST = 22
TIANDITU = "https://t0.tianditu.gov.cn"
TIANDITU_MAPS = (
    # id, title, its layers from below upward
    ("tianditu-vector", "天地图 矢量", ("vec", "cva")),
    ("tianditu-image", "天地图 影像", ("img", "cia")),
)


class BasemapUnknown(UnknownLayer):
    """A base map that does not lie in the folder. 底图不存在"""


class BasemapRefused(InputRefused):
    """An archive that holds no pictures that can be read. 底图文件不可用"""


@dataclass(frozen=True)
class Basemap:
    """What an archive says of itself."""

    name: str
    title: str
    content_type: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, ...] | None
    attribution: str
    stamp: str
    """Changes when the file does."""


def folder() -> Path:
    """Where archives lie."""
    return Path(settings.BASEMAPS_DIR)


def available() -> list[Basemap]:
    """The archives that can be read, by name; a broken one is left out and named by ``check``."""
    found = []
    for path in _archives():
        try:
            found.append(describe(path.stem))
        except (BasemapRefused, BasemapUnknown):
            continue
    return found


def check() -> list[str]:
    """A sentence for each archive that cannot be shown."""
    faults = []
    for path in _archives():
        try:
            describe(path.stem)
        except (BasemapRefused, BasemapUnknown) as error:
            faults.append(str(error))
    return faults


def describe(name: str) -> Basemap:
    """Read an archive's metadata; raises BasemapUnknown or BasemapRefused."""
    path = _path(name)
    if path.suffix == PMTILES:
        return _describe_pmtiles(path)
    try:
        with closing(_open(path)) as archive:
            rows = dict(archive.execute("SELECT name, value FROM metadata"))
            zooms = archive.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
    except sqlite3.Error as error:
        raise BasemapRefused(
            f"底图 {path.name} 不是 MBTiles 文件（{error}）。请换成图片瓦片的 MBTiles。"
        ) from error
    content_type = PICTURES.get(str(rows.get("format", "")).lower())
    if content_type is None:
        said = rows.get("format", "未注明")
        raise BasemapRefused(f"底图 {path.name} 的格式是 {said}。只接受 png、jpg、webp 图片瓦片。")
    if zooms[0] is None:
        raise BasemapRefused(f"底图 {path.name} 中没有瓦片。请重新制作。")
    return Basemap(
        name=name,
        title=str(rows.get("name") or name)[:60],
        content_type=content_type,
        min_zoom=max(0, int(zooms[0])),
        max_zoom=min(DEEPEST, int(zooms[1])),
        bounds=_bounds(str(rows.get("bounds", ""))),
        attribution=str(rows.get("attribution") or "")[:200],
        stamp=_stamp(path),
    )


def _describe_pmtiles(path: Path) -> Basemap:
    try:
        archive = pmtiles.header(path)
        words = pmtiles.metadata(path, archive)
    except pmtiles.NotPMTiles as error:
        raise BasemapRefused(
            f"底图 {path.name} 不能用：{error}。请换成图片瓦片的 PMTiles。"
        ) from error
    content_type = PICTURES.get(archive.format)
    if content_type is None:
        raise BasemapRefused(
            f"底图 {path.name} 的格式是 {archive.format}。只接受 png、jpg、webp 图片瓦片。"
        )
    return Basemap(
        name=path.stem,
        title=str(words.get("name") or path.stem)[:60],
        content_type=content_type,
        min_zoom=archive.min_zoom,
        max_zoom=min(DEEPEST, archive.max_zoom),
        bounds=archive.bounds if archive.bounds[0] < archive.bounds[2] else None,
        attribution=str(words.get("attribution") or "")[:200],
        stamp=_stamp(path),
    )


def _stamp(path: Path) -> str:
    told = path.stat()
    return f"{told.st_mtime_ns:x}-{told.st_size:x}"


def picture(name: str, z: int, x: int, y: int) -> bytes | None:
    """The bytes of one tile, None where there is none; rows count from the south in MBTiles."""
    path = _path(name)
    if path.suffix == PMTILES:
        try:
            return pmtiles.tile(path, pmtiles.header(path), z, x, y)
        except pmtiles.NotPMTiles as error:
            raise BasemapRefused(f"底图 {name} 读取失败：{error}。请重新拷贝该文件。") from error
    try:
        with closing(_open(path)) as archive:
            row = archive.execute(
                "SELECT tile_data FROM tiles"
                " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (z, x, 2**z - 1 - y),
            ).fetchone()
    except sqlite3.Error as error:
        raise BasemapRefused(f"底图 {name} 读取失败：{error}。请重新拷贝该文件。") from error
    return None if row is None else bytes(row[0])


def config() -> list[dict[str, Any]]:
    """What a page's map is told of base maps: archives, then 天地图 where there is a key."""
    archives = [
        {
            "id": one.name,
            "title": one.title,
            "urls": [f"/basemaps/{one.name}/{{z}}/{{x}}/{{y}}?v={one.stamp}"],
            "minzoom": one.min_zoom,
            "maxzoom": one.max_zoom,
            "bounds": list(one.bounds) if one.bounds else None,
            "attribution": one.attribution,
        }
        for one in available()
    ]
    return archives + _tianditu(settings.TIANDITU_KEY)


def _tianditu(key: str) -> list[dict[str, Any]]:
    if not key:
        return []
    return [
        {
            "id": code,
            "title": title,
            "urls": [
                f"{TIANDITU}/DataServer?T={layer}_w&x={{x}}&y={{y}}&l={{z}}&tk={key}"
                for layer in layers
            ],
            "minzoom": 1,
            "maxzoom": 18,
            "bounds": None,
            "attribution": "天地图",
        }
        for code, title, layers in TIANDITU_MAPS
    ]


def _archives() -> list[Path]:
    """The files in the folder, by name; of two of one name the MBTiles."""
    found = {path.stem: path for kind in reversed(KINDS) for path in folder().glob(f"*{kind}")}
    return [found[name] for name in sorted(found)]


def _path(name: str) -> Path:
    if _NAME.match(name):
        for kind in KINDS:
            path = folder() / f"{name}{kind}"
            if path.is_file():
                return path
    raise BasemapUnknown(f"没有底图 {name[:40]!r}。请刷新页面，或请管理员查看底图目录。")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True)


def _bounds(text: str) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        return None
    return numbers if len(numbers) == 4 else None
