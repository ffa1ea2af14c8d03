"""What pages that give out files share: who takes one, its record, and the answer. 取用记录"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import HttpResponse

from imports import export_log
from spatial.models import User
from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def who(request: HttpRequest) -> str:
    """Who takes it, as it stands in the file."""
    user = request.user
    return str(user) if user.is_authenticated else "演示访客"


def log(request: HttpRequest, what: str, name: str, *, rows: int, asked: dict[str, Any]) -> None:
    """Record what is given out; raises ExportNotLogged, and then nothing is."""
    export_log.write_paper(
        what, name.rpartition(".")[2], name, rows=rows, asked=asked,
        scope=request_scope(request), by=who(request),
        user=request.user if isinstance(request.user, User) else None,
    )  # fmt: skip


def answer(data: bytes, kind: str, name: str, *, inline: bool = False) -> HttpResponse:
    """The file under its Chinese name."""
    response = HttpResponse(data, content_type=kind)
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name)}"
    return response
