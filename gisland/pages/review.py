"""The review desk: its page, the queue, the totals, and what this person did last. 图斑核查"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.pages import case_deadlines, review_ledgers
from gisland.pages.map_config import map_config, pieces_layer
from gisland.pages.patch_lineage import decisions_said
from spatial import vocabulary
from spatial.hidden import hidden_rules
from spatial.models import Batch, Patch, Region, ReviewAction, ReviewKind, Rule
from spatial.review import acts, clocks, queue
from spatial.review.filters import Filters
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.review.status import Standing
    from spatial.scope import Scope

RECENT = 10
LAND_CLASSES = [f"{number:02}" for number in range(1, 13)]
"""The first-level classes of the survey, as codes that codes begin with."""


@login_or_demo
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The desk; its filters are in the address, the rows come by ``queue.json``."""
    scope = request_scope(request)
    config = map_config(scope, address=False, layers_open=False, legend_open=False)
    config["layers"].append(
        {**pieces_layer(config["styles"], 0, "live", title="所选图斑的碎块"), "visible": False}
    )
    context = {
        "map_config": config,
        "pressing": case_deadlines.pressing_counts(scope, timezone.localdate()),
        "desk": {
            "may_decide": scope.can(acts.ACT),
            "ledgers": review_ledgers.form_of(scope),
            "may_export": scope.may("export", "internal"),
            "statuses": vocabulary.review_status_terms(),
            "classes": vocabulary.vocabulary()["class"],
            "reject_reasons": vocabulary.reject_reasons(),
            "change_reasons": vocabulary.change_reasons(),
            "orders": list(queue.ORDERS),
            "batches": [
                {"code": batch.code, "title": str(batch), "period": batch.period}
                for batch in scope.filter_batches(Batch.objects.order_by("-issued_on", "code"))
            ],
            "regions": _regions(scope),
            "conclusions": _terms(scope, "conclude"),
            "marks": _terms(scope, "mark"),
            "land_classes": {code: vocabulary.land_use_term(code) for code in LAND_CLASSES}
            if scope.may("verdict", "land_use")
            else {},
        },
    }
    return render(request, "gisland/review.html", context)


@login_or_demo
@require_safe
def review_queue(request: HttpRequest) -> JsonResponse:
    """One page of the queue: ``rows`` and the cursor ``following`` (empty at the end)."""
    asked = Filters.read(request.GET)
    found = queue.page(
        request_scope(request),
        asked,
        order=request.GET.get("order") or "address",
        cursor=request.GET.get("cursor", ""),
    )
    return JsonResponse({"rows": found.rows, "following": found.following, "order": found.order})


@login_or_demo
@require_safe
def review_totals(request: HttpRequest) -> JsonResponse:
    """Count and areas of all that the filters find; how far the batch is, or what is due first."""
    scope, asked = request_scope(request), Filters.read(request.GET)
    told = queue.totals(scope, asked)
    today = timezone.localdate()
    if asked.batch:
        batch = scope.filter_batches(Batch.objects.filter(code=asked.batch)).first()
        told["clocks"] = [clocks.clock(batch, scope, today)] if batch else []
    else:
        told["clocks"] = clocks.burning(scope, today)
    return JsonResponse(told)


@login_or_demo
@require_safe
def review_actions(request: HttpRequest) -> JsonResponse:
    """What this person did last, newest first: each may be undone once."""
    if not request.user.is_authenticated:
        return JsonResponse({"actions": []})
    mine = ReviewAction.objects.filter(by=request.user).exclude(kind=ReviewKind.UNDO)
    mine = mine.filter(undone_by__isnull=True)
    return JsonResponse({"actions": [told_of(action) for action in mine[:RECENT]]})


def told_of(action: ReviewAction) -> dict[str, Any]:
    """An action as pages show it; area as a decimal string in m²."""
    return {
        "id": action.pk,
        "kind": action.kind,
        "term": action.get_kind_display(),
        "at": action.at.isoformat(),
        "count": action.count,
        "area_m2": str(action.area_m2),
        "asked": action.asked,
    }


def patch_in(scope: Scope, patch_id: int) -> Patch:
    """The patch, or 404 if it is not within the scope."""
    found = scope.filter_patches(Patch.objects.filter(pk=patch_id))
    patch = found.select_related("batch", "region", "holder", "project").first()
    if patch is None:
        raise Http404("没有这个图斑，或不在您的行政区内。")
    return patch


def said_of(scope: Scope, stands: Standing) -> dict[str, Any]:
    """A standing in words."""
    fact = stands.referral or stands.decision
    reasons = {**vocabulary.change_reasons(), **vocabulary.reject_reasons()}
    parts = stands.parts
    if stands.decision and not stands.referral and not parts:
        parts = (stands.decision,)
    return {
        "status": stands.status,
        "term": vocabulary.review_status_terms()[stands.status],
        "overtaken": stands.overtaken,
        "said": decisions_said(scope, parts),
        "by": fact and fact.by,
        "on": fact and fact.on,
        "note": fact.note if fact else "",
        "reason": reasons.get(fact.reason_code, "") if fact else "",
    }


def _regions(scope: Scope) -> list[dict[str, str]]:
    found = scope.filter_regions(Region.objects.filter(level__in=("county", "township")))
    rows = found.order_by("code").values_list("code", "name", "level")
    return [{"code": code, "name": name, "level": level} for code, name, level in rows]


def _terms(scope: Scope, action: str) -> list[dict[str, str]]:
    """Conclusions or marks of every ruleset in use, by code, without what the scope may not see."""
    hidden = hidden_rules(scope)
    terms: dict[str, str] = {}
    rules = Rule.objects.filter(action=action).order_by("ruleset", "rank")
    for ruleset, code, term in rules.values_list("ruleset", "code", "term"):
        if (ruleset, action, code) not in hidden:
            terms.setdefault(code, term)
    return [{"code": code, "term": term} for code, term in terms.items()]
