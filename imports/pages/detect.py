"""``/imports/detect/``: two images are compared in the background; what changed becomes patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports.detect import deliver, search
from imports.pages.gate import importer, user_of
from imports.pages.work import begun
from imports.upload_options import within_of
from spatial.errors import GislandError, InputRefused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GIVEN = ("before", "after", "batch", "least_area_m2", "threshold")
AUTO = "auto"


@importer
@require_http_methods(["GET", "HEAD", "POST"])
def import_detect(request: HttpRequest) -> HttpResponse:
    """The form; a POST starts the job and leads to its page, or says what is wrong."""
    given = {name: request.POST.get(name, "").strip() for name in GIVEN}
    fault = ""
    if request.method == "POST":
        try:
            arguments = _checked(request, given)
        except GislandError as error:
            fault = str(error)
        else:
            title = f"变化初筛 {given['batch']}"
            return redirect("work", job_id=begun(request, "detect_changes", title, arguments).pk)
    else:
        given |= {
            "least_area_m2": f"{search.LEAST_AREA_M2:g}",
            "threshold": AUTO,
        }
    images = deliver.images_of(user_of(request)).defer("footprint")
    told = {"images": images, "given": given, "fault": fault}
    return render(request, "imports/detect.html", told, status=400 if fault else 200)


def _checked(request: HttpRequest, given: dict[str, str]) -> dict[str, Any]:
    """The job's arguments; raises InputRefused for what can be known to be wrong."""
    user = user_of(request)
    within_of(user)
    before, after = (_whole(given[name], term) for name, term in
                     (("before", "前影像"), ("after", "后影像")))  # fmt: skip
    threshold = given["threshold"] or AUTO
    chosen = {
        "least_area_m2": _number(given["least_area_m2"], "最小面积"),
        "threshold": None if threshold == AUTO else _number(threshold, "阈值"),
    }
    search.Settings(**chosen).checked()
    deliver.checked(before, after, given["batch"], user)
    return {"before": before, "after": after, "batch": given["batch"], "settings": chosen}


def _whole(text: str, term: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise InputRefused(f"请选择{term}。")
    return int(text)


def _number(text: str, term: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputRefused(f"{term}“{text[:20]}”不是数字，请改正。") from error
