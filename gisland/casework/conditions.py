"""What a step asks before it may be taken, and in which words it is refused. 办理条件"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisland.casework import checklist
from gisland.casework.models import Case, CaseEvent, Evidence
from gisland.casework.process import Edge, process
from spatial.models import FieldResult
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gisland.casework.findings import Finding
    from spatial.models import User

FINDING_SAID = {
    "illegal": "图斑没有判定为违法的部分",
    "lawful": "图斑尚有未判定、待核或违法的部分",
}
HANDLED = ("submit", "survey", "ask_acceptance")
"""Steps after which the same hand may not pass judgement."""


def stands_before(case: Case, edge: Edge) -> bool:
    """Whether the case is in one of the states that the step begins at."""
    if not edge.moves:
        return True
    return getattr(case, f"{process().track_of(edge)}_state") in edge.sources


def lacking(case: Case, edge: Edge, by: User, finding: Finding) -> list[str]:
    """What is in the way of a step, one clause each; nothing when it may be taken."""
    if not stands_before(case, edge):
        states = process().states
        now = states[getattr(case, f"{process().track_of(edge)}_state")].term
        terms = "、".join(states[code].term for code in edge.sources)
        return [f"案件现为“{now}”，须先为“{terms}”"]
    found = []
    if edge.finding and edge.finding != finding.word:
        found.append(FINDING_SAID[edge.finding])
    for ask in edge.asks:
        found += _ASKED[ask](case, by, finding)
    if edge.paper and not _on_file(case, edge.paper):
        paper = process().papers[edge.paper]
        found.append(f"缺少{paper.term}，请先上传并填写文号、日期")
    return found


def is_idle(case: Case, edge: Edge) -> bool:
    """Whether the step would change nothing: what is not listed cannot be taken off the list."""
    if edge.code in ("list", "delist"):
        return case.listed == (edge.code == "list")
    running = case.clocks.filter(ended_on__isnull=True)
    if edge.clock in ("pause", "resume"):
        return not running.filter(paused_since__isnull=edge.clock == "pause").exists()
    return edge.clock == "extend" and not running.exists()


def levels_said(levels: Iterable[str]) -> str:
    """县级、市级 …"""
    return "、".join(str(RegionLevel(level).label) for level in levels)


def _determination(case: Case, by: User, finding: Finding) -> list[str]:
    if not finding.by_code:
        return ["图斑尚未判定，请先在核查台判定"]
    if finding.undecided_m2:
        return [f"尚有 {finding.undecided_m2} m² 未判定"]
    return []


def _field_result(case: Case, by: User, finding: Finding) -> list[str]:
    there = FieldResult.objects.filter(
        patch=case.patch_id, withdrawn=False, superseded_by__isnull=True
    )
    return [] if there.exists() else ["没有外业核查结果，请先登记实地情况"]


def _rectification(case: Case, by: User, finding: Finding) -> list[str]:
    if finding.unrectified_m2:
        return [f"尚有 {finding.unrectified_m2} m² 违法用地没有登记整改"]
    return []


def _checklist(case: Case, by: User, finding: Finding) -> list[str]:
    items = checklist.items_for(case, finding)
    return [f"举证不全：{item.text}（{item.have}）" for item in items if not item.met]


def _reported(case: Case, by: User, finding: Finding) -> list[str]:
    state = process().states[case.report_state]
    return [] if state.final else [f"尚未上报，现为“{state.term}”"]


def _other_hand(case: Case, by: User, finding: Finding) -> list[str]:
    """Nobody passes judgement on what they handled themselves in this round."""
    own = CaseEvent.objects.filter(case=case, round=case.round, edge__in=HANDLED, by=by)
    if case.officer_id == by.pk or own.exists():
        return ["须由经办人以外的人办理"]
    return []


_ASKED: dict[str, Callable[[Case, User, Finding], list[str]]] = {
    "determination": _determination,
    "field_result": _field_result,
    "rectification": _rectification,
    "checklist": _checklist,
    "reported": _reported,
    "other_hand": _other_hand,
}


def _on_file(case: Case, paper: str) -> bool:
    return Evidence.objects.filter(
        case=case, paper=paper, withdrawn=False, replaced_by__isnull=True
    ).exists()
