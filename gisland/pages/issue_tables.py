"""The tables of issued patches and of the counties' progress: the same on the page, on paper, in
the spreadsheet and for machines. 卫片统计, 通报"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gisland.casework.tallies import Tally, tallies
from gisland.pages.issue_asked import LEVELS
from gisland.pages.ratio_figures import sources_of
from gisland.reports.table import Column, Table
from spatial import units, vocabulary
from spatial.engine.ratio_stages import STAGES, StageRow, StageTable, stages
from spatial.models import Region

if TYPE_CHECKING:
    from gisland.pages.issue_asked import Asked

SHOWN = {"issued": 4, "verified": 2, "legal": 4, "illegal": 4, "rectified": 4, "other": 2,
         "open": 2, "undecided": 2, "repeated": 2, "excluded": 2}  # fmt: skip
"""The stages in order of print, and of each how many of COUNT, AREA, CULTIVATED, FARM."""
PARTS = (("count", "图斑（个）"), ("area", "面积（亩）"), ("cultivated", "耕地（亩）"),
         ("farm", "永农（亩）"))  # fmt: skip
MEASURE = {"area": "area_m2", "cultivated": "cultivated_m2", "farm": "basic_farm_m2"}
EXACT = {"area": "面积（平方米）", "cultivated": "耕地（平方米）", "farm": "永农（平方米）"}
WHOSE = "面积按碎块所在县区、乡镇归属；一个图斑分属几栏或几个行政区的，各计一个，合计不重复。"
CLOSING = "下发面积 ＝ 合法＋违法＋其他用地＋待核、数据不足＋未核查＋重复下发＋剔除。"
COUNTING = (
    "已核查的个数：全部地块都已判定的图斑；违法中已整改的个数：违法部分全部登记整改的图斑。"
    "耕地按口径，永农为图形面积。"
)
FARM_LAYER = "basic_farmland"
MU = "ROUND({{{key}_m2}}*3/2000,2)"


@dataclass(frozen=True)
class Issue:
    """What was asked, what was counted, and how far the cases are, each read once."""

    asked: Asked
    found: StageTable
    counties: StageTable
    """The same by county, whatever the rows of ``found`` are: what the bulletin ranks."""
    progress: dict[str, Tally]

    @property
    def title(self) -> str:
        """卫片图斑统计表（认定口径）, of whatever basis."""
        return f"卫片图斑统计表（{vocabulary.basis_term(self.asked.query.basis)}）"

    @property
    def has_farm(self) -> bool:
        """Whether basic farmland is known of, and the reader may know."""
        return self.found.has_basic_farm and self.asked.scope.may("verdict", FARM_LAYER)

    @property
    def when(self) -> str:
        """The period and the day, in words."""
        query = self.asked.query
        period = f"{query.period} 期" if query.period else "全部各期"
        return f"{period}　截至 {self.asked.as_of}"


def issue_of(asked: Asked) -> Issue:
    """Read what the page, the spreadsheet, the bulletin and the API print."""
    only = {"source": asked.source, "batch": asked.batch}
    found = stages(asked.query, asked.group, **only)
    counties = found
    if asked.group != "region" or asked.query.level != "county":
        counties = stages(replace(asked.query, level="county"), "region", **only)
    progress = tallies(
        asked.scope, set(found.batches), asked.query.county_ids,
        known_at=asked.query.known_at, as_of=asked.as_of,
    )  # fmt: skip
    return Issue(asked, found, counties, progress)


def heads(issue: Issue) -> list[tuple[str, int]]:
    """The upper line of the table's head: each stage, and over how many columns."""
    terms = vocabulary.issue_stage_terms()
    return [(terms[stage], len(_parts(issue, stage))) for stage in SHOWN]


def stage_table(issue: Issue, *, exact: bool = False) -> Table:
    """The table in 亩; with ``exact`` also in m², from which a spreadsheet works the 亩 out, and
    with the column that checks that the stages add up to what was issued."""
    leading = leading_columns(issue)
    columns = [*leading, *_mu_columns(issue, formulas=exact)]
    if exact:
        columns += _exact_columns(issue)
    names = county_names()
    rows = [{**_cells(row), "county": names.get(row.region_code[:6], "")}
            for row in issue.found.rows]  # fmt: skip
    total = {**_cells(issue.found.total), leading[0].key: "合计"}
    for column in leading[1:]:
        total[column.key] = ""
    return Table(issue.title, columns, rows, total, notes_of(issue))


