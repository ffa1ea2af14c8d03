"""The figures of a ratio page, made once: map, table, spreadsheet and bulletin print these."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from gisland.pages import ratio_periods
from gisland.pages.ratio_asked import BEFORE
from spatial import sqlfiles, vocabulary
from spatial.engine.ratio_official import by_region
from spatial.engine.ratio_rows import region_ratio, sum_of
from spatial.engine.ratios import Reading, read
from spatial.models import Region

if TYPE_CHECKING:
    from decimal import Decimal

    from gisland.pages.ratio_asked import Asked
    from spatial.engine.ratio_official import Figure
    from spatial.engine.ratios import RatioQuery, RatioTable, RegionRatio
    from spatial.scope import Scope

LARGEST = 10
KEEP_S = 24 * 3600
LEVEL_TERMS = {"county": "各县", "township": "各乡镇"}
NO_PATCH = "没有图斑"
COUNTED = ("illegal", "uncounted", "legal", "rectified_kept")


@dataclass(frozen=True)
class Line:
    """One region's figures, as every output prints them."""

    row: RegionRatio
    share: Decimal | None
    """The ratio that the page is about: after or before rectification."""
    numerator_m2: Decimal
    denominator_m2: Decimal | None
    earlier: Decimal | None = None
    """The share of the period before."""
    rank: int | None = None
    is_small: bool = False

    @property
    def change(self) -> Decimal | None:
        """By how much the share grew, as a share."""
        if self.share is None or self.earlier is None:
            return None
        return self.share - self.earlier

    @property
    def level(self) -> int | None:
        """The number of the class, lowest 0; None without a ratio."""
        if self.share is None:
            return None
        terms = [entry["term"] for entry in vocabulary.ratio_classes()]
        return terms.index(self.klass["term"])

    @property
    def klass(self) -> dict[str, Any]:
        """Term, colour and hatch of the class."""
        return vocabulary.ratio_class(None if self.share is None else float(self.share))

    @property
    def remark(self) -> str:
        """Why there is no ratio, or why it says little."""
        return self.row.reason or (vocabulary.small_denominator()[1] if self.is_small else "")


@dataclass(frozen=True)
class Figures:
    """All that is printed, whatever prints it."""

    asked: Asked
    level: str
    lines: list[Line]
    """The highest ratio first; regions without a ratio last."""
    total: Line
    trend: list[tuple[str, Line]]
    earlier_period: str | None
    largest: list[dict[str, Any]]
    caliber: dict[str, Any]
    versions: list[dict[str, Any]]
    official: list[tuple[str, str, Figure]]
    """Code, name and figure of the regions for which an authority gave one."""
    place: str
    """Whose figures these are."""

    @property
    def title(self) -> str:
        """违法占耕比（认定口径）, with whatever it is of."""
        basis = vocabulary.basis_term(self.asked.query.basis)
        return f"违法占耕比（{basis}）"

    @property
    def when(self) -> str:
        """The period in words."""
        return f"{self.asked.query.period} 期" if self.asked.query.period else "全部各期"

    @property
    def stage(self) -> str:
        """整改前 or 整改后."""
        return "整改前" if self.asked.rectified == BEFORE else "整改后"

    @property
    def said(self) -> list[str]:
        """How it was counted, one clause each."""
        return [*self.caliber["said"], f"图上和排名按{self.stage}的比例"]

    @property
    def uncounted(self) -> list[dict[str, Any]]:
        """The bands that stand on neither side, with what they hold."""
        return [
            {"code": code, **band}
            for code, band in self.total.row.bands.items()
            if code not in COUNTED and band["patch_count"]
        ]

    @property
    def sources(self) -> list[str]:
        """The data versions that the reader may know of, one layer a line."""
        return sources_of(self.asked.scope, self.versions)


def sources_of(scope: Scope, versions: list[dict[str, Any]]) -> list[str]:
    """The data versions that a reader may know of, one layer a line."""
    seen = set(scope.layers("verdict"))
    told: dict[str, list[str]] = {}
    for row in versions:
        if row["layer_id"] in seen:
            day = row["valid_from"].isoformat() if row["valid_from"] else "台账"
            numbers = "、".join(map(str, row["ids"]))
            told.setdefault(row["term"], []).append(f"{day}（版本 {numbers}）")
    return [f"{term}：{'；'.join(days)}" for term, days in told.items()]


def figures_of(asked: Asked, *, with_trend: bool = True) -> Figures:
    """The figures that an address asks for; without the trend only of its period and the one
    before."""
    query = asked.query
    level = query.level if query.level in ("county", "township") else "county"
    periods = ratio_periods.series(asked, ratio_periods.offered(asked))
    before = ratio_periods.earlier(asked, periods)
    if not with_trend:
        periods = [before] if before else []
    state = sqlfiles.value("engine/ratios/sum_state")
    readings = {period: reading_of(asked, replace(query, period=period), state)
                for period in dict.fromkeys([query.period, *periods])}  # fmt: skip
    reading = readings[query.period]
    table = reading.tables[level]
    earlier = readings[before].tables[level] if before else None
    lines = _lines(asked, _with_empty(query, level, table), earlier)
    return Figures(
        asked=asked,
        level=level,
        lines=lines,
        total=_line(asked, table.total, earlier.total if earlier else None),
        trend=[(period, _line(asked, readings[period].tables[level].total, None))
               for period in periods if with_trend],
        earlier_period=before,
        largest=reading.largest,
        caliber=table.caliber,
        versions=reading.versions,
        official=_official(query),
        place=place_of(asked.region, query.county_ids),
    )  # fmt: skip


