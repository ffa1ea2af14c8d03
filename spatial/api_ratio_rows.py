"""How the API shows ratios and the pieces behind them, and where a page of pieces ends."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from spatial.api_query import LARGEST_KEY
from spatial.engine.ratio_rows import RegionRatio

if TYPE_CHECKING:
    from spatial.engine.ratio_pieces import Key

NUMBERS_IN_KEY = 5
COUNTY_DIGITS = 6


def write_cursor(key: Key) -> str:
    """The key of a page's last row as one word of an address."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Key | None:
    """The key again, None of the empty text; raises ValidationError for what is not one of ours."""
    if not text:
        return None
    refused = serializers.ValidationError({"cursor": ["游标无效：请使用 next 中的地址"]})
    try:
        padded = text + "=" * (-len(text) % 4)
        county, *numbers = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise refused from error
    fine = isinstance(county, str) and county.isascii() and county.isdigit()
    fine = fine and len(county) == COUNTY_DIGITS and len(numbers) == NUMBERS_IN_KEY
    if not fine or not all(type(one) is int and 0 <= one <= LARGEST_KEY for one in numbers):
        raise refused
    return (county, *numbers)


def _row_fields() -> dict[str, serializers.Field]:
    """One field for each of a region's figures, as ``RegionRatio.as_json`` writes them."""
    known: dict[str, Any] = {
        "int": serializers.IntegerField,
        "str": serializers.CharField,
        "Decimal": serializers.CharField,
        "Decimal | None": lambda: serializers.CharField(allow_null=True),
        "dict[str, Any]": serializers.DictField,
        "dict[str, Any] | None": lambda: serializers.DictField(allow_null=True),
        "dict[str, dict[str, Any]]": lambda: serializers.DictField(child=serializers.DictField()),
    }
    return {one.name: known[str(one.type)]() for one in fields(RegionRatio)}


RatioRow = type("RatioRow", (serializers.Serializer,), _row_fields())
RatioRow.__doc__ = "一个行政区的比率：面积为两位小数的文本（m²），比率为四位小数的文本。"


class RatioTable(serializers.Serializer):
    """各行政区的比率、合计和口径。"""

    rows = RatioRow(many=True)
    total = RatioRow()
    said = serializers.CharField(help_text="口径的中文说明")


PIECE: dict[str, serializers.Field] = {
    "address": serializers.CharField(help_text="批次/县代码/监测编号"),
    "patch": serializers.IntegerField(),
    "seq": serializers.IntegerField(allow_null=True, help_text="碎块号；空为尚未分析"),
    "run": serializers.IntegerField(allow_null=True),
    "county": serializers.CharField(),
    "township": serializers.CharField(),
    "code": serializers.CharField(allow_null=True),
    "term": serializers.CharField(allow_null=True),
    "class": serializers.CharField(allow_null=True, help_text="归类"),
    "area_m2": serializers.CharField(),
    "cultivated_m2": serializers.CharField(),
    "band": serializers.CharField(),
    "band_term": serializers.CharField(),
    "counted_in": serializers.CharField(allow_null=True),
    "why": serializers.CharField(),
}
PieceRow = type("PieceRow", (serializers.Serializer,), PIECE)
PieceRow.__doc__ = "数字背后的一个碎块（或其一部分）。"


class PiecePage(serializers.Serializer):
    """一页碎块。"""

    results = PieceRow(many=True)
    next = serializers.URLField(allow_null=True, help_text="下一页；空为到底")
