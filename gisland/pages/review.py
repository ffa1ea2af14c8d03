"""The review desk: its page, the queue, the totals, and one patch in its drawer. 图斑核查"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.pages import case_deadlines, patch_subject, review_ledgers
from gisland.pages.map_config import map_config, pieces_layer
from gisland.pages.patch_lineage import decision_said, lineage
from gisland.pages.patch_proof import proof
from spatial import vocabulary
from spatial.hidden import hidden_rules
from spatial.imagery_pairs import Pair, pairs_for
from spatial.models import Batch, Patch, Region, ReviewAction, ReviewKind, Rule
from spatial.review import acts, clocks, queue
from spatial.review.filters import Filters
from spatial.review.status import Standing, standings
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

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
def review_patch(request: HttpRequest, patch_id: int) -> JsonResponse:
    """One patch for the drawer: what was seen, what may be decided, and the proof as markup."""
    scope = request_scope(request)
    patch = patch_in(scope, patch_id)
    stands = standings([patch.pk])[patch.pk]
    current = patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    context: dict[str, Any] = {
        "patch": patch,
        "kind": vocabulary.patch_kind_term(patch.kind) if patch.kind else "",
        "assessment": current,
        "lineage": lineage(scope, patch),
        "subject": patch_subject.subject_block(request, scope, patch, current, None),
        "stands": said_of(scope, stands),
    }
    if current:
        context |= proof(scope, patch, current)
        context["marks_told"] = [mark for mark in context["marks"] if mark["answer"] is not False]
        context["marks_not"] = [mark for mark in context["marks"] if mark["answer"] is False]
    return JsonResponse(
        {
            "row": queue.rows(scope, [patch])[0],
            "extent": list(patch.geom.extent),
            "seen": stands.seen,
            "conclusions": acts.conclusions_for(scope, patch),
            "assessment": current and current.pk,
            "images": _images(scope, patch),
            "before_on": patch.before_on and patch.before_on.isoformat(),
            "after_on": patch.after_on and patch.after_on.isoformat(),
            "html": render_to_string("gisland/review_patch.html", context, request),
        }
    )


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
    said = [decision_said(scope, part) for part in stands.parts]
    if stands.decision and not stands.referral and not stands.parts:
        said = [decision_said(scope, stands.decision)]
    return {
        "status": stands.status,
        "term": vocabulary.review_status_terms()[stands.status],
        "overtaken": stands.overtaken,
        "said": said,
        "by": fact and fact.by,
        "on": fact and fact.on,
        "note": fact.note if fact else "",
        "reason": reasons.get(fact.reason_code, "") if fact else "",
    }


def _images(scope: Scope, patch: Patch) -> dict[str, Any]:
    """The images of the patch's ground, oldest first, and the pair that shows the act."""
    pair = pairs_for([patch], scope).get(patch.pk) or Pair()
    return {
        "before": pair.before and pair.before.image_id,
        "after": pair.after and pair.after.image_id,
        "all": [shot.image_id for shot in pair.shots],
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
