"""Regions, layers, batches, parties and results.

What is imported, computed or established as a fact is read here, never written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils import timezone

from spatial import jobs
from spatial.admin.base import ReadOnlyAdmin, ScopedAdmin, is_superuser
from spatial.models import (
    Batch,
    DatasetVersion,
    Determination,
    Document,
    Exclusion,
    FieldResult,
    Holder,
    HolderAlias,
    Layer,
    LayerField,
    OfficialFigure,
    Patch,
    Project,
    Rectification,
    Region,
    RulesetVersion,
    Run,
    Zone,
)
from spatial.scope import Scope, request_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from spatial.models import User


@admin.register(Region)
class RegionAdmin(ScopedAdmin):
    """行政区；界线由导入写入。"""

    list_display = ("code", "name", "level", "parent", "central_meridian", "valid_from")
    list_filter = ("level",)
    search_fields = ("code", "name")
    exclude = ("geom",)
    raw_id_fields = ("parent",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new region widens what accounts above it see: a superuser's work."""
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Likewise."""
        return is_superuser(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Within the scope; whoever adds regions sees also those that hold no county yet."""
        if is_superuser(request):
            return admin.ModelAdmin.get_queryset(self, request)
        return super().get_queryset(request)

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Within the scope."""
        return scope.filter_regions(rows)


class LayerFieldInline(admin.TabularInline):
    """The canonical fields of a layer."""

    model = LayerField
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Like the layer."""
        return request_scope(request).can("manage")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: layers.toml is the source."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Layer)
class LayerAdmin(ReadOnlyAdmin):
    """图层；由 layers.toml 写入。"""

    list_display = ("code", "term", "nature", "secrecy", "coverage")
    inlines = (LayerFieldInline,)


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    """数据版本；由导入写入。"""

    list_display = ("layer", "region", "valid_from", "valid_until", "status", "zone_count")
    list_filter = ("status", "layer")
    list_select_related = ("layer", "region")

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Within the scope."""
        return scope.filter_versions(rows)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """批次；由导入写入，题名和期限可改。"""

    list_display = ("code", "title", "source", "issued_on", "report_due_on", "period", "ruleset")
    list_filter = ("source",)
    search_fields = ("code", "title")
    fields = ("code", "title", "source", "issued_on", "report_due_on", "period", "ruleset")
    readonly_fields = ("code", "source", "ruleset")
    actions = ("judge_again",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Title and dates are corrected here."""
        return request_scope(request).can("manage")

    @admin.action(description="在后台重新判定所选批次（需要后台进程在运行）")
    def judge_again(self, request: HttpRequest, rows: QuerySet[Batch]) -> None:
        """Ask the worker to judge the chosen batches as of today."""
        request_scope(request).require_act("classify")
        today = timezone.localdate().isoformat()
        for batch in rows:
            told = {"batch": batch.code, "as_of": today}
            by = cast("User", request.user)
            job = jobs.start("classify_batch", f"判定批次 {batch.code}", told, by=by)
            self.message_user(request, f"批次 {batch.code} 已排队判定（任务 {job.pk}）。")

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Within the scope."""
        return scope.filter_batches(rows)


@admin.register(Patch)
class PatchAdmin(ReadOnlyAdmin):
    """图斑；由导入写入。"""

    list_display = ("jcbh", "batch", "region", "kind", "area_m2")
    list_filter = (("batch", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("batch", "region")
    search_fields = ("jcbh",)
    exclude = ("geom", "ground")

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Within the scope."""
        return scope.filter_patches(rows)


@admin.register(Determination, Rectification, Exclusion, FieldResult)
class FactAdmin(ReadOnlyAdmin):
    """事实；只可追加，且只由办案写入。"""

    list_display = ("patch", "on", "by", "recorded_at")
    list_select_related = ("patch__batch", "patch__region", "by")
    date_hierarchy = "on"

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Facts about patches within the scope."""
        return rows.filter(scope.patches_q("patch__"))


@admin.register(OfficialFigure)
class OfficialFigureAdmin(ReadOnlyAdmin):
    """官方数据；由 official_figure 登记，只可追加。"""

    list_display = ("region", "period", "quantity", "area_m2", "source", "by", "recorded_at")
    list_filter = ("period",)
    list_select_related = ("region", "by")

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Figures of the regions within the scope."""
        return rows.filter(region__in=scope.filter_regions(Region.objects.all()))


@admin.register(RulesetVersion)
class RulesetVersionAdmin(ReadOnlyAdmin):
    """规则版本；随首次使用登记。"""

    list_display = ("name", "title", "version", "created_at")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """分析；不可改。"""

    list_display = ("id", "ruleset", "as_of", "status", "patch_done", "patch_total", "applied_at")
    list_filter = ("status",)

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Runs over a patch within the scope."""
        patches = scope.filter_patches(Patch.objects.all())
        return rows.filter(assessments__patch__in=patches).distinct()


class HolderAliasInline(admin.TabularInline):
    """Other names of a holder; imports add them."""

    model = HolderAlias
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Like the holder."""
        return request_scope(request).can("manage")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here: the normalised name must agree."""
        return False


@admin.register(Holder)
class HolderAdmin(ReadOnlyAdmin):
    """用地单位；由导入归并。"""

    list_display = ("name", "code", "kind")
    search_fields = ("name", "code")
    inlines = (HolderAliasInline,)

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Holders of a patch or a zone within the scope."""
        patches = scope.filter_patches(Patch.objects.filter(holder=OuterRef("pk")))
        zones = scope.filter_zones(Zone.objects.filter(holder=OuterRef("pk")))
        return rows.filter(Exists(patches) | Exists(zones))


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    """项目。"""

    list_display = ("name", "code", "holder")
    search_fields = ("name", "code")

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Projects of a patch within the scope."""
        patches = scope.filter_patches(Patch.objects.filter(project=OuterRef("pk")))
        return rows.filter(Exists(patches))


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """批文。"""

    list_display = ("number", "layer", "authority", "approved_on", "stated_area_m2")
    list_filter = ("layer",)
    search_fields = ("number",)

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Papers with ground in the scope."""
        return rows.filter(Exists(scope.filter_zones(Zone.objects.filter(document=OuterRef("pk")))))
