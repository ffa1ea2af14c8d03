"""Records what people establish about ground: append-only, checked before it is written. 事实

A later fact on the same ground counts; one that ``supersedes`` another takes its place, and
``withdraw`` says only that it no longer holds. Nothing is changed or removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from spatial import crs, sqlfiles, vocabulary
from spatial.errors import InputRefused, PatchNotAssessed
from spatial.models import (
    Assessment,
    Determination,
    Exclusion,
    FieldResult,
    OfficialFigure,
    Patch,
    Rectification,
    Region,
    ReviewAction,
    User,
)
from spatial.models.fact import DeterminationKind, Fact
from spatial.rules.problems import near

if TYPE_CHECKING:
    import datetime

F = TypeVar("F", bound=Fact)

QUANTITIES = ("new_cultivated",)
"""What official figures are given for: denominators of the ratio."""

LARGEST_M2 = Decimal(10) ** 13
"""About the land of the whole country: a figure in another unit, or a slip."""
PERIOD_LENGTH, SOURCE_LENGTH = 20, 200
"""As their columns in OfficialFigure."""

RESULT_LENGTH, PURPOSE_LENGTH = 40, 60
"""As their columns in FieldResult."""

LOOSE_M2, LOOSE_SHARE = 1.0, 0.01
"""How far a part drawn by hand may reach beyond its patch; what lies beyond never counts."""


@dataclass(frozen=True)
class Word:
    """Who says it, of which day, and on top of what."""

    by: User
    on: datetime.date
    note: str = ""
    supersedes: Fact | None = None


def decide(
    patch: Patch,
    word: Word,
    *,
    conclusion: str = "",
    part: GEOSGeometry | None = None,
    assessment: Assessment | None = None,
    reason_code: str = "",
    action: ReviewAction | None = None,
) -> Determination:
    """Record a decision: with a ``conclusion`` of the run's ruleset the ground is that, without
    one each piece is as the assessment (default: the current one) proposed."""
    found = assessment or _current(patch)
    if found.patch_id != patch.pk:
        raise InputRefused(f"评定 {found.pk} 不是图斑 {patch.address} 的，不能据以认定。")
    rule_class = _class_of(found, conclusion) if conclusion else ""
    return Determination.objects.create(
        **_fact(Determination, patch, word),
        part=drawn_part(patch, part),
        assessment=found,
        kind=DeterminationKind.CHANGE if conclusion else DeterminationKind.CONFIRM,
        conclusion=conclusion,
        conclusion_class=rule_class,
        reason_code=reason_code,
        action=action,
    )


def rectify(
    patch: Patch,
    word: Word,
    *,
    kind: str,
    area_m2: Decimal,
    part: GEOSGeometry | None = None,
) -> Rectification:
    """Record that ground was put right; ``area_m2`` is what the acceptance paper states."""
    known = vocabulary.rectification_terms()
    if kind not in known:
        raise InputRefused(f"没有整改方式 {kind}；{near(kind, list(known))}")
    if area_m2 <= 0:
        raise InputRefused(f"整改面积应大于 0，现为 {area_m2}。")
    return Rectification.objects.create(
        **_fact(Rectification, patch, word),
        part=drawn_part(patch, part),
        kind=kind,
        area_m2=area_m2,
    )


def exclude(patch: Patch, word: Word, *, reason_code: str) -> Exclusion:
    """Record that a patch is to be left out of ratios; whether it is, the way of counting says."""
    known = vocabulary.exclusion_terms()
    if reason_code not in known:
        raise InputRefused(f"没有剔除理由 {reason_code}；{near(reason_code, list(known))}")
    return Exclusion.objects.create(**_fact(Exclusion, patch, word), reason_code=reason_code)


def observe(
    patch: Patch, word: Word, *, result: str, purpose: str = "", land_class: str = ""
) -> FieldResult:
    """Record what was found on the spot; it takes the place of what was found before."""
    result, purpose = result.strip(), purpose.strip()
    if not result:
        raise InputRefused("请填写外业核查结果（如 已建成、未变化、已拆除）。")
    for what, text, longest in (("外业核查结果", result, RESULT_LENGTH),
                                ("实地用途", purpose, PURPOSE_LENGTH)):  # fmt: skip
        if len(text) > longest:
            raise InputRefused(f"{what}最长 {longest} 字，现有 {len(text)} 字；细节请写在说明里。")
    if land_class and land_class not in vocabulary.land_use_terms():
        raise InputRefused(f"没有地类 {land_class}。请从列表中选择。")
    last = FieldResult.objects.filter(patch=patch, superseded_by__isnull=True).order_by("pk").last()
    given = _fact(FieldResult, patch, Word(word.by, word.on, word.note, word.supersedes or last))
    return FieldResult.objects.create(
        **given, result=result, purpose=purpose, land_class=land_class
    )


def withdraw(fact: F, by: User, on: datetime.date, note: str) -> F:
    """Record that a fact no longer holds, and why; the fact itself stays."""
    if not note.strip():
        raise InputRefused("撤回须写明原因。")
    if fact.withdrawn:
        raise InputRefused("这一条本身就是撤回，不能再撤回；请重新登记。")
    kind: Any = type(fact)
    given = _fact(kind, fact.patch, Word(by, on, note, fact))
    kept = {
        field.attname: getattr(fact, field.attname)
        for field in kind._meta.concrete_fields  # noqa: SLF001 - Django's own way to list fields
        if field.name not in {*given, "id", "recorded_at", "withdrawn"}
    }
    found: F = kind.objects.create(**given, **kept, withdrawn=True)
    return found


def record_figure(
    region: Region,
    period: str,
    area_m2: Decimal,
    *,
    source: str,
    by: User,
    quantity: str = QUANTITIES[0],
    dry_run: bool = False,
) -> tuple[OfficialFigure, bool]:
    """A figure of an authority, and whether it is new; the newest recorded one counts.

    The same figure of the same source again is not recorded twice.
    """
    period, source = period.strip(), source.strip()
    if not period or not source:
        raise InputRefused("官方数据须写明期和来源（文号或发布单位）。")
    if quantity not in QUANTITIES:
        raise InputRefused(f"没有指标 {quantity}，可用：{'、'.join(QUANTITIES)}")
    if len(period) > PERIOD_LENGTH:
        raise InputRefused(f"期最长 {PERIOD_LENGTH} 个字，应写作 2024、2024Q1 或 2024-03。")
    if len(source) > SOURCE_LENGTH:
        raise InputRefused(f"来源最长 {SOURCE_LENGTH} 个字，请写文号或发布单位。")
    if area_m2 >= LARGEST_M2:
        raise InputRefused(f"面积 {area_m2} 平方米大得不合理，请核对单位是否为平方米。")
    if area_m2 < 0 or area_m2 != area_m2.quantize(Decimal("0.01")):
        raise InputRefused(f"面积应为不小于 0 的平方米数，最多两位小数，现为 {area_m2}。")
    figure = OfficialFigure(
        region=region, period=period, quantity=quantity, area_m2=area_m2, source=source, by=by
    )
    figure.clean_fields()
    known = OfficialFigure.objects.filter(
        region__code=region.code, period=period, quantity=quantity
    )
    newest = known.order_by("-recorded_at", "-pk").first()
    if newest and (newest.area_m2, newest.source) == (area_m2, source):
        return newest, False
    if not dry_run:
        figure.save(force_insert=True)
    return figure, True


def drawn_part(patch: Patch, part: GEOSGeometry | None) -> MultiPolygon | None:
    """The part as it is stored, or nothing for the whole patch; refused if it is not a valid
    polygon on the patch."""
    if part is None:
        return None
    if part.srid != crs.STORAGE_SRID:
        raise InputRefused(f"勾绘范围应为 EPSG:{crs.STORAGE_SRID}，现为 {part.srid}。")
    if not isinstance(part, Polygon | MultiPolygon) or part.empty or not part.valid:
        raise InputRefused("勾绘范围应为有效的面（不自相交、不为空）。请重新勾绘。")
    measured = sqlfiles.rows("facts/measure_part", {"patch_id": patch.pk, "part": part.ewkb})[0]
    inside, outside = measured["inside_m2"], measured["outside_m2"]
    if inside < 0.01:
        raise InputRefused(f"勾绘范围不在图斑 {patch.address} 上。")
    if outside > max(LOOSE_M2, LOOSE_SHARE * (inside + outside)):
        raise InputRefused(
            f"勾绘范围有 {outside:.2f} m² 在图斑 {patch.address} 之外，请沿图斑边界重新勾绘。"
        )
    return part if isinstance(part, MultiPolygon) else MultiPolygon(part, srid=part.srid)


def _fact(kind: Any, patch: Patch, word: Word) -> dict[str, Any]:
    """What every fact carries; refused where it cannot take the place of the earlier one."""
    earlier = word.supersedes
    if earlier is not None:
        if not isinstance(earlier, kind) or earlier.patch_id != patch.pk:
            raise InputRefused("只能取代同一图斑的同类记录。")
        if kind.objects.filter(supersedes=earlier.pk).exists():
            raise InputRefused("这一条已被后来的记录取代，请取代最新的一条。")
    return {
        "patch": patch,
        "by": word.by,
        "on": word.on,
        "note": word.note,
        "supersedes": earlier,
    }


def _current(patch: Patch) -> Assessment:
    found = patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    if found is None:
        raise PatchNotAssessed(f"图斑 {patch.address} 尚未评定，不能认定。请先运行 classify。")
    return found


def _class_of(assessment: Assessment, conclusion: str) -> str:
    """The class of a conclusion in the ruleset that judged."""
    rules = assessment.run.ruleset.rules.filter(action="conclude")
    classes = dict(rules.values_list("code", "rule_class"))
    if conclusion not in classes:
        raise InputRefused(
            f"规则集 {assessment.run.ruleset} 没有初判 {conclusion}；"
            f"{near(conclusion, list(classes))}"
        )
    return classes[conclusion]
