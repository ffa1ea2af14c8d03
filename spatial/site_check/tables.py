"""Land classes, owners and townships of a site: every table adds up to the site. 分类面积表

Areas are sums of pieces in m2; 亩 and ha are conversions of each row, and what their rounding
leaves over stands in ``rest_mu`` and ``rest_ha`` (尾差).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from spatial import units, vocabulary
from spatial.models import Region
from spatial.models.region import RegionLevel
from spatial.site_check import words
from spatial.site_check.found import NOTHING, ONE, Found, Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.models import Zone

Row = dict[str, Any]
SURVEY, FARMLAND = "land_use", "basic_farmland"
CULTIVATED = ("0101", "0102", "0103")
OUTSIDE, UNCOVERED, DOUBLE, OTHER = "outside", "uncovered", "double", "other"
TERMS = {
    OUTSIDE: "区外（未核查）",
    UNCOVERED: "三调未覆盖",
    DOUBLE: "三调图斑重叠（地类不一）",
    OTHER: "编码未登记",
}


def table(rows: Iterable[tuple[str, str, Decimal]], total_m2: Decimal) -> Row:
    """Rows (code, term, m2) with 亩, ha and share, the total, and what rounding leaves over."""
    told = [
        {"code": code, "term": term, **measures(area, total_m2)}
        for code, term, area in rows
        if area
    ]
    total = sum((row["area_m2"] for row in told), NOTHING)
    whole = measures(total, total_m2)
    return {
        "rows": told,
        "total": whole,
        "rest_mu": whole["mu"] - sum((row["mu"] for row in told), NOTHING),
        "rest_ha": whole["ha"] - sum((row["ha"] for row in told), NOTHING),
    }


def measures(area_m2: Decimal, total_m2: Decimal) -> Row:
    """An area in the units of an extract."""
    share = area_m2 / total_m2
    return {
        "area_m2": area_m2,
        "mu": units.mu(area_m2),
        "ha": units.hectares(area_m2),
        "share": share,
        "share_said": units.percent(share),
    }


def land(found: Found) -> Row | None:
    """The three large classes and the survey's classes in them; 耕地 gross and net; 永农.

    None where the purpose doesn't read the survey, or the user may not see its verdict.
    """
    if not _readable(found, SURVEY):
        return None
    areas: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for part in found.parts:
        areas[_class_of(found, part)] += part.area_m2
    if found.outside_m2:
        areas[OUTSIDE, ""] = found.outside_m2
    groups = {**words.land_group_terms(), **TERMS}
    total = found.total_m2
    by_group = table(
        (
            (group, term, sum((area for key, area in areas.items() if key[0] == group), NOTHING))
            for group, term in groups.items()
        ),
        total,
    )
    for row in by_group["rows"]:
        row["classes"] = [
            {"code": code, "term": vocabulary.land_use_term(code), **measures(area, total)}
            for (group, code), area in sorted(areas.items())
            if group == row["code"] and code
        ]
    return {**by_group, "cultivated": _cultivated(found), "basic_farm": _basic_farm(found)}


def _readable(found: Found, layer: str) -> bool:
    return layer in found.leaf_layers and found.scope.may("verdict", layer)


def _class_of(found: Found, part: Part) -> tuple[str, str]:
    codes = sorted({zone.code for zone in found.on(part, SURVEY)})
    if not codes:
        return UNCOVERED, ""
    if len(codes) > 1:
        return DOUBLE, ""
    return words.land_group(codes[0])[0] or OTHER, codes[0]


def is_cultivated(found: Found, part: Part) -> bool:
    """Whether every survey zone of the piece is 耕地."""
    zones = found.on(part, SURVEY)
    return bool(zones) and all(zone.code in CULTIVATED for zone in zones)


def net_of(found: Found, part: Part) -> Decimal | None:
    """The piece less 田坎; None where no coefficient was delivered.

    As the engine takes it: of several zones the smallest share of ridges, delivered empty is none.
    """
    shares = []
    for zone in found.on(part, SURVEY):
        if "kcxs" not in zone.attributes:
            return None
        shares.append(Decimal(str(zone.attributes["kcxs"] or 0)))
    net = part.area_m2 * (ONE - min(shares, default=NOTHING))
    return net.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _cultivated(found: Found) -> Row:
    parts = [part for part in found.parts if is_cultivated(found, part)]
    return _gross_and_net(found, parts)


def _gross_and_net(found: Found, parts: list[Part]) -> Row:
    gross = sum((part.area_m2 for part in parts), NOTHING)
    nets = [(part, net_of(found, part)) for part in parts]
    unknown = sum((part.area_m2 for part, net in nets if net is None), NOTHING)
    net = sum((value for _, value in nets if value is not None), NOTHING)
    total = found.total_m2
    return {
        "gross": measures(gross, total),
        "net": measures(net, total),
        "ridge": measures(gross - unknown - net, total),
        "net_unknown": measures(unknown, total),
    }


def _basic_farm(found: Found) -> Row | None:
    if not _readable(found, FARMLAND):
        return None
    parts = [part for part in found.parts if found.on(part, FARMLAND)]
    area = sum((part.area_m2 for part in parts), NOTHING)
    tilled = [part for part in parts if is_cultivated(found, part)]
    return {
        **measures(area, found.total_m2),
        "cultivated": _gross_and_net(found, tilled),
        "missing": any(
            one.state in ("missing", "expired") for one in found.dated.get(FARMLAND, [])
        ),
    }


def owners(found: Found) -> Row | None:
    """国有 and 集体 by QSXZ, in each the villages (ZLDWMC); as ``land``."""
    if not _readable(found, SURVEY):
        return None
    areas: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for part in found.parts:
        told = {
            (str(zone.attributes.get("ownership") or ""), _village(zone))
            for zone in found.on(part, SURVEY)
        }
        owned, village = told.pop() if len(told) == 1 else ("", "")
        code, term = words.land_owner(owned)
        areas[code or "unknown", term or "权属性质未交付", village] += part.area_m2
    if found.outside_m2:
        areas[OUTSIDE, TERMS[OUTSIDE], ""] = found.outside_m2
    kinds = sorted({(code, term) for code, term, _ in areas}, key=_owner_place)
    total = found.total_m2
    told_table = table(
        (
            (code, term, sum((area for key, area in areas.items() if key[0] == code), NOTHING))
            for code, term in kinds
        ),
        total,
    )
    for row in told_table["rows"]:
        row["villages"] = [
            {"term": village, **measures(area, total)}
            for (code, _, village), area in sorted(areas.items(), key=lambda item: -item[1])
            if code == row["code"] and village
        ]
    return told_table


def _owner_place(kind: tuple[str, str]) -> int:
    order = ("state", "collective", "unknown", OUTSIDE)
    return order.index(kind[0])


def _village(zone: Zone) -> str:
    return str(zone.attributes.get("located_name") or zone.attributes.get("located_code") or "")


def townships(found: Found) -> Row:
    """The site by county and township; ground in no township stands under its county."""
    areas: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for part in found.parts:
        areas[part.county_id, part.township_code] += part.area_m2
    codes = {code for _, code in areas if code}
    names = dict(
        Region.objects.filter(level=RegionLevel.TOWNSHIP, code__in=codes).values_list(
            "code", "name"
        )
    )
    zones = [zone for part in found.parts for zone in found.on(part, "township")]
    names = {**{zone.code: zone.name for zone in zones if zone.name}, **names}
    rows = [
        (
            code or found.counties[county].code,
            f"{found.counties[county].name}{names.get(code, code) if code else '（乡镇界未覆盖）'}",
            area,
        )
        for (county, code), area in sorted(areas.items())
    ]
    if found.outside_m2:
        rows.append((OUTSIDE, TERMS[OUTSIDE], found.outside_m2))
    return table(rows, found.total_m2)
