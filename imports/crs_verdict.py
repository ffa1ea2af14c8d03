"""Which CRS a delivery is really in, whether it may be taken, and the way to EPSG:4490.

Coordinates are always x = east, y = north (GDAL's order), whatever axis order a CRS prescribes.
Vertices go over one to one; nothing is simplified or snapped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from imports.readers.table import NOTE, Finding
from spatial import crs as house
from spatial.errors import CrsMissing, CrsRefused

if TYPE_CHECKING:
    from imports.readers.table import Table

WITH_PREFIX = {3: 4488, 6: 4478}
PLAIN = {3: 4509, 6: 4489}
"""EPSG less zone number of CGCS2000 Gauss-Kruger, by width of the zone in degrees."""

SIX_DEGREE = range(13, 24)
THREE_DEGREE = range(25, 46)
OLD_DATUMS = {
    "Xian": "1980 西安坐标系", "西安": "1980 西安坐标系", "IAG 1975": "1980 西安坐标系",
    "IAG_1975": "1980 西安坐标系", "Beijing": "1954 北京坐标系", "北京": "1954 北京坐标系",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """The judged CRS of a delivery. ``label`` is stored as the delivered CRS."""

    crs: pyproj.CRS
    label: str
    origin: str
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def _transformer(self) -> pyproj.Transformer | None:
        """The way to 4490; None where the numbers are the same."""
        if self.crs.is_geographic and (_is_cgcs2000(self.crs) or _is_wgs84(self.crs)):
            return None
        target = house.STORAGE_SRID if _is_cgcs2000(self.crs) else 4326  # 4326 to 4490: null shift
        return pyproj.Transformer.from_crs(self.crs, target, always_xy=True)

    def to_storage(self, geoms: np.ndarray) -> np.ndarray:
        """The polygons in EPSG:4490, degrees, x = longitude; vertices one to one."""
        transformer = self._transformer
        if transformer is None:
            return geoms

        def convert(points: np.ndarray) -> np.ndarray:
            x, y = transformer.transform(points[:, 0], points[:, 1])
            return np.column_stack((x, y))

        return np.asarray(shapely.transform(geoms, convert))


def gauss_epsg(zone: int, *, prefix: bool) -> int:
    """EPSG of CGCS2000 Gauss-Kruger: the zone number alone tells 3 or 6 degrees.

    Raises CrsRefused for a number that is no zone of China.
    """
    width = 6 if zone in SIX_DEGREE else 3
    if zone not in SIX_DEGREE and zone not in THREE_DEGREE:
        raise CrsRefused(f"带号 {zone} 不存在：6 度带为 13–23，3 度带为 25–45。请核对坐标和带号。")
    return (WITH_PREFIX if prefix else PLAIN)[width] + zone


def from_option(text: str) -> pyproj.CRS:
    """The CRS that a person named, e.g. ``EPSG:4528``; raises CrsRefused if there is none."""
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise CrsRefused(f"没有坐标系 {text}。请写作 --crs EPSG:4528 这样的形式。") from error


def decide(table: Table, option: str | None = None) -> Verdict:
    """Judge the CRS of a table: the option wins over the file's own word, numbers must fit it.

    Raises CrsMissing without any declaration, CrsRefused for old datums, local systems, and
    coordinates that contradict the declaration; messages name file and remedy.
    """
    found, origin = table.crs, table.crs_origin
    findings: list[Finding] = []
    if option:
        chosen = from_option(option)
        if found is not None and not found.is_exact_same(chosen) and _name(found) != _name(chosen):
            message = f"文件声明 {_name(found)}，按 --crs 取 {_name(chosen)}。"
            findings.append(Finding("crs_overridden", message))
        found, origin = chosen, "--crs"
    if found is None:
        raise CrsMissing(
            f"文件 {table.file_name} 没有坐标系（缺少 .prj 或未声明）。"
            "请补上 .prj，或用 --crs EPSG:n 指明（如 3 度带 40 带带带号为 EPSG:4528）。"
        )
    found = _horizontal(found)
    _refuse_unusable(table.file_name, found)
    bounds = shapely.total_bounds(table.geoms)
    _check_numbers(table.file_name, found, bounds)
    findings += _notes(found)
    return Verdict(found, _name(found), origin, findings)


def _horizontal(found: pyproj.CRS) -> pyproj.CRS:
    if found.is_compound:
        found = found.sub_crs_list[0]
    if found.is_bound and found.source_crs is not None:
        found = found.source_crs
    return found


def _name(found: pyproj.CRS) -> str:
    code = found.to_epsg(min_confidence=70)
    return f"EPSG:{code} {found.name}"[:200] if code else found.name[:200]


def _datum_text(found: pyproj.CRS) -> str:
    geodetic = found.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum else ""
    base = geodetic.name if geodetic is not None else ""
    return f"{found.name} {base} {datum} {found.ellipsoid.name if found.ellipsoid else ''}"


def _is_cgcs2000(found: pyproj.CRS) -> bool:
    """CGCS2000 by name, or an unnamed datum on its ellipsoid (custom Gauss planes)."""
    text = _datum_text(found)
    if any(word in text for word in ("China 2000", "China_2000", "CGCS", "China Geodetic")):
        return True
    ellipsoid = found.ellipsoid
    unnamed = "unknown" in text.lower() or "Custom" in text
    return bool(
        unnamed
        and ellipsoid
        and abs(ellipsoid.semi_major_metre - 6378137) < 1e-6
        and abs(ellipsoid.inverse_flattening - 298.257222101) < 1e-8
    )


def _is_wgs84(found: pyproj.CRS) -> bool:
    return any(word in _datum_text(found) for word in ("WGS 84", "WGS_1984", "WGS84", "World Geod"))


def _refuse_unusable(file_name: str, found: pyproj.CRS) -> None:
    text = _datum_text(found)
    for word, name in OLD_DATUMS.items():
        if word in text and not _is_wgs84(found):
            raise CrsRefused(
                f"文件 {file_name} 的坐标系是{name}（{found.name}）。它与 2000 国家大地坐标系相差"
                "数十米以上，须用当地转换参数，不能改标签了事。请先在测绘部门转换为 CGCS2000 再交。"
            )
    if not (found.is_geographic or found.is_projected):
        raise CrsRefused(
            f"文件 {file_name} 的坐标系是独立坐标系（{found.name}），无法换算。请转换为 CGCS2000。"
        )


def _parameters(found: pyproj.CRS) -> dict[str, Any]:
    operation = found.coordinate_operation
    return {param.name: param.value for param in operation.params} if operation else {}


def _check_numbers(file_name: str, found: pyproj.CRS, bounds: np.ndarray) -> None:
    """The numbers must fit the declaration: degrees or metres, axis order, zone prefix."""
    west, south, east, north = (float(value) for value in bounds)
    if not np.isfinite(bounds).all():
        raise CrsRefused(f"文件 {file_name} 含有无穷大或非数坐标。请修正源数据。")
    if found.is_geographic:
        _check_degrees(file_name, found, (west, south, east, north))
        return
    name = _name(found)
    if abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90:
        raise CrsRefused(
            f"文件 {file_name} 声明为 {name}，坐标却是经纬度（如 {west:.6f}, {south:.6f}）。"
            "请核对后用 --crs EPSG:4490 指明。"
        )
    if "Transverse Mercator" in _method(found) and _is_cgcs2000(found):
        _check_gauss(file_name, found, (west, south, east, north))


def _method(found: pyproj.CRS) -> str:
    operation = found.coordinate_operation
    return operation.method_name if operation else ""


def _check_degrees(
    file_name: str, found: pyproj.CRS, bounds: tuple[float, float, float, float]
) -> None:
    west, south, east, north = bounds
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 180:
        raise CrsRefused(
            f"文件 {file_name} 声明为经纬度（{_name(found)}），坐标却是 {east:.3f}, {north:.3f}，"
            f"像是投影坐标。请用 --crs {_suggestion(east)} 指明。"
        )
    if max(abs(south), abs(north)) > 90 or (west > 3 and east < 54 and south > 70 and north < 136):
        raise CrsRefused(
            f"文件 {file_name} 的坐标轴序颠倒：第一列是纬度（{west:.6f}），第二列是经度"
            f"（{south:.6f}）。请按 经度、纬度（东、北）的次序重新导出。"
        )


def _check_gauss(
    file_name: str, found: pyproj.CRS, bounds: tuple[float, float, float, float]
) -> None:
    west, south, east, north = bounds
    easting = float(_parameters(found).get("False easting", 500000.0))
    declared, here = int(easting // 1_000_000), int(west // 1_000_000)
    swapped = int(south // 1_000_000)
    looks_north = west >= 1_900_000 and east <= 6_000_000
    if looks_north and (swapped in SIX_DEGREE or swapped in THREE_DEGREE or north < 900_000):
        raise CrsRefused(
            f"文件 {file_name} 的坐标轴序颠倒：第一列是北坐标（{west:.3f}），第二列是东坐标"
            f"（{south:.3f}）。请按 东、北 的次序重新导出。"
        )
    if declared == here or (here == 0 and declared == 0):
        return
    raise CrsRefused(
        f"文件 {file_name} 的坐标系声明与坐标矛盾：声明 {_name(found)}"
        f"（{f'带号 {declared}' if declared else '不带带号'}），坐标 {west:.3f}"
        f"（{f'带号 {here}' if here else '不带带号'}）。"
        f"请核对后用 --crs {_suggestion(west, found)} 指明。"
    )


def _suggestion(easting: float, declared: pyproj.CRS | None = None) -> str:
    """The EPSG code that these numbers would fit, for a remedy."""
    zone = int(easting // 1_000_000)
    if zone in SIX_DEGREE or zone in THREE_DEGREE:
        return f"EPSG:{gauss_epsg(zone, prefix=True)}"
    parameters = _parameters(declared) if declared is not None else {}
    zone = int(float(parameters.get("False easting", 0)) // 1_000_000)
    if zone in SIX_DEGREE or zone in THREE_DEGREE:
        return f"EPSG:{gauss_epsg(zone, prefix=False)}"
    return "EPSG:n"


def _notes(found: pyproj.CRS) -> list[Finding]:
    if _is_cgcs2000(found):
        return []
    if _is_wgs84(found):
        message = f"坐标系为 {_name(found)}（WGS 84），按零差异视同 CGCS2000。"
        return [Finding("crs_null_shift", message, NOTE, done="换算为 EPSG:4490，基准零差异")]
    message = f"坐标系为 {_name(found)}，由 PROJ 换算到 WGS 84，再视同 CGCS2000。"
    return [Finding("crs_converted", message, done="换算为 EPSG:4490")]
