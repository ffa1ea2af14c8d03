"""A paper added from the desk, under a patch or a part of it, which is judged at once. 登记批准"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gisland.pages.patch_reasons import HIDDEN
from gisland.pages.review import patch_in
from gisland.pages.review_acts import told_body
from imports import approvals, kept_ground, rights
from imports.pages.approval_parts import collection
from spatial import jobs
from spatial.engine.classify import apply_run, classify
from spatial.errors import GislandError, InputRefused
from spatial.hidden import hidden_rules
from spatial.holders import paper_key
from spatial.models import Assessment, Job, JobState, Patch, User, Zone
from spatial.models.patch import Source
from spatial.review import queue
from spatial.scope import LoginNeeded, login_or_demo, request_scope, scope_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.job_progress import Progress
    from spatial.scope import Scope

    Row = dict[str, Any]

JOB = "approve_patch"
ACT = rights.REGISTER
MOST_JUDGED = 200
"""Patches on the paper's ground that are judged again at once."""


class JudgingFailed(GislandError):
    """The paper is registered, the judging that should follow it failed. 批准已登记"""


@login_or_demo
@require_POST
def add(request: HttpRequest, patch_id: int) -> JsonResponse:
    """Look at a paper and begin to register it: ``job``; or ``faults`` by field, or what is known.

    The ground is the ``drawing`` told, else the patch itself.
    """
    scope, by = request_scope(request), _person(request)
    scope.require_act(ACT)
    patch = patch_in(scope, patch_id)
    told = told_body(request)
    layer, given = str(told.get("layer", "")), told.get("fields")
    if layer not in approvals.ledgers() or not isinstance(given, dict):
        raise InputRefused("没有说明登记哪一类批准。请刷新后重试。")
    values, faults = approvals.check_fields(layer, {k: str(v) for k, v in given.items()})
    if faults:
        return JsonResponse({"faults": faults})
    ground = told.get("drawing") or json.loads(patch.geom.geojson)
    token = kept_ground.keep(f"{patch.jcbh}.geojson", [collection(json.dumps(ground))], by)
    try:
        seen = approvals.look(layer, kept_ground.path_of(token, by), values, by=by, act=ACT)
        mode = str(told.get("mode", ""))
        if seen.known and mode not in approvals.MODES:
            kept_ground.forget(token)
            return JsonResponse({"known": seen.known["zones"], "modes": approvals.MODES})
        arguments = {
            "patch": patch.pk, "layer": layer, "token": token, "fields": values, "mode": mode,
            "today": timezone.localdate().isoformat(),
        }  # fmt: skip
        term = approvals.ledgers()[layer]
        job = jobs.start(JOB, f"登记{term} {seen.number}，重判 {patch.address}", arguments, by=by)
    except GislandError:
        kept_ground.forget(token)
        raise
    return JsonResponse({"job": job.pk, "area_m2": str(seen.area_m2)})


def register_and_judge(arguments: Row, by: User, progress: Progress) -> Row:
    """Register the paper, then judge the patch and all others on its ground, and adopt that.

    Raises JudgingFailed where the paper stands and the judging did not end.
    """
    scope = scope_of(by)
    patch = scope.filter_patches(Patch.objects.filter(pk=arguments["patch"])).first()
    if patch is None:
        raise InputRefused("没有这个图斑，或不在您的行政区内。")
    path = kept_ground.path_of(arguments["token"], by)
    done = approvals.add(
        arguments["layer"], path, arguments["fields"], by=by, mode=arguments["mode"],
        progress=progress, act=ACT,
    )  # fmt: skip
    kept_ground.forget(arguments["token"])
    number = done.delivery.options["set"]["document"]
    try:
        changes = _judge(scope, patch, arguments, number, progress)
    except GislandError as error:
        raise JudgingFailed(f"批准 {number} 已登记入册，但重判没有完成：{error}") from error
    return {
        "delivery": done.delivery.pk, "number": number, "area_m2": str(done.area_m2),
        "patch": patch.pk, "changes": changes,
    }  # fmt: skip


