"""Clues for machines: patrols, the hotline and cameras report, and ask what became. 线索接口"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from gisland.casework import clue_ground, clues
from gisland.casework.models import Clue, ClueState, Outline
from gisland.casework.process import process
from imports.upload_handler import REFUSAL
from spatial.api import asked_scope
from spatial.api_query import ListQuery, NewestFirst, Parameters
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from spatial.models import User
from spatial.scope import mark_private

if TYPE_CHECKING:
    from rest_framework.request import Request

    from gisland.casework.clue_ground import Ground

LONGEST_COORDINATES = 200_000


class ClueThrottle(SimpleRateThrottle):
    """Clues a minute for each account: more is a machine gone wrong."""

    scope = "clue"
    rate = settings.CLUE_RATE

    def get_cache_key(self, request: Request, view: Any) -> str:
        """By account."""
        return str(self.cache_format % {"scope": self.scope, "ident": f"u{request.user.pk}"})


class HasAccount(BasePermission):
    """Somebody with an account and the act ``clue``; a visitor to the demo reports nothing."""

    message = "报送线索须有账号，其角色能“登记线索”。请联系系统管理员。"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the account may."""
        return isinstance(request.user, User) and asked_scope(request).can(clues.ACT)


class ClueBody(Parameters):
    """What is sent: the clue, its place in one of three ways, files as ``files``."""

    number = serializers.CharField(max_length=60, help_text="报送方编号：同一编号再报是同一条线索")
    source: Any = serializers.ChoiceField(choices=[one.value for one in clues.SOURCES])
    found_on = serializers.DateField(help_text="发现日期")
    clear_on = serializers.DateField(
        required=False, help_text="此前确认尚无的日期；不报则行为前的地类无从判断"
    )
    text = serializers.CharField(max_length=clues.MOST_TEXT, help_text="反映内容")
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    region = serializers.RegexField(
        r"^[0-9]{6}$", required=False, help_text="县级行政区代码；须与位置相符"
    )
    lon = serializers.FloatField(required=False, min_value=-180, max_value=180)
    lat = serializers.FloatField(required=False, min_value=-90, max_value=90)
    radius_m = serializers.FloatField(
        required=False,
        min_value=clue_ground.LEAST_RADIUS_M,
        max_value=clue_ground.MOST_RADIUS_M,
        help_text="位置的半径（米）",
    )
    ground = serializers.JSONField(required=False, help_text="GeoJSON 面，EPSG:4490，经度在前")
    coordinates = serializers.CharField(
        required=False, max_length=LONGEST_COORDINATES, help_text="界址点坐标，任意次序和带号"
    )
    crs = serializers.CharField(required=False, max_length=60, help_text="如 EPSG:4528")
    reporter_name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    reporter_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    party = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="被反映的人或单位"
    )

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        """Exactly one place."""
        circle = [name in told for name in ("lon", "lat", "radius_m")]
        if any(circle) and not all(circle):
            raise serializers.ValidationError({"lon": ["lon、lat、radius_m 须一起给。"]})
        if sum((circle[0], "ground" in told, "coordinates" in told)) != 1:
            said = "位置须给且只给一种：lon、lat、radius_m，或 ground，或 coordinates。"
            raise serializers.ValidationError({"ground": [said]})
        return told


class ClueNear(serializers.Serializer):
    """同地和附近的图斑或线索。"""

    what = serializers.ChoiceField(["patch", "clue"])
    name = serializers.CharField()
    source: Any = serializers.CharField()
    distance_m = serializers.FloatField()
    share = serializers.FloatField(help_text="覆盖线索范围的比例")


class ClueReceipt(serializers.Serializer):
    """一条线索的回执；不含个人信息。"""

    id = serializers.IntegerField()
    clue = serializers.CharField(help_text="线索编号")
    number = serializers.CharField(help_text="报送方编号")
    source: Any = serializers.CharField()
    found_on = serializers.DateField()
    received_at = serializers.DateTimeField()
    county_code = serializers.CharField()
    county = serializers.CharField()
    outline = serializers.ChoiceField(Outline.choices)
    radius_m = serializers.FloatField(allow_null=True)
    area_m2 = serializers.CharField()
    files = serializers.ListField(child=serializers.CharField(), help_text="附件的 SHA-256")
    state = serializers.ChoiceField(ClueState.choices)
    state_term = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    case = serializers.IntegerField(allow_null=True)


class ClueTaken(ClueReceipt):
    """回执，和同地、附近已有的。"""

    near = ClueNear(many=True)


class CluePage(serializers.Serializer):
    """一页回执。"""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ClueReceipt(many=True)


