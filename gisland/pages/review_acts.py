"""What the review desk is told to do: JSON in, what came of it out. 处置"""

from __future__ import annotations

import json
import math
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSException, LineString
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from gisland.pages.review import patch_in, told_of
from spatial import crs
from spatial.errors import InputRefused
from spatial.models import Patch, User
from spatial.review import acts, presence, queue, split
from spatial.review.filters import Filters
from spatial.review.status import standings
from spatial.review.undo import undo as undo_action
from spatial.scope import LoginNeeded, login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.review.acts import Done

MOST_VERTICES = 2000
MOST_IMAGES = 4


@login_or_demo
@require_POST
def act(request: HttpRequest, patch_id: int) -> JsonResponse:
    """Do one act to one patch; 409 where it changed since the page saw it."""
    told = told_body(request)
    done = acts.act_on(
        _person(request), patch_id, _act(told), seen=str(told.get("seen", "")), on=_today()
    )
    return _answer(request, done, [patch_id])


@login_or_demo
@require_POST
def act_on_all(request: HttpRequest) -> JsonResponse:
    """Do one act to all that the filters find, if they are as many and as large as was shown."""
    told = told_body(request)
    try:
        count, area = int(told["count"]), Decimal(str(told["area_m2"]))
    except (KeyError, ValueError, TypeError, InvalidOperation) as error:
        raise InputRefused("批量处置须带页面上显示的个数和面积。请刷新后重试。") from error
    filters = told.get("filters")
    if not isinstance(filters, dict):
        raise InputRefused("批量处置须带筛选条件。请刷新后重试。")
    done = acts.act_on_all(
        _person(request), Filters.read(filters), _act(told), count=count, area_m2=area, on=_today()
    )
    return _answer(request, done, [])


@login_or_demo
@require_POST
def parts(request: HttpRequest, patch_id: int) -> JsonResponse:
    """The parts into which a line would cut a patch; nothing is written."""
    patch = patch_in(request_scope(request), patch_id)
    found = split.parts_of(patch, _line(told_body(request)))
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": number,
                    "geometry": json.loads(part.geom.geojson),
                    "properties": {"number": number, "area_m2": str(part.area_m2)},
                }
                for number, part in enumerate(found, start=1)
            ],
        }
    )


@login_or_demo
@require_POST
def split_patch(request: HttpRequest, patch_id: int) -> JsonResponse:
    """Cut a patch along a line and decide each part."""
    told = told_body(request)
    given = told.get("acts")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise InputRefused("分割须逐部分给出判定。请刷新后重试。")
    done = acts.split(
        _person(request), patch_id, _line(told), [_act(each) for each in given],
        seen=str(told.get("seen", "")), on=_today(),
    )  # fmt: skip
    return _answer(request, done, [patch_id])


@login_or_demo
@require_POST
def visit(request: HttpRequest, patch_id: int) -> JsonResponse:
    """That a patch is open on this page: who else has it open, and how it stands by now."""
    scope = request_scope(request)
    patch = patch_in(scope, patch_id)
    others = []
    if isinstance(request.user, User):
        others = presence.visit(request.user, patch.pk, timezone.now())
    stands = standings([patch.pk])[patch.pk]
    return JsonResponse({"seen": stands.seen, "others": others, "last": acts.last_said(stands)})


@login_or_demo
@require_POST
def undo(request: HttpRequest) -> JsonResponse:
    """Take back one's own action where nothing was said since."""
    told = told_body(request)
    try:
        number = int(told["action"])
    except (KeyError, ValueError, TypeError) as error:
        raise InputRefused("没有说明撤销哪一次处置。请刷新后重试。") from error
    done = undo_action(_person(request), number, on=_today())
    return _answer(request, done, [])


def told_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request; raises InputRefused for anything else."""
    try:
        told = json.loads(request.body)
        json.dumps(told, ensure_ascii=False).encode()  # half of a character is no text
    except ValueError as error:  # UnicodeError is one
        raise InputRefused("请求的内容不是 JSON。请刷新后重试。") from error
    if not isinstance(told, dict):
        raise InputRefused("请求的内容应为一个 JSON 对象。请刷新后重试。")
    return told


def _act(told: dict[str, Any]) -> acts.Act:
    words = {name: str(told.get(name) or "").strip() for name in
             ("kind", "conclusion", "reason_code", "note")}  # fmt: skip
    if len(words["note"]) > 1000:
        raise InputRefused("说明最长 1000 字。")
    told_images = told.get("images") or []
    if not isinstance(told_images, list) or len(told_images) > MOST_IMAGES:
        raise InputRefused("影像编号有误。请刷新后重试。")
    images = tuple(number for number in told_images if type(number) is int)
    return acts.Act(**words, images=images)


def _line(told: dict[str, Any]) -> LineString:
    """The drawn line: a list of [lon, lat] in degrees."""
    points = told.get("line")
    if not isinstance(points, list) or not 2 <= len(points) <= MOST_VERTICES:
        raise InputRefused(f"分割线应有 2 到 {MOST_VERTICES} 个点。请重新画线。")
    try:
        line = LineString([(float(x), float(y)) for x, y in points], srid=crs.STORAGE_SRID)
    except (TypeError, ValueError, GEOSException) as error:
        raise InputRefused("分割线的坐标有误。请重新画线。") from error
    west, south, east, north = line.extent
    if not all(math.isfinite(number) for point in line.coords for number in point):
        raise InputRefused("分割线的坐标有误。请重新画线。")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InputRefused("分割线的坐标不在经纬度范围内。请重新画线。")
    return line


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录，再处置图斑。")
    return request.user


def _today() -> Any:
    return timezone.localdate()


def _answer(request: HttpRequest, done: Done, patch_ids: list[int]) -> JsonResponse:
    patches = Patch.objects.filter(pk__in=patch_ids).select_related("batch", "region", "holder")
    return JsonResponse(
        {
            "action": told_of(done.action),
            "count": done.count,
            "area_m2": str(done.area_m2),
            "left": len(done.left),
            "rows": queue.rows(request_scope(request), list(patches)),
        }
    )
