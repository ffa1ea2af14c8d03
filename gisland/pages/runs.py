"""Runs: what each read, what touched it, what it changes; and 采用, for whoever may."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gisland.pages import run_progress
from spatial.engine.classify import apply_run, changes_since
from spatial.engine.compare import Verdict, changes_of
from spatial.engine.compare_tables import tables_of
from spatial.engine.held import held_runs
from spatial.engine.touched import touched_since
from spatial.errors import GislandError, NotAllowed
from spatial.hidden import hidden_rules
from spatial.install import layers_file
from spatial.models import Assessment, Patch, Piece, Run
from spatial.models.run import RunStatus
from spatial.scope import login_or_demo, request_scope
from spatial.units import mu

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from spatial.engine.compare import Changes, MarkChange
    from spatial.scope import Scope

    Row = dict[str, Any]

PAGE = 50
HIDDEN = "无权查看该项"
MOST_PATCHES = 500
"""Patches listed a county; the tables above the list count all of them."""
SAID_AT_ONCE = 5
FACTS = {"correction": "有图斑的用地单位已更正", "field_result": "有图斑登记了外业结果"}
"""Causes that lie on a patch, which may be another county's."""
LOOKED_AT_ONCE = 2000
"""Patches of a run up to which the page says at once whether its data have changed since."""


@login_or_demo
@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs that judged a patch of the user's, newest first."""
    scope = request_scope(request)
    runs = _seen(scope).select_related("ruleset").order_by("-pk")
    page = Paginator(runs, PAGE).get_page(request.GET.get("page"))
    counts = dict(
        _assessments(scope)
        .filter(run__in=[run.pk for run in page])
        .values_list("run")
        .annotate(count=Count("pk"))
    )
    held = held_runs()
    rows = [
        {"run": run, "patches": counts.get(run.pk, 0), "is_broken_off": run.pk not in held}
        for run in page
    ]
    context = {"rows": rows, "page": page, "may_apply": scope.can("classify")}
    return render(request, "gisland/run_list.html", context)


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def run_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run; ``?state=1`` how far it is, as JSON; a POST adopts, stops or resumes it. 404 for a
    run that judged none of the user's patches."""
    scope = request_scope(request)
    run = _seen(scope).select_related("ruleset").filter(pk=run_id).first()
    if run is None:
        raise Http404("没有这次分析，或它不涉及您的行政区。")
    if request.GET.get("state"):
        return JsonResponse(run_progress.state_of(run))
    refused = ""
    if request.method == "POST":
        refused = _act(request, scope, run)
        if not refused:
            return redirect("run", run_id=run.pk)
    context = {**_told(scope, run), "refused": refused}
    return render(request, "gisland/run.html", context, status=409 if refused else 200)


def _act(request: HttpRequest, scope: Scope, run: Run) -> str:
    """Adopt, stop or resume the run; else why not. Raises NotAllowed for who may not."""
    scope.require_act("classify")
    if _beyond(scope, run):
        raise NotAllowed("本次分析含有您的行政区以外的图斑，须由上级处理。")
    if request.POST.get("action", "") in ("stop", "resume"):
        return run_progress.act(request, run)
    return _adopt(request, scope, run)


def _adopt(request: HttpRequest, scope: Scope, run: Run) -> str:
    """Make the run current; else why not."""
    if request.POST.get("checked") != "yes":
        return "请先勾选“已核对”，再采用。"
    try:
        apply_run(run)
    except GislandError as error:
        return _stale(scope, run) or str(error)
    Run.objects.filter(pk=run.pk).update(note=f"由 {request.user} 采用")
    return ""


def _seen(scope: Scope) -> QuerySet[Run]:
    """Runs on the user's patches; those that are not applied only for who may apply them."""
    mine = _assessments(scope).filter(run=OuterRef("pk"))
    runs = Run.objects.filter(Exists(mine))
    return runs if scope.can("classify") else runs.exclude(applied_at=None)


def _assessments(scope: Scope) -> QuerySet[Assessment]:
    return Assessment.objects.filter(scope.patches_q("patch__"))


def _beyond(scope: Scope, run: Run) -> bool:
    """Whether the run judged a patch that the user does not see."""
    mine = scope.filter_patches(Patch.objects.all()).values("pk")
    return run.assessments.exclude(patch__in=mine).exists()


