"""What a decision would do to the ratio of its period, before it is made. 试算"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.casework import what_if
from gisland.errors import status_of
from gisland.pages.cases import found, person
from spatial import vocabulary
from spatial.errors import GislandError, InputRefused, NotAllowed
from spatial.models import Region
from spatial.review.acts import conclusions_for
from spatial.scope import login_or_demo, mark_private, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gisland.casework.models import Case
    from spatial.engine.ratios import RegionRatio
    from spatial.models import Assessment, User
    from spatial.scope import Scope


@dataclass(frozen=True)
class Told:
    """One ground for which the ratio is told: on the past day, now, and as supposed."""

    name: str
    rows: list[tuple[str, RegionRatio]]
    change: Any
    said: str


@login_or_demo
@require_safe
def case_what_if(request: HttpRequest, case_id: int) -> HttpResponse:
    """Nothing is stored, whatever is asked."""
    scope, by = request_scope(request), person(request)
    case = found(scope, case_id)
    if by is None:
        raise NotAllowed("请先登录。")
    fault, status, told = "", 200, []
    asked = what_if.Asked(
        confirm=request.GET.get("conclusion") == "confirm",
        conclusion=_but(request.GET.get("conclusion", ""), "confirm"),
        rectified=request.GET.get("rectified", ""),
    )
    as_of = request.GET.get("as_of", "").strip()
    try:
        told = [_told(case, asked, by, *one, as_of) for one in _grounds(scope, case)]
    except GislandError as error:
        fault, status = str(error), status_of(error)
    context = {
        "case": case,
        "patch": case.patch,
        "conclusions": conclusions_for(scope, _current(case)),
        "rectifications": vocabulary.rectification_terms().items(),
        "asked": asked,
        "given": request.GET,
        "as_of": as_of,
        "today": timezone.localdate(),
        "told": told,
        "fault": fault,
    }
    return mark_private(render(request, "gisland/case_what_if.html", context, status=status))


def _current(case: Case) -> Assessment | None:
    found = case.patch.assessments.filter(is_current=True)
    return found.select_related("run__ruleset").first()


def _grounds(scope: Scope, case: Case) -> list[tuple[str, tuple[int, ...]]]:
    """The county of the case; the whole city too, for whoever sees all of it."""
    found: list[tuple[str, tuple[int, ...]]]
    found = [(case.patch.region.name, (case.patch.region_id,))]
    city = Region.objects.filter(level="county", code__startswith=case.patch.region.code[:4])
    ids = tuple(city.order_by("code").values_list("pk", flat=True))
    if len(ids) > 1 and set(ids) <= set(scope.county_ids):
        above = Region.objects.filter(code=case.patch.region.code[:4] + "00").first()
        found.append((above.name if above else "全市", ids))
    return found


def _told(
    case: Case, asked: what_if.Asked, by: User, name: str, counties: tuple[int, ...], as_of: str
) -> Told:  # fmt: skip
    query = what_if.query_of(case, counties)
    effect = what_if.effect(case, asked, by, query, timezone.localdate())
    rows = [("现在", effect.now)]
    if as_of:
        rows.insert(0, (f"{as_of} 终了时", what_if.on_day(query, _end_of(as_of))))
    if effect.then is not None:
        rows.append(("如此办理后", effect.then))
    said = "；".join(effect.now.caliber.get("said", []))
    return Told(name, rows, effect.change, said)


def _end_of(text: str) -> datetime.datetime:
    """The end of a past day; of today, now."""
    try:
        day = datetime.date.fromisoformat(text)
        end = timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))
    except (ValueError, OverflowError):
        raise InputRefused(f"日期 {text[:20]} 应写作 2026-03-31。") from None
    if day > timezone.localdate():
        raise InputRefused(f"日期 {day} 晚于今天，不能重算。")
    return min(end, timezone.now())


def _but(text: str, other: str) -> str:
    return "" if text == other else text
