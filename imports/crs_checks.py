"""What a declared CRS is, whether it may be taken, and whether the numbers fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import crs_evidence
from imports.crs_evidence import gauss_epsg
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    import numpy as np
    import pyproj

OLD_DATUMS = {
    "Xian": "1980 西安坐标系", "西安": "1980 西安坐标系", "IAG 1975": "1980 西安坐标系",
    "IAG_1975": "1980 西安坐标系", "Beijing": "1954 北京坐标系", "北京": "1954 北京坐标系",
    "Krass": "克拉索夫斯基椭球的坐标系（如 1954 北京坐标系）",
    "Krasov": "克拉索夫斯基椭球的坐标系（如 1954 北京坐标系）",
}  # fmt: skip


def horizontal(found: pyproj.CRS) -> pyproj.CRS:
    """The CRS without heights, and without a shift that somebody bound to it."""
    if found.is_compound:
        found = found.sub_crs_list[0]
    if found.is_bound and found.source_crs is not None:
        found = found.source_crs
    return found


def name_of(found: pyproj.CRS) -> str:
    """Code and name, as they are stored and shown."""
    code = found.to_epsg(min_confidence=70)
    return f"EPSG:{code} {found.name}"[:200] if code else found.name[:200]


def datum_text(found: pyproj.CRS) -> str:
    """All names that tell the datum: of the CRS, its base, its datum, its ellipsoid."""
    geodetic = found.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum else ""
    base = geodetic.name if geodetic is not None else ""
    return f"{found.name} {base} {datum} {found.ellipsoid.name if found.ellipsoid else ''}"


def is_cgcs2000(found: pyproj.CRS) -> bool:
    """CGCS2000 by name, or an unnamed datum on its ellipsoid (custom Gauss planes)."""
    text = datum_text(found)
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


def is_wgs84(found: pyproj.CRS) -> bool:
    """WGS 84 by name."""
    return any(word in datum_text(found) for word in ("WGS 84", "WGS_1984", "WGS84", "World Geod"))


def refuse_unusable(file_name: str, found: pyproj.CRS) -> None:
    """Raise CrsRefused for old datums and for systems that hang on no datum."""
    text = datum_text(found)
    for word, name in OLD_DATUMS.items():
        if word in text and not is_wgs84(found):
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


def check_numbers(file_name: str, found: pyproj.CRS, bounds: np.ndarray) -> None:
    """The numbers must fit the declaration: degrees or metres, axis order, zone prefix."""
    west, south, east, north = (float(value) for value in bounds)
    if found.is_geographic:
        _check_degrees(file_name, found, (west, south, east, north))
        return
    name = name_of(found)
    if abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90:
        raise CrsRefused(
            f"文件 {file_name} 声明为 {name}，坐标却是经纬度（如 {west:.6f}, {south:.6f}）。"
            "请核对后用 --crs EPSG:4490 指明。",
            ("EPSG:4490",),
        )
    if "Transverse Mercator" in _method(found) and is_cgcs2000(found):
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
            f"文件 {file_name} 声明为经纬度（{name_of(found)}），坐标却是 {east:.3f}, {north:.3f}，"
            f"像是投影坐标。请用 --crs {_suggestion(east)} 指明。",
            _codes(_suggestion(east)),
        )
    if max(abs(south), abs(north)) > 90 or (
        crs_evidence.within(west, east, crs_evidence.LATITUDE)
        and crs_evidence.within(south, north, crs_evidence.LONGITUDE)
    ):
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
    crs_evidence.refuse_swapped(file_name, bounds)
    if declared == here or (here == 0 and declared == 0):
        return
    raise CrsRefused(
        f"文件 {file_name} 的坐标系声明与坐标矛盾：声明 {name_of(found)}"
        f"（{f'带号 {declared}' if declared else '不带带号'}），坐标 {west:.3f}"
        f"（{f'带号 {here}' if here else '不带带号'}）。"
        f"请核对后用 --crs {_suggestion(west, found)} 指明。",
        _codes(_suggestion(west, found)),
    )


def _suggestion(easting: float, declared: pyproj.CRS | None = None) -> str:
    """The EPSG code that these numbers would fit, for a remedy."""
    zone = int(easting // 1_000_000)
    if crs_evidence.is_zone(zone):
        return f"EPSG:{gauss_epsg(zone, prefix=True)}"
    parameters = _parameters(declared) if declared is not None else {}
    zone = int(float(parameters.get("False easting", 0)) // 1_000_000)
    if crs_evidence.is_zone(zone):
        return f"EPSG:{gauss_epsg(zone, prefix=False)}"
    return "EPSG:n"


def _codes(suggestion: str) -> tuple[str, ...]:
    """A suggestion that is a code, to be taken at once."""
    return () if suggestion == "EPSG:n" else (suggestion,)