def _judge(
    scope: Scope, patch: Patch, arguments: Row, number: str, progress: Progress
) -> list[list[int | None]]:
    """Patch, its assessment before and the one now, for each that was judged again."""
    zones = Zone.objects.filter(
        layer_id=arguments["layer"], document__number_key=paper_key(number),
        recorded_until__isnull=True, geom__intersects=OuterRef("geom"),
    )  # fmt: skip
    found = scope.filter_patches(Patch.objects.filter(Q(pk=patch.pk) | Q(Exists(zones))))
    found = found.filter(Q(pk=patch.pk) | ~Q(batch__source=Source.SITE))
    nearest = sorted(found.values_list("pk", flat=True), key=lambda pk: pk != patch.pk)
    ids = nearest[:MOST_JUDGED]
    before = {a.patch_id: a for a in _current(ids).select_related("run__ruleset")}
    groups: dict[tuple[str, datetime.date | str], list[int]] = defaultdict(list)
    named = dict(Patch.objects.filter(pk__in=ids).values_list("pk", "batch__ruleset"))
    for pk in ids:
        old = before.get(pk)
        groups[named[pk], old.run.as_of if old else arguments["today"]].append(pk)
    for (ruleset, as_of), members in groups.items():
        run = classify(
            members, ruleset=ruleset, as_of=_date(as_of),
            progress=lambda done, total: progress("重判图斑", done, total),
        )  # fmt: skip
        apply_run(run)
    after = dict(_current(ids).values_list("patch", "pk"))
    return [[pk, before[pk].pk if pk in before else None, after.get(pk)] for pk in ids]


def _current(ids: list[int]) -> Any:
    return Assessment.objects.filter(patch__in=ids, is_current=True)


def _date(day: Any) -> datetime.date:
    return datetime.date.fromisoformat(day) if isinstance(day, str) else day


@login_or_demo
@require_safe
def state(request: HttpRequest, job_id: int) -> JsonResponse:
    """How far the work is; at its end what changed, as far as the reader may see it."""
    jobs.end_lost()
    job = Job.objects.filter(pk=job_id, kind=JOB, by=_person(request)).first()
    if job is None:
        raise Http404("没有这个任务，或不是您提交的。")
    told = jobs.told(job)
    told["result"] = {}
    if job.state == JobState.DONE:
        told["result"] = {
            "number": job.result["number"],
            "area_m2": job.result["area_m2"],
            "changes": _changes(request_scope(request), job.result["changes"]),
        }
    return JsonResponse(told)


def _changes(scope: Scope, rows: list[list[int | None]]) -> list[Row]:
    """Old and new of each patch: label, and by conclusion the areas that are not the same."""
    seen = scope.filter_patches(Patch.objects.filter(pk__in=[row[0] for row in rows]))
    patches = {p.pk: p for p in seen.select_related("batch", "region").defer("geom", "ground")}
    wanted = [number for row in rows for number in row[1:] if number]
    found = Assessment.objects.filter(pk__in=wanted).select_related("run")
    assessments = {a.pk: a for a in found.prefetch_related("conclusions")}
    hidden = hidden_rules(scope)
    beyond = queue.outside(scope, list(patches))
    told = []
    for patch_id, old_id, new_id in rows:
        patch = patches.get(patch_id or 0)
        if patch is None:
            continue
        old, new = (assessments.get(number or 0) for number in (old_id, new_id))
        areas = [] if patch.pk in beyond else _areas(old, new, hidden)
        told.append(
            {"patch": patch.pk, "address": patch.address, "old": _label(old, hidden),
             "new": _label(new, hidden), "areas": areas}
        )  # fmt: skip
    return told


def _label(found: Assessment | None, hidden: Any) -> str:
    if found is None:
        return "未评定"
    is_hidden = (found.run.ruleset_id, "conclude", found.label_code) in hidden
    return HIDDEN if is_hidden else found.label_term


def _areas(old: Assessment | None, new: Assessment | None, hidden: Any) -> list[Row]:
    sides: list[dict[str, Decimal]] = []
    for found in (old, new):
        areas: dict[str, Decimal] = defaultdict(Decimal)
        for row in found.conclusions.all() if found else ():
            is_hidden = found and (found.run.ruleset_id, "conclude", row.code) in hidden
            areas[HIDDEN if is_hidden else row.term] += row.area_m2
        sides.append(areas)
    before, after = sides
    return [
        {"term": term, "old_m2": str(before[term]), "new_m2": str(after[term])}
        for term in sorted({*before, *after})
        if before[term] != after[term]
    ]


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录，再登记批准。")
    return request.user
