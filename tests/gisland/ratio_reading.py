"""What a ratio page says, read back from each of its outputs."""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import openpyxl

from tests import ratio_ground as drawn

if TYPE_CHECKING:
    from django.test import Client

PAGE, PATCHES = "/ratios/", "/ratios/patches/"
PDF, XLSX = "/ratios/bulletin.pdf", "/ratios/figures.xlsx"
KEYS = ("name", "share", "numerator", "denominator", "patches")


def get(client: Client, address: str = PAGE, **asked: Any) -> Any:
    return client.get(address, {"ruleset": drawn.NAME, **asked})


def page(client: Client, **asked: Any) -> str:
    answer = get(client, **asked)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def table_of(markup: str) -> dict[str, dict[str, str]]:
    """The main table by code; the total under an empty one."""
    whole = re.search(r'<table class="ratio-table".*?</table>', markup, re.DOTALL)
    assert whole is not None
    found = {}
    for code, row in re.findall(r'<tr(?: data-code="(\d+)")?>(.*?)</tr>', whole[0], re.DOTALL):
        cells = dict(re.findall(r'<td data-key="(\w+)"[^>]*>(.*?)</td>', row, re.DOTALL))
        if cells:
            found[code] = {key: plain(cell) for key, cell in cells.items()}
    return found


def shapes_of(markup: str) -> dict[str, dict[str, Any]]:
    """The regions of the map by code."""
    block = re.search(r'id="ratio-shapes"[^>]*>(.*?)</script>', markup, re.DOTALL)
    assert block is not None
    told = json.loads(block[1])
    return {shape["id"]: shape["properties"] for shape in told["features"]["features"]}


def sheet_of(content: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book.worksheets[0].iter_rows(values_only=True))


def text_of(content: bytes) -> str:
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return told.stdout.decode()
