"""Which CRS a delivery is really in, whether it may be taken, and the way to EPSG:4490.

By option, else by the file's own word, else by evidence (imports.crs_evidence); how sure that is
goes into the record, and the numbers are held against every one of them.
Coordinates are always x = east, y = north (GDAL's order), whatever axis order a CRS prescribes.
Vertices go over one to one; nothing is simplified or snapped.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from imports import crs_evidence, shapes
from imports.crs_checks import (
    OLD_DATUMS,
    check_numbers,
    horizontal,
    is_cgcs2000,
    is_wgs84,
    name_of,
    refuse_unusable,
)
from imports.crs_evidence import PLAIN, SIX_DEGREE, THREE_DEGREE, WITH_PREFIX, gauss_epsg
from imports.readers.crs_text import parsed
from imports.readers.encoding import HIGH, LOW, MEDIUM
from imports.readers.table import NOTE, Finding
from spatial import crs as house
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imports.ground import Ground
    from imports.readers.table import Table
    from imports.shapes import Given

__all__ = [
    "OLD_DATUMS", "PLAIN", "SIX_DEGREE", "THREE_DEGREE", "WITH_PREFIX", "Verdict", "decide",
    "from_option", "gauss_epsg",
]  # fmt: skip


def _untold(_done: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Verdict:
    """The judged CRS of a delivery. ``label`` is stored as the delivered CRS.

    ``confidence`` is 高, 中 or 低, ``evidence`` what it rests on. ``zones`` is given where rows lie
    in different zones: each row's own zone prefix.
    """

    crs: pyproj.CRS
    label: str
    origin: str
    findings: list[Finding] = field(default_factory=list)
    confidence: str = HIGH
    evidence: tuple[str, ...] = ()
    zones: np.ndarray | None = None

    @cached_property
    def _transformer(self) -> pyproj.Transformer | None:
        """The way to 4490; None where the numbers are the same."""
        if self.crs.is_geographic and (is_cgcs2000(self.crs) or is_wgs84(self.crs)):
            return None
        target = house.STORAGE_SRID if is_cgcs2000(self.crs) else 4326  # 4326 to 4490: null shift
        return pyproj.Transformer.from_crs(self.crs, target, always_xy=True)

    def row_labels(self, numbers: Sequence[int]) -> dict[int, str]:
        """By row, its own CRS as it is stored; empty where all rows share one."""
        if self.zones is None:
            return {}
        names = {int(zone): name_of(_plane(int(zone))) for zone in np.unique(self.zones)}
        return {row: names[int(zone)] for row, zone in zip(numbers, self.zones, strict=True)}

    def to_storage(self, geoms: Given, progress: Callable[[int], None] = _untold) -> Given:
        """The polygons in EPSG:4490, degrees, x = longitude; vertices one to one.

        ``progress`` is told how many are done.
        """
        if self.zones is None and self._transformer is None:
            return geoms
        if self.zones is None:

            def move(start: int, points: np.ndarray) -> np.ndarray:
                progress(start)
                return self._moved(points)

            return shapes.moved(geoms, move)
        zones_of = self.zones
        planes = {int(zone): Verdict(_plane(int(zone)), "", "") for zone in self._known_zones}

        def convert(start: int, chunk: np.ndarray) -> np.ndarray:
            progress(start)
            zones = zones_of[start : start + len(chunk)]
            result = np.empty(len(chunk), dtype=object)
            for zone in np.unique(zones):
                here = zones == zone
                result[here] = planes[int(zone)].converted(chunk[here])
            return result

        return shapes.mapped(geoms, convert)

    @property
    def _known_zones(self) -> list[int]:
        return [] if self.zones is None else np.unique(self.zones).tolist()

    def converted(self, geoms: np.ndarray) -> np.ndarray:
        """Shapes of one zone in degrees."""
        result: np.ndarray = shapely.transform(geoms, self._moved)
        return result

    def _moved(self, points: np.ndarray) -> np.ndarray:
        if self._transformer is None:
            return points
        return np.column_stack(self._transformer.transform(points[:, 0], points[:, 1]))


def _plane(zone: int) -> pyproj.CRS:
    """The plane of a zone, by the prefix of its eastings."""
    return pyproj.CRS.from_epsg(gauss_epsg(zone, prefix=True))


def from_option(text: str) -> pyproj.CRS:
    """The CRS that a person named, e.g. ``EPSG:4528``; raises CrsRefused if there is none."""
    try:
        return parsed(text)
    except pyproj.exceptions.CRSError as error:
        raise CrsRefused(f"没有坐标系 {text[:80]}。请写作 --crs EPSG:4528 这样的形式。") from error


def decide(table: Table, option: str | None = None, ground: Ground | None = None) -> Verdict:
    """Judge the CRS of a table: the option wins over the file's own word, numbers must fit it.

    Without a word the numbers and the counties (``ground``) must settle it together. Raises
    CrsMissing where nothing does, CrsRefused for old datums, local systems, and coordinates that
    contradict the declaration; messages name file and remedy.
    """
    found, origin = table.crs, table.crs_origin
    findings: list[Finding] = []
    evidence: tuple[str, ...] = ()
    confidence = MEDIUM if "默认" in origin else HIGH
    _refuse_infinite(table)
    if option:
        chosen = from_option(option)
        if (
            found is not None
            and not found.is_exact_same(chosen)
            and name_of(found) != name_of(chosen)
        ):
            message = f"文件声明 {name_of(found)}，按 --crs 取 {name_of(chosen)}。"
            findings.append(Finding("crs_overridden", message))
        found, origin, confidence = chosen, "--crs", HIGH
    elif found is None or (found.is_projected and is_cgcs2000(found)):
        zones = crs_evidence.row_zones(table.geoms)
        if len(np.unique(zones)) > 1:
            return _mixed(table, zones, found, ground)
    if found is None:
        guess = crs_evidence.judge(table.file_name, table.geoms, ground)
        found, origin, evidence = guess.crs, "按数值判定", guess.evidence
        confidence = MEDIUM
        findings.append(_judged(name_of(found), evidence))
    found = horizontal(found)
    refuse_unusable(table.file_name, found)
    bounds = shapes.total_bounds(table.geoms)
    check_numbers(table.file_name, found, bounds)
    findings += _notes(found)
    if ground is not None and not evidence:
        place = crs_evidence.degrees_of(found, bounds.tolist())
        fits = ground.near(place)
        if not fits:
            _refuse_elsewhere(table.file_name, found, bounds, place, ground)
        evidence = ("位置与行政区范围一致",) if fits else ("位置与行政区范围不一致",)
        confidence = confidence if fits else LOW
    return Verdict(found, name_of(found), origin, findings, confidence, evidence)


def _refuse_elsewhere(
    file_name: str,
    found: pyproj.CRS,
    bounds: np.ndarray,
    place: Sequence[float],
    ground: Ground,
) -> None:
    """Raise CrsRefused where the numbers fit the counties in another CRS, and propose it."""
    fitting = crs_evidence.fitting([float(value) for value in bounds], ground)
    told = {name_of(one.crs): one for one in fitting if name_of(one.crs) != name_of(found)}
    if not told:
        return
    codes = tuple(f"EPSG:{one.crs.to_epsg()}" for one in told.values())
    west, south, east, north = place
    listing = "；".join(f"{name}（{one.evidence[0]}）" for name, one in told.items())
    raise CrsRefused(
        f"文件 {file_name} 按 {name_of(found)} 落在 {west:.4f}–{east:.4f}°E、"
        f"{south:.4f}–{north:.4f}°N，不在行政区范围（{ground.words}）内；"
        f"按 {listing} 则在范围内，像是带号或坐标系声明有误。请核对后用 --crs {codes[0]} 指明。",
        codes,
    )


def _refuse_infinite(table: Table) -> None:
    rows = shapes.infinite(table.geoms)
    if rows or not len(table.geoms):
        where = f"第 {table.numbers[rows[0]]} 行" if rows else ""
        raise CrsRefused(f"文件 {table.file_name} {where}含有无穷大或非数坐标。请修正源数据。")


def _judged(name: str, evidence: tuple[str, ...]) -> Finding:
    message = (
        f"文件未声明坐标系，按数值判定为 {name}（{'；'.join(evidence)}），把握中。"
        "基准不能由数值看出：若实为 1980 西安或 1954 北京坐标，会偏移数十米以上。"
    )
    return Finding("crs_judged", message, done="按判定的坐标系换算；请核对，或用 --crs 指明")


def _mixed(
    table: Table, zones: np.ndarray, declared: pyproj.CRS | None, ground: Ground | None
) -> Verdict:
    """Rows of several zones in one file: each goes by its own prefix, if all have a good one."""
    told = {int(zone): np.flatnonzero(zones == zone) for zone in np.unique(zones)}
    odd = [(zone, rows) for zone, rows in told.items() if not crs_evidence.is_zone(zone)]
    widths = {zone in crs_evidence.SIX_DEGREE for zone in told}
    if odd or len(widths) > 1:
        zone, rows = odd[0] if odd else next(iter(told.items()))
        what = {0: "不带带号", -1: "跨两个带号"}.get(zone, f"带号 {zone}")
        raise CrsRefused(
            f"文件 {table.file_name} 各行坐标的带号不一致：第 {table.numbers[rows[0]]} 行等 "
            f"{len(rows)} 行{what}。请统一到一个坐标系后重新导出。"
        )
    listing = "、".join(f"{zone} 带 {len(rows)} 行" for zone, rows in told.items())
    codes = "、".join(f"EPSG:{gauss_epsg(zone, prefix=True)}" for zone in told)
    origin = "各行坐标的带号"
    finding = Finding(
        "crs_mixed_zones",
        f"一个文件内有多个带的坐标：{listing}"
        + (f"（文件声明 {name_of(declared)}）。" if declared is not None else "。"),
        done="各行按自己的带号换算",
    )
    first = pyproj.CRS.from_epsg(gauss_epsg(next(iter(told)), prefix=True))
    verdict = Verdict(first, codes, origin, [finding], MEDIUM, (listing,), zones)
    bounds = shapes.total_bounds(verdict.to_storage(table.geoms))
    if ground is None or not ground.near([float(value) for value in bounds]):
        where = f"不在行政区范围（{ground.words}）内" if ground else "没有行政区界线可以印证"
        raise CrsRefused(
            f"文件 {table.file_name} 各行坐标的带号不一致（{listing}），{where}。"
            "请统一到一个坐标系后重新导出。"
        )
    return verdict


def _notes(found: pyproj.CRS) -> list[Finding]:
    if is_cgcs2000(found):
        return []
    if is_wgs84(found):
        message = f"坐标系为 {name_of(found)}（WGS 84），按零差异视同 CGCS2000。"
        return [Finding("crs_null_shift", message, NOTE, done="换算为 EPSG:4490，基准零差异")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of grids that better ways would need
        paths = pyproj.transformer.TransformerGroup(found, 4326, always_xy=True).transformers
    metres = paths[0].accuracy if paths else -1
    told = f"标称精度 {metres:g} 米" if metres > 0 else "精度未知（缺少转换参数）"
    message = f"坐标系为 {name_of(found)}，由 PROJ 换算到 WGS 84（{told}），再视同 CGCS2000。"
    return [Finding("crs_converted", message, done="换算为 EPSG:4490")]
