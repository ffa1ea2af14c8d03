"""Opening cases, and walking them one step: who may, what it asks, what is written. 办案

``advance`` is the only door. A step is one transaction: the case's row is locked, everything is
checked, the event is chained, the clocks are worked out anew; or nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from gisland.casework import clocks, conditions, ledger, told
from gisland.casework.errors import EdgeRefused, StaleCase
from gisland.casework.evidence import require_county
from gisland.casework.findings import Finding, findings_of
from gisland.casework.models import Case, CaseClock, CaseEvent
from gisland.casework.process import Edge, process
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from spatial.models import Patch
from spatial.rules.problems import near
from spatial.scope import scope_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from spatial.models import User

OTHER = "other"
NOTE_LENGTH = 4000


@dataclass(frozen=True)
class Move:
    """One step as a person asks for it. ``seen``: the number of the last event on the page."""

    edge: str
    seen: int
    at: datetime.datetime
    on: datetime.date | None = None
    """The day it was done, where that is not the day it is written down."""
    reason_code: str = ""
    note: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()

    @property
    def day(self) -> datetime.date:
        """The day it was done, in China."""
        return self.on or timezone.localdate(self.at)


@dataclass(frozen=True)
class Open:
    """A step that a person may take from here, and what it still lacks."""

    edge: Edge
    lacks: tuple[str, ...]


def advance(by: User, case_id: int, move: Move) -> CaseEvent:
    """Take one step. Raises PatchUnknown, NotAllowed, StaleCase, EdgeRefused, InputRefused."""
    edge = _edge(move.edge)
    with transaction.atomic():
        case = _locked(by, case_id)
        if case.events != move.seen:
            raise StaleCase(
                f"这个案件在您打开后又有 {case.events - move.seen} 条新记录"
                f"（现为{stands(case)}）。没有写入，请刷新后再办。"
            )
        require(by, edge)
        finding = findings_of([case.patch_id])[case.patch_id]
        if lacks := conditions.lacking(case, edge, by, finding):
            raise EdgeRefused(f"不能{edge.term}：{'；'.join(lacks)}。")
        _check(case, edge, move)
        said = told.checked(case, edge, by, move.told, move.evidence, move.day)
        _apply(case, edge, said)
        event = ledger.append(
            case,
            case.patch.address,
            ledger.Step(
                edge.code, by, move.at, move.day, move.reason_code, move.note.strip(), said
            ),
        )
        renew_clocks(case, finding)
        return event


def open_steps(by: User, case: Case) -> list[Open]:
    """The steps that this person may take with the case now, by role, level and state; each with
    what it still lacks."""
    finding = findings_of([case.patch_id])[case.patch_id]
    found = []
    for edge in process().edges.values():
        if edge.code == "issue" or not conditions.stands_before(case, edge) or not may(by, edge):
            continue
        if edge.finding and finding.word and edge.finding != finding.word:
            continue
        if conditions.is_idle(case, edge):
            continue
        found.append(Open(edge, tuple(conditions.lacking(case, edge, by, finding))))
    return found


def may(by: User, edge: Edge) -> bool:
    """Whether the person's role and the level of their region allow the step at all."""
    try:
        require(by, edge)
    except NotAllowed:
        return False
    return True


def require(by: User, edge: Edge) -> None:
    """Raise NotAllowed unless the role and the level of the person's region allow the step."""
    scope_of(by).require_act(edge.act)
    if by.is_superuser:
        return
    level = by.region.level if by.region else ""
    if level not in edge.levels:
        raise NotAllowed(f"“{edge.term}”由{conditions.levels_said(edge.levels)}办理。")


