"""What the desk's address asks for, checked, as a condition on patches. 筛选"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Point
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Abs
from django.utils.dateparse import parse_date

from spatial import crs, units, vocabulary
from spatial.errors import InputRefused
from spatial.hidden import hidden_rules
from spatial.holders import paper_key
from spatial.install import layers_file
from spatial.models import Assessment, AssessmentMark, Document, Patch, Piece, Zone
from spatial.models.patch import Source
from spatial.review import status

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from spatial.scope import Scope

NEAR_DEG = 0.0003
"""How far from pasted coordinates a patch may lie: some thirty metres."""
MOST_PAPERS = 200


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
        found = cls(**{f.name: str(told.get(f.name, "")).strip()[:200] for f in fields(cls)})
        found.check()
        return found

    def told(self) -> dict[str, str]:
        """Those that ask something."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def check(self) -> None:
        """Raise InputRefused for a value that says nothing."""
        if self.region and not (self.region.isdigit() and len(self.region) in (6, 9)):
            raise InputRefused(f"行政区 {self.region} 应为六位县代码或九位乡镇代码。")
        if self.status and self.status not in (*status.STATUSES, "decided", "waiting"):
            raise InputRefused(f"没有核查状态 {self.status}。")
        if self.label_class and self.label_class not in vocabulary.class_codes():
            raise InputRefused(f"没有归类 {self.label_class}。")
        if self.land_class and not self.land_class.isalnum():
            raise InputRefused(f"地类编码 {self.land_class} 应为字母和数字。")
        for name in ("area_from", "area_to"):
            _number(getattr(self, name))
        for name in ("date_from", "date_to"):
            _day(getattr(self, name))
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
    found = scope.filter_patches(Patch.objects.exclude(batch__source=Source.SITE))
    if asked.batch:
        found = found.filter(batch__code=asked.batch)
    if asked.region:
        found = found.filter(_in_region(asked.region))
    found = _measuring(_dated(found, asked), asked)
    found = _marked(scope, _judged_as(scope, found, asked), asked)
    if asked.status:
        found = found.filter(_status_q(asked.status))
    if asked.overtaken:
        found = found.filter(status.overtaken_q())
    if place := asked.place:
        found = found.filter(geom__dwithin=(place, NEAR_DEG))
    for word in asked.q.split():
        found = found.filter(_named(scope, word))
    return found


def _dated(found: QuerySet[Patch], asked: Filters) -> QuerySet[Patch]:
    if since := _day(asked.date_from):
        found = found.filter(after_on__gte=since)
    if until := _day(asked.date_to):
        found = found.filter(after_on__lte=until)
    return found


def _measuring(found: QuerySet[Patch], asked: Filters) -> QuerySet[Patch]:
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


def _status_q(code: str) -> Q:
    groups = {"decided": status.DECIDED, "waiting": ("open", "field_check", "rejected")}
    wanted = Q()
    for each in groups.get(code, (code,)):
        wanted |= status.status_q(each)
    return wanted


def _current() -> QuerySet[Assessment]:
    return Assessment.objects.filter(patch=OuterRef("pk"), is_current=True)


def _in_region(code: str) -> Q:
    county = Q(region__code=code[:6])
    if len(code) == 6:
        return county
    pieces = Piece.objects.filter(
        assessment__patch=OuterRef("pk"), assessment__is_current=True, township_code=code
    )
    return county & Q(Exists(pieces))


def _judged_as(scope: Scope, found: QuerySet[Patch], asked: Filters) -> QuerySet[Patch]:
    """Filters on the verdict: a rule that the scope may not see finds nothing."""
    hidden = hidden_rules(scope)
    current = _current()
    for ruleset, action, code in hidden:
        if action == "conclude":
            current = current.exclude(run__ruleset_id=ruleset, label_code=code)
    if asked.conclusion:
        found = found.filter(Exists(current.filter(label_code=asked.conclusion)))
    if asked.label_class:
        found = found.filter(Exists(current.filter(label_class=asked.label_class)))
    if asked.borderline:
        found = found.filter(Exists(current.filter(borderline=True)))
    return found


def _marked(scope: Scope, found: QuerySet[Patch], asked: Filters) -> QuerySet[Patch]:
    """Filters on what the patch touches; what the scope may not see finds nothing."""
    if asked.mark:
        code, unknown = asked.mark.rstrip("?"), asked.mark.endswith("?")
        marks = AssessmentMark.objects.filter(
            assessment__patch=OuterRef("pk"), assessment__is_current=True, code=code
        )
        marks = marks.filter(answer__isnull=True) if unknown else marks.filter(answer=True)
        for ruleset, action, hidden in hidden_rules(scope):
            if action == "mark" and hidden == code:
                marks = marks.exclude(assessment__run__ruleset_id=ruleset)
        found = found.filter(Exists(marks))
    if asked.land_class:
        zones = scope.filter_zones(
            Zone.objects.filter(
                layer_id="land_use",
                code__startswith=asked.land_class,
                version__status="active",
                version__region=OuterRef("region"),
                geom__intersects=OuterRef("geom"),
            ),
            "verdict",
        )
        found = found.filter(Exists(zones))
    return found


def _named(scope: Scope, word: str) -> Q:
    """Patches that a word names: number, batch, county, project, holder, or a paper's number."""
    told = (
        Q(jcbh__icontains=word)
        | Q(batch__code__iexact=word)
        | Q(region__code=word)
        | Q(region__name=word)
        | Q(project__name__icontains=word)
        | Q(holder__name__icontains=word)
    )
    if word.count("/") == 2:
        batch, county, jcbh = word.split("/")
        told |= Q(batch__code=batch, region__code=county, jcbh=jcbh)
    key = paper_key(word)
    if len(key) < 3:
        return told
    papers = Document.objects.filter(number_key__contains=key).values_list("pk", flat=True)
    zones = scope.filter_zones(Zone.objects.filter(document__in=list(papers[:MOST_PAPERS])))
    zones = zones.filter(recorded_until__isnull=True)
    return told | Q(Exists(zones.filter(geom__intersects=OuterRef("geom"))))
