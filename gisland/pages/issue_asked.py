"""What the address of the tables of issued patches asks: the ratios' own parameters, and which
rows. 卫片统计"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers

from gisland.pages.ratio_asked import AddressWrong, read_address
from gisland.pages.ratio_figures import place_of
from spatial.api_ratios import RatioParameters, query_for
from spatial.engine.ratio_stages import GROUPS
from spatial.models import Region

if TYPE_CHECKING:
    from django.http import QueryDict

    from spatial.engine.ratios import RatioQuery
    from spatial.scope import Scope

LEVELS = {"county": "县区", "township": "乡镇"}
GROUP_TERMS = {
    "region": "行政区", "source": "下发级别", "batch": "批次", "region_source": "行政区 × 级别",
    "region_batch": "行政区 × 批次",
}  # fmt: skip
DEFAULTS = {"level": "county", "group": "region", "basis": "decided",
            "ruleset": "land-enforcement", "by": "batch"}  # fmt: skip


class IssueParameters(RatioParameters):
    """The ratios' parameters without a denominator, and how rows are made."""

    level = serializers.ChoiceField(list(LEVELS), required=False, help_text="级别")
    denominator = None  # type: ignore[assignment] # how a serializer leaves a field out
    group = serializers.ChoiceField(GROUPS, required=False, help_text="每行是什么")
    source = serializers.CharField(  # type: ignore[assignment] # a field, not Field.source
        required=False, max_length=10, help_text="下发级别"
    )
    batch = serializers.CharField(required=False, max_length=60, help_text="批次代码")
    region = serializers.RegexField(r"^[0-9]{6}$", required=False, help_text="县级行政区代码")


@dataclass(frozen=True)
class Asked:
    """A checked address, and what it asks of the engine."""

    scope: Scope
    query: RatioQuery
    group: str
    source: str
    batch: str
    region: Region | None
    given: tuple[tuple[str, str], ...]

    @property
    def as_of(self) -> datetime.date:
        """The day that is asked about; the page's edge takes today."""
        known = self.query.known_at
        return timezone.localdate(known) if known else timezone.localdate()

    @property
    def place(self) -> str:
        """Whose table it is."""
        return place_of(self.region, self.query.county_ids)

    def address(self, **other: str | None) -> str:
        """The query string of the same question otherwise put; None takes a part away."""
        found = {**dict(self.given), **other}
        kept = {key: value for key, value in found.items()
                if value and DEFAULTS.get(key) != value}  # fmt: skip
        return f"?{urlencode(kept, safe=',:=')}" if kept else "?"


def asked_of(scope: Scope, told: QueryDict) -> Asked:
    """The question of an address; a county beyond the scope is not found."""
    checked, given = read_address(scope, told, IssueParameters)
    return asked_by(scope, checked, given)


def asked_by(scope: Scope, checked: dict[str, Any], given: dict[str, str]) -> Asked:
    """The question of checked parameters."""
    query = query_for(scope, {"basis": "decided", **checked})
    region = None
    if code := checked.get("region", ""):
        counties = Region.objects.filter(pk__in=scope.county_ids, code=code).defer("geom")
        region = counties.order_by("-valid_from").first()
        if region is None:
            raise Http404("没有这个行政区，或不在您的行政区内。")
        query = replace(query, county_ids=tuple(counties.values_list("pk", flat=True)))
    if query.known_at and query.known_at > timezone.now() + datetime.timedelta(days=1):
        raise AddressWrong("截至日期在今天以后，还没有可统计的。请改为今天或以前。")
    return Asked(
        scope=scope,
        query=query,
        group=checked.get("group", "region"),
        source=checked.get("source", ""),
        batch=checked.get("batch", ""),
        region=region,
        given=tuple(sorted(given.items())),
    )
