"""A site check as a file: the printed extract, shapes and tables. 选址检查导出"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

FORMS = ("xlsx", "geojson", "gpkg")


def offered(scope: Scope, site: SiteCheck) -> dict[str, Any]:
    return {"pdf": False, "forms": []}


@login_or_demo
@require_safe
def site_check_pdf(request: HttpRequest, site_id: int) -> HttpResponse:
    raise Http404


@login_or_demo
@require_safe
def site_check_file(request: HttpRequest, site_id: int, form: str) -> HttpResponse:
    raise Http404
