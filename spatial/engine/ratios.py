"""Ratios: sums of piece areas by region; a ratio is one sum over another, never a mean.

违法占耕比 = illegal cultivated m2 ÷ new cultivated m2 (《违反土地管理规定行为处分办法》), or ÷ all
new m2 (the looser wording), or ÷ an official figure. A zero denominator has no ratio. All ground
of the patches counted stands in exactly one band, so every table closes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, vocabulary
from spatial.engine.ratio_cells import FOLDER, counted, periods_of, undated_count
from spatial.engine.ratio_law import Law, Switches, time_said
from spatial.engine.ratio_official import by_region, no_figure
from spatial.engine.ratio_patches import patches_of
from spatial.engine.ratio_query import BASES, DENOMINATORS, DIGITS, PERIODS_BY, RatioQuery
from spatial.engine.ratio_rows import RegionRatio, region_ratio, sum_of
from spatial.models import Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.engine.ratio_rows import Bands

__all__ = [
    "BASES",
    "DENOMINATORS",
    "DIGITS",
    "PERIODS_BY",
    "RatioQuery",
    "RatioTable",
    "Reading",
    "RegionRatio",
    "Switches",
    "caliber_of",
    "names_of",
    "ratios",
    "read",
    "table",
    "total",
]


@dataclass(frozen=True)
class RatioTable:
    """The rows of a query, the sums of all of them, and how they were counted."""

    rows: list[RegionRatio]
    total: RegionRatio
    caliber: dict[str, Any]

    @property
    def said(self) -> str:
        """The way of counting, to be printed with every figure."""
        return "口径：" + "；".join(self.caliber["said"])


def ratios(query: RatioQuery) -> list[RegionRatio]:
    """One row per region that has patches, in order of code."""
    return table(query).rows


def total(query: RatioQuery, name: str = "合计") -> RegionRatio:
    """The sums of the whole scope and the ratio of those sums; each patch counted once."""
    return replace(table(query).total, name=name)


def table(query: RatioQuery) -> RatioTable:
    """The rows by region and their total, from one reading of the data."""
    return read(query, (query.level,)).tables[query.level]


@dataclass(frozen=True)
class Reading:
    """What one reading gave: tables by level, the patches that weigh most, what was read."""

    tables: dict[str, RatioTable]
    largest: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    """By layer and day: ``layer_id``, ``term``, ``valid_from``, ``county_count``, ``ids``."""


def read(query: RatioQuery, levels: Iterable[str], *, largest: int = 0) -> Reading:
    """The tables of several levels and so many patches of the numerator, all from one reading."""
    asked = [replace(query, level=level) for level in levels]
    with counted(query) as law:
        found = [_sums(one) for one in asked]
        heavy = patches_of(query, law, "", "numerator", most=largest) if largest else []
        versions = sqlfiles.rows(
            f"{FOLDER}/97_list_versions", {"county_ids": list(query.county_ids)}
        )
    return Reading(
        {one.level: _table(one, law, *sums) for one, sums in zip(asked, found, strict=True)},
        heavy,
        versions,
    )


def _table(query: RatioQuery, law: Law, found: dict[str, Bands], whole: Bands) -> RatioTable:
    caliber = caliber_of(query, law)
    official = by_region(query) if query.denominator == "official" else {}
    whole_figure = sum_of(list(official.values()))
    names = names_of(list(found), query.level)
    rows = []
    for code, bands in found.items():
        full, name = full_code(code), names.get(code, code)
        given = official.get(full) or (no_figure(query, full, name) if full else whole_figure)
        rows.append(region_ratio(query, caliber, (full, name), bands, given))
    everything = region_ratio(query, caliber, ("", "合计"), whole, whole_figure)
    return RatioTable(rows, everything, caliber)


def _sums(query: RatioQuery) -> tuple[dict[str, Bands], Bands]:
    """By region and of all, by band (None: all bands): what the statement found."""
    by_region: dict[str, Bands] = defaultdict(dict)
    whole: Bands = {}
    for row in sqlfiles.rows(
        f"{FOLDER}/90_sum_regions",
        {"county_ids": list(query.county_ids), "digits": DIGITS[query.level]},
    ):
        if row["patch_count"]:
            place = whole if row["region_code"] is None else by_region[row["region_code"]]
            place[row["band"]] = row
    return dict(by_region), whole


def caliber_of(query: RatioQuery, law: Law) -> dict[str, Any]:
    """Everything that decides what is counted, for machines and in words."""
    periods = periods_of(query)
    by = {"batch": "按批次的期", "after_on": "按后时相"}[query.by]
    which = f"{by} {query.period}" if query.period is not None else f"{by}，不限期"
    if others := [period for period in periods if period != query.period]:
        which += f"（含 {'、'.join(others)}）"
    if query.period is not None and query.by == "batch" and not periods:
        which += "（没有这一期的批次）"
    if undated := undated_count(query):
        which += f"（另有 {undated} 个图斑没有后时相，不在任何一期）"
    return {
        **law.as_json(),
        "basis": query.basis,
        "period": query.period,
        "periods": periods,
        "by": query.by,
        "denominator": query.denominator,
        "known_at": query.known_at.isoformat() if query.known_at else None,
        "said": [
            *law.said(),
            vocabulary.basis_term(query.basis),
            which,
            f"分母 {vocabulary.denominator_term(query.denominator)}",
            time_said(query.known_at),
        ],
    }


def full_code(code: str) -> str:
    """A region's code as registered: six digits from the county upwards."""
    return code.ljust(6, "0") if code and len(code) < 6 else code


def names_of(codes: list[str], level: str) -> dict[str, str]:
    """What the regions of a level are called, by code as its rows have it."""
    known = dict(
        Region.objects.filter(code__in=[full_code(code) for code in codes])
        .order_by("valid_from")
        .values_list("code", "name")
    )
    names = {code: known[full] for code in codes if (full := full_code(code)) in known}
    if level == "township":
        names = {code: f"{name}（乡镇不明）" for code, name in names.items()}
        names |= {
            row["code"]: row["name"]
            for row in sqlfiles.rows(f"{FOLDER}/name_townships", {"codes": codes})
            if row["name"]
        }
    return names
