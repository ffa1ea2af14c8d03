"""Raw values to the types of layers.toml: text, number, date, boolean; nulls in all disguises."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

NULLS = {"", "NULL", "<NULL>", "<空>", "NONE", "NAN", "N/A", "#N/A"}
NO_DATES = {"1899-12-30", "1899-12-31", "0000-00-00", "00000000", "0"}
TRUE = {"是", "1", "TRUE", "T", "Y", "YES", "√"}
FALSE = {"否", "0", "FALSE", "F", "N", "NO", "×"}
YEARS = range(1900, 2101)


@dataclass(frozen=True)
class DateSpan:
    """The days that a date, perhaps only a year or a month, may mean."""

    first: date
    last: date

    @property
    def partial(self) -> bool:
        """Whether the day isn't known."""
        return self.first != self.last


class BadValue(ValueError):
    """A value that is not of its field's type; the text says what was expected."""


def is_null(raw: Any) -> bool:
    """Whether the value says that there is none."""
    return raw is None or (isinstance(raw, str) and raw.strip().upper() in NULLS)


def text_of(raw: Any) -> str | None:
    """Trimmed text; whole floats lose the ``.0`` that DBF and Excel add."""
    if is_null(raw):
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return str(raw).strip() or None


def code_of(raw: Any) -> str | None:
    """A code: half width, no inner spaces, without a trailing ``.0``."""
    text = text_of(raw)
    if text is None:
        return None
    if text.isascii() and text.isalnum():
        return text
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(\d+)\.0+$", r"\1", plain) or None


def document_of(raw: Any) -> str | None:
    """A 文号: half width, no spaces, the year always in 〔〕, so that one paper is one paper."""
    text = code_of(raw)
    if text is None:
        return None
    return re.sub(r"[\[({【〔［](\d{4})[\])}】〕］]", r"〔\1〕", text)


def number_of(raw: Any) -> Decimal | None:
    """A number; raises BadValue for text that is none."""
    if is_null(raw):
        return None
    try:
        text = unicodedata.normalize("NFKC", str(raw)).strip().replace(",", "")
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadValue(f"“{raw}”不是数字") from error
    if not value.is_finite():
        return None
    return value


def boolean_of(raw: Any) -> bool | None:
    """Yes or no, from 是/否, 1/0, true/false, Y/N; raises BadValue for other words."""
    if is_null(raw):
        return None
    if isinstance(raw, bool):
        return raw
    word = (code_of(raw) or "").upper()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise BadValue(f"“{raw}”不是“是/否”")


def span_of(raw: Any) -> DateSpan | None:
    """The days that a delivered date may mean; raises BadValue for a date that is none.

    Reads 20240305, 2024-03-05, 2024/3/5, 2024.3.5, 2024年3月5日, 202403, 2024年3月, 2024.
    """
    if is_null(raw):
        return None
    text = code_of(re.sub(r"[T\s]+\d{1,2}:\d{2}.*$", "", str(raw))) or ""
    if text[:10] in NO_DATES or text in NO_DATES:
        return None
    return _span(raw, _parts(raw, text))


def _parts(raw: Any, text: str) -> list[int]:
    if re.fullmatch(r"\d{8}", text):
        return [int(text[:4]), int(text[4:6]), int(text[6:])]
    if re.fullmatch(r"\d{6}", text):
        return [int(text[:4]), int(text[4:])]
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?", text)
    if not found:
        raise BadValue(f"“{raw}”不是日期")
    return [int(part) for part in found.groups() if part is not None]


def _span(raw: Any, parts: list[int]) -> DateSpan:
    year = parts[0]
    month = parts[1] if len(parts) > 1 else None
    if year not in YEARS or (month is not None and not 1 <= month <= 12):
        raise BadValue(f"“{raw}”不是真实存在的日期")
    if month is None:
        return DateSpan(date(year, 1, 1), date(year, 12, 31))
    if len(parts) == 2:
        return DateSpan(
            date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        )
    try:
        day = date(year, month, parts[2])
    except ValueError as error:
        raise BadValue(f"“{raw}”不是真实存在的日期") from error
    return DateSpan(day, day)