def _told(scope: Scope, run: Run) -> Row:
    """What the page says of a run."""
    mine = _assessments(scope).filter(run=run)
    is_done = run.status == RunStatus.DONE
    is_open = is_done and run.applied_at is None
    may_act = run.applied_at is None and scope.can("classify") and not _beyond(scope, run)
    may_apply = is_open and may_act
    unclosed = run.unclosed().filter(scope.patches_q("patch__")).select_related("patch__batch")
    stale = _stale(scope, run) if may_apply and run.patch_total <= LOOKED_AT_ONCE else ""
    tables = tables_of(_changes(scope, run)) if is_done else []
    is_partial = mine.count() < run.assessments.count()
    return {
        "run": run,
        "patches": mine.count(),
        "is_partial": is_partial,
        "causes": _causes(scope, run.scope.get("causes", []), is_partial=is_partial),
        "versions": _versions(scope, run),
        "counties": [_county(table) for table in tables],
        "changed": sum(len(table["patches"]) for table in tables),
        "remaining": run.patch_total - run.patch_done,
        "note": "" if run.status == RunStatus.FAILED else run.note,
        "progress": None if is_done else run_progress.told(run, may_act=may_act),
        "unclosed": unclosed.select_related("patch__region")[:MOST_PATCHES],
        "is_done": is_done,
        "is_open": is_open,
        "may_apply": may_apply,
        "stale": stale,
    }


def _county(table: Row) -> Row:
    """A county's table with the rounding that its rows of 亩 leave over; the first patches only."""
    printed = sum(
        (move["area_mu"] for place in table["townships"] for move in place["moves"]), Decimal(0)
    )
    return {
        **table,
        "rest_mu": mu(table["moved_m2"]) - printed,
        "patches": table["patches"][:MOST_PATCHES],
        "patch_count": len(table["patches"]),
    }


def _changes(scope: Scope, run: Run) -> Changes:
    """The changes as far as the user may see them: ground of their counties, no hidden rule."""
    hidden = hidden_rules(scope)
    mine = set(_assessments(scope).filter(run=run).values_list("patch_id", flat=True))
    beyond = Piece.objects.filter(assessment__run=run).exclude(county__in=scope.county_ids)
    crossing = set(beyond.values_list("assessment__patch_id", flat=True))

    def mask(verdict: Verdict) -> Verdict:
        if (verdict.ruleset, "conclude", verdict.code) in hidden:
            return Verdict(None, "", "", HIDDEN)
        return verdict

    def hides_mark(mark: MarkChange) -> bool:
        # the area of a mark is that of the whole patch, ground of other counties included
        return mark.patch_id in crossing or (mark.ruleset, "mark", mark.code) in hidden

    return changes_of(run).seen(mine, set(scope.county_ids), mask, hides_mark)


def _causes(scope: Scope, causes: list[Row], *, is_partial: bool) -> list[Row]:
    """What touched patches; nothing of other counties, other holders, or layers not to be seen.

    Where only a part of the patches is seen: not how many, and of facts not whose.
    """
    layers = set(scope.layers("verdict"))
    found: dict[str, Row] = {}
    for cause in causes:
        if cause["layer"] in {None, *layers} and cause["county"] in {None, *scope.county_codes}:
            said = _cause(scope, cause, is_partial=is_partial)
            found.setdefault(said, {"said": said, "patches": None if is_partial else []})
            if not is_partial:
                found[said]["patches"].append(cause["patches"])
    # what several causes are called in common touches some patches more than once
    return [
        {**row, "patches": row["patches"][0] if len(row["patches"] or []) == 1 else None}
        for row in found.values()
    ]


def _cause(scope: Scope, cause: Row, *, is_partial: bool) -> str:
    kind, layer = cause["kind"], cause["layer"]
    if kind in FACTS and is_partial:
        return FACTS[kind]
    if kind.startswith("holder_") and not scope.can("classify"):
        return "同一单位的其他用地有变化"
    if layer and not scope.may("identify", layer):
        return f"{layers_file()['layer'][layer]['term']}有变化"
    return str(cause["said"])


def _stale(scope: Scope, run: Run) -> str:
    """What changed since a run, as far as one may know who sees all its patches; empty if nothing
    did."""
    if not (told := changes_since(run)):
        return ""
    causes = [cause.as_json() for cause in touched_since(run, timezone.now()).causes]
    if not causes:  # a newer run on one of its patches
        return told
    rows = _causes(scope, causes, is_partial=False)
    said = [
        row["said"] + (f" → {row['patches']} 个图斑" if row["patches"] else "")
        for row in rows[:SAID_AT_ONCE]
    ]
    return "；".join(said) or "您的行政区以外有变化"


def _versions(scope: Scope, run: Run) -> list[Row]:
    """The pinned versions of the user's counties, in words."""
    pins = (
        run.pins.filter(
            version__region__in=scope.county_ids, version__layer__in=scope.layers("verdict")
        )
        .select_related("version__layer", "version__region")
        .defer("version__region__geom")
        .order_by("version__layer", "version__region__code", "version__valid_from", "version_id")
    )
    return [
        {
            "layer": pin.version.layer.term,
            "county": pin.version.region.name,
            "said": _said(pin.version),
            "number": pin.version_id,
            "zones": pin.version.zone_count,
            "source": pin.version.source_name,
        }
        for pin in pins
    ]


def _said(version: Any) -> str:
    if version.declared_empty:
        return f"{version.valid_from} 至 {version.valid_until} 声明无数据（{version.declared_by}）"
    return f"{version.valid_from} 版" if version.valid_from else "台账"
