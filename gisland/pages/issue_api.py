"""The tables of issued patches for machines: the page's own numbers. 卫片统计接口"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from gisland.pages import issue_progress, issue_tables
from gisland.pages.issue_asked import IssueParameters, asked_by
from gisland.pages.issue_tables import SHOWN
from spatial import units
from spatial.api import HasScope, asked_scope
from spatial.engine.ratio_stages import MEASURES
from spatial.scope import mark_private

if TYPE_CHECKING:
    from rest_framework.request import Request

    from gisland.pages.issue_tables import Issue
    from spatial.engine.ratio_stages import StageRow


class IssueSums(serializers.Serializer):
    """个数和面积；面积为两位小数的文本。"""

    patch_count = serializers.IntegerField()
    area_m2 = serializers.CharField()
    cultivated_m2 = serializers.CharField()
    basic_farm_m2 = serializers.CharField(allow_null=True, help_text="空：规则集没有或无权查看")
    area_mu = serializers.CharField(help_text="亩，与页面所印相同")


class IssueRow(serializers.Serializer):
    """一行；stages 各栏的代码见词表 issue_stage。"""

    region = serializers.CharField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # a field, not Field.source
    batch = serializers.CharField()
    stages = serializers.DictField(child=IssueSums())


class IssueTable(serializers.Serializer):
    """各行、合计、各县区进度和口径。"""

    rows = IssueRow(many=True)
    total = IssueRow()
    progress = serializers.ListField(child=serializers.DictField())
    as_of = serializers.DateField()
    said = serializers.ListField(child=serializers.CharField())


class IssueTablesView(APIView):
    """The table of what the asker sees."""

    permission_classes = (HasScope,)

    @extend_schema(tags=["issue-tables"], parameters=[IssueParameters], responses=IssueTable)
    def get(self, request: Request) -> Response:
        """卫片统计：下发、核查、合法、违法、整改的个数与面积，各县区进度。"""
        given = request.query_params.dict()
        checked = IssueParameters(data=given)
        checked.is_valid(raise_exception=True)
        issue = issue_tables.issue_of(
            asked_by(asked_scope(request), dict(checked.validated_data), given)
        )
        response = Response(as_json(issue))
        mark_private(response)
        return response


def as_json(issue: Issue) -> dict[str, Any]:
    """The page's tables as plain values."""
    progress = issue_progress.progress_table(issue)
    return {
        "rows": [_row(issue, row) for row in issue.found.rows],
        "total": _row(issue, issue.found.total),
        "progress": [
            {key: None if value is None else str(value) for key, value in row.items()}
            for row in progress.rows
        ],
        "as_of": issue.asked.as_of,
        "said": issue_tables.notes_of(issue),
    }


def _row(issue: Issue, row: StageRow) -> dict[str, Any]:
    stages = {}
    for stage in SHOWN:
        sums = row.of(stage)
        stages[stage] = {
            "patch_count": sums.patch_count,
            **{name: f"{getattr(sums, name):.2f}" for name in MEASURES},
            "area_mu": str(units.mu(sums.area_m2)),
        }
        if not issue.has_farm:
            stages[stage]["basic_farm_m2"] = None
    return {"region": row.region_code, "name": row.region_name, "source": row.source,
            "batch": row.batch, "stages": stages}  # fmt: skip
