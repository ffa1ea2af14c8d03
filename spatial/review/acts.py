"""What a person does with patches at the desk: one, many by filter, in parts; and undoing it. 处置

Every act is a ReviewAction and the facts that name it, written in one transaction. Nobody decides
unknowingly: an act carries what its page had seen of each patch, or, of many, their number and
area, and is refused with StaleReview where that is no longer so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from spatial import facts, sqlfiles, vocabulary
from spatial.errors import GislandError, InputRefused, NotAllowed, PatchNotAssessed
from spatial.hidden import hidden_rules
from spatial.models import Assessment, Image, Patch, ReviewAction, ReviewKind, Rule
from spatial.review import split as splitting
from spatial.review.filters import Filters, select
from spatial.review.status import Standing, standings
from spatial.rules.problems import near
from spatial.scope import scope_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from django.contrib.gis.geos import LineString
    from django.db.models import QuerySet

    from spatial.models import User
    from spatial.scope import Scope

ACT = "decide"
OTHER = "other"
REASONS = {
    ReviewKind.CHANGE: vocabulary.change_reasons,
    ReviewKind.REJECT: vocabulary.reject_reasons,
}
NAMED = 5


class StaleReview(GislandError):
    """What the page showed is no longer so: somebody acted, or it was judged again. 内容已变"""


@dataclass(frozen=True)
class Act:
    """What is to be done: confirm, change (with a conclusion), reject or field_check."""

    kind: str
    conclusion: str = ""
    reason_code: str = ""
    note: str = ""
    images: tuple[int, ...] = ()
    """Those on the screen when it was decided."""


@dataclass(frozen=True)
class Done:
    """What came of an act, or of an undo (``left``: patches it had to leave as they are)."""

    action: ReviewAction
    count: int
    area_m2: Decimal
    left: tuple[int, ...] = ()


def act_on(by: User, patch_id: int, act: Act, *, seen: str, on: datetime.date) -> Done:
    """Do it to one patch, if it still stands as ``seen`` (Standing.seen).

    Raises NotAllowed, InputRefused, PatchNotAssessed, StaleReview.
    """
    scope = may_decide(by)
    _check(act)
    with transaction.atomic():
        patch = _locked(scope, patch_id)
        _refuse_stale(patch, seen)
        return _write(by, act, [patch.pk], patch.area_m2, on, {}, _images(scope, [act]))


def act_on_all(
    by: User,
    asked: Filters,
    act: Act,
    *,
    count: int,
    area_m2: Decimal,
    on: datetime.date,
) -> Done:
    """Do it to all that a filter finds, if they are as many and as large as was shown.

    Raises also InputRefused where some have no assessment, or are judged by rules that do not
    know the conclusion.
    """
    scope = may_decide(by)
    _check(act)
    with transaction.atomic():
        ids = sorted(select(scope, asked).values_list("pk", flat=True))
        locked = Patch.objects.filter(pk__in=ids)
        list(locked.select_for_update().order_by("pk").values_list("pk"))
        ids = sorted(select(scope, asked).filter(pk__in=ids).values_list("pk", flat=True))
        found = Patch.objects.filter(pk__in=ids).aggregate(area=Sum("area_m2"))["area"]
        found = found or Decimal(0)
        if (len(ids), found) != (count, area_m2):
            raise StaleReview(
                f"筛选结果已变：页面上是 {count} 个、{area_m2} m²，"
                f"现在是 {len(ids)} 个、{found} m²。没有处置任何图斑，请刷新后再操作。"
            )
        if not ids:
            raise InputRefused("没有符合条件的图斑，没有可处置的。")
        return _write(by, act, ids, found, on, asked.told(), [])


def split(
    by: User,
    patch_id: int,
    line: LineString,
    acts: Sequence[Act],
    *,
    seen: str,
    on: datetime.date,
) -> Done:
    """Cut a patch along a drawn line and decide each part, in the order of ``split.parts_of``.

    ``acts`` are confirm or change, one for each part.
    """
    scope = may_decide(by)
    for act in acts:
        if act.kind not in (ReviewKind.CONFIRM, ReviewKind.CHANGE):
            raise InputRefused("分割后的每一部分只能确认或改判。")
        _check(act)
    with transaction.atomic():
        patch = _locked(scope, patch_id)
        _refuse_stale(patch, seen)
        parts = splitting.parts_of(patch, line)
        if len(acts) != len(parts):
            raise InputRefused(f"图斑分成 {len(parts)} 部分，应逐一判定，现有 {len(acts)} 项。")
        action = ReviewAction.objects.create(
            kind=ReviewKind.SPLIT, by=by, count=1, area_m2=patch.area_m2,
            images=_images(scope, acts),
        )  # fmt: skip
        for part, act in zip(parts, acts, strict=True):
            facts.decide(
                patch,
                facts.Word(by, on, act.note),
                conclusion=act.conclusion,
                part=part.geom,
                reason_code=act.reason_code,
                action=action,
            )
    return Done(action, 1, patch.area_m2)


def conclusions_for(scope: Scope, current: Assessment | None) -> list[dict[str, Any]]:
    """What a patch so judged may be decided to be: the conclusions of the ruleset."""
    if current is None:
        return []
    hidden = hidden_rules(scope)
    rules = current.run.ruleset.rules.all()
    seen: dict[str, dict[str, Any]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.rank, rule.pk)):
        if rule.action == "conclude" and (rule.ruleset_id, "conclude", rule.code) not in hidden:
            seen.setdefault(
                rule.code,
                {"code": rule.code, "term": rule.term, "class": rule.rule_class,
                 "style": rule.style or rule.rule_class, "source": rule.source},
            )  # fmt: skip
    return list(seen.values())


def may_decide(by: User) -> Scope:
    """The scope of whoever may decide; raises NotAllowed."""
    scope = scope_of(by)
    scope.require_act(ACT)
    return scope


def _images(scope: Scope, acts: Sequence[Act]) -> list[int]:
    """The images told, as far as there are such and they may be seen."""
    told = list(dict.fromkeys(number for act in acts for number in act.images))
    seen = set(scope.filter_images(Image.objects.filter(pk__in=told)).values_list("pk", flat=True))
    return [number for number in told if number in seen]


def _check(act: Act) -> None:
    if act.kind not in (
        ReviewKind.CONFIRM, ReviewKind.CHANGE, ReviewKind.REJECT, ReviewKind.FIELD_CHECK,
    ):  # fmt: skip
        raise InputRefused(f"没有处置方式 {act.kind}。")
    if (act.kind == ReviewKind.CHANGE) != bool(act.conclusion):
        raise InputRefused("改判须选定结论；确认、退回、转外业不带结论。")
    if act.kind in REASONS:
        known = REASONS[ReviewKind(act.kind)]()
        if not act.reason_code:
            raise InputRefused("请选择理由。")
        if act.reason_code not in known:
            raise InputRefused(f"没有理由 {act.reason_code}；{near(act.reason_code, list(known))}")
        if act.reason_code == OTHER and not act.note.strip():
            raise InputRefused("理由选“其他”的，须写明。")


def _locked(scope: Scope, patch_id: int) -> Patch:
    """The patch, locked until the end of the transaction."""
    found: QuerySet[Patch] = scope.filter_patches(Patch.objects.filter(pk=patch_id))
    patch = found.select_related("batch", "region").select_for_update(of=("self",)).first()
    if patch is None:
        raise NotAllowed("没有这个图斑，或不在您的行政区内。")
    return patch


def _refuse_stale(patch: Patch, seen: str) -> None:
    now = standings([patch.pk])[patch.pk]
    if now.seen == seen:
        return
    last = last_said(now)
    said = f"（{last}）" if last else ""
    raise StaleReview(
        f"图斑 {patch.address} 在您打开之后已有变化{said}，没有写入您的处置。请看过最新内容再决定。"
    )


def last_said(stands: Standing) -> str:
    """Who said last what is to become of a patch, and when; empty: nobody yet."""
    last = stands.referral or stands.decision
    if last is None:
        return ""
    when = f"{timezone.localtime(last.recorded_at):%Y-%m-%d %H:%M}"
    return f"{last.by} 已于 {when} 处置：{last.get_kind_display()}"


def _write(
    by: User,
    act: Act,
    ids: list[int],
    area: Decimal,
    on: datetime.date,
    asked: dict[str, str],
    images: list[int],
) -> Done:
    _refuse_unjudged(ids)
    action = ReviewAction.objects.create(
        kind=act.kind, by=by, asked=asked, count=len(ids), area_m2=area, images=images
    )
    params = {
        "patch_ids": ids, "kind": act.kind, "reason_code": act.reason_code, "note": act.note,
        "by_id": by.pk, "done_on": on, "action_id": action.pk, "recorded_at": timezone.now(),
    }  # fmt: skip
    if act.kind in (ReviewKind.REJECT, ReviewKind.FIELD_CHECK):
        sqlfiles.execute("review/11_refer_patches", params)
    else:
        told = {"conclusion": act.conclusion, "conclusion_class": _class_of(act, ids)}
        sqlfiles.execute("review/10_decide_patches", {**params, **told})
    return Done(action, len(ids), area)


def _refuse_unjudged(ids: list[int]) -> None:
    judged = Assessment.objects.filter(patch__in=ids, is_current=True)
    missing = set(ids) - set(judged.values_list("patch", flat=True))
    if missing:
        some = Patch.objects.filter(pk__in=sorted(missing)[:NAMED])
        some = some.select_related("batch", "region")
        names = "、".join(patch.address for patch in some)
        raise PatchNotAssessed(
            f"有 {len(missing)} 个图斑尚未评定（{names} 等），不能处置。请先分析，或在筛选中排除。"
        )


def _class_of(act: Act, ids: list[int]) -> str:
    """The class of a conclusion, the same in every ruleset that judged these patches."""
    if not act.conclusion:
        return ""
    rulesets = set(
        Assessment.objects.filter(patch__in=ids, is_current=True)
        .values_list("run__ruleset", flat=True)
        .distinct()
    )
    rules = Rule.objects.filter(ruleset__in=rulesets, action="conclude", code=act.conclusion)
    classes = dict(rules.values_list("ruleset", "rule_class"))
    if set(classes) != rulesets or len(set(classes.values())) != 1:
        known = list(
            Rule.objects.filter(ruleset__in=rulesets, action="conclude")
            .values_list("code", flat=True)
            .distinct()
        )
        raise InputRefused(
            f"这些图斑所用的规则没有统一的初判 {act.conclusion}；{near(act.conclusion, known)}"
        )
    return str(classes.popitem()[1])
