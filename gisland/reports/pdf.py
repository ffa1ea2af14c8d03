"""PDF by typst, in the process and without network: a template of this folder and a page of data.

A template is the layout alone (``typst/NAME.typ`` over ``typst/kit.typ``). Data reaches it as JSON
and is printed as text, so nothing that a person typed is ever read as markup. The clock is not
asked: ``made_on`` is printed, and the same data give the same bytes.
"""

from __future__ import annotations

import datetime
import io
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings

from spatial.errors import GislandError, InputRefused

FOLDER = Path(__file__).resolve().parent / "typst"
FONT = "Noto Sans CJK SC"
SYSTEM = "gisland 国土执法一张图"
DEMO_NOTE = "演示数据：行政区、单位、图斑均为程序虚构，不得作为执法依据"
REQUIRED = ("title", "made_on")


class ReportFailed(GislandError):
    """A report that could not be set. 报告未生成"""


def render(template: str, data: dict[str, Any], files: dict[str, bytes] | None = None) -> bytes:
    """The PDF of a template with these data and named pictures (``map.svg``, ``site.png``).

    ``data`` needs ``title`` and ``made_on`` (a date); of the kit's own it may have ``subtitle``,
    ``by`` (who took it: footer and watermark), ``address`` (printed as QR and text) and
    ``landscape``. Raises ReportFailed with the remedy where there is no Chinese font or the
    template does not fit its data.
    """
    missing = [key for key in REQUIRED if not data.get(key)]
    if missing:
        raise ValueError(f"a report needs {missing}")
    given = {
        "subtitle": "", "by": "", "address": "", "landscape": False, "system": SYSTEM,
        "demo": DEMO_NOTE if settings.DEMO else "", **data,
    }  # fmt: skip
    sources: dict[str, bytes] = {
        "main": (FOLDER / f"{template}.typ").read_bytes(),
        "kit.typ": (FOLDER / "kit.typ").read_bytes(),
        "data.json": json.dumps(given, default=plain, ensure_ascii=False).encode(),
        "qr.svg": qr(given["address"]) if given["address"] else b"",
        **(files or {}),
    }
    try:
        return _compiled(sources, data["made_on"])
    except typst.TypstError as error:
        raise ReportFailed(f"报告“{data['title']}”没有排成：{error.message}") from error


def _compiled(sources: dict[str, bytes], made_on: datetime.date) -> bytes:
    noon = datetime.datetime(made_on.year, made_on.month, made_on.day, 12, tzinfo=datetime.UTC)
    compiler: Any = typst.compile
    return bytes(compiler(sources, font_paths=_fonts(), ignore_system_fonts=True, timestamp=noon))


@cache
def _fonts() -> typst.Fonts:
    """The faces of the first folder that has ours, read once a process."""
    for folder in settings.FONT_FOLDERS:
        path = Path(folder).expanduser()
        if not path.is_dir():
            continue
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(path)]
        )
        if FONT in fonts.families():
            return fonts
    raise ReportFailed(
        f"没有安装中文字体 {FONT}，不能排印 PDF。"
        "请系统管理员安装 fonts-noto-cjk（bin/demo 会装），或用 GISLAND_FONTS 指明字体目录。"
    )


def qr(text: str) -> bytes:
    """A QR code of the text as SVG: no logo, no outside service."""
    written = io.BytesIO()
    try:
        code = segno.make(text, error="m", micro=False)
    except segno.DataOverflowError as error:
        raise InputRefused("地址太长，印不成二维码。请减少所选条件后再试。") from error
    code.save(written, kind="svg", border=1, xmldecl=False)
    return written.getvalue()


def plain(value: Any) -> str:
    """What JSON does not know: exact numbers and dates, as text."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")
