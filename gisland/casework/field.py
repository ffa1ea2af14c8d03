"""Out in the field: which cases lie near, and what was found there, sent once or again. 外业核查

A phone keeps what it could not send and sends it later, perhaps twice because the answer was lost:
a visit has a receipt of its own, made by the phone, and counts once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from gisland.casework import cases, queue
from gisland.casework.errors import EdgeRefused, StaleCase
from gisland.casework.evidence import require_county
from gisland.casework.models import Case, FieldReceipt
from gisland.casework.process import process
from spatial import facts, sqlfiles
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from spatial.models import DeskRow, FieldResult
from spatial.scope import scope_of

if TYPE_CHECKING:
    import datetime
    import uuid

    from django.contrib.gis.geos import Point
    from django.db.models import QuerySet

    from spatial.models import User
    from spatial.scope import Scope

ACT = "handle"
MOST = 60
"""Cases that a phone is given at once."""
NOTE_LENGTH = 1000
STEP = "survey"


@dataclass(frozen=True)
class Visit:
    """What was found on the spot, as the phone tells it."""

    receipt: uuid.UUID
    result: str
    on: datetime.date
    purpose: str = ""
    land_class: str = ""
    note: str = ""
    report: bool = False
    """Take the step 报外业核查结果 too, if the case stands where it may be taken."""


@dataclass(frozen=True)
class Near:
    """Cases in order; metres to each where a place was told."""

    cases: list[Case]
    away_m: dict[int, float] = field(default_factory=dict)


def list_near(
    scope: Scope, asked: queue.Asked, by: User, today: datetime.date, *,
    place: Point | None = None, township: str = "",
) -> Near:  # fmt: skip
    """The open cases that a scope sees: the nearest to a place first, else the most pressing.

    ``township`` (9 digits) keeps those that lie in it, by the review desk's own reckoning.
    """
    found = _open(queue.select(scope, asked, by, today))
    if township:
        inside = DeskRow.objects.filter(townships__contains=f" {township} ")
        found = found.filter(patch__in=inside.values("patch_id"))
    if place is None:
        return Near(list(_whole(found).order_by("patch__batch__report_due_on", "pk")[:MOST]))
    wanted = None
    if asked.told() or township:
        wanted = list(found.order_by().values_list("pk", flat=True))
    rows = sqlfiles.rows(
        "casework/40_list_near",
        {
            "county_ids": scope.sql_params()["county_ids"],
            "case_ids": wanted,
            "final_states": _final(),
            "lon": place.x,
            "lat": place.y,
            "most": MOST,
        },
    )
    away = {row["case_id"]: row["away_m"] for row in rows}
    here = _whole(Case.objects.filter(scope.patches_q("patch__"), pk__in=away))
    return Near(sorted(here, key=lambda case: (away[case.pk], case.pk)), away)


def register(by: User, case_id: int, visit: Visit, now: datetime.datetime) -> dict[str, Any]:
    """Write down what was found, once; the answer to the phone, the same for the same receipt.

    Raises NotAllowed, PatchUnknown, InputRefused; nothing is written then. Where the step that was
    asked for cannot be taken any more, the finding is kept and ``step_fault`` says why.
    """
    scope_of(by).require_act(ACT)
    with transaction.atomic():
        case = (
            Case.objects.select_for_update(of=("self",))
            .select_related("patch__batch", "patch__region")
            .filter(pk=case_id)
            .first()
        )
        if case is None:
            raise PatchUnknown("没有这个案件，或不在您的行政区内。")
        require_county(by, case)
        known = FieldReceipt.objects.filter(receipt=visit.receipt).first()
        if known is not None:
            if (known.case_id, known.by_id) != (case.pk, by.pk):
                raise InputRefused("这个回执号已用于另一次核查。请重新填写后再发送。")
            return {**known.told, "new": False}
        _check(case, visit, now)
        fact = facts.observe(
            case.patch, facts.Word(by, visit.on, visit.note.strip()),
            result=visit.result, purpose=visit.purpose, land_class=visit.land_class,
        )  # fmt: skip
        told = {"id": fact.pk, "receipt": str(visit.receipt), **_step(by, case, visit, now)}
        FieldReceipt.objects.create(receipt=visit.receipt, case=case, by=by, told=told)
    return {**told, "new": True}


def results_of(patch_ids: list[int]) -> dict[int, FieldResult]:
    """What holds of what was found on the spot, by patch."""
    rows = FieldResult.objects.filter(
        patch__in=patch_ids, withdrawn=False, superseded_by__isnull=True
    )
    return {row.patch_id: row for row in rows.select_related("by").order_by("pk")}


def _check(case: Case, visit: Visit, now: datetime.datetime) -> None:
    today = timezone.localdate(now)
    issued = case.patch.batch.issued_on
    if visit.on > today:
        raise InputRefused(f"核查日期 {visit.on} 晚于今天 {today}。请核对手机日期，没有保存。")
    if issued is not None and visit.on < issued:
        raise InputRefused(f"核查日期 {visit.on} 早于批次下发日期 {issued}。没有保存。")
    if len(visit.note) > NOTE_LENGTH:
        raise InputRefused(f"说明最长 {NOTE_LENGTH} 字，现有 {len(visit.note)} 字。")


def _step(by: User, case: Case, visit: Visit, now: datetime.datetime) -> dict[str, str]:
    if not visit.report:
        return {}
    move = cases.Move(STEP, case.events, now, on=visit.on, note=visit.note.strip())
    try:
        with transaction.atomic():
            cases.advance(by, case.pk, move)
    except (EdgeRefused, NotAllowed, StaleCase, InputRefused) as error:
        return {"step_fault": f"核查结果已登记，但案件没有改变：{error}"}
    return {"step": process().edges[STEP].term}


def _final() -> list[str]:
    return [code for code, state in process().states.items() if state.final]


def _open(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.exclude(report_state__in=_final(), handling_state__in=_final())


def _whole(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.select_related("patch__batch", "patch__region", "officer").defer("patch__ground")
