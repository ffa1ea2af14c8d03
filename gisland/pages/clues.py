"""Clues: the list, one entered, one looked at and settled. 线索"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisland.casework import clue_ground, clue_settle, clues, evidence, personal, reading
from gisland.casework.models import ClueState, ReadWhat
from gisland.casework.process import process
from gisland.errors import status_of
from gisland.pages.cases import found as found_case
from gisland.pages.cases import person
from gisland.pages.clue_asked import WAYS, ClueForm, given_of, ground_of
from gisland.pages.map_config import map_config
from imports.upload_handler import REFUSAL
from spatial.errors import GislandError, PatchUnknown
from spatial.models import Region
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gisland.casework.models import Clue
    from spatial.models import User
    from spatial.scope import Scope

PAGE = 50
LONGEST_KEY = 12
AROUND, LEAST_DEG = 1.5, 0.001
INLINE = ("image/jpeg", "image/png", "image/webp")


@login_or_demo
@require_safe
def clue_list(request: HttpRequest) -> HttpResponse:
    """The clues of the user's counties, the newest first; without personal data."""
    scope = request_scope(request)
    listed = clues.clues_of(scope).defer("geom", "region__geom")
    asked = {name: request.GET.get(name, "").strip() for name in ("state", "source", "county")}
    if asked["state"] in ClueState.values:
        listed = listed.filter(state=asked["state"])
    if asked["source"] in clues.SOURCES:
        listed = listed.filter(source=asked["source"])
    if asked["county"]:
        listed = listed.filter(region__code=asked["county"])
    page = Paginator(listed, PAGE).get_page(request.GET.get("page", "1")[:LONGEST_KEY])
    return render(
        request,
        "gisland/clue_list.html",
        {
            "page": page,
            "asked": asked,
            "states": ClueState.choices,
            "sources": [(one.value, one.label) for one in clues.SOURCES],
            "counties": Region.objects.filter(pk__in=scope.county_ids).order_by("code"),
            "may_enter": scope.can(clues.ACT),
            "reasons": process().reasons["clue_reason"],
        },
    )


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def clue_new(request: HttpRequest) -> HttpResponse:
    """The form; a POST keeps the clue. A refusal comes back with what was typed."""
    scope = request_scope(request)
    scope.require_act(clues.ACT)
    form, fault, status = ClueForm(found_on=timezone.localdate().isoformat()), "", 200
    if request.method == "POST":
        form = ClueForm.of(request.POST)
        try:
            if (refusal := getattr(request, REFUSAL, None)) is not None:
                raise refusal
            files = [(file.name or "", file) for file in request.FILES.getlist("files")]
            clue, _ = clues.receive(_known(request), given_of(form), timezone.now(), files)
        except GislandError as error:
            fault, status = str(error), status_of(error)
        else:
            messages.success(request, f"已登记线索 {clue.number}。")
            return redirect("clue", clue.pk)
    return _private(
        render(
            request,
            "gisland/clue_new.html",
            {
                "form": form,
                "fault": fault,
                "ways": WAYS,
                "sources": [(one.value, one.label) for one in clues.SOURCES],
                "today": timezone.localdate(),
                "most_files": clues.MOST_FILES,
                "map_config": map_config(scope, layers_open=False),
                "clue_shapes": {"drawn": form.shapes, "ground": None},
            },
            status=status,
        )
    )


@login_or_demo
@require_safe
def clue_page(request: HttpRequest, clue_id: int) -> HttpResponse:
    """One clue: what was told, what lies there, what may be done."""
    return _page(request, found(request_scope(request), clue_id))


@login_or_demo
@require_POST
def clue_person(request: HttpRequest, clue_id: int) -> HttpResponse:
    """The same with the personal data in full, once; recorded before it is shown."""
    scope = request_scope(request)
    clue = found(scope, clue_id)
    scope.require_act(personal.ACT)
    reading.record(ReadWhat.PERSONAL, person(request), clue=clue, detail="举报人、被反映人")
    return _page(request, clue, plain=True)


@login_or_demo
@require_POST
def clue_settle_step(request: HttpRequest, clue_id: int) -> HttpResponse:
    """Accept, merge or refuse. A refusal of ours comes back on the page."""
    clue, given = found(request_scope(request), clue_id), request.POST
    try:
        word = clue_settle.Word(_known(request), timezone.now(), given.get("note", ""))
        if given.get("what") == "accept":
            ground = ground_of(ClueForm.of(given)) if given.get("drawn", "").strip() else None
            case = clue_settle.accept(word, clue.pk, ground, _taken(request))
            messages.success(request, f"线索 {clue.number} 已受理，立为本案。")
            return redirect("case", case.pk)
        if given.get("what") == "merge":
            number = given.get("case", "")
            plain = number.isascii() and number.isdigit() and len(number) <= LONGEST_KEY
            case_id = int(number) if plain else 0
            case = clue_settle.merge(word, clue.pk, case_id, _taken(request))
            messages.success(request, f"线索 {clue.number} 已并入本案。")
            return redirect("case", case.pk)
        clue_settle.refuse(word, clue.pk, given.get("reason", ""))
    except GislandError as error:
        clue = found(request_scope(request), clue_id)
        return _page(request, clue, fault=str(error), status=status_of(error))
    messages.success(request, f"线索 {clue.number} 不予受理，已记录。")
    return redirect("clue", clue.pk)