def open_cases(patch_ids: Sequence[int], by: User | None, at: datetime.datetime) -> list[Case]:
    """Open a case for each of these patches that has none; the new ones, in order."""
    first = {track: process().first(track).code for track in process().tracks}
    with transaction.atomic():
        patches = (
            Patch.objects.filter(pk__in=patch_ids, case__isnull=True)
            .select_for_update(of=("self",))
            .select_related("batch", "region")
            .order_by("pk")
        )
        found = [
            Case(
                patch=patch, report_state=first["report"], handling_state=first["handling"],
                moved_at=at, events=1,
            )
            for patch in patches
        ]  # fmt: skip
        Case.objects.bulk_create(found, batch_size=2000)
        events = [_first_event(case, by, at) for case in found]
        CaseEvent.objects.bulk_create(events, batch_size=2000)
        findings = findings_of([case.patch_id for case in found])
        rows = [
            running.row(case.pk)
            for case, event in zip(found, events, strict=True)
            for running in clocks.work_out(case.patch.batch, findings[case.patch_id].word, [event])
        ]
        CaseClock.objects.bulk_create(rows, batch_size=2000)
    return found


def renew_clocks(case: Case, finding: Finding | None = None) -> None:
    """Work out the clocks of a case anew from its ledger."""
    finding = finding or findings_of([case.patch_id])[case.patch_id]
    events = list(case.ledger.order_by("number"))
    clocks.store(case.pk, clocks.work_out(case.patch.batch, finding.word, events))


def stands(case: Case) -> str:
    """Where a case stands on its two tracks, in words."""
    states = process().states
    return f"{states[case.report_state].term}、{states[case.handling_state].term}"


def _first_event(case: Case, by: User | None, at: datetime.datetime) -> CaseEvent:
    event = CaseEvent(
        case=case, number=1, edge="issue", report_state=case.report_state,
        handling_state=case.handling_state, round=1, by=by, by_name=str(by or ledger.SYSTEM),
        by_level=by.region.level if by and by.region else "", at=at,
        on=case.patch.batch.issued_on or timezone.localdate(at),
        told={"batch": case.patch.batch.code, "source": case.patch.batch.source},
    )  # fmt: skip
    event.hash = ledger.hash_of(ledger.told_of(event, case.patch.address))
    return event


def _edge(code: str) -> Edge:
    edges = process().edges
    if code not in edges or code == "issue":
        raise InputRefused(f"没有步骤 {code}；{near(code, list(edges))}")
    return edges[code]


def _locked(by: User, case_id: int) -> Case:
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("patch__batch", "patch__region", "officer", "unit")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise PatchUnknown("没有这个案件，或不在您的行政区内。")
    require_county(by, case)
    return case


def _check(case: Case, edge: Edge, move: Move) -> None:
    if edge.reasons:
        known = process().reasons[edge.reasons]
        if move.reason_code not in known:
            raise InputRefused(f"{edge.term}须选理由：{'、'.join(known.values())}。")
        if move.reason_code == OTHER and not move.note.strip():
            raise InputRefused(f"理由为“{known[OTHER]}”时须写明。")
    elif move.reason_code:
        raise InputRefused(f"{edge.term}没有理由代码可选。")
    if edge.code == "remark" and not move.note.strip():
        raise InputRefused("批注不能为空。")
    if len(move.note) > NOTE_LENGTH:
        raise InputRefused(f"说明最长 {NOTE_LENGTH} 字，现有 {len(move.note)} 字。")
    today = timezone.localdate(move.at)
    issued = case.patch.batch.issued_on
    if move.day > today:
        raise InputRefused(f"办理日期 {move.day} 晚于今天 {today}。")
    if issued is not None and move.day < issued:
        raise InputRefused(f"办理日期 {move.day} 早于批次下发日期 {issued}。")


def _apply(case: Case, edge: Edge, said: dict[str, Any]) -> None:
    """Let the case's row say what the event says."""
    if edge.moves:
        setattr(case, f"{process().track_of(edge)}_state", edge.to)
    if edge.round:
        case.round += 1
    if "officer" in said:
        case.officer_id, case.unit_id = said["officer"], said["unit"]
    if edge.code in ("list", "delist"):
        case.listed = edge.code == "list"