class ClueView(APIView):
    """What both views share."""

    permission_classes = (HasAccount,)

    def answer(self, told: Any, code: int = 200) -> Response:
        """For one reader, kept by nobody."""
        response = Response(told, status=code)
        mark_private(response)
        response["Cache-Control"] = "no-store, private"
        return response


class CluesView(ClueView):
    """What this account reported, and a new one."""

    parser_classes = (JSONParser, MultiPartParser, FormParser)

    def get_throttles(self) -> list[Any]:
        """Only what writes is counted."""
        return [ClueThrottle()] if self.request.method == "POST" else []

    @extend_schema(
        tags=["clues"], operation_id="clues_list",
        parameters=[
            ListQuery, OpenApiParameter("number", str, description="报送方编号"),
        ],
        responses=CluePage,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """本账号报送的线索，新的在前；number 查一条。"""
        asked = request.query_params.dict()
        number = asked.pop("number", None)
        query = ListQuery(data=asked)
        query.is_valid(raise_exception=True)
        rows = clues.sent_by(_person(request)).prefetch_related("files")
        if number is not None:
            rows = rows.filter(sender_number=number.replace("\0", ""))
        pages = NewestFirst()
        found = pages.paginate_queryset(rows, request, view=self) or []
        return self.answer({
            "next": pages.get_next_link(), "previous": pages.get_previous_link(),
            "results": [_receipt(one) for one in found],
        })  # fmt: skip

    @extend_schema(
        tags=["clues"],
        request={"application/json": ClueBody, "multipart/form-data": ClueBody},
        responses={201: ClueTaken, 200: ClueTaken},
    )
    def post(self, request: Request) -> Response:
        """报送一条线索，附件用 files（可多个）；同一编号、同样内容再报为 200，内容不同为 409。"""
        body = ClueBody(data=_plain_body(request))
        body.is_valid(raise_exception=True)
        told = dict(body.validated_data)
        given = clues.Given(
            source=told["source"], found_on=told["found_on"], text=told["text"],
            ground=_ground(told), clear_on=told.get("clear_on"), region_code=told.get("region", ""),
            place_said=told.get("place", ""), party_said=told.get("party", ""),
            reporter_name=told.get("reporter_name", ""),
            reporter_phone=told.get("reporter_phone", ""), sender_number=told["number"],
        )  # fmt: skip
        files = [(one.name or "", one) for one in request.FILES.getlist("files")]
        clue, new = clues.receive(_person(request), given, timezone.now(), files)
        near = [
            {"what": one.what, "name": one.name, "source": one.source,
             "distance_m": round(one.distance_m, 1), "share": round(one.share, 4)}
            for one in clue_ground.near(clue, asked_scope(request))
        ]  # fmt: skip
        code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
        return self.answer({**_receipt(clue), "near": near}, code)


class ClueOneView(ClueView):
    """One that this account reported."""

    @extend_schema(tags=["clues"], responses=ClueReceipt)
    def get(self, request: Request, clue_id: int) -> Response:
        """一条线索的处理情况。"""
        clue = clues.sent_by(_person(request)).filter(pk=clue_id).first()
        if clue is None:
            raise PatchUnknown("没有这条线索，或不是本账号报送的。")
        return self.answer(_receipt(clue))


def _person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise NotAllowed("报送线索须有账号。")
    return request.user


def _plain_body(request: Request) -> dict[str, Any]:
    told = request.data
    if refusal := getattr(request, REFUSAL, None):  # of a file, while the form was read
        raise refusal
    if hasattr(told, "dict"):  # a form
        return {str(name): value for name, value in told.dict().items() if name != "files"}
    if not isinstance(told, dict):
        raise InputRefused("请求体应是 JSON 对象，或带文件的表单。")
    return dict(told)


def _ground(told: dict[str, Any]) -> Ground:
    if "lon" in told:
        return clue_ground.circle(told["lon"], told["lat"], told["radius_m"])
    if "coordinates" in told:
        return clue_ground.pasted(told["coordinates"], told.get("crs", ""))
    return clue_ground.drawn(told["ground"])


def _receipt(clue: Clue) -> dict[str, Any]:
    reasons = process().reasons["clue_reason"]
    return {
        "id": clue.pk, "clue": clue.number, "number": clue.sender_number, "source": clue.source,
        "found_on": clue.found_on, "received_at": clue.received_at,
        "county_code": clue.region.code, "county": clue.region.name, "outline": clue.outline,
        "radius_m": clue.radius_m, "area_m2": f"{clue.area_m2:.2f}",
        "files": [one.sha256 for one in clue.files.all()], "state": clue.state,
        "state_term": clue.get_state_display(), "reason": reasons.get(clue.reason_code, ""),
        "case": clue.case_id,
    }  # fmt: skip
