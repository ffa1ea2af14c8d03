"""Site checks for machines: POST ground, GET what was found, as JSON or as a file. 选址检查接口"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from gisland.pages import site_report
from gisland.pages.site_check_query import CheckThrottle, ShareBody, SiteCheckBody, WhatIfQuery
from gisland.pages.site_check_schema import (
    SiteCheckPage,
    SiteCheckResult,
    SiteShared,
    SiteWhatIf,
)
from gisland.pages.site_told import told_of
from imports import export_log
from imports.deliveries import FileOptions
from imports.site_export import FORMS, GUARD, WHAT, export_site
from imports.site_ground import SiteGround, read_files, read_pasted
from imports.upload_handler import REFUSAL
from spatial.api import HasScope, asked_scope
from spatial.api_query import ListQuery, NewestFirst
from spatial.errors import InputRefused
from spatial.models import User
from spatial.scope import mark_private
from spatial.site_check import purposes
from spatial.site_check.check import ACT, Asked, check, checks, found, share
from spatial.site_check.parcels import Parcel, parcels_of
from spatial.site_check.result import as_json, result
from spatial.site_check.what_if import what_if

if TYPE_CHECKING:
    from rest_framework.request import Request

    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck


CONTENT_TYPES = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "kml": "application/vnd.google-earth.kml+xml",
}


class SiteCheckView(APIView):
    """What all views of site checks share."""

    permission_classes = (HasScope,)

    def private(self, told: Any, code: int = 200) -> Response:
        """An answer for one reader; areas as texts with two decimals."""
        response = Response(as_json(told), status=code)
        mark_private(response)
        return response

    def person(self, request: Request) -> User | None:
        """The account, or None for a visitor to the demo."""
        return request.user if isinstance(request.user, User) else None


class SiteChecksView(SiteCheckView):
    """All of them, and a new one."""

    parser_classes = (JSONParser, MultiPartParser, FormParser)

    def get_throttles(self) -> list[Any]:
        """Only what costs is counted."""
        return [CheckThrottle()] if self.request.method == "POST" else []

    @extend_schema(
        tags=["site-checks"],
        operation_id="site_checks_list",
        parameters=[ListQuery],
        responses=SiteCheckPage,
    )
    def get(self, request: Request) -> Response:
        """选址检查（本单位的和已共享的），新的在前；另列可选的用途。"""
        query = ListQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        pages = NewestFirst()
        found = pages.paginate_queryset(checks(asked_scope(request)), request, view=self) or []
        return self.private(
            {
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
                "results": [
                    {
                        "id": patch.pk,
                        "code": patch.batch.code,
                        "title": patch.batch.title,
                        "purpose": patch.batch.ruleset,
                        "area_m2": patch.area_m2,
                        "county": patch.region.name,
                        "unit": patch.batch.owner.name if patch.batch.owner else "",
                        "shared": patch.batch.shared,
                        "as_of": patch.batch.issued_on,
                    }
                    for patch in found
                ],
                "purposes": [{"code": one.code, "title": one.title} for one in purposes.rulesets()],
            }
        )

    @extend_schema(
        tags=["site-checks"],
        request={"application/json": SiteCheckBody, "multipart/form-data": SiteCheckBody},
        responses={201: SiteCheckResult, 200: SiteCheckResult},
    )
    def post(self, request: Request) -> Response:
        """检查一块地：返回全部结果；同一范围、用途、数据再查为 200。"""
        scope = asked_scope(request)
        scope.require_act(ACT)
        body = SiteCheckBody(data=_plain_body(request))
        body.is_valid(raise_exception=True)
        told = dict(body.validated_data)
        parcels, ground = _ground(request, told)
        site = check(
            parcels,
            Asked(
                told["purpose"],
                told.get("as_of") or timezone.localdate(),
                title=told.get("title", ""),
                source_note=ground.source_note if ground else "接口提交的 GeoJSON",
                delivered_crs=ground.crs if ground else "EPSG:4490",
                region_code=told.get("region"),
                notes=ground.notes if ground else (),
            ),
            scope,
            by=self.person(request),
        )
        code = status.HTTP_200_OK if site.repeated else status.HTTP_201_CREATED
        return self.private(result(site, scope), code)


class SiteCheckOneView(SiteCheckView):
    """One of them."""

    @extend_schema(tags=["site-checks"], responses=SiteCheckResult)
    def get(self, request: Request, number: int) -> Response:
        """一次选址检查的全部结果；changed 说明此后数据有无变化。"""
        scope = asked_scope(request)
        return self.private(result(found(scope, number), scope, look_for_changes=True))


class SiteCheckFileView(SiteCheckView):
    """One of them as shapes."""

    @extend_schema(
        tags=["site-checks"],
        parameters=[OpenApiParameter("form", str, "path", enum=["xlsx", *FORMS])],
        responses={(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()},
    )
    def get(self, request: Request, number: int, form: str) -> HttpResponse:
        """选址范围、地块和各管控线的图形，记入导出日志。"""
        scope = asked_scope(request)
        person = self.person(request)
        site, by = found(scope, number), str(person or "演示访客")
        if form == "xlsx":
            name, content = f"{site.patch.batch.code}.xlsx", _workbook(site, scope, person, by)
        else:
            name, content = export_site(
                site, scope, form, by=by, today=timezone.localdate(), user=person
            )
        answer = HttpResponse(content, content_type=CONTENT_TYPES[form])
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        mark_private(answer)
        return answer


class SiteCheckWhatIfView(SiteCheckView):
    """One of them without what it hits."""

    throttle_classes = (CheckThrottle,)

    @extend_schema(tags=["site-checks"], parameters=[WhatIfQuery], responses=SiteWhatIf)
    def get(self, request: Request, number: int) -> Response:
        """避让推演：去掉所涉范围后的剩余，和整块平移的最近位置。"""
        query = WhatIfQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        told = dict(query.validated_data)
        lines = tuple(filter(None, told.pop("lines", "").split(",")))
        scope = asked_scope(request)
        return self.private(what_if(found(scope, number), scope, lines=lines, **told))


class SiteCheckShareView(SiteCheckView):
    """Who sees one of them."""

    @extend_schema(tags=["site-checks"], request=ShareBody, responses=SiteShared)
    def post(self, request: Request, number: int) -> Response:
        """共享给本县其他单位，或取消共享（只限做检查的单位）。"""
        body = ShareBody(data=_plain_body(request))
        body.is_valid(raise_exception=True)
        scope = asked_scope(request)
        site = found(scope, number)
        share(site, scope, shared=body.validated_data["shared"])
        return self.private({"id": site.id, "shared": site.patch.batch.shared})


def _workbook(site: SiteCheck, scope: Scope, person: User | None, by: str) -> bytes:
    """The tables of the page, on record."""
    scope.require("export", GUARD)
    told = told_of(site, scope, QueryDict())
    content = site_report.spreadsheet(told, made_on=timezone.localdate(), by=by)
    export_log.write_paper(
        WHAT, "xlsx", f"{site.patch.batch.code}.xlsx", rows=len(told.lines),
        asked={"site": site.id}, scope=scope, by=by, user=person,
    )  # fmt: skip
    return content


def _plain_body(request: Request) -> dict[str, Any]:
    """The body's fields, a GeoJSON that was sent by itself as the ground."""
    told = request.data
    if refusal := getattr(request, REFUSAL, None):  # of the file, while the form was read
        raise refusal
    if hasattr(told, "dict"):  # a form
        return {str(name): value for name, value in told.dict().items()}
    if not isinstance(told, dict):
        raise InputRefused("请求体应是 JSON 对象、GeoJSON，或带文件的表单。")
    if told.get("type") in ("Polygon", "MultiPolygon", "Feature", "FeatureCollection"):
        return {"ground": told}
    return dict(told)


def _ground(
    request: Request, told: dict[str, Any]
) -> tuple[tuple[Parcel, ...] | list[Parcel], SiteGround | None]:
    options = FileOptions(
        region_code=told.get("region"), crs=told.get("crs"), encoding=told.get("encoding"),
        sublayer=told.get("sublayer"),
    )  # fmt: skip
    if "ground" in told:
        geojson = told["ground"]
        if isinstance(geojson, str):
            try:
                geojson = json.loads(geojson)
            except ValueError as error:
                raise InputRefused("ground 不是 JSON。") from error
        return parcels_of(geojson), None
    if "coordinates" in told:
        ground = read_pasted(told["coordinates"], options)
    else:
        ground = read_files(request.FILES.getlist("file"), options)
    return ground.parcels, ground
