"""The queue: one page by key, totals that match it, and the clock of a batch. 核查队列"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from spatial import vocabulary
from spatial.errors import InputRefused
from spatial.hidden import hidden_rules
from spatial.models import Assessment, AssessmentMark, DeskRow, Patch, Piece
from spatial.review import status
from spatial.review.filters import Filters, select_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from spatial.hidden import RuleKey
    from spatial.scope import Scope

PAGE = 100
LAST = 9999
ZERO = Decimal("0.00")
HIDDEN = "无权查看该项"
AREA_MARKS = ("on_cultivated", "basic_farm")
"""The marks whose ground the queue shows in columns of its own."""

ADDRESS = ("batch__code", "region__code", "jcbh", "pk")
"""The order of patches by address, as of the rows below."""
ORDERS: dict[str, tuple[str, ...]] = {
    "address": ("batch_code", "region_code", "jcbh", "pk"),
    "area": ("-area_m2", "pk"),
    "class": ("rank", "-area_m2", "pk"),
    "after": ("-seen_on", "pk"),
}
"""Each ends with the key, so that no row is lost or shown twice where others tie."""


@dataclass(frozen=True)
class Page:
    """Rows in order, and the cursors of the pages before and after (empty: there is none)."""

    rows: list[dict[str, Any]]
    following: str
    order: str


def page(scope: Scope, asked: Filters, *, order: str = "address", cursor: str = "") -> Page:
    """Up to PAGE rows that follow a cursor; raises InputRefused for a cursor not of ours."""
    if order not in ORDERS:
        raise InputRefused(f"没有排序方式 {order}；可用：{'、'.join(ORDERS)}。")
    found = _ordered(scope, select_rows(scope, asked), order)
    if cursor:
        found = found.filter(_after(order, cursor))
    kept = list(found.order_by(*ORDERS[order])[: PAGE + 1])
    more = len(kept) > PAGE
    kept = kept[:PAGE]
    patches = (
        Patch.objects.select_related("batch", "region", "holder")
        .defer("geom", "ground", "region__geom", "delivered", "attributes")
        .in_bulk([row.pk for row in kept])
    )
    told = rows(scope, [patches[row.pk] for row in kept if row.pk in patches])
    return Page(told, _cursor(order, kept[-1]) if more else "", order)


def _ordered(scope: Scope, found: QuerySet[DeskRow], order: str) -> QuerySet[DeskRow]:
    if order == "class":
        classes = vocabulary.class_codes()
        unseen = [
            When(ruleset_id=ruleset, label_code=code, then=Value(LAST))
            for ruleset, action, code in sorted(hidden_rules(scope))
            if action == "conclude"
        ]
        weights = [When(label_class=code, then=Value(at)) for at, code in enumerate(classes)]
        rank = Case(*unseen, *weights, default=Value(LAST), output_field=IntegerField())
        return found.annotate(rank=rank)
    if order == "after":
        return found.annotate(seen_on=Coalesce("after_on", Value(datetime.date.min)))
    return found


def _cursor(order: str, row: DeskRow) -> str:
    values = []
    for key in ORDERS[order]:
        value = getattr(row, key.lstrip("-"))
        values.append(value if isinstance(value, int) else str(value))
    return base64.urlsafe_b64encode(json.dumps([order, *values]).encode()).decode()


def _after(order: str, cursor: str) -> Q:
    """Rows behind a key in the order: greater in the first column that differs."""
    refused = InputRefused("翻页位置无效。请从第一页重新开始。")
    try:
        told, *values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        number = int(values[-1])
    except (ValueError, TypeError, IndexError, binascii.Error) as error:
        raise refused from error
    if told != order or len(values) != len(ORDERS[order]) or number < 0:
        raise refused
    behind, same = Q(), Q()
    for key, value in zip(ORDERS[order], values, strict=True):
        name = key.lstrip("-")
        step = "lt" if key.startswith("-") else "gt"
        behind |= same & Q(**{f"{name}__{step}": value})
        same &= Q(**{name: value})
    # implied by the rest, and what an index begins with
    first = ORDERS[order][0]
    bound = "lte" if first.startswith("-") else "gte"
    return Q(**{f"{first.lstrip('-')}__{bound}": values[0]}) & behind


def rows(
    scope: Scope, patches: Sequence[Patch], stands: Mapping[int, status.Standing] | None = None
) -> list[dict[str, Any]]:
    """What the queue shows of patches; areas as decimal strings in m².

    ``stands`` are their standings, where the caller has read them.
    """
    ids = [patch.pk for patch in patches]
    hidden = hidden_rules(scope)
    current = {
        found.patch_id: found
        for found in Assessment.objects.filter(patch__in=ids, is_current=True).select_related("run")
    }
    marks: dict[int, list[AssessmentMark]] = {}
    for mark in AssessmentMark.objects.filter(assessment__in=[a.pk for a in current.values()]):
        marks.setdefault(mark.assessment_id, []).append(mark)
    stands = status.standings(ids) if stands is None else stands
    beyond = outside(scope, ids)
    terms = vocabulary.review_status_terms()
    return [
        _row(patch, current.get(patch.pk), marks, stands[patch.pk], terms, hidden)
        | ({"outside_m2": str(beyond[patch.pk]), "areas": dict.fromkeys(AREA_MARKS)}
           if patch.pk in beyond else {})
        for patch in patches
    ]  # fmt: skip


def outside(scope: Scope, patch_ids: Sequence[int]) -> dict[int, Decimal]:
    """Of patches that reach beyond the scope's counties: how much of them lies there, in m².

    What is on that ground is not theirs to read, so the areas of such a patch are not shown.
    """
    pieces = Piece.objects.filter(
        assessment__patch__in=patch_ids, assessment__is_current=True
    ).exclude(county__in=scope.county_ids)
    found = pieces.order_by().values("assessment__patch").annotate(area=Sum("area_m2"))
    return dict(found.values_list("assessment__patch", "area"))


def _row(
    patch: Patch,
    found: Assessment | None,
    marks: dict[int, list[AssessmentMark]],
    stands: status.Standing,
    terms: dict[str, str],
    hidden: frozenset[RuleKey],
) -> dict[str, Any]:
    due = patch.batch.report_due_on
    row: dict[str, Any] = {
        "id": patch.pk,
        "address": patch.address,
        "jcbh": patch.jcbh,
        "batch": patch.batch.code,
        "machine": patch.batch.is_machine_made,
        "county": patch.region.name,
        "area_m2": str(patch.area_m2),
        "declared_m2": None if patch.declared_area_m2 is None else str(patch.declared_area_m2),
        "after_on": patch.after_on and patch.after_on.isoformat(),
        "due_on": due and due.isoformat(),
        "holder": patch.holder.name if patch.holder else "",
        "status": stands.status,
        "status_term": terms[stands.status],
        "seen": stands.seen,
        "overtaken": stands.overtaken,
        "label": "未评定",
        "label_class": "",
        "style": "other",
        "borderline": False,
        "marks": [],
        "areas": dict.fromkeys(AREA_MARKS),
        "outside_m2": "0.00",
    }
    if found is None:
        return row
    ruleset = found.run.ruleset_id
    seen = [m for m in marks.get(found.pk, []) if (ruleset, "mark", m.code) not in hidden]
    areas = {m.code: m for m in seen if m.code in AREA_MARKS}
    row |= {
        "marks": [m.code for m in sorted(seen, key=lambda m: (m.severity or LAST, m.code))
                  if m.answer],
        "areas": {
            code: _area(areas.get(code)) for code in AREA_MARKS
        },
    }  # fmt: skip
    if (ruleset, "conclude", found.label_code) in hidden:
        return row | {"label": HIDDEN}
    return row | {
        "label": found.label_term,
        "label_code": found.label_code,
        "label_class": found.label_class,
        "style": found.style or "other",
        "borderline": found.borderline,
    }


def _area(mark: AssessmentMark | None) -> str | None:
    """The ground of a mark; None where that is not known."""
    if mark is None:
        return None
    if mark.answer is None:
        return None
    return str(mark.area_m2 if mark.answer else ZERO)


def totals(scope: Scope, asked: Filters) -> dict[str, Any]:
    """Count and areas (m², decimal strings) of all that a filter finds, and what waits of it.

    ``unknown`` counts the patches of which the ground of a mark is not known, or reaches beyond
    the scope's counties (``outside_m2``, which ``area_m2`` contains).
    """
    found = select_rows(scope, asked)
    strange = _strange(scope, found)
    known = ~Q(pk__in=list(strange)) if strange else Q()
    sums: dict[str, Any] = {}
    for code in AREA_MARKS:
        sums[code] = Sum(f"{code}_m2", filter=known)
        sums[f"{code}_known"] = Count(f"{code}_m2", filter=known)
    waits = Q(status__in=status.WAITING)
    summed = found.aggregate(
        count=Count("pk"), area_m2=Sum("area_m2"), waiting=Count("pk", filter=waits), **sums
    )
    hidden = {code for _, action, code in hidden_rules(scope) if action == "mark"}
    told: dict[str, Any] = {
        "count": summed["count"],
        "area_m2": str(summed["area_m2"] or ZERO),
        "outside_m2": str(sum(strange.values(), ZERO)),
        "waiting": summed["waiting"],
    }
    for code in AREA_MARKS:
        told[code] = (
            {"area_m2": None, "unknown": summed["count"]}
            if code in hidden
            else {
                "area_m2": str(summed[code] or ZERO),
                "unknown": summed["count"] - summed[f"{code}_known"],
            }
        )
    return told


def _strange(scope: Scope, found: QuerySet[DeskRow]) -> dict[int, Decimal]:
    """Of those found that reach beyond the scope's counties, how much of each lies there."""
    own = set(map(str, scope.county_ids))
    areas: dict[int, Decimal] = {}
    for pk, beyond in found.filter(beyond__isnull=False).values_list("pk", "beyond"):
        if there := [Decimal(area) for county, area in (beyond or {}).items() if county not in own]:
            areas[pk] = sum(there, ZERO)
    return areas


__all__ = [
    "ORDERS",
    "PAGE",
    "Filters",
    "Page",
    "outside",
    "page",
    "rows",
    "totals",
]