def place_of(region: Region | None, county_ids: tuple[int, ...]) -> str:
    """Whose figures they are: the region asked for, else what the counties make up."""
    if region is not None:
        return region.name
    counties = regions_of(county_ids, "county")
    if len(counties) == 1:
        return counties[0][1]
    seen = {code for code, _ in counties}
    everywhere = Region.objects.filter(level="county", valid_until__isnull=True)
    for digits in (4, 2):
        above = {code[:digits] for code in seen}
        whole = set(
            everywhere.filter(code__startswith=min(above, default="-")).values_list(
                "code", flat=True
            )
        )
        if len(above) == 1 and whole == seen:
            upper = Region.objects.filter(code=above.pop().ljust(6, "0")).defer("geom").first()
            if upper is not None:
                return upper.name
    return f"{len(counties)} 个县（市、区）"


def reading_of(asked: Asked, query: RatioQuery, state: str) -> Reading:
    """One reading, kept until anything changes that a ratio rests on.

    The key carries the reader's scope, every switch, and the state of the data.
    """
    key = _key(asked, query, state)
    found: Reading | None = cache.get(key)
    if found is None:
        found = read(query, ("county", "township"), largest=LARGEST)
        cache.set(key, found, KEEP_S)
    return found


def _key(asked: Asked, query: RatioQuery, state: str) -> str:
    text = repr((asked.scope.key, replace(query, level="county"), state))
    return f"ratio:{hashlib.sha256(text.encode()).hexdigest()}"


def is_at_hand(asked: Asked, periods: list[str]) -> bool:
    """Whether the figures of these periods were read already, so that nobody waits for them."""
    state = sqlfiles.value("engine/ratios/sum_state")
    keys = [_key(asked, replace(asked.query, period=period), state) for period in periods]
    return len(cache.get_many(keys)) == len(keys)


def _line(asked: Asked, row: RegionRatio, earlier: RegionRatio | None) -> Line:
    is_before = asked.rectified == BEFORE
    share = row.ratio_before_rectification if is_before else row.ratio
    below = row.denominator_before_m2 if is_before else row.denominator_m2
    then = None
    if earlier is not None:
        then = earlier.ratio_before_rectification if is_before else earlier.ratio
    small = vocabulary.small_denominator()[0]
    return Line(
        row=row,
        share=share,
        numerator_m2=row.numerator_before_m2 if is_before else row.numerator_m2,
        denominator_m2=below,
        earlier=then,
        is_small=share is not None and below is not None and below < small,
    )


def _lines(asked: Asked, rows: list[RegionRatio], earlier: RatioTable | None) -> list[Line]:
    then = {row.code: row for row in earlier.rows} if earlier else {}
    lines = [_line(asked, row, then.get(row.code)) for row in rows]
    ordered = sorted(
        lines, key=lambda line: (line.share is None, -(line.share or 0), line.row.code)
    )
    return [
        replace(line, rank=None if line.share is None else 1 + sum(
            1 for other in lines if other.share is not None and other.share > line.share
        ))
        for line in ordered
    ]  # fmt: skip


def _with_empty(query: RatioQuery, level: str, table: RatioTable) -> list[RegionRatio]:
    """The rows, and one of nothing for each region of the scope that has no patch."""
    known = {row.code for row in table.rows}
    official = by_region(query) if query.denominator == "official" and level == "county" else {}
    whole = sum_of([])
    rows = list(table.rows)
    for code, name in regions_of(query.county_ids, level):
        if code not in known:
            given = official.get(code, whole)
            row = region_ratio(query, table.caliber, (code, name), {}, given)
            rows.append(replace(row, reason=row.reason if row.denominator_m2 else NO_PATCH))
    return rows


def regions_of(county_ids: tuple[int, ...], level: str) -> list[tuple[str, str]]:
    """Code and name of the regions in force at a level within these counties."""
    if level == "township":
        rows = sqlfiles.rows("engine/ratios/list_townships", {"county_ids": list(county_ids)})
        return [(row["code"], row["name"] or row["code"]) for row in rows]
    counties = Region.objects.filter(pk__in=county_ids, valid_until__isnull=True)
    return list(counties.order_by("code").values_list("code", "name"))


def _official(query: RatioQuery) -> list[tuple[str, str, Figure]]:
    """What authorities gave for the period, of the regions seen whole."""
    if query.period is None:
        return []
    found = by_region(replace(query, level="county"))
    if len(found) > 1:
        found |= by_region(replace(query, level="city"))
    names = dict(Region.objects.filter(code__in=found).values_list("code", "name"))
    return [(code, names.get(code, code), figure) for code, figure in sorted(found.items())
            if figure.area_m2 is not None]  # fmt: skip
