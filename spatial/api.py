"""The API for machines: regions, batches and patches, read-only, within the asker's scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.permissions import BasePermission

from spatial.api_query import (
    BatchQuery,
    FeaturePages,
    KeyPages,
    ListQuery,
    PatchQuery,
    RegionQuery,
)
from spatial.api_rows import (
    BatchSerializer,
    PatchDetailSerializer,
    PatchSerializer,
    RegionSerializer,
)
from spatial.hidden import hidden_rules
from spatial.models import Assessment, Batch, Patch, Region
from spatial.scope import Scope, mark_private, scope_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.response import Response

ASKED = "asked_scope"
LABELS = {"label": "label_code", "label_class": "label_class"}
"""Parameters that ask for a label, and the column of the assessment that each reads."""


class HasScope(BasePermission):
    """An account with region and role, or a visitor to the demo."""

    message = "您的账号没有可查看的行政区或角色。请联系系统管理员设置。"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether there is a scope at all."""
        return bool(asked_scope(request))


def asked_scope(request: Request) -> Scope:
    """The scope of an API request, whatever its way of authentication; once a request."""
    found: Scope | None = getattr(request, ASKED, None)
    if found is None:
        found = scope_of(request.user)
        setattr(request, ASKED, found)
    return found


class ScopedViewSet(viewsets.ReadOnlyModelViewSet):
    """Reads within the scope; parameters are checked before anything is asked."""

    permission_classes = (HasScope,)
    pagination_class = KeyPages
    query_class: type[ListQuery] = ListQuery

    @property
    def scope(self) -> Scope:
        """The asker's scope."""
        return asked_scope(self.request)

    def asked(self) -> dict[str, Any]:
        """The checked parameters of a list; none for one row."""
        query = self.query_class(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow a list by its parameters."""
        return self.narrow(queryset, self.asked()) if self.action == "list" else queryset

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """Apply the parameters that are not about paging."""
        return rows

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        """Keep the answer out of shared caches."""
        response = super().finalize_response(*args, **kwargs)
        mark_private(response)
        return response


@extend_schema(tags=["regions"])
class RegionViewSet(ScopedViewSet):
    """行政区：可见的县、其上级和所辖乡村。"""

    queryset = Region.objects.none()
    serializer_class = RegionSerializer
    query_class = RegionQuery
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Region]:
        """Within the scope."""
        return self.scope.filter_regions(Region.objects.select_related("parent").defer("geom"))

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """By level."""
        return rows.filter(level=asked["level"]) if "level" in asked else rows

    @extend_schema(parameters=[RegionQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """可见的行政区。"""
        return super().list(request, *args, **kwargs)


@extend_schema(tags=["batches"])
class BatchViewSet(ScopedViewSet):
    """批次：有可见图斑的批次。"""

    queryset = Batch.objects.none()
    serializer_class = BatchSerializer
    query_class = BatchQuery
    lookup_field = "code"
    lookup_value_regex = r"[-\w]{1,60}"

    def get_queryset(self) -> QuerySet[Batch]:
        """Within the scope, counting only what is seen."""
        count = Count("patches", filter=self.scope.patches_q("patches__"))
        return self.scope.filter_batches(Batch.objects.annotate(patch_count=count))

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """By source."""
        return rows.filter(source=asked["source"]) if "source" in asked else rows

    @extend_schema(parameters=[BatchQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """可见的批次。"""
        return super().list(request, *args, **kwargs)


@extend_schema(tags=["patches"])
class PatchViewSet(ScopedViewSet):
    """图斑：GeoJSON，EPSG:4490，经度在前。"""

    queryset = Patch.objects.none()
    pagination_class = FeaturePages
    query_class = PatchQuery
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Patch]:
        """Within the scope, with the current assessment."""
        current = Assessment.objects.filter(is_current=True).select_related("run")
        patches = Patch.objects.select_related("batch", "region", "holder", "project")
        patches = patches.defer("ground", "delivered", "region__geom")
        return self.scope.filter_patches(
            patches.prefetch_related(Prefetch("assessments", current, to_attr="current"))
        )

    def get_serializer_class(self) -> type[PatchSerializer]:
        """One patch comes with conclusions and marks."""
        return PatchSerializer if self.action == "list" else PatchDetailSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        """Also which rules are hidden."""
        return {**super().get_serializer_context(), "hidden": hidden_rules(self.scope)}

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """By batch, county, box and label."""
        if "batch" in asked:
            rows = rows.filter(batch__code=asked["batch"])
        if "county" in asked:
            rows = rows.filter(region__code=asked["county"])
        if "in_bbox" in asked:
            rows = rows.filter(geom__intersects=asked["in_bbox"])
        labels = {LABELS[name]: asked[name] for name in LABELS if name in asked}
        return rows.filter(pk__in=self.labelled(labels)) if labels else rows

    def labelled(self, wanted: dict[str, str]) -> QuerySet[Any]:
        """Patches whose current label is asked for and may be seen."""
        unseen = Q()
        for ruleset, action, code in hidden_rules(self.scope):
            if action == "conclude":
                unseen |= Q(run__ruleset_id=ruleset, label_code=code)
        found = Assessment.objects.filter(is_current=True, **wanted)
        return (found.exclude(unseen) if unseen else found).values("patch_id")

    @extend_schema(parameters=[PatchQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """可见的图斑。"""
        return super().list(request, *args, **kwargs)
