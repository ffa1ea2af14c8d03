"""How the API shows rows: plain JSON, and GeoJSON features for patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from spatial.models import (
    Assessment,
    AssessmentConclusion,
    AssessmentMark,
    Batch,
    Patch,
    Region,
)
from spatial.scope import request_scope

if TYPE_CHECKING:
    from spatial.hidden import RuleKey


class RegionSerializer(serializers.ModelSerializer[Region]):
    """A region. 行政区"""

    parent: Any = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Region
        fields: tuple[str, ...] = ("id", "code", "name", "level", "parent", "central_meridian")
        fields += ("valid_from", "valid_until")


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch, with how many of its patches the asker sees. 批次"""

    patch_count = serializers.IntegerField(read_only=True, help_text="可见的图斑数")

    class Meta:
        model = Batch
        fields: tuple[str, ...] = ("id", "code", "title", "source", "issued_on", "report_due_on")
        fields += ("period", "ruleset", "patch_count")


class ConclusionSerializer(serializers.ModelSerializer[AssessmentConclusion]):
    """The ground of one conclusion. 初判面积"""

    area_m2 = serializers.FloatField()

    class Meta:
        model = AssessmentConclusion
        fields = ("code", "term", "conclusion_class", "area_m2", "residual")


class MarkSerializer(serializers.ModelSerializer[AssessmentMark]):
    """A mark: yes, no, or null for no data. 涉及"""

    area_m2 = serializers.FloatField()
    unknown_m2 = serializers.FloatField()

    class Meta:
        model = AssessmentMark
        fields = ("code", "term", "severity", "answer", "area_m2", "unknown_m2", "net")


class PatchSerializer(GeoFeatureModelSerializer):
    """A patch as a GeoJSON feature in EPSG:4490, with the label of its current assessment. 图斑"""

    address = serializers.CharField(read_only=True, help_text="批次/县代码/监测编号")
    batch: Any = serializers.SlugRelatedField(slug_field="code", read_only=True)
    source = serializers.CharField(source="batch.source", read_only=True, help_text="批次来源")
    county = serializers.CharField(source="region.code", read_only=True)
    county_name = serializers.CharField(source="region.name", read_only=True)
    area_m2 = serializers.FloatField(read_only=True)
    declared_area_m2 = serializers.FloatField(read_only=True, allow_null=True)
    holder: Any = serializers.StringRelatedField(read_only=True, allow_null=True)
    project: Any = serializers.StringRelatedField(read_only=True, allow_null=True)
    label = serializers.SerializerMethodField(help_text="初判代码")
    label_term = serializers.SerializerMethodField(help_text="初判名称")
    label_class = serializers.SerializerMethodField(help_text="归类")
    run = serializers.SerializerMethodField(help_text="分析编号")

    class Meta:
        model = Patch
        geo_field = "geom"
        fields: tuple[str, ...] = ("id", "address", "batch", "source", "county", "county_name")
        fields += ("jcbh",)
        fields += ("kind", "before_on", "before_on_last", "after_on_first", "after_on")
        fields += ("declared_area_m2", "area_m2", "holder", "project")
        fields += ("label", "label_term", "label_class", "run")

    @property
    def hidden(self) -> frozenset[RuleKey]:
        """Rules whose answer the asker may not see."""
        found: frozenset[RuleKey] = self.context["hidden"]
        return found

    def current(self, patch: Patch) -> Assessment | None:
        """The assessment whose label the asker may see."""
        found = next(iter(patch.current), None)  # type: ignore[attr-defined]
        if found and (found.run.ruleset_id, "conclude", found.label_code) in self.hidden:
            return None
        return found

    def get_label(self, patch: Patch) -> str | None:
        """Code of the label."""
        found = self.current(patch)
        return found.label_code if found else None

    def get_label_term(self, patch: Patch) -> str | None:
        """Chinese name of the label."""
        found = self.current(patch)
        return found.label_term if found else None

    def get_label_class(self, patch: Patch) -> str | None:
        """Class of the label."""
        found = self.current(patch)
        return found.label_class if found else None

    def get_run(self, patch: Patch) -> int | None:
        """The run that found it."""
        found = self.current(patch)
        return found.run_id if found else None


class PatchDetailSerializer(PatchSerializer):
    """A patch with its conclusions and marks. 图斑详情"""

    conclusions = serializers.SerializerMethodField(help_text="各初判的面积")
    marks = serializers.SerializerMethodField(help_text="涉及")

    class Meta(PatchSerializer.Meta):
        fields = (*PatchSerializer.Meta.fields, "conclusions", "marks")

    def reaches_beyond(self, found: Assessment) -> bool:
        """Whether some of the patch lies in counties that are not the asker's."""
        own = request_scope(self.context["request"]).county_ids
        return found.pieces.exclude(county_id__in=own).exists()

    @extend_schema_field(ConclusionSerializer(many=True))
    def get_conclusions(self, patch: Patch) -> Any:
        """The ground of each conclusion; none where the label may not be seen, or where the patch
        reaches beyond the asker's counties (the page then tells what lies within)."""
        found = self.current(patch)
        if found is None or self.reaches_beyond(found):
            return []
        rows = [
            row
            for row in found.conclusions.order_by("code", "conclusion_class")
            if (found.run.ruleset_id, "conclude", row.code) not in self.hidden
        ]
        return ConclusionSerializer(rows, many=True).data

    @extend_schema_field(MarkSerializer(many=True))
    def get_marks(self, patch: Patch) -> Any:
        """The marks that do not read a layer which the asker may not see; none where the patch
        reaches beyond the asker's counties."""
        found = next(iter(patch.current), None)  # type: ignore[attr-defined]
        if found is None or self.reaches_beyond(found):
            return []
        rows = [
            row
            for row in found.marks.order_by("code")
            if (found.run.ruleset_id, "mark", row.code) not in self.hidden
        ]
        return MarkSerializer(rows, many=True).data