@login_or_demo
@require_safe
def clue_file(request: HttpRequest, clue_id: int, file_id: int) -> HttpResponse:
    """An attachment, to the byte; a document, which may name people, not for everybody."""
    scope = request_scope(request)
    clue = found(scope, clue_id)
    one = clue.files.filter(pk=file_id).first()
    if one is None:
        raise Http404
    if not one.is_photo:
        scope.require_act(personal.ACT)
    try:
        file = evidence.place_of(one.sha256).open("rb")
    except OSError as error:
        raise Http404("附件缺失，请联系系统管理员。") from error
    reading.record(ReadWhat.ORIGINAL, person(request), clue=clue, detail=one.file_name)
    response: Any = FileResponse(file, content_type=one.media_type)
    kind = "inline" if one.media_type in INLINE else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(one.file_name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _private(response)


def found(scope: Scope, clue_id: int) -> Clue:
    """The clue, if it is the scope's; else PatchUnknown."""
    clue = clues.clues_of(scope).filter(pk=clue_id).first()
    if clue is None:
        raise PatchUnknown("没有这条线索，或不在您的行政区内。")
    return clue


def _page(
    request: HttpRequest, clue: Clue, *, plain: bool = False, fault: str = "", status: int = 200
) -> HttpResponse:
    scope = request_scope(request)
    reading.record(ReadWhat.CLUE, person(request), clue=clue)
    near = clue_ground.near(clue, scope)
    west, south, east, north = clue.geom.extent
    margin = AROUND * max(east - west, north - south, LEAST_DEG)
    ground = {"type": "Feature", "id": 1, "properties": {"name": clue.number},
              "geometry": json.loads(clue.geom.geojson)}  # fmt: skip
    told = {
        "clue": clue,
        "people": _people(clue, plain=plain),
        "text": clue.text if plain else personal.masked_text(clue.text),
        "plain": plain,
        "may_see_people": scope.can(personal.ACT),
        "near": near,
        "may_settle": clue.state == ClueState.WAITING
        and scope.can(clues.ACT)
        and scope.can("handle"),
        "cases": _cases(scope, [one.case_id for one in near if one.case_id]),
        "reasons": process().reasons["clue_reason"],
        "reason": process().reasons["clue_reason"].get(clue.reason_code, ""),
        "files": list(clue.files.order_by("pk")),
        "ticked": _ticked(request, clue),
        "fault": fault,
        "given": request.POST,
        "map_config": map_config(
            scope, bounds=[west - margin, south - margin, east + margin, north + margin],
            layers_open=False, address=False,
        ),
        "clue_shapes": {"drawn": None, "ground": {"type": "FeatureCollection",
                                                  "features": [ground]}},
    }  # fmt: skip
    return _private(render(request, "gisland/clue.html", told, status=status))


def _taken(request: HttpRequest) -> list[int]:
    """The files that were ticked; what is no number is no file, and refused as such."""
    told = request.POST.getlist("taken")
    plain = [one.isascii() and one.isdigit() and len(one) <= LONGEST_KEY for one in told]
    return [int(one) if good else 0 for one, good in zip(told, plain, strict=True)]


def _ticked(request: HttpRequest, clue: Clue) -> list[int]:
    """What was ticked before a fault; else the photos."""
    if request.POST.get("what") in ("accept", "merge"):
        return _taken(request)
    return [one.pk for one in clue.files.all() if one.is_photo]


def _people(clue: Clue, *, plain: bool) -> list[tuple[str, str]]:
    names = [("举报人", clue.reporter_name), ("被反映的人或单位", clue.party_said)]
    told = [(term, name if plain else personal.masked_name(name)) for term, name in names]
    phone = clue.reporter_phone if plain else personal.masked_phone(clue.reporter_phone)
    return [(term, text) for term, text in (*told, ("电话", phone)) if text]


def _cases(scope: Scope, ids: list[int]) -> list[Any]:
    return [found_case(scope, one) for one in dict.fromkeys(ids)]


def _known(request: HttpRequest) -> User:
    known = person(request)
    if known is None:
        request_scope(request).require_act(clues.ACT)  # a visitor may not: said in its words
        raise PatchUnknown("请先登录。")
    return known


def _private(response: HttpResponse) -> HttpResponse:
    """Personal data, even masked, stay in no cache: neither a proxy's nor the browser's."""
    response["Cache-Control"] = "no-store, private"
    return response
