"""The register of cases as offices keep it: the register of patches, what the ground was found to
be, how far each case is, and columns that check the sums. 办案台账"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gisland.casework.clock_rules import book
from gisland.casework.models import CaseEvent, Evidence
from gisland.casework.process import process
from gisland.casework.queue import FAR, ordered
from gisland.pages import review_register
from gisland.reports.table import Column, Table
from spatial import vocabulary
from spatial.engine.ratio_query import RatioQuery
from spatial.engine.ratio_stages import STAGES, stages_of_patches
from spatial.errors import InputRefused
from spatial.models import RulesetVersion

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from gisland.casework.models import Case
    from spatial.scope import Scope

    Row = dict[str, Any]

TITLE = "办案台账"
MOST = 20_000
"""Rows of one file."""
FROM_PATCH = ("jcbh", "source", "batch", "county", "township", "kind", "before", "after", "project",
              "approval", "supply", "label", "decided", "reason")  # fmt: skip
"""What of the register of patches stands here; holders do not: some are natural persons."""
NUMBERED = ("stop_notice", "filing_approval", "penalty_decision", "acceptance_record")
"""Papers whose number and date have a column."""
NOTE = (
    "各栏面积（平方米）之和等于图斑在您行政区内的面积；亩由平方米换算，合计的亩由合计的平方米换算。",
    "校核为零、“相符”的，各栏闭合。",
    "用地单位和当事人姓名不列入台账，见案件页。结论面积留空的，是该批次的规则集不计面积口径。",
)


def register(scope: Scope, found: QuerySet[Case], today: datetime.date) -> Table:
    """The register of these cases, the most pressing first; raises InputRefused for too many."""
    cases = list(ordered(found)[: MOST + 1])
    if not cases:
        raise InputRefused("没有符合条件的案件，没有可导出的。请放宽条件。")
    if len(cases) > MOST:
        raise InputRefused(f"超过 {MOST} 件，请按批次或县区缩小筛选后分次导出。")
    ids = [case.patch_id for case in cases]
    patches = {row["patch_id"]: row for row in review_register.rows_of(scope, ids)}
    ground = _ground(scope, cases)
    numbers = _numbers(cases)
    returns = _returns(cases)
    rows = []
    for case in cases:
        told = patches[case.patch_id]
        rows.append({
            **{key: told[key] for key in FROM_PATCH},
            **_ground_cells(case, ground.get(case.patch_id)),
            **_progress_cells(case, today),
            **numbers.get(case.pk, {}),
            "returned": returns.get(case.pk, ""),
            "remark": told["remark"],
        })  # fmt: skip
    return Table(TITLE, columns(), rows, _total(rows), NOTE)


def columns() -> list[Column]:
    """The columns in order; those of the patch as in its own register."""
    known = {column.key: column for column in review_register.COLUMNS}
    terms = vocabulary.issue_stage_terms()
    papers = process().papers
    areas = [
        column
        for stage in STAGES
        for column in (
            Column(f"{stage}_mu", f"{terms[stage]}(亩)", "mu", formula=_mu(f"{stage}_m2")),
            Column(f"{stage}_m2", f"{terms[stage]}(平方米)", "m2", sums=True),
        )
    ]
    return [
        *(known[key] for key in FROM_PATCH),
        Column("area", "图斑面积(亩)", "mu", formula=_mu("area_m2")),
        Column("area_m2", "图斑面积(平方米)", "m2", sums=True),
        Column("cultivated", "耕地(亩)", "mu", formula=_mu("cultivated_m2")),
        Column("cultivated_m2", "耕地(平方米)", "m2", sums=True),
        Column("farm", "永农(亩)", "mu", formula=_mu("farm_m2")),
        Column("farm_m2", "永农(平方米)", "m2", sums=True),
        *areas,
        Column("rectified", "违法中已整改(亩)", "mu", formula=_mu("rectified_m2")),
        Column("rectified_m2", "违法中已整改(平方米)", "m2", sums=True),
        Column("lacking", "校核：图斑减各栏(平方米)", "m2", formula=_lacking()),
        Column("closes", "校核", formula='IF({lacking}=0,"相符","不符")'),
        Column("report", "核查上报"),
        Column("handling", "查处整改"),
        Column("round", "轮次", "count"),
        Column("returned", "退回原因"),
        Column("unit", "承办单位"),
        Column("officer", "承办人"),
        *(Column(code, f"{papers[code].term}文号") for code in NUMBERED),
        Column("clock", "最近期限"),
        Column("due", "截止日"),
        Column("days", "剩余天数", "count"),
        Column("listed", "挂牌督办"),
        Column("remark", "备注"),
    ]


def _mu(key: str) -> str:
    return f"ROUND({{{key}}}*3/2000,2)"


def _lacking() -> str:
    return "ROUND({area_m2}" + "".join(f"-{{{stage}_m2}}" for stage in STAGES) + ",2)"


def _ground(scope: Scope, cases: list[Case]) -> dict[int, dict[str, Row]]:
    """By patch and stage, of those whose ruleset has a way of counting."""
    by_ruleset: dict[str, list[int]] = {}
    for case in cases:
        by_ruleset.setdefault(case.patch.batch.ruleset, []).append(case.patch_id)
    found: dict[int, dict[str, Row]] = {}
    for name, ids in by_ruleset.items():
        newest = RulesetVersion.objects.filter(name=name).order_by("-pk").first()
        if newest is not None and newest.settings.get("ratio"):
            query = RatioQuery(county_ids=scope.county_ids, ruleset=name, basis="decided")
            found |= stages_of_patches(query, ids)
    return found


def _ground_cells(case: Case, stages: dict[str, Row] | None) -> Row:
    if stages is None:
        return {"area": case.patch.area_m2, "area_m2": case.patch.area_m2}
    told: Row = {}
    for stage in STAGES:
        area = stages[stage]["area_m2"] if stage in stages else Decimal("0.00")
        told[f"{stage}_m2"] = told[f"{stage}_mu"] = area
    for key, name in (("area", "area_m2"), ("cultivated", "cultivated_m2"),
                      ("farm", "basic_farm_m2")):  # fmt: skip
        told[key] = told[f"{key}_m2"] = sum((row[name] for row in stages.values()), Decimal("0.00"))
    illegal = stages.get("illegal")
    told["rectified"] = told["rectified_m2"] = (
        illegal["rectified_m2"] if illegal else Decimal("0.00")
    )
    told["lacking"] = told["area_m2"] - sum((told[f"{stage}_m2"] for stage in STAGES), Decimal(0))
    told["closes"] = _closes(told["lacking"])
    return told


def _closes(lacking: Decimal) -> str:
    return "不符" if lacking else "相符"


def _progress_cells(case: Any, today: datetime.date) -> Row:
    states, clocks = process().states, book().clocks
    runs = case.due_on != FAR and case.due_clock in clocks
    return {
        "report": states[case.report_state].term,
        "handling": states[case.handling_state].term,
        "round": case.round,
        "unit": str(case.unit or ""),
        "officer": str(case.officer or ""),
        "clock": clocks[case.due_clock].term if runs else "",
        "due": case.due_on.isoformat() if runs else "",
        "days": (case.due_on - today).days if runs else None,
        "listed": "是" if case.listed else "",
    }


def _numbers(cases: Iterable[Case]) -> dict[int, Row]:
    """By case, the number and date of the newest paper of each kind."""
    found: dict[int, Row] = {}
    papers = Evidence.objects.filter(
        case__in=[case.pk for case in cases], paper__in=NUMBERED, withdrawn=False,
        replaced_by__isnull=True,
    ).order_by("at")  # fmt: skip
    for case_id, paper, number, day in papers.values_list("case", "paper", "number", "dated_on"):
        found.setdefault(case_id, {})[paper] = " ".join(
            filter(None, (number, day.isoformat() if day else ""))
        )
    return found


def _returns(cases: Iterable[Case]) -> dict[int, str]:
    """By case, why it was sent back last."""
    edges = [edge.code for edge in process().edges.values() if edge.reasons == "return_reason"]
    events = CaseEvent.objects.filter(case__in=[case.pk for case in cases], edge__in=edges)
    reasons = process().reasons["return_reason"]
    told = events.order_by("case", "number").values_list("case", "reason_code")
    return {case_id: reasons.get(code, code) for case_id, code in told}


def _total(rows: list[Row]) -> Row:
    """The sums; the 亩 of each is that of the exact sum."""
    keys = [column.key for column in columns() if column.kind == "m2" and column.sums]
    sums: Row = {
        key: sum((row[key] for row in rows if row.get(key) is not None), Decimal("0.00"))
        for key in keys
    }
    for key in keys:
        short = key.removesuffix("_m2")
        sums[f"{short}_mu" if short in STAGES else short] = sums[key]
    counted = [row for row in rows if row.get("lacking") is not None]
    if len(counted) == len(rows):
        sums["lacking"] = sums["area_m2"] - sum((sums[f"{stage}_m2"] for stage in STAGES),
                                                Decimal(0))  # fmt: skip
        sums["closes"] = _closes(sums["lacking"])
    return {"jcbh": f"合计 {len(rows)} 件", **sums}
