"""What the desk's address asks for, checked, as a condition on patches. 筛选"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Point
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Abs
from django.utils.dateparse import parse_date

from spatial import crs, sqlfiles, units, vocabulary
from spatial.errors import InputRefused
from spatial.hidden import hidden_rules
from spatial.holders import paper_key
from spatial.install import layers_file
from spatial.models import DeskRow, Holder, Patch, Project, Region, Zone
from spatial.review import status

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from spatial.scope import Scope

NEAR_DEG = 0.0003
"""How far from pasted coordinates a patch may lie: some thirty metres."""
LEAST_KEY = 3
"""A shorter word is no part of a paper's number that tells papers apart."""
LONGEST = 200
"""Characters of one filter."""
LAND_USE = "land_use"
STATUS_GROUPS = {"decided": status.DECIDED, "waiting": status.WAITING}


@dataclass(frozen=True)
class Filters:
    """The desk's filters, as text from the address; empty ones ask nothing."""

    batch: str = ""
    region: str = ""
    """County (6 digits) or township (9)."""
    conclusion: str = ""
    label_class: str = ""
    mark: str = ""
    """A mark's code; with ``?`` behind it: where the answer is no data."""
    area_from: str = ""
    area_to: str = ""
    """亩."""
    land_class: str = ""
    """A land-use code or the beginning of one: 01 for 耕地."""
    status: str = ""
    date_from: str = ""
    date_to: str = ""
    """The later image's date."""
    declared: str = ""
    """``1``: declared and computed area differ."""
    borderline: str = ""
    overtaken: str = ""
    """``1``: decided, and the proposal has changed since."""
    q: str = ""
    at: str = ""
    """``lon,lat`` in degrees (4490)."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Filters:
        """From an address; unknown names are left alone. Raises InputRefused with the remedy."""
        found = cls(**{f.name: str(told.get(f.name, "")).strip() for f in fields(cls)})
        longest = max(len(getattr(found, f.name)) for f in fields(cls))
        if longest > LONGEST:
            raise InputRefused(f"筛选条件最长 {LONGEST} 字，现有 {longest} 字。请缩短。")
        found.check()
        return found

    def told(self) -> dict[str, str]:
        """Those that ask something."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def check(self) -> None:
        """Raise InputRefused for a value that says nothing."""
        if self.region and not (self.region.isdigit() and len(self.region) in (6, 9)):
            raise InputRefused(f"行政区 {self.region} 应为六位县代码或九位乡镇代码。")
        if self.status and self.status not in (*status.STATUSES, *STATUS_GROUPS):
            raise InputRefused(f"没有核查状态 {self.status}。")
        if self.label_class and self.label_class not in vocabulary.class_codes():
            raise InputRefused(f"没有归类 {self.label_class}。")
        if self.land_class and not self.land_class.isalnum():
            raise InputRefused(f"地类编码 {self.land_class} 应为字母和数字。")
        least, most = _number(self.area_from), _number(self.area_to)
        if least is not None and most is not None and least > most:
            raise InputRefused(f"面积从 {least} 到 {most} 亩是倒的，没有图斑符合。请对调。")
        first, last = _day(self.date_from), _day(self.date_to)
        if first and last and first > last:
            raise InputRefused(f"日期从 {first} 到 {last} 是倒的，没有图斑符合。请对调。")
        self.place  # noqa: B018 - raises

    @property
    def place(self) -> Point | None:
        """The pasted place."""
        if not self.at:
            return None
        try:
            east, north = (float(part) for part in self.at.split(","))
        except ValueError as error:
            raise InputRefused(f"坐标 {self.at} 应写作 经度,纬度（度）。") from error
        if not (-180 <= east <= 180 and -90 <= north <= 90):
            raise InputRefused(f"坐标 {self.at} 不在经纬度范围内。")
        return Point(east, north, srid=crs.STORAGE_SRID)


