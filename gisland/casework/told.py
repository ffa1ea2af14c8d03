"""What a step says beside its reason: to whom it goes, which clock, until when, with which
files. 步骤内容"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from gisland.casework.clock_rules import book
from gisland.casework.clocks import ALL
from gisland.casework.models import Absence, Case, CaseClock, Evidence
from spatial.errors import InputRefused
from spatial.models import User
from spatial.scope import scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gisland.casework.process import Edge

ASSIGNS = ("assign", "hand_over")
URGE = "urge"
NUMBER_LENGTH = 120


def checked(
    case: Case,
    edge: Edge,
    by: User,
    told: dict[str, Any],
    evidence: Sequence[int],
    on: datetime.date,
) -> dict[str, Any]:
    """The contents of a step as they are written into the ledger; raises InputRefused."""
    if edge.code in ASSIGNS:
        said = _assigned(case, by, told, on)
    elif edge.code == URGE:
        said = _urged(told, on)
    elif edge.clock:
        said = _clock(case, edge, told)
    elif told:
        raise InputRefused(f"{edge.term}不带其他内容：{'、'.join(told)}。")
    else:
        said = {}
    files = _files(case, evidence)
    return {**said, **({"evidence": files} if files else {})}


def _assigned(case: Case, by: User, told: dict[str, Any], on: datetime.date) -> dict[str, Any]:
    """The officer must be able to act there; whoever is away is stood in for."""
    officer = User.objects.filter(pk=told.get("officer") or 0, is_active=True).first()
    if officer is None:
        raise InputRefused("请选择承办人。")
    away = Absence.objects.filter(person=officer, since__lte=on, until__gte=on).first()
    stood_in: User | None = None
    if away is not None:
        stood_in, officer = officer, away.deputy
    scope = scope_of(officer)
    if not scope.can("handle") or case.patch.region_id not in scope.county_ids:
        raise InputRefused(f"{officer} 不能办理{case.patch.region}的案件，请另选承办人。")
    if case.officer_id == officer.pk:
        raise InputRefused(f"承办人已经是 {officer}。")
    said = {"officer": officer.pk, "officer_name": str(officer), "unit": officer.unit_id}
    if officer.unit is not None:
        said["unit_name"] = officer.unit.name
    if stood_in is not None:
        said["stands_in_for"] = str(stood_in)
    if case.officer is not None:
        said["officer_before"] = str(case.officer)
    return said


def _urged(told: dict[str, Any], on: datetime.date) -> dict[str, Any]:
    """A letter of supervision has a number, and a day until which it asks."""
    number = str(told.get("number", "")).strip()
    if not number:
        raise InputRefused("请填写督办函的文号。")
    if len(number) > NUMBER_LENGTH:
        raise InputRefused(f"文号最长 {NUMBER_LENGTH} 个字。")
    until = _until(told, "要求哪一天前办结")
    if until < on:
        raise InputRefused(f"督办要求的期限 {until} 早于发函日期 {on}。")
    return {"number": number, "until": until.isoformat()}


def _until(told: dict[str, Any], what: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(told.get("until", "")))
    except ValueError:
        raise InputRefused(f"请填写{what}（如 2026-12-31）。") from None


def _clock(case: Case, edge: Edge, told: dict[str, Any]) -> dict[str, Any]:
    which = told.get("clock", ALL)
    running = CaseClock.objects.filter(case=case, ended_on__isnull=True)
    if which != ALL:
        if which not in book().clocks:
            raise InputRefused(f"没有期限 {which}。")
        running = running.filter(clock=which)
    if not running:
        raise InputRefused("没有正在计时的期限。")
    if edge.clock == "pause" and not running.filter(paused_since__isnull=True):
        raise InputRefused("期限已经中止。")
    if edge.clock == "resume" and not running.filter(paused_since__isnull=False):
        raise InputRefused("期限没有中止，不用恢复。")
    if edge.clock != "extend":
        return {"clock": which}
    if which == ALL:
        raise InputRefused("延期须指明是哪一个期限。")
    until = _until(told, "延至哪一天")
    due = running[0].due_on
    if until <= due:
        raise InputRefused(f"延至的日期须晚于原截止日 {due}。")
    return {"clock": which, "until": until.isoformat(), "due_before": due.isoformat()}


def _files(case: Case, ids: Sequence[int]) -> list[dict[str, Any]]:
    found = {one.pk: one for one in Evidence.objects.filter(case=case, pk__in=ids)}
    if missing := [pk for pk in ids if pk not in found]:
        raise InputRefused(f"材料 {missing[0]} 不在本案中。")
    return [
        {"id": pk, "name": found[pk].file_name, "sha256": found[pk].sha256,
         "paper": found[pk].paper, "number": found[pk].number}
        for pk in dict.fromkeys(ids)
    ]  # fmt: skip
