"""What the address of a ratio page asks: the API's own parameters, and what only the page has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from rest_framework import serializers

from spatial.api_ratios import RatioParameters, query_for
from spatial.errors import GislandError
from spatial.models import Determination, Region

if TYPE_CHECKING:
    from django.http import QueryDict

    from spatial.engine.ratios import RatioQuery
    from spatial.scope import Scope

LEVELS = ("county", "township")
AFTER, BEFORE = "after", "before"
DEFAULTS = {"level": "county", "rectified": AFTER, "denominator": "new_cultivated",
            "ruleset": "land-enforcement", "by": "batch", "size": "normal"}  # fmt: skip
LISTED = ("exclude", "keep", "effect", "count")
SWITCH = "switch"
"""A control of the form: ``exclude:CODE``, ``effect:KIND=WORD``, ``count:CODE=yes`` …"""


class AddressWrong(GislandError):
    """An address of the ratio page that means nothing. 地址参数有误"""


class PageParameters(RatioParameters):
    """The API's, and: the county shown closely, before or after rectification, the type size."""

    level = serializers.ChoiceField(LEVELS, required=False, help_text="级别")
    region = serializers.RegexField(r"^[0-9]{6}$", required=False, help_text="县级行政区代码")
    rectified = serializers.ChoiceField((AFTER, BEFORE), required=False, help_text="整改前或整改后")
    size = serializers.ChoiceField(("normal", "large"), required=False, help_text="字号")


class PatchParameters(PageParameters):
    """And which figure's patches are asked for."""

    region = serializers.RegexField(
        r"^[0-9]{6}([0-9]{3})?$", required=False, help_text="行政区代码"
    )
    band = serializers.CharField(required=False, max_length=40, help_text="分栏")
    page = serializers.IntegerField(required=False, min_value=1, max_value=10**6, help_text="页")


@dataclass(frozen=True)
class Asked:
    """A checked address, and the query that it stands for."""

    scope: Scope
    query: RatioQuery
    given: tuple[tuple[str, str], ...]
    """The parameters that are not at their default, as the API takes them."""
    region: Region | None = None
    rectified: str = AFTER
    is_large: bool = False
    basis_chosen: bool = False
    """Whether the address says the basis; else the page took it."""

    def address(self, **other: str | None) -> str:
        """The query string of the same page with other parameters; None takes one away."""
        found = {**dict(self.given), **other}
        kept = {key: value for key, value in found.items()
                if value and DEFAULTS.get(key) != value}  # fmt: skip
        return f"?{urlencode(kept, safe=',:=')}" if kept else "?"


def read_address(
    scope: Scope, told: QueryDict, kind: type[RatioParameters] = PageParameters
) -> Any:
    """The parameters of an address, merged and checked: (checked, as given)."""
    given: dict[str, str] = {}
    for key in told:
        values = [value.strip() for value in told.getlist(key) if value.strip()]
        if key == SWITCH:
            for value in values:
                name, _, rest = value.partition(":")
                if name not in LISTED:
                    raise AddressWrong(f"地址中的开关 {value} 无效。请从页面上选择。")
                given[name] = ",".join(filter(None, [given.get(name, ""), rest]))
        elif values:
            given[key] = ",".join(filter(None, [given.get(key, ""), *values]))
    parameters = kind(data=given)
    if not parameters.is_valid():
        faults = "；".join(
            f"{_named(parameters, name)}：{'、'.join(str(word).rstrip('。') for word in words)}"
            for name, words in parameters.errors.items()
        )
        raise AddressWrong(f"地址中有参数不合格。{faults}。请改正，或从页面上重新选择。")
    return dict(parameters.validated_data), given


def _named(parameters: serializers.Serializer[Any], name: str) -> str:
    field = parameters.fields.get(name)
    return f"{field.help_text}（{name}）" if field is not None and field.help_text else name


def asked_of(
    scope: Scope, told: QueryDict, kind: type[PageParameters] = PageParameters
) -> tuple[Asked, dict[str, Any]]:
    """The question that an address asks, and its checked parameters; a county beyond the scope is
    not found."""
    checked, given = read_address(scope, told, kind)
    query = query_for(scope, checked)
    county = None
    if code := checked.get("region", "")[:6]:
        counties = Region.objects.filter(pk__in=scope.county_ids, code=code)
        county = counties.defer("geom").order_by("-valid_from").first()
        if county is None:
            raise Http404("没有这个行政区，或不在您的行政区内。")
        ids = tuple(counties.order_by("pk").values_list("pk", flat=True))
        query = replace(query, county_ids=ids, level="township")
    asked = Asked(
        scope=scope,
        query=query,
        given=tuple(sorted((key, value) for key, value in given.items()
                           if key not in ("page",) and DEFAULTS.get(key) != value)),
        region=county,
        rectified=checked.get("rectified", AFTER),
        is_large=checked.get("size") == "large",
        basis_chosen="basis" in checked,
    )  # fmt: skip
    return (asked if asked.basis_chosen else _with_basis(asked)), checked


def _with_basis(asked: Asked) -> Asked:
    """认定口径 as soon as anybody decided anything that the query sees; before that 初判口径."""
    query = asked.query
    decided = Determination.objects.filter(
        asked.scope.patches_q("patch__"),
        patch__region_id__in=query.county_ids,
        patch__batch__ruleset=query.ruleset,
    )
    if query.known_at is not None:
        decided = decided.filter(recorded_at__lte=query.known_at)
    basis = "decided" if decided.exists() else "proposed"
    return replace(asked, query=replace(query, basis=basis))
