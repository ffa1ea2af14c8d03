"""How the API is asked: parameters that are checked, pages by key."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Polygon
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from spatial import crs

if TYPE_CHECKING:
    from rest_framework.pagination import Cursor
    from rest_framework.request import Request

PAGE_SIZE = 100
LARGEST_PAGE = 1000
LARGEST_KEY = 2**63 - 1


class Parameters(serializers.Serializer):
    """Parameters of an address; one that is not known is refused, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown names before the known are read."""
        strange = sorted(set(data) - set(self.fields))
        if strange:
            known = "、".join(self.fields)
            raise ValidationError({"parameters": [f"没有这些参数：{strange!r}；可用：{known}"]})
        return super().to_internal_value(data)


class ListQuery(Parameters):
    """Parameters of every list."""

    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PAGE, help_text="每页条数"
    )
    cursor = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="翻页：取自 next 或 previous"
    )


class BoxField(serializers.CharField):
    """``west,south,east,north`` in degrees of EPSG:4490, as a polygon."""

    def to_internal_value(self, data: Any) -> Any:
        """Four finite numbers in order."""
        try:
            west, south, east, north = (float(part) for part in str(data).split(","))
        except ValueError as error:
            raise ValidationError("应为 西,南,东,北 四个以逗号分隔的数") from error
        if not all(map(math.isfinite, (west, south, east, north))):
            raise ValidationError("四个数都应为有限值")
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValidationError("应满足 -180 ≤ 西 < 东 ≤ 180、-90 ≤ 南 < 北 ≤ 90（度）")
        box = Polygon.from_bbox((west, south, east, north))
        box.srid = crs.STORAGE_SRID
        return box

    def to_representation(self, value: Any) -> str:
        """The four numbers again."""
        return ",".join(str(number) for number in value.extent)


class PatchQuery(ListQuery):
    """Parameters of the list of patches."""

    batch = serializers.CharField(required=False, max_length=60, help_text="批次号")
    county = serializers.RegexField(
        r"^[0-9]{6}$",
        required=False,
        help_text="县级行政区代码",
        error_messages={"invalid": "应为六位县级行政区代码"},
    )
    label: Any = serializers.CharField(required=False, max_length=40, help_text="初判代码")
    label_class = serializers.CharField(required=False, max_length=10, help_text="归类")
    in_bbox = BoxField(required=False, max_length=200, help_text="西,南,东,北（EPSG:4490，度）")


class BatchQuery(ListQuery):
    """Parameters of the list of batches."""

    source: Any = serializers.CharField(required=False, max_length=10, help_text="来源")


class RegionQuery(ListQuery):
    """Parameters of the list of regions."""

    level = serializers.CharField(required=False, max_length=10, help_text="级别")


class KeyPages(CursorPagination):
    """Pages by primary key: as fast at the end as at the start, and stable under inserts."""

    ordering = "id"
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Refuse a cursor that is not one of ours, with 400."""
        refused = ValidationError({"cursor": ["游标无效：请使用 next 或 previous 中的地址"]})
        if not request.query_params.get(self.cursor_query_param):
            return None
        try:
            cursor = super().decode_cursor(request)
            key = int(cursor.position) if cursor and cursor.position is not None else 0
        except Exception as error:
            raise refused from error
        if not 0 <= key <= LARGEST_KEY:
            raise refused
        return cursor


class NewestFirst(KeyPages):
    """The same, from the newest backwards."""

    ordering = "-id"


class FeaturePages(KeyPages):
    """The same, as one GeoJSON FeatureCollection with ``next`` and ``previous``."""

    def get_paginated_response(self, data: Any) -> Response:
        """One page."""
        return Response(
            {
                "type": "FeatureCollection",
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "features": data["features"],
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How one page looks, for OpenAPI; drf-gis names the collection, we list its features."""
        link = {"type": "string", "format": "uri", "nullable": True}
        feature = {"$ref": schema["$ref"].removesuffix("List")}
        return {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "next": link,
                "previous": link,
                "features": {"type": "array", "items": feature},
            },
        }