PAPER = ("issued_count", "issued_area", "verified_count", "legal_count", "legal_area",
         "illegal_count", "illegal_area", "illegal_cultivated", "illegal_farm", "rectified_area",
         "rectified_cultivated", "other_area", "open_area", "undecided_area")  # fmt: skip
"""What of the table a sheet of A4 holds; the spreadsheet has all."""


def paper_table(issue: Issue) -> Table:
    """The columns that a printed sheet holds, under their whole names."""
    whole = stage_table(issue, exact=True)
    leading = [column.key for column in leading_columns(issue)]
    columns = [
        replace(column, width="1fr") for column in whole.columns if column.key in (*leading, *PAPER)
    ]
    return Table(whole.title, columns, whole.rows, whole.total, whole.notes)


def leading_columns(issue: Issue) -> list[Column]:
    """What a row is of."""
    group, level = issue.asked.group, issue.asked.query.level
    found = []
    if group.startswith("region"):
        if level == "township" and issue.asked.region is None:
            found.append(Column("county", LEVELS["county"]))
        found.append(Column("region", LEVELS[level]))
    if group in ("source", "batch", "region_source", "region_batch"):
        found.append(Column("source", "下发级别"))
    if group in ("batch", "region_batch"):
        found.append(Column("batch", "批次"))
    return found


def _parts(issue: Issue, stage: str) -> list[tuple[str, str]]:
    shown = PARTS[: SHOWN[stage]]
    return [part for part in shown if part[0] != "farm" or issue.has_farm]


def _mu_columns(issue: Issue, *, formulas: bool) -> list[Column]:
    terms = vocabulary.issue_stage_terms()
    return [
        Column(
            f"{stage}_{part}",
            f"{terms[stage]}{word}" if formulas else word,
            "count" if part == "count" else "mu",
            formula="" if part == "count" or not formulas else MU.format(key=f"{stage}_{part}"),
        )
        for stage in SHOWN
        for part, word in _parts(issue, stage)
    ]


def _exact_columns(issue: Issue) -> list[Column]:
    terms = vocabulary.issue_stage_terms()
    found = [
        Column(f"{stage}_{part}_m2", f"{terms[stage]}{EXACT[part]}", "m2", sums=True)
        for stage in SHOWN
        for part, _ in _parts(issue, stage)
        if part != "count"
    ]
    parts = "".join(f"-{{{stage}_area_m2}}" for stage in STAGES)
    check = Column("check", "校核：下发减各栏之和（平方米）", "m2",
                   formula=f"ROUND({{issued_area_m2}}{parts},2)")  # fmt: skip
    return [*found, check]


def _cells(row: StageRow) -> dict[str, Any]:
    told: dict[str, Any] = {
        "code": row.region_code,
        "region": row.region_name,
        "source": vocabulary.source_term(row.source) if row.source else "",
        "source_code": row.source,
        "batch": row.batch,
    }
    for stage in SHOWN:
        sums = row.of(stage)
        told[f"{stage}_count"] = sums.patch_count
        for part, name in MEASURE.items():
            told[f"{stage}_{part}"] = told[f"{stage}_{part}_m2"] = getattr(sums, name)
    told["check"] = row.issued.area_m2 - sum(
        (row.of(stage).area_m2 for stage in STAGES), Decimal(0)
    )
    return told


def county_names() -> dict[str, str]:
    """Counties in force by code."""
    regions = Region.objects.filter(level="county", valid_until__isnull=True)
    return dict(regions.values_list("code", "name"))


def notes_of(issue: Issue) -> list[str]:
    """How it was counted and on what, printed with every output."""
    asked, found = issue.asked, issue.found
    said = [line for line in found.caliber["said"] if not line.startswith("分母")]
    only = "，".join(filter(None, (
        asked.source and f"只含{vocabulary.source_term(asked.source)}",
        asked.batch and f"只含批次 {asked.batch}",
    )))  # fmt: skip
    notes = [
        f"{asked.place}　{issue.when}{f'　{only}' if only else ''}",
        "口径：" + "；".join(said),
        WHOSE,
        CLOSING,
        COUNTING,
    ]
    if found.total.doubtful_m2:
        notes.append(
            f"另有 {units.mu(found.total.doubtful_m2)} 亩是否耕地、永农不明，不计入该两栏。"
        )
    if not issue.has_farm:
        notes.append("规则集没有永久基本农田的概念，或您无权查看，不列永农面积。")
    used = "；".join(sources_of(asked.scope, found.versions))
    return [*notes, f"依据数据：{used or '尚未分析'}"]


def stamp(by: str) -> str:
    """Who took it, and when."""
    return f"取用 {by} {timezone.localdate():%Y-%m-%d}"