def _number(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise InputRefused(f"面积 {text} 应为亩数，如 3 或 0.5。") from error
    if not found.is_finite() or found < 0:
        raise InputRefused(f"面积 {text} 应为不小于 0 的亩数。")
    return found


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise InputRefused(f"日期 {text} 应写作 2024-03-18。")
    return found


def select(scope: Scope, asked: Filters) -> QuerySet[Patch]:
    """The patches asked for, within the scope; unordered. Planned sites are not among them."""
    return Patch.objects.filter(pk__in=select_rows(scope, asked).values("pk"))


def select_rows(scope: Scope, asked: Filters) -> QuerySet[DeskRow]:
    """The same patches as the desk keeps them: one narrow row each, unordered."""
    found = scope.filter_desk_rows(DeskRow.objects.all())
    if asked.batch:
        found = found.filter(batch_code=asked.batch)
    if asked.region:
        found = _in_region(found, asked.region)
    found = _measuring(_dated(found, asked), asked)
    found = _marked(scope, _judged_as(scope, found, asked), asked)
    if asked.land_class:
        found = _grown(scope, found, asked.land_class)
    if asked.status:
        found = found.filter(status__in=STATUS_GROUPS.get(asked.status, (asked.status,)))
    if asked.overtaken:
        found = found.filter(overtaken=True)
    if place := asked.place:
        near = Patch.objects.filter(geom__dwithin=(place, NEAR_DEG))
        found = found.filter(pk__in=near.values("pk"))
    for word in asked.q.split():
        found = found.filter(_named(scope, word))
    return found


def _dated(found: QuerySet[DeskRow], asked: Filters) -> QuerySet[DeskRow]:
    if since := _day(asked.date_from):
        found = found.filter(after_on__gte=since)
    if until := _day(asked.date_to):
        found = found.filter(after_on__lte=until)
    return found


def _measuring(found: QuerySet[DeskRow], asked: Filters) -> QuerySet[DeskRow]:
    low, high = _number(asked.area_from), _number(asked.area_to)
    if low is not None:
        found = found.filter(area_m2__gte=low * units.MU_M2)
    if high is not None:
        found = found.filter(area_m2__lte=high * units.MU_M2)
    if asked.declared:
        found = found.annotate(differs=Abs(F("declared_area_m2") - F("area_m2")))
        limit = layers_file()["declared_area"]
        found = found.filter(differs__gt=limit["above_m2"])
        found = found.filter(differs__gt=F("area_m2") * limit["share"])
    return found


def _in_region(found: QuerySet[DeskRow], code: str) -> QuerySet[DeskRow]:
    found = found.filter(region_code=code[:6])
    return found if len(code) == 6 else found.filter(townships__contains=f" {code} ")


def _judged_as(scope: Scope, found: QuerySet[DeskRow], asked: Filters) -> QuerySet[DeskRow]:
    """Filters on the verdict: a rule that the scope may not see finds nothing."""
    if not (asked.conclusion or asked.label_class or asked.borderline):
        return found
    found = found.filter(assessment_id__isnull=False)
    for ruleset, action, code in hidden_rules(scope):
        if action == "conclude":
            found = found.exclude(ruleset_id=ruleset, label_code=code)
    if asked.conclusion:
        found = found.filter(label_code=asked.conclusion)
    if asked.label_class:
        found = found.filter(label_class=asked.label_class)
    return found.filter(borderline=True) if asked.borderline else found


def _marked(scope: Scope, found: QuerySet[DeskRow], asked: Filters) -> QuerySet[DeskRow]:
    """Filters on what the patch touches; what the scope may not see finds nothing."""
    if not asked.mark:
        return found
    code, unknown = asked.mark.rstrip("?"), asked.mark.endswith("?")
    column = "marks_unknown" if unknown else "marks_yes"
    found = found.filter(**{f"{column}__contains": f" {code} "})
    for ruleset, action, hidden in hidden_rules(scope):
        if action == "mark" and hidden == code:
            found = found.exclude(ruleset_id=ruleset)
    return found


def _grown(scope: Scope, found: QuerySet[DeskRow], begin: str) -> QuerySet[DeskRow]:
    """Patches with ground of a land class: by their pieces; of those whose assessment read no
    survey, or that have none, by the survey in force."""
    if not scope.may("verdict", LAND_USE):
        return found.none()
    silent = found.filter(land_classes__isnull=True)
    surveyed = Zone.objects.filter(
        layer_id=LAND_USE,
        code__startswith=begin,
        version__status="active",
        version__region=OuterRef("region"),
        geom__intersects=OuterRef("geom"),
    )
    unread = Patch.objects.filter(
        Exists(scope.filter_zones(surveyed, "verdict")), pk__in=silent.values("pk")
    )
    told = Q(land_classes__contains=f" {begin}")
    return found.filter(told | Q(pk__in=list(unread.values_list("pk", flat=True))))


def _named(scope: Scope, word: str) -> Q:
    """Patches that a word names: number, batch, county, project, holder, or a paper's number."""
    told = (
        Q(jcbh__icontains=word)
        | Q(batch_code__iexact=word)
        | Q(region_code=word)
        | Q(region_id__in=Region.objects.filter(name=word).values("pk"))
        | Q(project_id__in=Project.objects.filter(name__icontains=word).values("pk"))
        | Q(holder_id__in=Holder.objects.filter(name__icontains=word).values("pk"))
    )
    if word.count("/") == 2:
        batch, county, jcbh = word.split("/")
        told |= Q(batch_code=batch, region_code=county, jcbh=jcbh)
    key = paper_key(word)
    if len(key) < LEAST_KEY:
        return told
    where = scope.sql_params("identify")
    rows = sqlfiles.rows(
        "review/30_find_papered",
        {"key": key, "county_ids": where["county_ids"], "layer_codes": where["layer_codes"]},
    )
    return told | Q(pk__in=[row["patch_id"] for row in rows]) if rows else told
